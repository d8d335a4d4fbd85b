"""What the execution role of a job or an endpoint needs besides its data."""

import re
from collections.abc import Iterator

from localcloud.iam.authority import Need

_ECR_IMAGE = re.compile(r"(\d+)\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")


def pulling(image: str) -> Iterator[Need]:
    """The permissions to pull an image of ECR; none for an image that is elsewhere."""
    found = _ECR_IMAGE.match(image)
    if found is None:
        return
    account, region, name = found.groups()
    yield Need("ecr:GetAuthorizationToken")
    for action in ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"):
        yield Need(f"ecr:{action}", f"arn:aws:ecr:{region}:{account}:repository/{name}")


def log_group(region: str, account: str, name: str) -> str:
    """The ARN of all log streams of a log group."""
    return f"arn:aws:logs:{region}:{account}:log-group:{name}:log-stream:"


def watching(group: str) -> Iterator[Need]:
    """What SageMaker documents beyond the calls that are really made with the role."""
    yield Need("logs:DescribeLogStreams", group)
    yield Need("cloudwatch:PutMetricData")


def encrypting(key: str | None) -> Iterator[Need]:
    """The volumes of a job."""
    if key:
        yield Need("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"})


def waiting_for(region: str, account: str, job: str) -> Iterator[Need]:
    """What Step Functions needs for `.sync`: a managed rule brings it the events of such jobs."""
    rule = f"StepFunctionsGetEventsForSageMaker{job}sRule"
    for action in ("PutTargets", "PutRule", "DescribeRule"):
        yield Need(f"events:{action}", f"arn:aws:events:{region}:{account}:rule/{rule}")
