"""The permissions of the functions that compare requests with the baseline."""

from aws_cdk import aws_iam as iam

from contract import s3_keys
from contract.names import DRIFT, metric_namespace
from infra.function_permissions.resources import Resources
from infra.function_permissions.shared import may_pass_role
from infra.permissions import allow

_REPORT = f"{s3_keys.DRIFT_REPORT}/{s3_keys.DRIFT_REPORT_FILE}"


def start_drift(own: Resources, role: iam.IRole) -> list[iam.PolicyStatement]:
    """To find the model that serves, list what was captured, and start the job."""
    return [
        allow("sagemaker:DescribeEndpoint", on=[own.endpoint]),
        allow("sagemaker:DescribeEndpointConfig", "sagemaker:ListTags", on=[own.endpoint_configs]),
        allow(
            "sagemaker:CreateProcessingJob",
            "sagemaker:DescribeProcessingJob",
            "sagemaker:AddTags",
            on=[_jobs(own)],
        ),
        *may_pass_role(own, role),
        allow("s3:ListBucket", on=[own.storage.artefacts.bucket_arn]),
        # To see whether the run has a baseline, whether the code is there, and what a stopped
        # endpoint has served.
        allow(
            "s3:GetObject",
            on=[
                own.of_runs(s3_keys.BASELINE),
                own.objects(s3_keys.CODE),
                own.object(s3_keys.STOPPED_ENDPOINT),
            ],
        ),
        allow(
            "s3:PutObject",
            on=[own.objects(s3_keys.CODE), _document(own, s3_keys.DRIFT_MANIFEST)],
        ),
        allow("kms:Decrypt", "kms:GenerateDataKey", on=[own.key]),
    ]


def end_drift(own: Resources) -> list[iam.PolicyStatement]:
    """To read the report, publish its metrics and start a run."""
    retrain = [allow("states:StartExecution", "states:ListExecutions", on=[own.state_machine])]
    return [
        allow("sagemaker:StopProcessingJob", on=[_jobs(own)]),
        allow("s3:GetObject", on=[_document(own, _REPORT)]),
        allow("kms:Decrypt", on=[own.key]),
        # PutMetricData has no resource types; the condition is AWS's own way to limit it.
        iam.PolicyStatement(
            actions=["cloudwatch:PutMetricData"],
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": metric_namespace(own.name)}},
        ),
        *(retrain if own.settings.drift.retrain else []),
    ]


def _jobs(own: Resources) -> str:
    return own.named("processing-job", f"{DRIFT}-")


def _document(own: Resources, name: str) -> str:
    return own.object(f"{s3_keys.DRIFT}/*/{name}")
