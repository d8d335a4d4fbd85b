"""Calls and functions of scorings and of reports about drift, to which something happens."""

import pytest

from localcloud.faults.client import FaultClient
from tests.chaos.calls import TROUBLES
from tests.chaos.environment import ChaosDeployment
from tests.chaos.job_executions import (
    BOTH,
    Names,
    Undisturbed,
    expect_nothing_runs,
    expect_same,
    expect_same_at_once,
    redrive,
    run,
)
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import expect_all_injected
from tests.integration.executions import finish
from worlds.least_privilege import denying

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
_FOR_GOOD = 3


# -- calls ---------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("what", TROUBLES)
def test_calls_that_go_wrong_for_a_while_change_nothing(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    faults: FaultClient,
    tried: Tried,
    names: Names,
    what: str,
) -> None:
    one, (kind, options) = worlds[names.job], TROUBLES[what]
    start = one.world.prepare()
    for call, text in names.calls:
        faults.add(kind, call, matching=text, **options)
    faults.add(kind, names.call("Describe"), matching=f"-{names.job}-", **options)
    expect_same_at_once(deployment, one.world, finish(deployment, start()), one.product)
    expect_all_injected(faults)
    for _ in dict.fromkeys([*names.calls, (names.call("Describe"), "")]):
        tried(f"Calls of {names.title}", f"its calls: {what}", Outcome.SAME)


@BOTH
def test_calls_that_are_throttled_for_long_are_made_again(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    faults: FaultClient,
    tried: Tried,
    names: Names,
) -> None:
    """The SDK asks eight times; then the state machine calls the function again."""
    one, patience = worlds[names.job], 10
    start = one.world.prepare()
    (first, text), (last, last_text) = names.start_calls[-1], names.end_calls[-1]
    faults.add("throttle", first, times=patience, matching=text)
    faults.add("throttle", last, times=patience, matching=last_text)
    faults.add("throttle", names.call("Describe"), times=patience, matching=f"-{names.job}-")
    expect_same_at_once(deployment, one.world, finish(deployment, start()), one.product)
    expect_all_injected(faults)
    for _ in (first, last, names.call("Describe")):
        tried(f"Calls of {names.title}", f"its calls: throttled, {patience} in a row", Outcome.SAME)


@BOTH
def test_a_call_that_is_denied_says_so_and_can_be_redriven(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    tried: Tried,
    names: Names,
) -> None:
    one, iam = worlds[names.job], deployment.client("iam")
    for function, action in names.denied:
        with denying(iam, role_of(deployment, function), action):
            failed = run(deployment, one.world)
        assert (failed.status, failed.error) == ("FAILED", names.error), action
        assert f"is not authorized to perform: {action}" in failed.cause
        expect_nothing_runs(deployment, names, failed.name)
        expect_same(deployment, one.world, redrive(deployment, failed), one.product)
        tried(f"Calls of {names.title}", f"{action} of {function}: denied", Outcome.AGAIN)


def role_of(deployment: ChaosDeployment, function: str) -> str:
    found = deployment.client("lambda").get_function(FunctionName=f"reviews-local-{function}")
    return str(found["Configuration"]["Role"].rpartition("/")[2])


# -- functions -----------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("what", "kind", "options"),
    [
        ("killed at its start", "kill", {"seconds": 0}),
        ("killed before it answers", "kill", {}),
    ],
)
def test_a_function_that_ends_once_is_called_again(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    faults: FaultClient,
    tried: Tried,
    names: Names,
    what: str,
    kind: str,
    options: dict[str, float],
) -> None:
    one = worlds[names.job]
    for function in names.functions:
        faults.add(kind, lambda_of(function), **options)
    expect_same_at_once(deployment, one.world, run(deployment, one.world), one.product)
    expect_all_injected(faults)
    for function in names.functions:
        tried(f"Functions of {names.title}", f"{function} {what}", Outcome.SAME)


@BOTH
@pytest.mark.parametrize("which", [0, 1], ids=["start", "end"])
def test_a_function_that_is_killed_for_good_can_be_redriven(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    faults: FaultClient,
    tried: Tried,
    names: Names,
    which: int,
) -> None:
    one, function = worlds[names.job], names.functions[which]
    faults.add("kill", lambda_of(function), times=_FOR_GOOD)
    failed = run(deployment, one.world)
    assert (failed.status, failed.error) == ("FAILED", names.error)
    assert failed.cause.endswith("Runtime exited with error: signal: killed")
    expect_nothing_runs(deployment, names, failed.name)
    expect_same(deployment, one.world, redrive(deployment, failed), one.product)
    tried(f"Functions of {names.title}", f"{function} killed three times", Outcome.AGAIN)


def test_functions_that_hang_once_are_called_again(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    faults: FaultClient,
    tried: Tried,
) -> None:
    """Side by side: each takes its two minutes."""
    arns = {}
    for job, one in worlds.items():
        for function in one.world.names.functions:
            faults.add("timeout", lambda_of(function))
        arns[job] = one.world.prepare()()
    for job, arn in arns.items():
        expect_same_at_once(
            deployment, worlds[job].world, finish(deployment, arn), worlds[job].product
        )
    expect_all_injected(faults)
    for one in worlds.values():
        for function in one.world.names.functions:
            tried(f"Functions of {one.world.names.title}", f"{function} hangs", Outcome.SAME)


def lambda_of(function: str) -> str:
    return f"lambda:reviews-local-{function}"
