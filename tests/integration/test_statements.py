"""After all other tests: no permission was missing, and every statement was used."""

from fnmatch import fnmatchcase

from localcloud.server import LocalCloud
from reviews.client.runs.execution import Execution
from tests.integration.deployment import Deployment
from worlds.least_privilege import statements, unused

# Part of a role's name, actions, and why no execution here comes to them.
_ELSEWHERE = (
    ("Cleanup", "*", "test_teardown.py and test_upgrade.py destroy"),
    ("Prepare", "servicequotas:ListAWSDefault*", "only for quotas without an applied value"),
    ("Prepare", "sagemaker:DescribeEndpoint", "only where a quota is too small for an update"),
    ("DeployEndpoint", "sagemaker:DeleteEndpoint", "only one that never came into service"),
    ("DeployEndpoint", "application-autoscaling:*", "only other machines: test_upgrade.py"),
    ("DeployEndpoint", "cloudwatch:*", "the same"),
    ("DeployEndpoint", "sagemaker:Describe*", "only a second attempt, after a wait"),
    ("HandleFailure", "sagemaker:StopTrainingJob", "only while a step waits for it"),
    ("HandleFailure", "sagemaker:StopHyperParameterTuningJob", "the same"),
    ("StopJobs", "sagemaker:Stop*Job", "the jobs of an execution stopped there: tests/chaos"),
    ("Start", "sagemaker:Describe*Job", "only after a lost answer: tests/lambdas/test_jobs.py"),
    ("StartScoring", "sagemaker:DescribeModel", "only after a lost answer"),
    ("StartDrift", "kms:Decrypt", "only where the endpoint is stopped: test_idle_endpoint.py"),
    ("StartEvaluation", "kms:Decrypt", "of HEAD, for which the embedded AWS does not ask for it"),
    ("StartScoring", "kms:Decrypt", "the same"),
    ("StartEvaluation", "s3:ListBucket", "only where the champion's artefact is gone"),
    ("CheckFeatures", "s3:*Multipart*", "only large results of queries"),
    ("CheckFeatures", "glue:GetDatabases", "of AWS's policy for Athena; DuckDB reads less"),
    ("CheckFeatures", "glue:GetTables", "the same"),
    ("CheckFeatures", "glue:*GetPartition", "the same"),
    ("RegisterModel", "sagemaker:AddTags", "of AWS's policy for the registry; packages have none"),
    ("RegisterModel", "s3:*", "the same; the embedded AWS takes the artefact as it is named"),
    ("RegisterModel", "kms:*", "the same"),
    ("JobRolesProcessing", "sagemaker:PutRecord", "only where BatchWriteRecord is not to be had"),
    ("RegisterModel", "ecr:*", "the same"),
    ("JobRoles", "kms:Encrypt", "of AWS's own roles of jobs; the embedded AWS makes data keys"),
    ("JobRoles", "s3:GetBucketLocation", "the same; its jobs are told where a bucket is"),
    ("JobRoles", "s3:AbortMultipartUpload", "only a large upload that fails"),
    ("JobRolesTraining", "s3:DeleteObject", "only a checkpoint whose writing is seen half done"),
    ("JobRolesServing", "s3:ListBucket", "so that a missing artefact is told as missing"),
    ("JobRolesServing", "logs:CreateLogGroup", "the stack has made it"),
    ("JobRolesDrift", "logs:CreateLogGroup", "processing jobs before it have made it"),
    ("StateMachineRole", "logs:*", "log delivery, which the embedded AWS lacks"),
    ("StateMachineRole", "xray:*", "tracing, the same"),
)


def test_every_permission_was_used(
    cloud: LocalCloud, deployment: Deployment, succeeded: Execution
) -> None:
    found = statements(
        deployment.client("cloudformation"), deployment.client("iam"), "reviews-local-Pipeline"
    )
    superfluous = [
        f"{statement.role} {action}"
        for statement, action in unused(found, cloud.iam_decisions())
        if not any(
            word in statement.role and fnmatchcase(action, pattern)
            for word, pattern, _ in _ELSEWHERE
        )
    ]
    assert superfluous == []


def test_nothing_was_denied(cloud: LocalCloud, succeeded: Execution) -> None:
    assert [found for found in cloud.iam_decisions() if not found.allowed] == []
