"""Batch scoring: the input of its executions, its steps, and how a file becomes parts.

A part is an object in JSON Lines. Each line is a *record*, `{"features": ["text", ...]}`: a few
texts that the model answers in one request. So the client, which counts texts and bytes, decides
how much a request holds, and not SageMaker, which counts megabytes alone.
"""

from enum import Enum
from typing import Any

from contract.execution_input import (
    InvalidInput,
    check_names,
    check_version,
    without_ignored_fields,
)
from contract.steps import JobKind

FIELDS = ("input", "version")
# Of a record. 32 long texts take an endpoint's instance some 16 seconds, and its server gives up
# after 60 (docs/batch-scoring.md).
MOST_TEXTS, MOST_BYTES = 32, 1_000_000
# The payload that SageMaker allows: more than the largest record, whatever it takes for a megabyte.
MAX_PAYLOAD_MB = 2
# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
MOST_PAYLOAD_MB = 100  # MaxConcurrentTransforms * MaxPayloadInMB


class ScoringStep(Enum):
    """The steps of an execution that scores, in the order in which people see them."""

    START = "start"
    SCORE = "score"
    END = "end"

    @property
    def title(self) -> str:
        return self.value.capitalize()

    @property
    def job(self) -> JobKind | None:
        """The kind of the job that the step waits for."""
        return JobKind.TRANSFORM if self is ScoringStep.SCORE else None


def check_scoring(given: Any) -> dict[str, Any]:
    """The checked input of an execution that scores, without the fields that are ignored.

    `input` is the prefix of the parts; `version` that of a model package, and without it the newest
    approved one is taken. Raises InvalidInput.
    """
    request = without_ignored_fields(given)
    check_names("input of a scoring", request, FIELDS)
    prefix, version = request.get("input"), request.get("version")
    if not isinstance(prefix, str) or not prefix.startswith("s3://") or not prefix.endswith("/"):
        raise InvalidInput(
            "input", f"{prefix!r} must be s3://bucket/prefix/ of the parts", value=prefix
        )
    if version is not None:
        check_version("version", version)
    return request
