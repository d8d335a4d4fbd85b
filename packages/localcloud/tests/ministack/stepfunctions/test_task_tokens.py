"""Tasks that wait for a token."""

import json

import pytest
from botocore.exceptions import ClientError

from worlds.errors import error
from worlds.execution_world import BUCKET, World, zipped
from worlds.machines import Machines
from worlds.waiting import until

PASS_ON = """
import boto3

def handler(event, context):
    if event["fails"]:
        raise LookupError("no token: none for anybody\\nat all")
    body = event["token"].encode()
    boto3.client("s3").put_object(Bucket=event["bucket"], Key=event["key"], Body=body)
"""


@pytest.fixture(scope="module")
def pass_on(world: World) -> str:
    """A function that puts the token it gets into the bucket, or fails."""
    arn: str = world.client("lambda").create_function(
        FunctionName="pass-on",
        Runtime="python3.12",
        Role=world.role,
        Handler="handler.handler",
        Code={"ZipFile": zipped("handler.py", PASS_ON)},
    )["FunctionArn"]
    return arn


def ask(
    machines: Machines, function: str, name: str, *, seconds: int = 60, fails: bool = False
) -> str:
    """An execution that asks somebody, and tells the answer or the error."""
    payload = {
        "token": "{% $states.context.Task.Token %}",
        "bucket": BUCKET,
        "key": name,
        "fails": fails,
    }
    states = {
        "Ask": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Arguments": {"FunctionName": function, "Payload": payload},
            "TimeoutSeconds": seconds,
            "Catch": [
                {
                    "ErrorEquals": ["States.ALL"],
                    "Output": {"caught": "{% $states.errorOutput.Error %}"},
                    "Next": "Done",
                }
            ],
            "Next": "Done",
        },
        "Done": {"Type": "Succeed"},
    }
    return machines.start(name, states)


def token(world: World, name: str) -> str:
    until(lambda: world.keys(name))
    return world.read(name).decode()


def test_a_task_token_brings_the_answer(machines: Machines, world: World, pass_on: str) -> None:
    arn = ask(machines, pass_on, "answered")
    machines.client.send_task_success(
        taskToken=token(world, "answered"), output=json.dumps({"approved": True})
    )
    assert machines.output(arn) == {"approved": True}


def test_a_task_token_brings_a_failure(machines: Machines, world: World, pass_on: str) -> None:
    arn = ask(machines, pass_on, "rejected")
    machines.client.send_task_failure(
        taskToken=token(world, "rejected"), error="Rejected", cause="too slow"
    )
    assert machines.output(arn) == {"caught": "Rejected"}


def test_a_task_token_is_void_after_the_timeout(
    machines: Machines, world: World, pass_on: str
) -> None:
    arn = ask(machines, pass_on, "late", seconds=2)
    assert machines.output(arn) == {"caught": "States.Timeout"}
    with pytest.raises(ClientError) as raised:
        machines.client.send_task_success(taskToken=token(world, "late"), output="{}")
    assert error(raised) == ("TaskDoesNotExist", "Task token not found")


def test_a_task_whose_function_fails_does_not_wait_for_its_token(
    machines: Machines, pass_on: str
) -> None:
    arn = ask(machines, pass_on, "broken", fails=True)
    assert machines.output(arn) == {"caught": "LookupError"}
