"""The names of the resources of an environment and its executions."""

import hashlib
import re
from typing import NamedTuple

from contract.steps import STEPS_WITH_A_JOB, Step

ENVIRONMENT_TAG = "reviews:environment"  # its name, by which a budget finds what it costs
RUN_TAG = "reviews:run"
EXECUTION_TAG = "reviews:execution"  # its ARN, which says who changed the endpoint last
TRANSFORM = "transform"  # in the names of a scoring's transform job and model
DRIFT = "drift"  # in the name of the job that compares
VARIANT = "AllTraffic"  # the SageMaker SDK's name of an endpoint's only variant
CONFIG = "config"  # in the names of endpoint configurations
MODEL = "model"  # in those of models
LONGEST_NAME = 24  # of an environment: its bucket and its jobs have 63 characters at most
_LONGEST_ID = 24
_HASH = 6
# CreateHyperParameterTuningJob takes 32 characters (botocore's model of SageMaker).
_LONGEST_TUNING_JOB = 32
_LONGEST_KEY, _LONGEST_ATTEMPT = 12, 2
# Jobs, models and endpoints have the ARN of their execution as a tag (TagValue in botocore's model
# of SageMaker).
_NOT_IN_TAGS = re.compile(r"[^\w.:/=+@-]")
_JOB_NAME = re.compile(rf"-({'|'.join(step.value for step in STEPS_WITH_A_JOB)})-(.+)-\d+")


def environment_name(prefix: str, environment: str) -> str:
    """The name of the state machine, the endpoint, the model group, the topic, the workgroup and
    others, and the prefix of all other names: reviews-dev. The other functions take it as
    `name`."""
    return f"{prefix}-{environment}"


def scoring_name(name: str) -> str:
    """The name of the state machine that scores files in batch: reviews-dev-scoring."""
    return f"{name}-scoring"


def drift_name(name: str) -> str:
    """The name of the state machine that compares requests with the baseline: reviews-dev-drift."""
    return f"{name}-drift"


def metric_namespace(name: str) -> str:
    """The namespace of the environment's own CloudWatch metrics."""
    return f"Reviews/{name}"


def promotion_role(name: str) -> str:
    """The name of the role with which other environments read the models of this one:
    reviews-staging-promotion."""
    return f"{name}-promotion"


def function_name(name: str, folder: str) -> str:
    """The name of a function of lambdas/: reviews-dev-copy-model. Where the environment reads the
    models of others, the role of a function that does so has this name, too."""
    return f"{name}-{folder.replace('_', '-')}"


def stack_name(name: str, stack: str) -> str:
    """`stack`: Storage, Features, Pipeline or GitHub."""
    return f"{name}-{stack}"


def bucket_name(name: str, purpose: str, account: str, region: str) -> str:
    """`purpose`: data, artefacts or logs."""
    return f"{name}-{purpose}-{account}-{region}"


def refused_in_tags(execution: str) -> str:
    """The first character of an execution's name that Step Functions may take, and a tag does not;
    empty if there is none."""
    found = _NOT_IN_TAGS.search(execution)
    return found[0] if found else ""


def run_id(execution: str) -> str:
    """An execution's name as part of resource names: lower case, hyphens, at most 24 characters.

    A name that was changed ends in a hash of the original, so that two names do not collide.
    """
    plain = re.sub(r"[^a-z0-9]+", "-", execution.lower()).strip("-")
    if plain == execution and len(plain) <= _LONGEST_ID:
        return plain
    digest = hashlib.sha256(execution.encode()).hexdigest()[:_HASH]
    return f"{plain[: _LONGEST_ID - _HASH - 1].strip('-')}-{digest}".strip("-")


def resource_name(name: str, kind: str, run: str, attempt: int | str) -> str:
    """{name}-{kind}-{run id}-{attempt}; at most 63 characters up to attempt 999.

    `kind` is the step of a job, MODEL, CONFIG, TRANSFORM or DRIFT. Each attempt needs another name,
    since SageMaker does not allow the name of a job twice.
    """
    return f"{name}-{kind}-{run}-{attempt}"


class JobName(NamedTuple):
    """The parts of a job's name."""

    step: Step
    run: str


def read_job_name(job: str, name: str) -> JobName | None:
    """The parts of a job's name; None for a job of another environment."""
    found = _JOB_NAME.fullmatch(job.removeprefix(name)) if job.startswith(name) else None
    return JobName(Step(found[1]), found[2]) if found else None


def tuning_key(name: str, run: str) -> str:
    """The run in the names of its tuning jobs, for which its id is too long: a hash in 5 to 12
    letters, as many as the name of the environment leaves."""
    room = _LONGEST_TUNING_JOB - len(name) - len("-") - _LONGEST_ATTEMPT
    digest = hashlib.sha256(run.encode()).digest()
    return "".join(chr(ord("a") + byte % 26) for byte in digest[: min(room, _LONGEST_KEY)])


def tuning_job_prefix(name: str, run: str) -> str:
    """The prefix of the names of a run's tuning jobs; the number of the attempt follows it."""
    return f"{name}-{tuning_key(name, run)}"


def read_tuned_job_name(job: str, name: str) -> str | None:
    """The key of the run in the name of a training job that a tuning job has started, which
    SageMaker names TUNING_JOB-NUMBER-HASH, as in reviews-dev-kqzbwyfmauth1-001-0e830ada; None for
    other names."""
    found = re.fullmatch(rf"{re.escape(name)}-([a-z]+)\d+-\d{{3,}}-\w+", job)
    return found[1] if found else None


def endpoint_log_group(endpoint: str) -> str:
    """https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html"""
    return f"/aws/sagemaker/Endpoints/{endpoint}"


def scalable_target(endpoint: str, variant: str = VARIANT) -> dict[str, str]:
    """The parameters that identify a variant in Application Auto Scaling:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-register.html"""
    return {
        "ServiceNamespace": "sagemaker",
        "ResourceId": f"endpoint/{endpoint}/variant/{variant}",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }
