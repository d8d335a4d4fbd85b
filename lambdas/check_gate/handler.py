"""Decides whether the evaluated model may be deployed."""

from typing import Any

import boto3

from contract import s3_keys
from contract.metrics import GATED, METRICS
from contract.steps import StartAt
from shared import s3
from shared.errors import translate_errors

S3 = boto3.client("s3")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    evaluation = s3.read_json(S3, f"{event['run']['prefix']}/{s3_keys.EVALUATION_METRICS}")
    gate = event["gate"]
    # What a rollback deploys has passed before; newer rules must not keep a bad model in service.
    is_rollback = event["run"]["start_at"] == StartAt.ROLLBACK.value
    missed = [] if is_rollback else missed_rules(evaluation, gate)
    return {
        "passed": not missed or gate["mode"] == "report",
        "missed": missed,
        # A model of an earlier run may have been evaluated before there was one of them.
        "metrics": {name: evaluation[name] for name, _ in METRICS if name in evaluation},
    }


def missed_rules(evaluation: dict[str, Any], gate: dict[str, Any]) -> list[str]:
    """A sentence for each rule of the gate that the model breaks."""
    missed = []
    for name, _ in GATED:
        value, least = evaluation[name], gate[f"min_{name}"]
        if not value >= least:  # so that NaN does not pass
            missed.append(f"{name} {value} is below {least}")
        if champion := evaluation.get("champion"):
            floor = champion[name] - gate["max_drop"]
            if not value >= floor:
                missed.append(
                    f"{name} {value} is more than {gate['max_drop']} below the champion's "
                    f"{champion[name]} on the same reviews"
                )
    return missed
