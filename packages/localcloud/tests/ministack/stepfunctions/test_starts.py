"""Starting executions, and their names."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.errors import error
from worlds.machines import Machines


def test_a_start_that_is_repeated_while_the_execution_runs_is_the_same(machines: Machines) -> None:
    states = machines.client
    wait = {"Wait": {"Type": "Wait", "Seconds": 60, "Next": "Done"}, "Done": {"Type": "Succeed"}}
    arn = machines.start("twice", wait, start=1)
    machine = states.describe_execution(executionArn=arn)["stateMachineArn"]

    def again(**given: int) -> Any:
        return states.start_execution(stateMachineArn=machine, name="run", input=json.dumps(given))[
            "executionArn"
        ]

    assert again(start=1) == arn
    taken = ("ExecutionAlreadyExists", f"Execution already exists: '{arn}'")
    with pytest.raises(ClientError) as raised:
        again(start=2)
    assert error(raised) == taken
    states.stop_execution(executionArn=arn)
    with pytest.raises(ClientError) as raised:
        again(start=1)
    assert error(raised) == taken
    assert machines.events(arn).count("ExecutionStarted") == 1


@pytest.mark.parametrize(
    "name", ["my run", "x" * 81, "a/b", "a:b", "50%", 'a"b', "a\tb", "a\x7fb", "${run}"]
)
def test_names_that_step_functions_refuses_are_refused(machines: Machines, name: str) -> None:
    arn = "arn:aws:states:us-east-1:000000000000:stateMachine:any"
    with pytest.raises(ClientError) as raised:
        machines.client.start_execution(stateMachineArn=arn, name=name)
    assert error(raised) == ("InvalidName", f"Invalid Name: '{name}'")


@pytest.mark.parametrize("name", ["x" * 80, "run-1_a", "a.b", "läuft", "a+b=(c)!@'"])
def test_names_that_it_takes_are_taken(machines: Machines, name: str) -> None:
    arn = "arn:aws:states:us-east-1:000000000000:stateMachine:there-is-none"
    with pytest.raises(ClientError) as raised:
        machines.client.start_execution(stateMachineArn=arn, name=name)
    assert error(raised)[0] == "StateMachineDoesNotExist"
