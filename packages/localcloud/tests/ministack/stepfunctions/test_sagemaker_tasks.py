"""Tasks on SageMaker's optimised integrations."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from localcloud.faults.client import FaultClient
from worlds.execution_world import BUCKET, INFERENCE, SKLEARN, TRAINING, World, cluster
from worlds.machines import Machines, look_up
from worlds.waiting import until

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
    return has_status(world, name, "InProgress")


def has_status(world: World, name: str, status: str) -> bool:
    """False for a job that is not there yet."""
    listed = world.sagemaker.list_processing_jobs(NameContains=name, StatusEquals=status)
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
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
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
    assert until(lambda: "TaskSubmitted" in machines.events(arn))
    machines.client.stop_execution(executionArn=arn)
    assert until(lambda: status(world, "given-up-job"), "Stopped".__eq__) == "Stopped"
    assert machines.events(arn)[-2:] == ["TaskSubmitted", "ExecutionAborted"]


def test_a_job_that_is_submitted_after_the_end_is_no_event_of_the_execution(
    machines: Machines, world: World, tmp_path: Path
) -> None:
    faults = FaultClient(world.environment["AWS_ENDPOINT_URL"], tmp_path)
    faults.add("slow", "sagemaker:CreateProcessingJob", seconds=1)
    request = processing(world, "submitted-late", SLEEP)
    arn = machines.start("submits-late", {"Do": task("createProcessingJob.sync", request)})
    assert until(lambda: faults.list()[0]["injected"] == 1)
    machines.client.stop_execution(executionArn=arn)
    assert until(lambda: has_status(world, "submitted-late", "Stopped"))
    faults.clear()
    assert machines.events(arn)[-2:] == ["TaskScheduled", "ExecutionAborted"]


def test_a_task_that_takes_too_long_stops_its_job(machines: Machines, world: World) -> None:
    request = processing(world, "too-long", SLEEP)
    late = task("createProcessingJob.sync", request, TimeoutSeconds=1)
    assert machines.end(machines.start("late-job", {"Do": late}))["error"] == "States.Timeout"
    assert until(lambda: status(world, "too-long"), "Stopped".__eq__) == "Stopped"


def test_the_job_of_a_task_that_took_too_long_is_stopped_while_the_execution_goes_on(
    machines: Machines, world: World
) -> None:
    request = processing(world, "caught", SLEEP)
    caught = [{"ErrorEquals": ["States.Timeout"], "Next": "Later"}]
    late = task("createProcessingJob.sync", request, TimeoutSeconds=1, Catch=caught)
    later = {"Type": "Wait", "Seconds": 600, "End": True}
    arn = machines.start("caught-job", {"Do": late, "Later": later})
    assert until(lambda: has_status(world, "caught", "Stopped"))
    assert machines.client.describe_execution(executionArn=arn)["status"] == "RUNNING"
    machines.client.stop_execution(executionArn=arn)


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
