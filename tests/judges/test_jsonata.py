"""Whole executions of the state machine, every expression by JSONata's reference implementation."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from contract.steps import Step
from tests.judges.conftest import Variant
from tests.judges.executions import (
    ARTEFACT,
    CONTEXT,
    PACKAGE,
    TUNED,
    Answer,
    answers,
    failed,
    payload,
    processing,
    raised,
    registered,
    training,
)
from tests.judges.node import judged_by
from tests.judges.reasons import (
    MISSED,
    NO_MACHINES,
    REASONS,
)

EXPRESSION = re.compile(r"\{%(.*)%\}", re.DOTALL)


def walk(definition: dict[str, Any], changes: dict[str, list[Answer]], **context: Any) -> Any:
    execution = {**CONTEXT["Execution"], **context}
    values = {
        "definition": definition,
        "input": execution["Input"],
        "context": {**CONTEXT, "Execution": execution},
        "answers": answers(**changes),
    }
    return judged_by("walk.js", {"walk": values})["walk"]


@pytest.fixture(scope="module")
def definition(variants: list[Variant]) -> dict[str, Any]:
    """With all states that there are."""
    (everything,) = (variant for variant in variants if variant.name == "everything")
    return everything.definition()


def test_every_variant_succeeds(variants: list[Variant]) -> None:
    for variant in variants:
        end = walk(variant.definition(), {})
        assert "error" not in end, (variant.name, end)
        assert end["path"][-1] == "Succeeded"
        assert end["output"] == {"smoke_test": {"requests": 3}}
        name = variant.settings.name
        assert end["arguments"]["NotifySuccess"]["Message"] == (
            f"Endpoint {name} serves model 3 of run run-1: accuracy 0.81, macro-F1 0.8."
        )


def test_the_results_of_a_step_are_passed_to_the_next(definition: dict[str, Any]) -> None:
    arguments = walk(definition, {})["arguments"]
    assert arguments["StartEvaluation"]["Payload"]["model_data"] == ARTEFACT
    assert arguments["DescribeTraining"] == {"TrainingJobName": "reviews-dev-train-run-1-1"}
    assert arguments["RecordAnswer"] == {
        "ModelPackageArn": PACKAGE,
        "ModelApprovalStatus": "Approved",
        "ApprovalDescription": "fine",
    }


def test_the_missed_rules_of_a_report_gate_are_published(definition: dict[str, Any]) -> None:
    missed = payload({**MISSED, "passed": True, "missed": ["a", "b"]})
    message = walk(definition, {"CheckGate": [missed]})["arguments"]["NotifySuccess"]["Message"]
    assert message.endswith("accuracy 0.5, macro-F1 0.4. Not reached: a; b.")


@pytest.mark.parametrize("case", REASONS)
def test_a_failure_has_a_reason(definition: dict[str, Any], case: str) -> None:
    changes, reason = REASONS[case]
    end = walk(definition, changes)
    assert end["path"][-1] == "HandleFailure", end
    assert end["error"] == {"Error": "Step", "Cause": "told"}
    assert end["arguments"]["HandleFailure"]["Payload"]["reason"] == reason


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"FailureReason": NO_MACHINES[:14] + " x"}, "Failed", "CapacityError"),
        ({"FailureReason": "InternalServerError: x"}, "Failed", "InternalServerError"),
        ({"FailureReason": "no colon"}, "Failed", "no colon"),
        ({}, "Stopped", ""),
    ],
)
def test_a_failure_has_the_status_and_the_error_of_the_job(
    definition: dict[str, Any], fields: dict[str, str], status: str, error: str
) -> None:
    for state, job in (("DescribeProcessing", processing), ("DescribeTraining", training)):
        secondary = {"SecondaryStatus": status} if job is training else {}
        end = walk(definition, {state: [job(status, **secondary, **fields)] * 99})
        event = end["arguments"]["HandleFailure"]["Payload"]
        assert (event["status"], event["job_error"]) == (status, error)


def test_an_error_before_a_job_has_no_status(definition: dict[str, Any]) -> None:
    end = walk(definition, {"Prepare": [raised("E", "no")]})
    event = end["arguments"]["HandleFailure"]["Payload"]
    assert (event["status"], event["job_error"]) == ("", "")


def test_features_that_never_come_are_given_up(definition: dict[str, Any]) -> None:
    late = payload({"ready": False, "expected": 9, "found": 3})
    end = walk(definition, {"CheckFeatures": [late]})
    reason = end["arguments"]["HandleFailure"]["Payload"]["reason"]
    found = re.fullmatch(r"the offline store has 3 of 9 rows after (\d+) s", reason)
    assert found is not None
    assert 3600 <= int(found[1]) <= 3600 + 900


def test_a_start_that_fails_tells_the_job_that_it_may_have_made(definition: dict[str, Any]) -> None:
    end = walk(definition, {"StartTraining": [failed("States.Timeout")]})
    told = end["arguments"]["HandleFailure"]["Payload"]
    assert told["job"] == {"kind": "training", "name": "reviews-dev-train-run-1-1"}


@pytest.mark.parametrize(
    ("state", "step"),
    [
        ("Prepare", Step.PREPARE),
        ("StartProcessing", Step.PROCESS),
        ("CheckFeatures", Step.FEATURES),
        ("StartTraining", Step.TRAIN),
        ("StartEvaluation", Step.EVALUATE),
        ("CheckGate", Step.GATE),
        ("DeployEndpoint", Step.DEPLOY),
        ("ScaleEndpoint", Step.DEPLOY),
        ("SmokeTest", Step.SMOKE_TEST),
    ],
)
def test_a_redrive_goes_on_with_the_step_that_failed(
    definition: dict[str, Any], state: str, step: Step
) -> None:
    once = [raised("E", "no"), *answers()[state]]
    end = walk(definition, {state: once, "HandleFailure": [payload({"redrives": 1})]})
    assert end["path"][-1] == "Succeeded", end
    assert end["arguments"]["HandleFailure"]["Payload"]["step"] == step.value
    assert end["variables"]["attempt"] == 2
    assert end["path"].count(state) == 1 + len(answers()[state])


def test_a_redrive_is_detected_from_the_context(definition: dict[str, Any]) -> None:
    changes = {"StartTraining": [failed("States.Timeout")]}
    for context, count in (({"RedriveCount": 2}, 2), ({}, 0)):
        told = walk(definition, changes, **context)["arguments"]["HandleFailure"]["Payload"]
        assert (told["redrive_count"], told["redrives"]) == (count, 0)
        assert told["error"] == "States.Timeout"


@pytest.mark.parametrize(
    ("start", "state"), [("training", "Tunes?"), ("evaluation", "StartEvaluation")]
)
def test_an_execution_may_start_later(definition: dict[str, Any], start: str, state: str) -> None:
    run = {**answers()["Prepare"][0]["result"]["Payload"], "start_at": start}
    end = walk(definition, {"Prepare": [payload(run)]})
    assert end["path"][3] == state
    assert end["path"][-1] == "Succeeded"


def begun_at(start: str) -> list[Answer]:
    """What Prepare answers for an execution that starts there."""
    return [payload({**answers()["Prepare"][0]["result"]["Payload"], "start_at": start})]


def test_a_promotion_copies_the_model_and_evaluates_it_here(definition: dict[str, Any]) -> None:
    end = walk(definition, {"Prepare": begun_at("promotion")})
    assert end["path"][3:5] == ["CopyModel", "StartEvaluation"]
    assert "AskApproval" in end["path"]
    assert end["path"][-1] == "Succeeded"


def test_a_promotion_goes_to_the_gate_where_the_settings_want_no_evaluation(
    variants: list[Variant],
) -> None:
    (prod,) = (variant for variant in variants if variant.name == "prod")
    path = walk(prod.definition(), {"Prepare": begun_at("promotion")})["path"]
    assert path[3:7] == ["CopyModel", "CheckGate", "RegisterModel", "Approved?"]
    assert path[-1] == "Succeeded"


def test_a_copy_that_failed_is_repeated_by_a_redrive(definition: dict[str, Any]) -> None:
    copied = [raised("SourceUnavailable", "gone"), *answers()["CopyModel"]]
    changes = {"Prepare": begun_at("promotion"), "CopyModel": copied}
    end = walk(definition, {**changes, "HandleFailure": [payload({"redrives": 1})]})
    assert end["arguments"]["HandleFailure"]["Payload"]["step"] == "prepare"
    assert end["path"].count("CopyModel") == 2
    assert end["path"].count("Prepare") == 1
    assert end["path"][-1] == "Succeeded"


def test_a_rollback_asks_nobody_and_starts_no_job(variants: list[Variant]) -> None:
    changes = {"Prepare": begun_at("rollback"), "RegisterModel": [registered("Approved")]}
    for variant in variants:
        end = walk(variant.definition(), changes)
        path = end["path"]
        assert path[3:6] == ["CheckGate", "RegisterModel", "Approved?"]
        assert path[6] == "DeployEndpoint"
        assert path[-1] == "Succeeded"
        assert end["arguments"]["RegisterModel"]["Payload"]["needs_approval"] is False


def test_machines_that_aws_lacks_are_waited_for(definition: dict[str, Any]) -> None:
    lacking = training("Failed", FailureReason=NO_MACHINES)
    end = walk(definition, {"DescribeTraining": [lacking, *answers()["DescribeTraining"]]})
    assert end["path"].count("WaitForCapacityOfTraining") == 1
    assert end["path"][-1] == "Succeeded"


def test_machines_that_aws_lacks_are_replaced_by_others(variants: list[Variant]) -> None:
    """Three types: two are tried at once, and then the first again after a wait."""
    (guarded,) = (variant for variant in variants if variant.name == "guarded")
    lacking = training("Failed", FailureReason=NO_MACHINES)
    given = {"DescribeTraining": [*[lacking] * 3, *answers()["DescribeTraining"]]}
    end = walk(guarded.definition(), given)
    assert end["path"].count("WaitForCapacityOfTraining") == 3
    started = end["arguments"]["StartTraining"]["Payload"]
    assert (started["capacity_waits"], started["attempt"]) == (3, 4)
    assert end["path"][-1] == "Succeeded"


@pytest.mark.parametrize("given", [{}, [], "text", 1, None, False])
def test_any_input_comes_to_the_function_that_checks_it(
    definition: dict[str, Any], given: Any
) -> None:
    end = walk(definition, {}, Input=given)
    assert end["arguments"]["Prepare"]["Payload"]["input"] == given


def test_every_expression_was_evaluated(definition: dict[str, Any]) -> None:
    walks = {
        name: {"definition": definition, "input": {}, "context": CONTEXT, "answers": given}
        for name, given in {
            "succeeds": answers(),
            "tunes": answers(Prepare=[payload(TUNED)]),
            "promotes": answers(Prepare=begun_at("promotion")),
            "rolls back": answers(
                Prepare=begun_at("rollback"), RegisterModel=[registered("Approved")]
            ),
            "does not copy": answers(
                Prepare=begun_at("promotion"), CopyModel=[raised("SourceUnavailable", "gone")]
            ),
            "no capacity": answers(
                **{
                    f"Describe{job}": [answer("Failed", FailureReason=NO_MACHINES)]
                    for job, answer in (("Processing", processing), ("Training", training))
                }
            ),
            **{name: answers(**changes) for name, (changes, _) in REASONS.items()},
            **{
                name: answers(
                    **{
                        name: [failed("X"), *given],
                        "HandleFailure": [payload({"redrives": 1})],
                    }
                )
                for name, given in answers().items()
                if name != "HandleFailure"
            },
        }.items()
    }
    ends = judged_by("walk.js", walks)
    evaluated = {source for end in ends.values() for source in end["evaluated"]}
    assert sorted(set(expressions(definition)) - evaluated) == []


def expressions(part: Any) -> Iterator[str]:
    if isinstance(part, str) and (found := EXPRESSION.fullmatch(part)):
        yield found[1].strip()
    elif isinstance(part, dict | list):
        for item in part.values() if isinstance(part, dict) else part:
            yield from expressions(item)
