"""Whole runs to which something happens: they end like an undisturbed one, or can be redriven."""

import pytest

from localcloud.faults.client import FaultClient
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.chaos.environment import ChaosDeployment
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import (
    JOBS,
    begin_again,
    expect_all_injected,
    expect_same,
    expect_same_at_once,
    jobs,
    running,
    start,
    versions,
)
from tests.integration.executions import finish, unique
from worlds.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
# In the order in which a run comes to them, with the step that each belongs to.
FUNCTIONS = {
    "prepare": "Prepare",
    "start-processing": "Process",
    "check-features": "Features",
    "start-training": "Train",
    "start-evaluation": "Evaluate",
    "check-gate": "Gate",
    "register-model": "Gate",
    "deploy-endpoint": "Deploy",
    "scale-endpoint": "Deploy",
    "smoke-test": "SmokeTest",
}
# Calls that change something, or that the state machine makes itself; some texts of theirs.
LOST = {
    "s3:PutObject": ["run.json"],
    "sagemaker:CreateProcessingJob": ["-process-", "-evaluate-"],
    "sagemaker:DescribeProcessingJob": ["-process-", "-evaluate-"],
    "sagemaker:CreateTrainingJob": [""],
    "sagemaker:DescribeTrainingJob": [""],
    "sagemaker:CreateModelPackage": [""],
    "sagemaker:CreateModel": [""],
    "sagemaker:CreateEndpointConfig": [""],
    "sagemaker:UpdateEndpoint": [""],
    "sagemaker:AddTags": [""],
    "application-autoscaling:RegisterScalableTarget": [""],
    "application-autoscaling:PutScalingPolicy": [""],
    "sns:Publish": [""],
}
# More than a function is tried again.
_FOR_GOOD = 3


def lambda_of(function: str) -> str:
    return f"lambda:reviews-local-{function}"


@pytest.fixture
def name(request: pytest.FixtureRequest) -> str:
    """Of the run; short enough to be its id, too."""
    words = request.node.originalname.removeprefix("test_").replace("_", "-")
    return unique(words[:14].strip("-"))


# -- lost answers --------------------------------------------------------------------------------


def test_lost_answers_make_nothing_twice(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    name: str,
    tried: Tried,
) -> None:
    for call, texts in LOST.items():
        for text in texts:
            faults.add("lost", call, matching=text)
    faults.add("lost", "sagemaker:DescribeEndpoint", after=1)  # the first is of a function
    found = finish(deployment, start(deployment, name))
    expect_same_at_once(deployment, found, undisturbed)
    expect_all_injected(faults)
    for call, texts in LOST.items():
        for _ in texts:
            tried("Lost answers", f"of {call}", Outcome.SAME)
    tried("Lost answers", "of sagemaker:DescribeEndpoint", Outcome.SAME)


def test_lost_answers_of_functions_make_nothing_twice(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    name: str,
    tried: Tried,
) -> None:
    for function in FUNCTIONS:
        faults.add("lost", "lambda:Invoke", matching=f"reviews-local-{function}")
    found = finish(deployment, start(deployment, name))
    expect_same_at_once(deployment, found, undisturbed)
    expect_all_injected(faults)
    for function in FUNCTIONS:
        tried("Lost answers", f"of the function {function}", Outcome.SAME)


def test_an_endpoint_is_made_once_though_the_answer_is_lost(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    name: str,
    tried: Tried,
) -> None:
    forget_endpoint(deployment)
    faults.add("lost", "sagemaker:CreateEndpoint")
    found = finish(deployment, begin_again(deployment, name, undisturbed))
    assert found.status == "SUCCEEDED", found.cause
    expect_all_injected(faults)
    endpoint = deployment.client("sagemaker").describe_endpoint(
        EndpointName=deployment.outputs().endpoint_name
    )
    assert endpoint["EndpointConfigName"] == found.result()["endpoint"]["endpoint_config"]
    tried("Lost answers", "of sagemaker:CreateEndpoint", Outcome.SAME)


def forget_endpoint(deployment: ChaosDeployment) -> None:
    sagemaker, name = deployment.client("sagemaker"), deployment.outputs().endpoint_name
    sagemaker.delete_endpoint(EndpointName=name)
    sagemaker.get_waiter("endpoint_deleted").wait(
        EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 120}
    )


# -- functions that end --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "options"), [("at its start", {"seconds": 0}), ("before it answers", {})]
)
def test_a_function_that_is_killed_once_is_called_again(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    name: str,
    tried: Tried,
    what: str,
    options: dict[str, float],
) -> None:
    for function in FUNCTIONS:
        faults.add("kill", lambda_of(function), **options)
    found = finish(deployment, start(deployment, name))
    expect_same_at_once(deployment, found, undisturbed)
    expect_all_injected(faults)
    for function in FUNCTIONS:
        tried("Killed functions", f"{function}, {what}", Outcome.SAME)


def test_each_step_that_fails_for_good_can_be_redriven(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    name: str,
    tried: Tried,
) -> None:
    for function in FUNCTIONS:
        faults.add("kill", lambda_of(function), times=_FOR_GOOD)
    faults.add("kill", lambda_of("handle-failure"), times=_FOR_GOOD - 1)
    arn = start(deployment, name)
    for step in FUNCTIONS.values():
        found = finish(deployment, arn)
        assert (found.status, found.error) == ("FAILED", step)
        assert found.cause.startswith(f"{step}: RequestId:")
        assert found.cause.endswith("Runtime exited with error: signal: killed")
        assert until(lambda: not running(deployment, name), pause=0.5), running(deployment, name)
        execution.redrive(deployment.client("stepfunctions"), found)
    found = finish(deployment, arn)
    expect_same(deployment, found, undisturbed)
    expect_all_injected(faults)
    for function, step in FUNCTIONS.items():
        tried("Redrives", f"after {step}: {function} was killed three times", Outcome.AGAIN)


# In groups of a run each, side by side: a function that hangs takes its two minutes.
_HANGING = (
    ("prepare", "start-processing"),
    ("check-features", "start-training"),
    ("start-evaluation", "check-gate", "register-model"),
    ("deploy-endpoint", "scale-endpoint", "smoke-test"),
)


def test_a_function_that_hangs_once_is_called_again(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    name: str,
    tried: Tried,
) -> None:
    names = {f"{name}-{number}": group for number, group in enumerate(_HANGING)}
    for run, group in names.items():
        for function in group:
            faults.add("timeout", lambda_of(function), matching=run)
    for arn in [start(deployment, run) for run in names]:
        found = finish(deployment, arn)
        expect_same_at_once(deployment, found, undisturbed)
    expect_all_injected(faults)
    for group in _HANGING:
        for function in group:
            tried("Hanging functions", function, Outcome.SAME)


# -- no machines ---------------------------------------------------------------------------------


def test_jobs_without_machines_are_started_again(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    name: str,
    tried: Tried,
) -> None:
    jobs = {"process": "Processing", "evaluate": "Processing", "train": "Training"}
    for verb, kind in jobs.items():
        faults.add("capacity", f"sagemaker:Create{kind}Job", matching=f"-{verb}-")
    found = finish(deployment, start(deployment, name))
    expect_same(deployment, found, undisturbed)
    expect_all_injected(faults)
    for verb in jobs:
        tried("No machines", f"for the job that is to {verb}", Outcome.SAME)


@pytest.mark.parametrize("call", ["CreateEndpoint", "UpdateEndpoint"])
def test_an_endpoint_without_machines_can_be_redriven(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    name: str,
    tried: Tried,
    call: str,
) -> None:
    if call == "CreateEndpoint":
        forget_endpoint(deployment)
    faults.add("capacity", f"sagemaker:{call}")
    arn = begin_again(deployment, name, undisturbed)
    failed = finish(deployment, arn)
    assert (failed.status, failed.error) == ("FAILED", "Deploy")
    assert "Unable to provision requested ML compute capacity" in failed.cause
    expect_all_injected(faults)
    execution.redrive(deployment.client("stepfunctions"), failed)
    found = finish(deployment, arn)
    assert found.status == "SUCCEEDED", found.cause
    assert len(versions(deployment, found.result()["run"]["id"])) == 1
    tried("No machines", f"for sagemaker:{call}", Outcome.AGAIN)


# -- executions that are stopped -----------------------------------------------------------------


@pytest.mark.parametrize("step", JOBS)
def test_an_execution_that_is_stopped_leaves_no_job_and_can_be_redriven(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    name: str,
    tried: Tried,
    step: str,
) -> None:
    """As in the console of Step Functions: nothing else is told."""
    arn, states = start(deployment, name), deployment.client("stepfunctions")
    assert until(lambda: jobs(deployment, step, name), bool, seconds=300, pause=0.1)
    states.stop_execution(executionArn=arn)
    stopped = finish(deployment, arn)
    assert stopped.status == "ABORTED"
    assert until(lambda: running(deployment, name), lambda left: not left, seconds=60) == []
    execution.redrive(states, stopped)
    expect_same(deployment, finish(deployment, arn), undisturbed)
    tried("Executions that are stopped", f"during the step {step}", Outcome.AGAIN)
