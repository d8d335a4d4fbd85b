"""What the functions of a tuning job are allowed."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from infra.drift_permissions import DriftPermissions
from infra.permissions import allow, arn


class TuningPermissions(DriftPermissions):
    """The statements for the role of each function, by the folder of the function in lambdas/."""

    def start_tuning(self, role: iam.IRole) -> list[iam.PolicyStatement]:
        """SageMaker starts the training jobs itself, with the tags of the tuning job."""
        return [
            allow(
                "sagemaker:CreateHyperParameterTuningJob",
                "sagemaker:DescribeHyperParameterTuningJob",
                "sagemaker:AddTags",
                on=[self._tuning_jobs()],
            ),
            *self._may_pass_role(role),
        ]

    def end_tuning(self) -> list[iam.PolicyStatement]:
        """It looks for the best training job, and writes its hyperparameters to the run."""
        return [
            allow(
                "sagemaker:DescribeHyperParameterTuningJob",
                "sagemaker:ListTrainingJobsForHyperParameterTuningJob",
                on=[self._tuning_jobs()],
            ),
            allow(
                "sagemaker:DescribeTrainingJob",
                on=[arn(self._scope, "sagemaker", f"training-job/{self._settings.name}-*")],
            ),
            *self._may_write(self._document(s3_keys.RUN)),
        ]

    def handle_failure(self) -> list[iam.PolicyStatement]:
        return [
            *super().handle_failure(),
            allow("sagemaker:StopHyperParameterTuningJob", on=[self._tuning_jobs()]),
        ]

    def _tuning_jobs(self) -> str:
        return arn(self._scope, "sagemaker", f"hyper-parameter-tuning-job/{self._settings.name}-*")
