"""The actions that the execution role of a job or an endpoint has to allow besides its data."""

import re
from collections.abc import Iterator

from localcloud.iam.authorization import RequiredAction

_ECR_IMAGE = re.compile(r"(\d+)\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")


def image_pull_actions(image: str) -> Iterator[RequiredAction]:
    """The actions that pull an image of ECR; none for an image of another registry."""
    found = _ECR_IMAGE.match(image)
    if found is None:
        return
    account, region, name = found.groups()
    yield RequiredAction("ecr:GetAuthorizationToken")
    for action in ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"):
        yield RequiredAction(f"ecr:{action}", f"arn:aws:ecr:{region}:{account}:repository/{name}")


def log_group(region: str, account: str, name: str) -> str:
    """The ARN of all log streams of a log group."""
    return f"arn:aws:logs:{region}:{account}:log-group:{name}:log-stream:"


def log_and_metric_actions(group: str) -> Iterator[RequiredAction]:
    """Actions that SageMaker documents, although no call here is made with them."""
    yield RequiredAction("logs:DescribeLogStreams", group)
    yield RequiredAction("cloudwatch:PutMetricData")


def volume_key_actions(key: str | None) -> Iterator[RequiredAction]:
    """What SageMaker requires of the role to encrypt the volumes of a job."""
    if key:
        yield RequiredAction("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"})


def managed_rule_actions(region: str, account: str, job: str) -> Iterator[RequiredAction]:
    """What `.sync` requires of the state machine's role: a managed rule for the jobs' events.

    https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
    """
    rule = f"StepFunctionsGetEventsForSageMaker{job}sRule"
    for action in ("PutTargets", "PutRule", "DescribeRule"):
        yield RequiredAction(f"events:{action}", f"arn:aws:events:{region}:{account}:rule/{rule}")
