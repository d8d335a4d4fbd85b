"""The rule that calls a function when an execution has ended without success."""

import pytest

from infra.settings import ENVIRONMENTS
from tests.infra.conftest import Synthesised, plain

EVERY = pytest.mark.parametrize("environment", ENVIRONMENTS)


@EVERY
def test_executions_of_every_state_machine_that_end_without_success_call_the_function(
    synthesised: Synthesised, environment: str
) -> None:
    (rule,) = synthesised.resources(environment, "Pipeline", "AWS::Events::Rule").values()
    pattern = rule["Properties"]["EventPattern"]
    machines = synthesised.resources(environment, "Pipeline", "AWS::StepFunctions::StateMachine")
    watched = {plain(machine) for machine in pattern["detail"]["stateMachineArn"]}
    assert watched == {f"<{name}>" for name in machines}
    assert set(pattern["detail"]["status"]) == {"ABORTED", "FAILED", "TIMED_OUT"}
    (target,) = rule["Properties"]["Targets"]
    functions = synthesised.resources(environment, "Pipeline", "AWS::Lambda::Function")
    (called,) = (
        name
        for name, function in functions.items()
        if function["Properties"]["FunctionName"] == f"reviews-{environment}-stop-jobs"
    )
    assert plain(target["Arn"]) == f"<{called}.Arn>"


@EVERY
def test_the_function_looks_as_long_as_one_may_take_that_starts_a_job(
    synthesised: Synthesised, environment: str
) -> None:
    functions = synthesised.resources(environment, "Pipeline", "AWS::Lambda::Function").values()
    seconds = {
        function["Properties"].get("FunctionName"): function["Properties"].get("Timeout")
        for function in functions
    }
    starting = [
        value for name, value in seconds.items() if name and f"reviews-{environment}-start-" in name
    ]
    assert starting
    assert seconds[f"reviews-{environment}-stop-jobs"] >= max(starting)


@EVERY
def test_the_rule_is_deleted_before_the_cleanup_stops_executions(
    synthesised: Synthesised, environment: str
) -> None:
    (rule,) = synthesised.resources(environment, "Pipeline", "AWS::Events::Rule").values()
    (cleanup,) = synthesised.resources(environment, "Pipeline", "Custom::Leftovers")
    assert cleanup in rule["DependsOn"]
