"""The reviews of this environment with which a promoted model is evaluated."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from contract import s3_keys
from contract.names import run_id
from shared import s3

_MOST_RUNS = 100


class NoTestSplit(Exception):
    """No run of this environment has reviews for an evaluation of the model."""


def newest_features(states: Any, storage: Any, *, bucket: str, execution: str, labels: str) -> str:
    """The features of the newest run that succeeded and has the same labels as the model.

    `execution` is the ARN of an execution of the same state machine. Raises NoTestSplit.
    """
    for name in islice(_succeeded(states, execution), _MOST_RUNS):
        uri = f"s3://{bucket}/{s3_keys.run_prefix(run_id(name))}/{s3_keys.RUN}"
        run = s3.find_json(storage, uri)
        if run is None:
            continue
        features: str = run["features"]
        if run["labels"] == labels and features and s3.list_uris(storage, f"{features}/test/"):
            return features
    raise NoTestSplit(
        "promotion.evaluation: no run here has succeeded on reviews with the labels of the model, "
        f"{labels}; start one with such reviews, or evaluate none of the models that come here"
    )


def _succeeded(states: Any, execution: str) -> Iterator[str]:
    """The names of the executions that have succeeded, newest first."""
    machine = execution.replace(":execution:", ":stateMachine:").rpartition(":")[0]
    pages = states.get_paginator("list_executions").paginate(
        stateMachineArn=machine, statusFilter="SUCCEEDED"
    )
    return (item["name"] for page in pages for item in page["executions"])
