"""Faults as state machines see them."""

import json
from typing import Any

import pytest

from localcloud.server import LocalCloud
from worlds.execution_world import BUCKET
from worlds.faulty_cloud import Clients
from worlds.waiting import until

ROLE = "arn:aws:iam::000000000000:role/execution"


def run(states: Any, resource: str, arguments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """The end of an execution with this task alone."""
    task = {"Type": "Task", "Resource": resource, "Arguments": arguments, "End": True, **more}
    definition = {"QueryLanguage": "JSONata", "StartAt": "Task", "States": {"Task": task}}
    name = f"machine-{len(states.list_state_machines()['stateMachines'])}"
    machine = states.create_state_machine(
        name=name, definition=json.dumps(definition), roleArn=ROLE
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    return until(
        lambda: states.describe_execution(executionArn=execution),
        lambda described: described["status"] != "RUNNING",
    )


@pytest.mark.parametrize(
    ("fault", "service", "operation", "name", "cause"),
    [
        ("throttle", "sagemaker", "ListModels", "SageMaker.SageMakerException", "Rate exceeded"),
        ("throttle", "sns", "ListTopics", "Sns.SnsException", "Rate exceeded"),
        ("error", "sns", "ListTopics", "Sns.InternalErrorException", "The request processing"),
        ("throttle", "athena", "ListWorkGroups", "Athena.AthenaException", "Rate exceeded"),
        ("throttle", "s3", "ListBuckets", "S3.S3Exception", "Please reduce your request rate."),
        (
            "lost",
            "sagemaker",
            "ListModels",
            "SageMaker.SdkClientException",
            "Unable to execute HTTP request: The target server failed to respond",
        ),
    ],
)
def test_a_task_fails_with_the_name_that_the_sdk_has_for_it(
    cloud: LocalCloud,
    client: Clients,
    fault: str,
    service: str,
    operation: str,
    name: str,
    cause: str,
) -> None:
    cloud.faults.add(fault, f"{service}:{operation}")
    action = operation[0].lower() + operation[1:]
    ended = run(client("stepfunctions"), f"arn:aws:states:::aws-sdk:{service}:{action}", {})
    assert (ended["status"], ended["error"]) == ("FAILED", name)
    assert ended["cause"].startswith(cause)


@pytest.mark.parametrize(
    ("fault", "name", "cause"),
    [
        ("throttle", "Lambda.TooManyRequestsException", "Rate exceeded (Service: AWSLambda; "),
        ("error", "Lambda.ServiceException", "The request processing has failed because"),
        ("lost", "Lambda.SdkClientException", "Unable to execute HTTP request: The target"),
    ],
)
def test_a_function_that_could_not_be_called_is_called_again(
    cloud: LocalCloud, client: Clients, function: str, fault: str, name: str, cause: str
) -> None:
    states, invoke = client("stepfunctions"), "arn:aws:states:::lambda:invoke"
    arguments = {"FunctionName": function, "Payload": {"bucket": BUCKET, "key": f"sm-{fault}"}}
    cloud.faults.add(fault, "lambda:Invoke", times=2)
    ended = run(states, invoke, arguments)
    assert (ended["status"], ended["error"]) == ("FAILED", name)
    assert ended["cause"].startswith(cause)
    retry = {"ErrorEquals": [name], "IntervalSeconds": 1, "MaxDelaySeconds": 1}
    ended = run(states, invoke, arguments, Retry=[retry])
    assert ended["status"] == "SUCCEEDED", ended
    assert json.loads(ended["output"])["Payload"] == "answer"
