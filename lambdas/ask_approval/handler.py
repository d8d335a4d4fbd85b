"""Asks by mail whether the model may be deployed; `reviews approve` sends the answer."""

from typing import Any

import boto3

from contract import s3_keys
from shared import s3
from shared.environment import Environment
from shared.errors import translate_errors

ENVIRONMENT = Environment.read()
S3 = boto3.client("s3")
SNS = boto3.client("sns")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> None:
    run, package = event["run"], event["package"]
    # Anyone who may read this object can answer.
    document = {"token": event["token"], "package": package["arn"]}
    s3.write_json(S3, f"{run['prefix']}/{s3_keys.APPROVAL}", document)
    SNS.publish(TopicArn=ENVIRONMENT.topic, **mail(ENVIRONMENT, event))


def mail(environment: Environment, event: dict[str, Any]) -> dict[str, str]:
    run, metrics = event["run"], event["gate"]["metrics"]
    scores = ", ".join(f"{name} {value}" for name, value in metrics.items())
    missed = "".join(f"\nNot reached: {rule}." for rule in event["gate"]["missed"])
    version = event["package"]["version"]
    return {
        "Subject": f"{environment.name}: may model {version} be deployed?",
        "Message": (
            f"{origin(run)}.\n{scores}.{missed}\n"
            f"Its evaluation: {run['prefix']}/{s3_keys.EVALUATION_PAGE}\n\n"
            f"Yes:  reviews approve {run['id']} --env {environment.environment}\n"
            f"No:   reviews approve {run['id']} --env {environment.environment} --reject\n"
        ),
    }


def origin(run: dict[str, Any]) -> str:
    """Says where the model comes from."""
    if found := run.get("promoted_from"):
        return (
            f"Run {run['id']} promotes version {found['version']} of {found['environment']} (run "
            f"{found['run']}), trained from {run['reviews']}"
        )
    return f"Run {run['id']} trained a model from {run['reviews']}"
