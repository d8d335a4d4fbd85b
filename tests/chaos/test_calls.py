"""Calls that AWS throttles: up to three times the SDK repeats them, ten times need the retries."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from localcloud.faults.client import FaultClient
from localcloud.server import LocalCloud
from reviews.client.runs.execution import Execution
from tests.chaos.calls import CALLS, FOUND, HANDLING, OWN, SKIPPING, Alone, Call
from tests.chaos.environment import ChaosDeployment
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import (
    begin_again,
    expect_all_injected,
    expect_same_at_once,
    jobs,
    start,
    versions,
)
from tests.integration.executions import finish, unique
from tests.integration.test_least_privilege_mutations import forget_code

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
# How policies call operations that have no action of their name.
_ACTIONS = {"s3:HeadObject": "s3:GetObject", "s3:ListObjectsV2": "s3:ListBucket"}
# What AWS asks of a function besides its calls: for tags, a query, an endpoint that scales.
_ON_BEHALF = {
    "start-processing": {"sagemaker:AddTags"},
    "start-training": {"sagemaker:AddTags"},
    "start-evaluation": {"sagemaker:AddTags"},
    "check-features": {"s3:GetBucketLocation", "s3:PutObject"},
    "scale-endpoint": {
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:UpdateEndpointWeightsAndCapacities",
    },
}
# In other runs: that skip steps, find what a function had made, or have no endpoint that serves.
_ELSEWHERE = {
    "prepare": {
        "s3:ListBucket",
        "sagemaker:ListModelPackages",
        "sagemaker:DescribeModelPackage",
    },
    "start-processing": {"sagemaker:DescribeProcessingJob"},
    "start-training": {"sagemaker:DescribeTrainingJob"},
    "start-evaluation": {"sagemaker:DescribeProcessingJob"},
    "deploy-endpoint": {
        "sagemaker:CreateEndpoint",
        "sagemaker:DeleteEndpoint",
        "sagemaker:DescribeModel",
    },
}
_SERVICES = ("application-autoscaling:", "athena:", "s3:", "sagemaker:", "sns:", "states:")


# -- whole runs ----------------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, 3])
def test_a_run_whose_every_call_is_throttled_ends_the_same(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    tried: Tried,
    times: int,
) -> None:
    calls = list(dict.fromkeys(call for called in CALLS.values() for call in called))
    forget_code(deployment)
    for operation, text in calls:
        faults.add("throttle", operation, times=times, matching=text)
    throttle_own_calls(faults, times)
    found = finish(deployment, start(deployment, unique("throttled")))
    expect_same_at_once(deployment, found, undisturbed)
    expect_all_injected(faults)
    for operation, _ in calls:
        tried("Throttling", f"{operation}, {times} in a row", Outcome.SAME)
    note_own_calls(tried, times)


def test_a_run_is_patient_with_its_own_calls(
    deployment: ChaosDeployment, undisturbed: Execution, faults: FaultClient, tried: Tried
) -> None:
    throttle_own_calls(faults, 10)
    found = finish(deployment, start(deployment, unique("patient")))
    expect_same_at_once(deployment, found, undisturbed)
    expect_all_injected(faults)
    note_own_calls(tried, 10)


def throttle_own_calls(faults: FaultClient, times: int) -> None:
    for operation, before in OWN.items():
        faults.add("throttle", operation, times=times, after=before)


def note_own_calls(tried: Tried, times: int) -> None:
    for operation in OWN:
        tried("Throttling", f"{operation} by the state machine, {times} in a row", Outcome.SAME)


@pytest.mark.parametrize("times", [1, 3, 10])
def test_a_run_that_skips_steps_is_throttled(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    tried: Tried,
    times: int,
) -> None:
    for operation, text in SKIPPING:
        faults.add("throttle", operation, times=times, matching=text)
    found = finish(deployment, begin_again(deployment, unique("skipping"), undisturbed))
    assert found.status == "SUCCEEDED", found.cause
    expect_all_injected(faults)
    for operation, text in SKIPPING:
        tried("Throttling", f"{operation} of {text}, {times} in a row", Outcome.SAME)


# -- functions alone -----------------------------------------------------------------------------

# Functions of one line take turns, since they make the same calls; lines go side by side.
_LINES = (
    ("StartEvaluation", "DeployEndpoint", "HandleFailure"),
    ("Prepare", "ScaleEndpoint"),
    ("CheckFeatures", "CheckGate", "SmokeTest"),
    ("StartTraining", "StartProcessing", "RegisterModel"),
)
_PATIENCE = 10  # the SDK asks eight times


@pytest.fixture(scope="module")
def alone(deployment: ChaosDeployment, undisturbed: Execution) -> Alone:
    """As the undisturbed run, whose jobs are there already, but for the endpoint's next model."""
    sagemaker, result = deployment.client("sagemaker"), undisturbed.result()
    run = result["run"]["id"]
    training = sagemaker.describe_training_job(TrainingJobName=f"reviews-local-train-{run}-1")
    values = {
        "$model_data": training["ModelArtifacts"]["S3ModelArtifacts"],
        "$states.context.Execution.Input": {"reviews": result["run"]["reviews"]},
        "$job": {"kind": "training", "name": training["TrainingJobName"]},
    }
    return Alone(deployment, undisturbed, values)


@pytest.fixture(scope="module")
def throttled_for_long(cloud: LocalCloud, alone: Alone) -> Iterator[dict[str, list[str]]]:
    """What each function raised before it answered."""
    forget_code(alone.deployment)
    own_the_endpoint(alone)
    with ThreadPoolExecutor(len(_LINES)) as pool:
        lines = pool.map(lambda line: [(one, throttle(cloud, alone, one)) for one in line], _LINES)
        yield {state: found for line in lines for state, found in line}
    cloud.faults.clear()


def own_the_endpoint(alone: Alone) -> None:
    """The undisturbed run was the last to change the endpoint, so another looks whether it runs."""
    sagemaker, name = alone.deployment.client("sagemaker"), alone.first.result()["endpoint"]["name"]
    arn = sagemaker.describe_endpoint(EndpointName=name)["EndpointArn"]
    tags = [{"Key": "reviews:execution", "Value": alone.first.arn}]
    sagemaker.add_tags(ResourceArn=arn, Tags=tags)


def throttle(cloud: LocalCloud, alone: Alone, state: str) -> list[str]:
    """Every call of the function, ten times in a row each."""
    for operation, text in calls_of(state):
        cloud.faults.add("throttle", operation, times=_PATIENCE, matching=text)
    return until_answered(for_another_run(alone) if state == "DeployEndpoint" else alone, state)


def calls_of(state: str) -> list[Call]:
    """Of a handling of a failure, those that it cannot do without."""
    function = "".join(f"-{c.lower()}" if c.isupper() else c for c in state).strip("-")
    calls = HANDLING[:1] if state == "HandleFailure" else CALLS[function]
    return [*calls, *FOUND.get(state, [])]


def for_another_run(alone: Alone) -> Alone:
    run = alone.first.result()["run"]
    other = {**run, "id": "calls", "execution": f"{run['execution']}-calls"}
    return Alone(alone.deployment, alone.first, {**alone.values, "$run": other})


def until_answered(alone: Alone, state: str) -> list[str]:
    """The errors before it, and the last one if the state machine would not try again."""
    raised: list[str] = []
    while not raised or raised[-1] == "Throttled":
        answer = alone.call(state)
        raised.append(answer.error)
    return raised


@pytest.mark.parametrize("state", [state for line in _LINES for state in line])
def test_a_function_throttled_for_long_answers_in_the_end(
    throttled_for_long: dict[str, list[str]], tried: Tried, state: str
) -> None:
    calls = calls_of(state)
    end = "Train" if state == "HandleFailure" else ""  # it fails with the step that it is told
    assert throttled_for_long[state] == [*["Throttled"] * len(calls), end]
    for operation, _ in calls:
        tried("Throttling", f"{operation}, {_PATIENCE} in a row", Outcome.SAME)


def test_functions_throttled_for_long_made_nothing_twice(
    throttled_for_long: dict[str, list[str]],
    deployment: ChaosDeployment,
    undisturbed: Execution,
) -> None:
    run = undisturbed.result()["run"]["id"]
    for step in ("process", "train", "evaluate"):
        assert list(jobs(deployment, step, run).values()) == ["Completed"]
    assert len(versions(deployment, run)) == 1


# -- the list ------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", CALLS)
def test_the_list_has_every_call_that_a_function_makes(
    cloud: LocalCloud, undisturbed: Execution, function: str
) -> None:
    """By what its role was allowed to do. That it makes all of them, the throttled runs show."""
    name = function.replace("-", "")
    done = {
        decision.action
        for decision in cloud.iam_decisions()
        if name in decision.role.lower() and decision.action.startswith(_SERVICES)
    }
    listed = {_ACTIONS.get(operation, operation) for operation, _ in CALLS[function]}
    assert done
    assert done - listed <= _ON_BEHALF.get(function, set()) | _ELSEWHERE.get(function, set())
