"""The names of what an environment and its executions have in AWS."""

import hashlib
import re
from typing import NamedTuple

from contract.steps import STEPS_WITH_A_JOB, Step

ENVIRONMENT_TAG = "reviews:environment"
RUN_TAG = "reviews:run"
EXECUTION_TAG = "reviews:execution"  # its ARN, which says who changed the endpoint last
VARIANT = "AllTraffic"  # the SageMaker SDK's name of an endpoint's only variant
_LONGEST_ID = 24
_HASH = 6
_JOB_NAME = re.compile(rf"-({'|'.join(step.value for step in STEPS_WITH_A_JOB)})-(.+)-\d+")


def environment_name(environment: str) -> str:
    """The name that the state machine, the endpoint, the model group, the topic, the workgroup and
    others have in common, and with which all other names begin: reviews-dev."""
    return f"reviews-{environment}"


def stack_name(environment: str, stack: str) -> str:
    """`stack`: Storage, Features or Pipeline."""
    return f"{environment_name(environment)}-{stack}"


def run_id(execution: str) -> str:
    """An execution's name as part of resource names: lower case, hyphens, at most 24 characters.

    A name that had to be changed ends in a hash of the original, so that two never meet.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", execution.lower()).strip("-")
    if plain == execution and len(plain) <= _LONGEST_ID:
        return plain
    digest = hashlib.sha256(execution.encode()).hexdigest()[:_HASH]
    return f"{plain[: _LONGEST_ID - _HASH - 1].strip('-')}-{digest}".strip("-")


def resource_name(environment: str, kind: str, run: str, attempt: int | str) -> str:
    """reviews-{environment}-{kind}-{run id}-{attempt}; at most 63 characters up to attempt 999.

    `kind` is the step of a job, `model` or `endpoint-config`. A name serves one attempt, since
    SageMaker never gives the name of a job again.
    """
    return f"{environment_name(environment)}-{kind}-{run}-{attempt}"


class JobName(NamedTuple):
    """What the name of a job says."""

    step: Step
    run: str


def read_job_name(name: str, environment: str) -> JobName | None:
    """What the name of a job says; None for one that is not of this environment (`reviews-dev`)."""
    is_of_it = name.startswith(environment)
    found = _JOB_NAME.fullmatch(name.removeprefix(environment)) if is_of_it else None
    return JobName(Step(found[1]), found[2]) if found else None


def endpoint_log_group(endpoint: str) -> str:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html"""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


def scalable_target(endpoint: str, variant: str = VARIANT) -> dict[str, str]:
    """The parameters by which Application Auto Scaling knows a variant:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-register.html"""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{variant}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
