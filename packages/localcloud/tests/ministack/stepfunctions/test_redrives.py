"""Executions that are redriven from the state that failed."""

import json
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from localcloud.server import LocalCloud
from worlds.errors import error
from worlds.execution_world import World
from worlds.machines import Machines, counted, look_up
from worlds.waiting import until

GROUPS = "arn:aws:sagemaker:us-east-1:000000000000:model-package-group"


def test_a_redrive_goes_on_with_the_state_that_failed(machines: Machines, world: World) -> None:
    states, name = machines.client, "goes-on"
    arn = machines.start(name, counted(name), start=41)
    failed = machines.end(arn)
    assert (failed["status"], failed["error"], failed["cause"]) == (
        "FAILED",
        "SageMaker.SageMakerException",
        f"ModelPackageGroup {GROUPS}/{name} does not exist.",
    )
    assert (failed["redriveStatus"], failed["redriveCount"]) == ("REDRIVABLE", 0)
    world.sagemaker.create_model_package_group(ModelPackageGroupName=name)
    redriven = states.redrive_execution(executionArn=arn)
    done = machines.end(arn)
    assert done["status"] == "SUCCEEDED", done
    assert json.loads(done["output"]) == {
        "count": 42,
        "nothing": None,
        "group": name,
        "input": {"from": "Begin"},
        "redrives": 1,
        "start": 41,
    }
    assert (done["redriveCount"], done["redriveDate"]) == (1, redriven["redriveDate"])
    assert done["startDate"] == failed["startDate"]
    assert "error" not in done
    assert machines.events(arn) == [
        "ExecutionStarted",
        "PassStateEntered",
        "PassStateExited",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskFailed",
        "ExecutionFailed",
        "ExecutionRedriven",
        "TaskScheduled",
        "TaskSucceeded",
        "TaskStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    machine = done["stateMachineArn"]
    (listed,) = states.list_executions(stateMachineArn=machine)["executions"]
    assert (listed["redriveCount"], listed["redriveDate"]) == (1, redriven["redriveDate"])


def test_a_redrive_keeps_the_definition_of_the_start(machines: Machines) -> None:
    states, name = machines.client, "definition"
    arn = machines.start(name, counted(name), start=0)
    machine = machines.end(arn)["stateMachineArn"]
    newer = {"StartAt": "Look", "States": {"Look": {"Type": "Succeed"}}}
    states.update_state_machine(stateMachineArn=machine, definition=json.dumps(newer))
    states.redrive_execution(executionArn=arn)
    again = machines.end(arn)
    assert (again["status"], again["redriveCount"]) == ("FAILED", 1)


def test_what_runs_or_has_succeeded_is_not_redrivable(machines: Machines) -> None:
    states = machines.client
    waits = machines.start("waits", {"Wait": {"Type": "Wait", "Seconds": 60, "End": True}})
    done = machines.start("is-done", {"Done": {"Type": "Succeed"}})
    machines.end(done)
    for arn, status in ((waits, "RUNNING"), (done, "SUCCEEDED")):
        reason = f"Execution is {status} and cannot be redriven"
        found = states.describe_execution(executionArn=arn)
        assert found["redriveStatus"] == "NOT_REDRIVABLE"
        assert found["redriveStatusReason"] == reason
        with pytest.raises(ClientError) as raised:
            states.redrive_execution(executionArn=arn)
        assert error(raised) == ("ExecutionNotRedrivable", reason)
    states.stop_execution(executionArn=waits)
    missing = done.replace(":run", ":none")
    with pytest.raises(ClientError) as raised:
        states.redrive_execution(executionArn=missing)
    assert error(raised) == ("ExecutionDoesNotExist", f"Execution Does Not Exist: '{missing}'")


def test_an_execution_that_ended_in_a_parallel_state_is_not_redrivable(machines: Machines) -> None:
    branch = {"StartAt": "Look", "States": {"Look": look_up("nobody", End=True)}}
    both = {"Type": "Parallel", "Branches": [branch, branch], "End": True}
    arn = machines.start("parallel", {"Both": both})
    assert machines.end(arn)["status"] == "FAILED"
    with pytest.raises(ClientError) as raised:
        machines.client.redrive_execution(executionArn=arn)
    assert error(raised) == (
        "ExecutionNotRedrivable",
        "Execution ended in a Parallel state, which localcloud cannot redrive",
    )


def test_a_repeated_token_redrives_once(machines: Machines) -> None:
    states = machines.client
    arn = machines.start("token", counted("nobody"), start=0)
    machines.end(arn)
    first = states.redrive_execution(executionArn=arn, clientToken="once")
    machines.end(arn)
    assert (
        states.redrive_execution(executionArn=arn, clientToken="once")["redriveDate"]
        == (first["redriveDate"])
    )
    assert machines.end(arn)["redriveCount"] == 1


def test_a_stopped_execution_waits_again_and_only_once(machines: Machines) -> None:
    states = machines.client
    wait = {"Wait": {"Type": "Wait", "Seconds": 1, "Next": "Done"}, "Done": {"Type": "Succeed"}}
    arn = machines.start("stopped", wait)
    until(lambda: "WaitStateEntered" in machines.events(arn))
    states.stop_execution(executionArn=arn, error="Tired", cause="of waiting")
    assert machines.end(arn)["error"] == "Tired"
    states.redrive_execution(executionArn=arn)
    assert machines.end(arn)["status"] == "SUCCEEDED"
    assert machines.events(arn) == [
        "ExecutionStarted",
        "WaitStateEntered",
        "ExecutionAborted",
        "ExecutionRedriven",
        "WaitStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]


def test_an_execution_is_redriven_by_a_later_server(tmp_path: Path) -> None:
    name = "later"
    with LocalCloud(data_dir=tmp_path) as cloud:
        world = World(dict(cloud.environment()))
        world.role = world.make_role()
        machines = Machines.of(world)
        failed = machines.start(name, counted(name), start=1)
        waits = machines.start("cut", {"Wait": {"Type": "Wait", "Seconds": 1, "End": True}})
        machines.end(failed)
    with LocalCloud(data_dir=tmp_path) as cloud:
        world = World(dict(cloud.environment()))
        machines = Machines.of(world)
        world.sagemaker.create_model_package_group(ModelPackageGroupName=name)
        assert machines.end(waits)["error"] == "States.ServiceRestart"
        for arn in (failed, waits):
            machines.client.redrive_execution(executionArn=arn)
        assert json.loads(machines.end(failed)["output"])["count"] == 2
        assert machines.end(waits)["status"] == "SUCCEEDED"
