"""Gets predictions of the endpoint for three sentences, and returns the result of the run."""

import json
import math
from typing import Any

import boto3

from contract import s3_keys
from shared import s3
from shared.errors import translate_errors

S3 = boto3.client("s3")
RUNTIME = boto3.client("sagemaker-runtime")
SENTENCES = (
    "I love it, it fits perfectly and looks beautiful.",
    "It is okay, nothing special.",
    "Terrible quality, it broke after one day.",
)
_TOLERANCE = 1e-3
_LONGEST_LINE = 200  # of an answer, in a message


class SmokeTestFailed(Exception):
    """The endpoint's response is not that of a review classifier."""


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    run, name = event["run"], event["endpoint"]["name"]
    evaluation = s3.read_json(S3, f"{run['prefix']}/{s3_keys.EVALUATION_METRICS}")
    predictions = predict(RUNTIME, name, set(evaluation["labels"]))
    return {
        "run": run,
        "evaluation": evaluation,
        "smoke_test": {"requests": len(SENTENCES), "predictions": predictions},
        "model_package": event["package"],
        "endpoint": event["endpoint"],
    }


def predict(client: Any, endpoint: str, labels: set[str]) -> list[dict[str, Any]]:
    """The endpoint's predictions for SENTENCES. Raises SmokeTestFailed."""
    body = "\n".join(json.dumps({"features": [sentence]}) for sentence in SENTENCES)
    answer = client.invoke_endpoint(
        EndpointName=endpoint,
        ContentType="application/jsonlines",
        Accept="application/jsonlines",
        Body=body.encode(),
    )["Body"].read()
    lines = [line for line in answer.splitlines() if line.strip()]
    if len(lines) != len(SENTENCES):
        raise SmokeTestFailed(f"{len(lines)} answers to {len(SENTENCES)} sentences")
    return [read(line, labels) for line in lines]


def read(line: bytes, labels: set[str]) -> dict[str, Any]:
    """Parses a prediction with these labels. Raises SmokeTestFailed."""
    try:
        prediction: dict[str, Any] = json.loads(line)
        check(prediction, labels)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError) as error:
        raise SmokeTestFailed(f"{line[:_LONGEST_LINE]!r} is no prediction: {error!r}") from error
    return prediction


def check(prediction: dict[str, Any], labels: set[str]) -> None:
    """Raises SmokeTestFailed unless the labels are those of the evaluated model, and the
    probabilities add up to 1."""
    probabilities = dict(prediction["probabilities"])
    if set(probabilities) != labels or prediction["label"] not in labels:
        raise SmokeTestFailed(f"{prediction}: the labels must be {', '.join(sorted(labels))}")
    total = math.fsum(probabilities.values())
    if not abs(total - 1) <= _TOLERANCE:  # so that NaN does not pass
        raise SmokeTestFailed(f"{prediction}: the probabilities add up to {total}, not 1")
