"""Deploys a trained model: creates the model, the endpoint configuration, and the endpoint."""

from typing import Any

import boto3
from endpoint import Endpoint

from contract.names import CONFIG, MODEL
from shared.environment import Environment
from shared.errors import translate_errors
from shared.jobs import start_once
from shared.run import fill, resource_name, tagged, with_own_image

ENVIRONMENT = Environment.read()
SAGEMAKER = boto3.client("sagemaker")
SCALING = boto3.client("application-autoscaling")
STATES = boto3.client("stepfunctions")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, str]:
    run, attempt = event["run"], event["attempt"]
    names = {
        "model": resource_name(run, MODEL, attempt),
        "endpoint_config": resource_name(run, CONFIG, attempt),
    }
    values = names | {"model_data": event["model_data"]}
    create_model(SAGEMAKER, run, model_request(event["model"], run, values))
    config = tagged(fill(event["endpoint_config"], run, **values), run)
    create_config(SAGEMAKER, run, config)
    endpoint = Endpoint(SAGEMAKER, SCALING, STATES, ENVIRONMENT.endpoint)
    endpoint.deploy(run, config, event["update"])
    return {"name": ENVIRONMENT.endpoint, **names}


def model_request(
    template: dict[str, Any], run: dict[str, Any], values: dict[str, str]
) -> dict[str, Any]:
    """CreateModel for the run; `values` fill the placeholders of `template`."""
    request = fill(template, run, **values)
    container = with_own_image(request["PrimaryContainer"], run)
    return tagged({**request, "PrimaryContainer": container}, run)


def create_model(client: Any, run: dict[str, Any], request: dict[str, Any]) -> None:
    start_once(
        run,
        lambda: client.create_model(**request),
        lambda: client.describe_model(ModelName=request["ModelName"]),
    )


def create_config(client: Any, run: dict[str, Any], request: dict[str, Any]) -> None:
    name = request["EndpointConfigName"]
    start_once(
        run,
        lambda: client.create_endpoint_config(**request),
        lambda: client.describe_endpoint_config(EndpointConfigName=name),
    )
