"""The state machine of batch scoring, and its requests, beside what others know of AWS."""

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from contract.names import scoring_name
from localcloud.http.constraints import check
from tests.judges.conftest import Variant
from tests.judges.executions import Answer, described, failed, payload, raised
from tests.judges.models import NEWEST, PINNED, Models
from tests.judges.node import judged_by
from tests.judges.reasons import NO_MACHINES, REFUSED
from tests.judges.test_jsonata import expressions

JOB = "reviews-dev-transform-score-1-1"
SCORING = {"id": "score-1", "job": JOB, "parts": 2, "version": 3}
PARTS = "s3://artefacts/scoring/score-1/input/"
CONTEXT = {
    "Execution": {
        "Id": "arn:aws:states:us-east-1:123456789012:execution:reviews-dev-scoring:score-1",
        "Input": {"input": PARTS, "version": 3},
        "Name": "score-1",
        "StartTime": "2026-01-31T12:00:00.123Z",
        "RedriveCount": 0,
    }
}


def transform(status: str, **more: Any) -> Answer:
    return described("DescribeTransformJob", TransformJobStatus=status, **more)


def answers(**changes: list[Answer]) -> dict[str, list[Answer]]:
    """Of an execution that succeeds; `changes` by state."""
    succeeds = {
        "StartTransform": [payload(SCORING)],
        "DescribeTransform": [transform("InProgress"), transform("Completed")],
        "EndScoring": [payload({})],
        "HandleScoringFailure": [failed("ScoringFailed", "told")],
    }
    return {**succeeds, **changes}


def walks(definition: dict[str, Any], *given: dict[str, list[Answer]]) -> list[Any]:
    values = {
        str(number): {
            "definition": definition,
            "input": CONTEXT["Execution"]["Input"],
            "context": CONTEXT,
            "answers": one,
        }
        for number, one in enumerate(given)
    }
    ends = judged_by("walk.js", values)
    return [ends[str(number)] for number in range(len(given))]


def definition_of(variant: Variant) -> dict[str, Any]:
    return variant.definition(scoring_name(variant.settings.name))


@pytest.fixture(scope="module")
def definition(variants: list[Variant]) -> dict[str, Any]:
    return definition_of(next(variant for variant in variants if variant.name == "dev"))


def test_no_validator_has_anything_against_any_definition(variants: list[Variant]) -> None:
    found = judged_by("definitions.js", {one.name: definition_of(one) for one in variants})
    assert found == {variant.name: [] for variant in variants}


def test_it_ends_with_what_the_start_made(definition: dict[str, Any]) -> None:
    (end,) = walks(definition, answers())
    assert end["path"][-1] == "Scored", end
    assert end["output"] == SCORING
    assert end["arguments"]["DescribeTransform"] == {"TransformJobName": JOB}
    started = end["arguments"]["StartTransform"]["Payload"]
    assert (started["input"], started["attempt"]) == (CONTEXT["Execution"]["Input"], 1)
    assert end["arguments"]["EndScoring"]["Payload"]["failed"] is False


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"StartTransform": [raised("ModelMissing", "no version")]}, "no version"),
        ({"StartTransform": [failed("States.Timeout")]}, "States.Timeout"),
        ({"DescribeTransform": [failed("SageMaker.X", REFUSED)]}, REFUSED),
        ({"DescribeTransform": [transform("Failed", FailureReason="ClientError: x")]}, None),
        ({"DescribeTransform": [transform("Stopped")]}, "the transform job was stopped"),
        ({"EndScoring": [raised("Throttled", "later")]}, "later"),
    ],
)
def test_a_failure_has_a_reason(
    definition: dict[str, Any], changes: dict[str, list[Answer]], reason: str | None
) -> None:
    (end,) = walks(definition, answers(**changes))
    assert end["path"][-1] == "HandleScoringFailure", end
    payload = end["arguments"]["HandleScoringFailure"]["Payload"]
    assert payload["reason"] == (reason or "ClientError: x")
    assert (payload["failed"], payload["execution"], payload["attempt"]) == (True, "score-1", 1)


def test_instances_that_aws_lacks_are_waited_for(definition: dict[str, Any]) -> None:
    lacking = transform("Failed", FailureReason=NO_MACHINES)
    (end,) = walks(definition, answers(DescribeTransform=[lacking, transform("Completed")]))
    assert end["path"].count("WaitForCapacityOfTransform") == 1
    assert end["path"][-1] == "Scored"
    assert end["arguments"]["StartTransform"]["Payload"]["attempt"] == 2


def test_a_redrive_starts_anew_and_every_expression_was_evaluated(
    definition: dict[str, Any],
) -> None:
    again = [payload({"redrives": 1})]
    given = [
        answers(),
        answers(DescribeTransform=[transform("Failed", FailureReason=NO_MACHINES)]),
        *(
            answers(**{state: [failed("X"), *answers()[state]], "HandleScoringFailure": again})
            for state in ("StartTransform", "DescribeTransform", "EndScoring")
        ),
    ]
    ends = walks(definition, *given)
    assert [end["path"][-1] for end in ends[2:]] == ["Scored"] * 3
    assert all(end["variables"]["attempt"] == 2 for end in ends[2:])
    evaluated = {source for end in ends for source in end["evaluated"]}
    assert sorted(set(expressions(definition)) - evaluated) == []


@pytest.mark.parametrize("which", [PINNED, NEWEST])
def test_every_request_keeps_all_constraints(
    variants: list[Variant], load: Callable[..., ModuleType], which: str
) -> None:
    models, module = Models(which), load("start_scoring")
    scoring = {
        "id": "score-1",
        "environment": "dev",
        "environment_name": "reviews-dev",
        "execution": CONTEXT["Execution"]["Id"],
        "started": "2026-01-31T12:00:00Z",
        "input": PARTS,
        "output": "s3://artefacts/scoring/score-1/output/",
    }
    package = {"version": 3, "image": "image:1", "model_data": "s3://artefacts/model.tar.gz"}
    for variant in variants:
        payload = definition_of(variant)["States"]["StartTransform"]["Arguments"]["Payload"]
        sent = {
            "CreateModel": module.model_request(payload["model"], scoring, package, JOB),
            "CreateTransformJob": module.transform_job_request(
                payload["transform"], scoring, JOB, parts=3
            ),
        }
        for operation, request in sent.items():
            assert not re.search(r"\{\w+\}", str(request)), (variant.name, operation)
            check(request, models.service("sagemaker").operation_model(operation).input_shape)
