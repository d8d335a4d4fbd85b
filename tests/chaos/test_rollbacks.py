"""Rollbacks to which something happens: the earlier model serves again, and once."""

import pytest

from localcloud.faults.client import FaultClient
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.chaos.calls import TROUBLES, Call
from tests.chaos.environment import ChaosDeployment
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import expect_all_injected, roll_back, versions
from tests.integration.executions import finish, unique
from worlds.damage import cut, damaged
from worlds.least_privilege import denying

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
# Of Prepare, besides those of every run.
CALLS: list[Call] = [
    ("sagemaker:ListModelPackages", ""),
    ("sagemaker:DescribeModelPackage", ""),
    ("s3:HeadObject", "model.tar.gz"),
    ("s3:GetObject", "run.json"),
    ("s3:PutObject", "evaluation.json"),
]


def begin(deployment: ChaosDeployment, undisturbed: Execution) -> str:
    version = undisturbed.result()["model_package"]["version"]
    return roll_back(deployment, unique("back"), version)


def expect_rolled_back(
    deployment: ChaosDeployment, found: Execution, undisturbed: Execution
) -> None:
    assert found.status == "SUCCEEDED", f"{found.error}: {found.cause}"
    result = found.result()
    assert result["evaluation"] == undisturbed.result()["evaluation"]
    assert versions(deployment, result["run"]["id"]) == [result["model_package"]["arn"]]
    serving = deployment.client("sagemaker").describe_endpoint(
        EndpointName=deployment.outputs().endpoint_name
    )
    assert serving["EndpointStatus"] == "InService"


def redrive(deployment: ChaosDeployment, failed: Execution) -> Execution:
    execution.redrive(deployment.client("stepfunctions"), failed)
    return finish(deployment, failed.arn)


@pytest.mark.parametrize("what", TROUBLES)
def test_calls_that_go_wrong_for_a_while_change_nothing(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    faults: FaultClient,
    tried: Tried,
    what: str,
) -> None:
    kind, options = TROUBLES[what]
    for operation, text in CALLS:
        faults.add(kind, operation, matching=text, **options)
    found = finish(deployment, begin(deployment, undisturbed))
    expect_rolled_back(deployment, found, undisturbed)
    expect_all_injected(faults)
    for _ in CALLS:
        tried("Calls of a rollback", f"its calls: {what}", Outcome.SAME)


@pytest.mark.parametrize("action", ["sagemaker:ListModelPackages", "s3:PutObject"])
def test_what_is_denied_is_named_and_can_be_redriven(
    deployment: ChaosDeployment, undisturbed: Execution, tried: Tried, action: str
) -> None:
    function = deployment.client("lambda").get_function(FunctionName="reviews-local-prepare")
    role = function["Configuration"]["Role"].rpartition("/")[2]
    with denying(deployment.client("iam"), role, action):
        failed = finish(deployment, begin(deployment, undisturbed))
    assert (failed.status, failed.error) == ("FAILED", "Prepare")
    assert f"is not authorized to perform: {action}" in failed.cause
    expect_rolled_back(deployment, redrive(deployment, failed), undisturbed)
    tried("Calls of a rollback", f"{action}: denied", Outcome.AGAIN)


@pytest.mark.parametrize("how", [None, cut], ids=["gone", "cut"])
def test_a_model_that_is_gone_or_cut_does_not_serve(
    deployment: ChaosDeployment, undisturbed: Execution, tried: Tried, how
) -> None:
    """One that is cut does not load, and the update of the endpoint is rolled back."""
    described = deployment.client("sagemaker").describe_model_package(
        ModelPackageName=undisturbed.result()["model_package"]["arn"]
    )
    (container,) = described["InferenceSpecification"]["Containers"]
    with damaged(deployment.client("s3"), container["ModelDataUrl"], how):
        failed = finish(deployment, begin(deployment, undisturbed))
    assert (failed.status, failed.error) == ("FAILED", "Deploy" if how else "Prepare")
    if how is None:
        assert "is not complete any more" in failed.cause
        assert "start a new run" in failed.cause
    again = finish(deployment, begin(deployment, undisturbed))
    expect_rolled_back(deployment, again, undisturbed)
    tried("Objects of a rollback", f"model.tar.gz {'cut' if how else 'gone'}", Outcome.AGAIN)


def test_two_at_once_take_turns(
    deployment: ChaosDeployment, undisturbed: Execution, tried: Tried
) -> None:
    arns = [begin(deployment, undisturbed) for _ in range(2)]
    for arn in arns:
        expect_rolled_back(deployment, finish(deployment, arn), undisturbed)
    tried("Many executions", "two rollbacks at once", Outcome.SAME)


def test_one_that_is_stopped_can_be_redriven(
    deployment: ChaosDeployment, undisturbed: Execution, tried: Tried
) -> None:
    arn, states = begin(deployment, undisturbed), deployment.client("stepfunctions")
    states.stop_execution(executionArn=arn)
    stopped = finish(deployment, arn)
    assert stopped.status == "ABORTED"
    expect_rolled_back(deployment, redrive(deployment, stopped), undisturbed)
    tried("Executions that are stopped", "a rollback", Outcome.AGAIN)
