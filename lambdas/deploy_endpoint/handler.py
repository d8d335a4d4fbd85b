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
    model, config = resource_name(run, "model"), resource_name(run, "endpoint-config")
    create_model(SAGEMAKER, run, fill(event["request"], run, model_data=event["model_data"]), model)
    create_config(SAGEMAKER, run, event["endpoint"], model, config)
    put_endpoint(SAGEMAKER, run, ENVIRONMENT.endpoint, config)
    return {"name": ENVIRONMENT.endpoint, "model": model, "config": config}


def create_model(client: Any, run: dict[str, Any], request: dict[str, Any], name: str) -> None:
    start_once(
        lambda: client.create_model(**{**request, "ModelName": name, "Tags": tags(run)}),
        lambda: client.describe_model(ModelName=name),
    )


def create_config(
    client: Any, run: dict[str, Any], endpoint: dict[str, Any], model: str, name: str
) -> None:
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model,
        "InitialInstanceCount": endpoint["instance_count"],
        "InstanceType": endpoint["instance_type"],
    }
    key = {"KmsKeyId": endpoint["kms_key"]} if endpoint.get("kms_key") else {}
    start_once(
        lambda: client.create_endpoint_config(
            EndpointConfigName=name, ProductionVariants=[variant], Tags=tags(run), **key
        ),
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
