"""Redrives, retries, task tokens and jobs of Step Functions, through real boto3 clients."""

import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import pytest
from botocore.exceptions import ClientError

from localcloud.faults.client import FaultClient
from localcloud.ministack.pacing import delay
from localcloud.server import LocalCloud
from worlds.execution_world import (
    BUCKET,
    INFERENCE,
    SKLEARN,
    TRAINING,
    World,
    cluster,
    world,
    zipped,
)
from worlds.waiting import until

__all__ = ["world"]

GROUPS = "arn:aws:sagemaker:us-east-1:000000000000:model-package-group"
PASS_ON = """
import boto3

def handler(event, context):
    if event["fails"]:
        raise LookupError("no token: none for anybody\\nat all")
    body = event["token"].encode()
    boto3.client("s3").put_object(Bucket=event["bucket"], Key=event["key"], Body=body)
"""


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
            seconds=30,
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


def error(raised: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    return raised.value.response["Error"]["Code"], raised.value.response["Error"]["Message"]


# -- starts --------------------------------------------------------------------------------------


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


# -- redrives ------------------------------------------------------------------------------------


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


# -- retries -------------------------------------------------------------------------------------


def test_a_retrier_waits_longer_each_time_up_to_its_longest() -> None:
    retrier = {"IntervalSeconds": 3, "BackoffRate": 10, "MaxDelaySeconds": 100}
    assert [delay(retrier, count) for count in range(4)] == [3, 30, 100, 100]
    assert delay({}, 7) == 128  # no longest delay of its own


def test_full_jitter_waits_any_time_up_to_the_delay() -> None:
    retrier = {"IntervalSeconds": 4, "MaxDelaySeconds": 10, "JitterStrategy": "FULL"}
    delays = [delay(retrier, 5) for _ in range(200)]
    assert all(0 <= seconds <= 10 for seconds in delays)
    assert min(delays) < 3 < 7 < max(delays)


def test_a_task_is_retried_after_the_longest_delay(machines: Machines) -> None:
    retrier = {
        "ErrorEquals": ["SageMaker.SageMakerException"],
        "IntervalSeconds": 1,
        "BackoffRate": 1000,
        "MaxDelaySeconds": 1,
        "MaxAttempts": 2,
    }
    arn = machines.start("retried", {"Look": look_up("nobody", Retry=[retrier], End=True)})
    assert machines.end(arn)["status"] == "FAILED"
    assert machines.events(arn).count("TaskFailed") == 3


def test_what_was_stopped_is_not_retried(machines: Machines) -> None:
    states = machines.client
    retrier = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 9}
    arn = machines.start("given-up", {"Look": look_up("nobody", Retry=[retrier], End=True)})
    until(lambda: "TaskFailed" in machines.events(arn))
    states.stop_execution(executionArn=arn)
    time.sleep(1.5)  # longer than the retrier waits
    assert machines.events(arn)[-2:] == ["TaskFailed", "ExecutionAborted"]


# -- task tokens ---------------------------------------------------------------------------------


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


# -- SageMaker's optimised integrations ------------------------------------------------------------

ARN = "arn:aws:sagemaker:us-east-1:000000000000"


def task(action: str, request: dict[str, Any], **more: Any) -> dict[str, Any]:
    resource = f"arn:aws:states:::sagemaker:{action}"
    return {"Type": "Task", "Resource": resource, "Arguments": request, "End": True, **more}


def processing(world: World, name: str, code: str) -> dict[str, Any]:
    return {
        "ProcessingJobName": name,
        "RoleArn": world.role,
        "AppSpecification": {
            "ImageUri": SKLEARN,
            "ContainerEntrypoint": ["python3", "-c", code],
        },
        "ProcessingResources": {"ClusterConfig": cluster(1)},
        "Tags": [{"Key": "team", "Value": "reviews"}],
    }


def status(world: World, name: str) -> str:
    described = world.sagemaker.describe_processing_job(ProcessingJobName=name)
    return str(described["ProcessingJobStatus"])


def is_running(world: World, name: str) -> bool:
    listed = world.sagemaker.list_processing_jobs(NameContains=name, StatusEquals="InProgress")
    return bool(listed["ProcessingJobSummaries"])


SLEEP = "import time; time.sleep(60)"


def test_a_task_waits_for_its_job_and_brings_its_description(
    machines: Machines, world: World
) -> None:
    request = processing(world, "waited-for", "print(1)")
    arn = machines.start("waits-for-job", {"Do": task("createProcessingJob.sync", request)})
    job = machines.output(arn)
    assert (job["ProcessingJobStatus"], job["ProcessingJobArn"]) == (
        "Completed",
        f"{ARN}:processing-job/waited-for",
    )
    assert job["ProcessingResources"]["ClusterConfig"]["VolumeSizeInGB"] == 30
    assert job["CreationTime"] <= job["ProcessingEndTime"] <= time.time() * 1000
    assert job["Tags"] == {
        "team": "reviews",
        "MANAGED_BY_AWS": "STARTED_BY_STEP_FUNCTIONS",
        "AWS_STEP_FUNCTIONS_EXECUTION_ARN": arn,
    }
    assert machines.events(arn)[1:5] == [
        "TaskStateEntered",
        "TaskScheduled",
        "TaskSubmitted",
        "TaskSucceeded",
    ]


def test_a_job_that_fails_is_a_failed_task_with_its_description(
    machines: Machines, world: World
) -> None:
    request = processing(world, "goes-wrong", "import sys; sys.exit('no reviews')")
    handled = {"ErrorEquals": ["States.TaskFailed"], "Output": "{% $states.errorOutput %}"}
    states = {
        "Do": task("createProcessingJob.sync", request, Catch=[handled | {"Next": "Tell"}]),
        "Tell": {"Type": "Succeed"},
    }
    error = machines.output(machines.start("job-fails", states))
    assert error["Error"] == "States.TaskFailed"
    job = json.loads(error["Cause"])
    assert job["ProcessingJobStatus"] == "Failed"
    assert "no reviews" in job["FailureReason"]


def test_a_service_without_time_fails_no_task_that_waits(
    machines: Machines, world: World, tmp_path: Path
) -> None:
    faults = FaultClient(world.environment["AWS_ENDPOINT_URL"], tmp_path)
    describe = "sagemaker:DescribeProcessingJob"
    faults.add("throttle", describe, times=1, matching="patient")
    faults.add("lost", describe, times=1, matching="patient")
    request = processing(world, "patient", "print(1)")
    arn = machines.start("is-patient", {"Do": task("createProcessingJob.sync", request)})
    assert machines.output(arn)["ProcessingJobStatus"] == "Completed"
    assert [fault["injected"] for fault in faults.list()] == [1, 1]
    faults.clear()


def test_training_and_transform_jobs_are_waited_for_too(machines: Machines, world: World) -> None:
    training = {
        "TrainingJobName": "trained",
        "RoleArn": world.role,
        "AlgorithmSpecification": {
            "TrainingImage": TRAINING,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "-c", "print(1)"],
        },
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/trained"},
        "ResourceConfig": cluster(1),
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    model = {
        "ModelName": "by-task",
        "ExecutionRoleArn": world.role,
        "PrimaryContainer": {"Image": INFERENCE},
    }
    place = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/nothing-here"}
    transform = {
        "TransformJobName": "transformed",
        "ModelName": "by-task",
        "TransformInput": {"DataSource": {"S3DataSource": place}},
        "TransformOutput": {"S3OutputPath": f"s3://{BUCKET}/transformed"},
        "TransformResources": {"InstanceCount": 1, "InstanceType": "ml.m5.large"},
    }
    states = {
        "Train": task("createTrainingJob.sync", training, Next="Model"),
        "Model": task("createModel", model, Next="Transform"),
        "Transform": task("createTransformJob.sync", transform),
    }
    for name in ("Train", "Model"):
        del states[name]["End"]
    ended = machines.end(machines.start("all-kinds", states))
    assert ended["error"] == "States.TaskFailed"
    assert "No S3 objects found" in json.loads(ended["cause"])["FailureReason"]
    job = world.sagemaker.describe_training_job(TrainingJobName="trained")
    assert job["TrainingJobStatus"] == "Completed"


def test_a_stopped_execution_stops_its_job(machines: Machines, world: World) -> None:
    request = processing(world, "given-up-job", SLEEP)
    arn = machines.start("stops-job", {"Do": task("createProcessingJob.sync", request)})
    assert until(lambda: is_running(world, "given-up-job"))
    machines.client.stop_execution(executionArn=arn)
    assert until(lambda: status(world, "given-up-job"), "Stopped".__eq__) == "Stopped"
    assert machines.events(arn)[-2:] == ["TaskSubmitted", "ExecutionAborted"]


def test_a_task_that_takes_too_long_stops_its_job(machines: Machines, world: World) -> None:
    request = processing(world, "too-long", SLEEP)
    late = task("createProcessingJob.sync", request, TimeoutSeconds=1)
    assert machines.end(machines.start("late-job", {"Do": late}))["error"] == "States.Timeout"
    assert until(lambda: status(world, "too-long"), "Stopped".__eq__) == "Stopped"


@pytest.mark.parametrize("kind", ["Parallel", "Map"])
def test_a_branch_that_fails_stops_the_jobs_of_the_others(
    machines: Machines, world: World, kind: str
) -> None:
    name = f"beside-{kind.lower()}"
    waits = task("createProcessingJob.sync", processing(world, name, SLEEP))
    fails = look_up("nobody", End=True)
    if kind == "Parallel":
        branches = [{"StartAt": "Do", "States": {"Do": state}} for state in (waits, fails)]
        state = {"Type": "Parallel", "Branches": branches, "End": True}
    else:
        choice = {"Condition": "{% $states.input = 0 %}", "Next": "Wait"}
        steps = {
            "Which": {"Type": "Choice", "Choices": [choice], "Default": "Fail"},
            "Wait": waits,
            "Fail": fails,
        }
        state = {
            "Type": "Map",
            "Items": [0, 1],
            "ItemProcessor": {"StartAt": "Which", "States": steps},
            "End": True,
        }
    ended = machines.end(machines.start(f"{name}-machine", {"All": state}))
    assert (ended["status"], ended["error"]) == ("FAILED", "SageMaker.SageMakerException")
    assert until(lambda: status(world, name), "Stopped".__eq__) == "Stopped"


def test_requests_are_answered_as_the_service_answers_them(
    machines: Machines, world: World
) -> None:
    name = "answered-at-once"
    model = {
        "ModelName": name,
        "ExecutionRoleArn": world.role,
        "PrimaryContainer": {"Image": INFERENCE},
    }
    tags = {"ResourceArn": f"{ARN}:model/{name}", "Tags": [{"Key": "a", "Value": "b"}]}
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InitialInstanceCount": 1,
        "InstanceType": "ml.m5.large",
    }
    config = {"EndpointConfigName": name, "ProductionVariants": [variant]}
    branches = [
        {"StartAt": "Do", "States": {"Do": task(action, request)}}
        for action, request in (("createEndpointConfig", config), ("addTags", tags))
    ]
    states = {
        "Model": {**task("createModel", model), "Next": "Others"},
        "Others": {"Type": "Parallel", "Branches": branches, "End": True},
    }
    del states["Model"]["End"]
    assert machines.output(machines.start(name, states)) == [
        {"EndpointConfigArn": f"{ARN}:endpoint-config/{name}"},
        {"Tags": [{"Key": "a", "Value": "b"}]},
    ]


@pytest.mark.parametrize(
    ("action", "request_", "error", "cause"),
    [
        (
            "createEndpoint",
            {"EndpointName": "e", "EndpointConfigName": "none"},
            "SageMaker.AmazonSageMakerException",
            f'Could not find endpoint configuration "{ARN}:endpoint-config/none". (Service: '
            "AmazonSageMaker; Status Code: 400; Error Code: ValidationException; Request ID: ",
        ),
        (
            "updateEndpoint",
            {"EndpointName": "none", "EndpointConfigName": "none"},
            "SageMaker.AmazonSageMakerException",
            f'Could not find endpoint "{ARN}:endpoint/none". (Service: ',
        ),
        (
            "createLabelingJob.sync",
            {},
            "States.Runtime",
            "arn:aws:states:::sagemaker:createLabelingJob.sync is not yet implemented",
        ),
    ],
)
def test_what_fails_at_once_has_the_names_of_the_integration(
    machines: Machines, action: str, request_: dict[str, Any], error: str, cause: str
) -> None:
    name = f"fails-{action.replace('.', '-')}"
    ended = machines.end(machines.start(name, {"Do": task(action, request_)}))
    assert (ended["error"], ended["cause"][: len(cause)]) == (error, cause)


def test_a_name_that_is_taken_is_a_modelled_error(machines: Machines, world: World) -> None:
    request = processing(world, "taken-name", "print(1)")
    world.sagemaker.create_processing_job(**request)
    ended = machines.end(
        machines.start("takes-name", {"Do": task("createProcessingJob.sync", request)})
    )
    assert ended["error"] == "SageMaker.ResourceInUseException"
    assert ended["cause"].startswith("Job name must be unique within an AWS account and region")
