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
    Answer,
    answers,
    endpoint,
    failed,
    payload,
    processing,
    raised,
    training,
)
from tests.judges.node import judged_by

EXPRESSION = re.compile(r"\{%(.*)%\}", re.DOTALL)
NO_TYPE = (
    "The cause could not be determined because Lambda did not return an error type. Returned "
    'payload: {"errorMessage":"2026-01-31T12:00:00.000Z 1 Task timed out after 120.00 seconds"}'
)
REFUSED = 'Could not find "it". (Service: SageMaker, Status Code: 400, Request ID: 1)'
MISSED = {
    "passed": False,
    "missed": ["accuracy 0.5 is below 0.6", "macro_f1 0.4 is below 0.6"],
    "metrics": {"accuracy": 0.5, "macro_f1": 0.4},
}
REJECTED = {"arn": PACKAGE, "version": 3, "status": "Rejected"}
NO_MACHINES = "CapacityError: Unable to provision requested ML compute capacity."
# What a state gets, and the reason that people are told then.
REASONS: dict[str, tuple[dict[str, list[Answer]], str]] = {
    "a function's exception": (
        {"Prepare": [raised("BadInput", "reviews=1: wrong")]},
        "reviews=1: wrong",
    ),
    "an exception with quotes and lines": (
        {"Prepare": [raised("BadInput", 'a "b"\n\\c\té')]},
        'a "b"\n\\c\té',
    ),
    "an exception about errorMessage": (
        {"Prepare": [raised("BadInput", '{"errorMessage": "inner"}')]},
        '{"errorMessage": "inner"}',
    ),
    "an exception without a message": ({"Prepare": [raised("KeyError", "")]}, "KeyError"),
    "an exception that Lambda cut": (
        {"Prepare": [failed("BadInput", raised("BadInput", "x" * 90)["error"]["Cause"][:50])]},
        '{"errorMessage": "' + "x" * 32,
    ),
    "an exception whose stack was cut": (
        {"Prepare": [failed("BadInput", raised("BadInput", "short")["error"]["Cause"][:60])]},
        raised("BadInput", "short")["error"]["Cause"][:60],
    ),
    "an error without a type": ({"Prepare": [failed("Lambda.Unknown", NO_TYPE)]}, NO_TYPE),
    "no message at all": ({"Prepare": [failed("X", '{"errorMessage": null}')]}, "X"),
    "a timeout": ({"Prepare": [failed("States.Timeout")]}, "States.Timeout"),
    "an empty cause": ({"Prepare": [failed("States.Timeout", "")]}, "States.Timeout"),
    "AWS's own no": ({"DescribeTraining": [failed("SageMaker.X", REFUSED)]}, REFUSED),
    "a message of the script": (
        {
            "DescribeProcessing": [
                processing("Failed", ExitMessage="no rows", FailureReason="AlgorithmError: Exit 1")
            ]
        },
        "no rows",
    ),
    "an empty message of the script": (
        {
            "DescribeProcessing": [
                processing("Failed", ExitMessage="", FailureReason="AlgorithmError: Exit 1")
            ]
        },
        "AlgorithmError: Exit 1",
    ),
    "a stopped processing": (
        {"DescribeEvaluation": [processing("Stopped")]},
        "the evaluation job was stopped",
    ),
    "a failed training": ({"DescribeTraining": [training("Failed", FailureReason="a")]}, "a"),
    "an empty reason": (
        {"DescribeTraining": [training("Stopped", SecondaryStatus="Stopped", FailureReason="")]},
        "the training job was stopped",
    ),
    "a training that took too long": (
        {"DescribeTraining": [training("Stopped", SecondaryStatus="MaxRuntimeExceeded")]},
        "the training job was stopped: MaxRuntimeExceeded",
    ),
    "a message of the script, and AWS's own failure": (
        {
            "DescribeProcessing": [
                processing("Failed", ExitMessage="row 7", FailureReason="InternalServerError: x")
            ]
        },
        "row 7 (InternalServerError: x)",
    ),
    "no capacity": (
        {"DescribeTraining": [training("Failed", FailureReason=NO_MACHINES)]},
        NO_MACHINES,
    ),
    "a model below the gate": (
        {"CheckGate": [payload(MISSED)], "RegisterModel": [payload(REJECTED)]},
        "accuracy 0.5 is below 0.6; macro_f1 0.4 is below 0.6; registered as version 3, rejected",
    ),
    "one rule missed": (
        {
            "CheckGate": [payload({**MISSED, "missed": MISSED["missed"][:1]})],
            "RegisterModel": [payload(REJECTED)],
        },
        "accuracy 0.5 is below 0.6; registered as version 3, rejected",
    ),
    "a no": (
        {"AskApproval": [{"result": {"approved": False, "comment": "too slow"}}]},
        "version 3 was not approved: too slow",
    ),
    "a no without a comment": (
        {"AskApproval": [{"result": {"approved": False}}]},
        "version 3 was not approved: ",
    ),
    "an answer that says nothing": (
        {"AskApproval": [{"result": {}}]},
        "version 3 was not approved: ",
    ),
    "an answer that is none": (
        {"AskApproval": [{"result": "yes"}]},
        "version 3 was not approved: ",
    ),
    "nobody answers": (
        {"AskApproval": [failed("States.Timeout")]},
        "nobody answered within 604800 s",
    ),
    "the question fails": ({"AskApproval": [failed("Boom", "no topic")]}, "no topic"),
    "an endpoint that fails": (
        {"DescribeEndpoint": [endpoint("Failed", FailureReason="no disk")]},
        "no disk",
    ),
    "an endpoint that others changed": (
        {"DescribeEndpoint": [endpoint("InService", "theirs")]},
        "another execution put theirs in service",
    ),
}


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
        assert end["arguments"]["Tell"]["Message"] == (
            f"Endpoint {name} serves model 3 of run run-1: accuracy 0.81, macro-F1 0.8."
        )


def test_what_one_step_learns_the_next_is_told(definition: dict[str, Any]) -> None:
    arguments = walk(definition, {})["arguments"]
    assert arguments["StartEvaluation"]["Payload"]["model_data"] == ARTEFACT
    assert arguments["DescribeTraining"] == {"TrainingJobName": "reviews-dev-train-run-1-1"}
    assert arguments["RecordAnswer"] == {
        "ModelPackageArn": PACKAGE,
        "ModelApprovalStatus": "Approved",
        "ApprovalDescription": "fine",
    }


def test_what_a_report_gate_missed_is_told(definition: dict[str, Any]) -> None:
    missed = payload({**MISSED, "passed": True, "missed": ["a", "b"]})
    message = walk(definition, {"CheckGate": [missed]})["arguments"]["Tell"]["Message"]
    assert message.endswith("accuracy 0.5, macro-F1 0.4. Not reached: a; b.")


@pytest.mark.parametrize("case", REASONS)
def test_a_failure_has_a_reason(definition: dict[str, Any], case: str) -> None:
    changes, reason = REASONS[case]
    end = walk(definition, changes)
    assert end["path"][-1] == "HandleFailure", end
    assert end["error"] == {"Error": "Step", "Cause": "told"}
    assert end["arguments"]["HandleFailure"]["Payload"]["reason"] == reason


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


def test_a_redrive_is_told_from_the_context(definition: dict[str, Any]) -> None:
    changes = {"StartTraining": [failed("States.Timeout")]}
    for context, count in (({"RedriveCount": 2}, 2), ({}, 0)):
        told = walk(definition, changes, **context)["arguments"]["HandleFailure"]["Payload"]
        assert (told["redrive_count"], told["redrives"]) == (count, 0)
        assert told["error"] == "States.Timeout"


@pytest.mark.parametrize(("start", "state"), [("training", "Train"), ("evaluation", "Evaluat")])
def test_an_execution_may_start_later(definition: dict[str, Any], start: str, state: str) -> None:
    run = {**answers()["Prepare"][0]["result"]["Payload"], "start_at": start}
    end = walk(definition, {"Prepare": [payload(run)]})
    assert end["path"][3].startswith(f"Start{state}")
    assert end["path"][-1] == "Succeeded"


def test_machines_that_aws_lacks_are_waited_for(definition: dict[str, Any]) -> None:
    lacking = training("Failed", FailureReason=NO_MACHINES)
    end = walk(definition, {"DescribeTraining": [lacking, *answers()["DescribeTraining"]]})
    assert end["path"].count("WaitForCapacityOfTraining") == 1
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
