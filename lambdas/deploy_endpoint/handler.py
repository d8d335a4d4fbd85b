"""Puts the trained model behind the endpoint: creates it, or updates it to the new model."""

from typing import Any

import boto3
from botocore.exceptions import ClientError

from common.environment import Environment
from common.jobs import start_once
from common.run import fill, resource_name, tags

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")


def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    run = event["run"]
    names = {
        "model": resource_name(run, "model"),
        "endpoint_config": resource_name(run, "endpoint-config"),
    }
    values = names | {"model_data": event["model_data"]}
    create_model(SAGEMAKER, {**fill(event["model"], run, **values), "Tags": tags(run)})
    create_config(SAGEMAKER, {**fill(event["endpoint_config"], run, **values), "Tags": tags(run)})
    put_endpoint(SAGEMAKER, run, ENVIRONMENT.endpoint, names["endpoint_config"])
    return {"name": ENVIRONMENT.endpoint, **names}


def create_model(client: Any, request: dict[str, Any]) -> None:
    start_once(
        lambda: client.create_model(**request),
        lambda: client.describe_model(ModelName=request["ModelName"]),
    )


def create_config(client: Any, request: dict[str, Any]) -> None:
    name = request["EndpointConfigName"]
    start_once(
        lambda: client.create_endpoint_config(**request),
        lambda: client.describe_endpoint_config(EndpointConfigName=name),
    )


def put_endpoint(client: Any, run: dict[str, Any], name: str, config: str) -> None:
    current = _current_config(client, name)
    if current is None:
        client.create_endpoint(EndpointName=name, EndpointConfigName=config, Tags=tags(run))
    elif current != config:
        client.update_endpoint(EndpointName=name, EndpointConfigName=config)


def _current_config(client: Any, name: str) -> str | None:
    try:
        config: str = client.describe_endpoint(EndpointName=name)["EndpointConfigName"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "ValidationException":
            raise
        return None  # SageMaker's way to say that there is none
    return config
