"""What the functions of batch scoring are allowed, and the one that stops jobs."""

from aws_cdk import aws_iam as iam

from contract.names import TRANSFORM
from infra.function_permissions import FunctionPermissions
from infra.permissions import allow, arn, execution_arns, may_stop_jobs


class ScoringPermissions(FunctionPermissions):
    """The statements for the role of each function, by the folder of the function in lambdas/."""

    def start_scoring(self, role: iam.IRole) -> list[iam.PolicyStatement]:
        """It finds a version and the parts, makes a model and starts a transform job."""
        return [
            *self.may_find_champion(),
            allow(
                "sagemaker:CreateModel",
                "sagemaker:DescribeModel",
                "sagemaker:AddTags",
                on=[self._named("model")],
            ),
            allow(
                "sagemaker:CreateTransformJob",
                "sagemaker:DescribeTransformJob",
                "sagemaker:AddTags",
                on=[self._named("transform-job")],
            ),
            *self._may_pass_role(role),
        ]

    def end_scoring(self) -> list[iam.PolicyStatement]:
        return [
            allow("sagemaker:StopTransformJob", on=[self._named("transform-job")]),
            allow("sagemaker:DeleteModel", on=[self._named("model")]),
        ]

    def stop_jobs(self) -> list[iam.PolicyStatement]:
        """It sees how an execution has ended, stops its jobs and deletes its models."""
        return [
            allow(
                "states:DescribeExecution",
                "states:GetExecutionHistory",
                on=execution_arns(self._scope, self._settings),
            ),
            *may_stop_jobs(self._scope, self._settings.name),
            # ListModels has no resource types.
            allow("sagemaker:ListModels", on=["*"]),
            allow("sagemaker:DeleteModel", on=[self._named("model")]),
        ]

    def _named(self, kind: str) -> str:
        return arn(self._scope, "sagemaker", f"{kind}/{self._settings.name}-{TRANSFORM}-*")
