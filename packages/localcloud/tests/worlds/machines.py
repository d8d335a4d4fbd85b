"""Small state machines in an embedded AWS."""

import json
from dataclasses import dataclass
from typing import Any, Self

import pytest

from worlds.execution_world import World
from worlds.waiting import until


def look_up(group: str, **more: Any) -> dict[str, Any]:
    """A task that fails as long as there is no such group."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:sagemaker:describeModelPackageGroup",
        "Arguments": {"ModelPackageGroupName": group},
        **more,
    }


def counted(group: str) -> dict[str, Any]:
    """Begin counts, Look fails, and Done tells what was kept."""
    return {
        "Begin": {
            "Type": "Pass",
            "Assign": {"count": "{% $states.input.start + 1 %}", "nothing": "{% null %}"},
            "Output": {"from": "Begin"},
            "Next": "Look",
        },
        "Look": look_up(
            group,
            Assign={"group": "{% $states.result.ModelPackageGroupName %}"},
            Output="{% $states.input %}",
            Next="Done",
        ),
        "Done": {
            "Type": "Succeed",
            "Output": {
                "count": "{% $count %}",
                "nothing": "{% $nothing %}",
                "group": "{% $group %}",
                "input": "{% $states.input %}",
                "redrives": "{% $states.context.Execution.RedriveCount %}",
                "start": "{% $states.context.Execution.Input.start %}",
            },
        },
    }


@dataclass
class Machines:
    """Step Functions' client, and short ways to run small state machines."""

    client: Any
    role: str

    @classmethod
    def of(cls, world: World) -> Self:
        return cls(world.client("stepfunctions"), world.role)

    def start(self, name: str, states: dict[str, Any], **given: Any) -> str:
        definition = {"QueryLanguage": "JSONata", "StartAt": next(iter(states)), "States": states}
        machine = self.client.create_state_machine(
            name=name, definition=json.dumps(definition), roleArn=self.role
        )["stateMachineArn"]
        arn: str = self.client.start_execution(
            stateMachineArn=machine, name="run", input=json.dumps(given)
        )["executionArn"]
        return arn

    def end(self, arn: str) -> dict[str, Any]:
        found: dict[str, Any] = until(
            lambda: self.client.describe_execution(executionArn=arn),
            lambda execution: execution["status"] != "RUNNING",
        )
        return found

    def output(self, arn: str) -> Any:
        ended = self.end(arn)
        assert ended["status"] == "SUCCEEDED", ended
        return json.loads(ended["output"])

    def events(self, arn: str) -> list[str]:
        history = self.client.get_execution_history(executionArn=arn)
        return [event["type"] for event in history["events"]]


@pytest.fixture(scope="module")
def machines(world: World) -> Machines:
    return Machines.of(world)
