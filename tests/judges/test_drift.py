"""The state machine of drift reports, and its requests, beside what others know of AWS."""

import re
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from contract.names import drift_name
from localcloud.http.constraints import check
from tests.drift_reports import document
from tests.judges.conftest import Variant
from tests.judges.executions import Answer, failed, payload, processing, raised
from tests.judges.models import NEWEST, PINNED, Models
from tests.judges.node import judged_by
from tests.judges.reasons import NO_MACHINES
from tests.judges.test_jsonata import expressions

JOB = "reviews-prod-drift-weekly-1"
STARTED = {
    "id": "weekly",
    "job": JOB,
    "report": "20260208T070000Z-weekly",
    "drift_prefix": "s3://artefacts/drift/20260208T070000Z-weekly",
    "baseline": "s3://artefacts/runs/run-1/evaluation/baseline",
    "run": "run-1",
    "start": "2026-02-01T07:00:00+00:00",
    "end": "2026-02-08T07:00:00+00:00",
    "rated_from": "2026-01-11T07:00:00+00:00",
    "environment": "prod",
    "environment_name": "reviews-prod",
    "execution": "arn:execution:weekly",
    "started": "2026-02-08T07:00:00Z",
}
ENDED = {"report": STARTED["report"], "verdict": "no drift", "drifted": [], "new_run": ""}
CONTEXT = {
    "Execution": {
        "Id": "arn:aws:states:us-east-1:123456789012:execution:reviews-prod-drift:weekly",
        "Input": {},
        "Name": "weekly",
        "StartTime": "2026-02-08T07:00:00.123Z",
        "RedriveCount": 0,
    }
}


def answers(**changes: list[Answer]) -> dict[str, list[Answer]]:
    """Of an execution that succeeds; `changes` by state."""
    succeeds = {
        "StartComparison": [payload(STARTED)],
        "DescribeComparison": [processing("InProgress"), processing("Completed")],
        "EndDrift": [payload(ENDED)],
        "HandleDriftFailure": [failed("DriftReportFailed", "told")],
    }
    return {**succeeds, **changes}


def walks(definition: dict[str, Any], *given: dict[str, list[Answer]]) -> list[Any]:
    values = {
        str(number): {"definition": definition, "input": {}, "context": CONTEXT, "answers": one}
        for number, one in enumerate(given)
    }
    ends = judged_by("walk.js", values)
    return [ends[str(number)] for number in range(len(given))]


def definition_of(variant: Variant) -> dict[str, Any]:
    return variant.definition(drift_name(variant.settings.name))


@pytest.fixture(scope="module")
def capturing(variants: list[Variant]) -> list[Variant]:
    return [variant for variant in variants if variant.settings.has_drift]


@pytest.fixture(scope="module")
def definition(capturing: list[Variant]) -> dict[str, Any]:
    return definition_of(next(variant for variant in capturing if variant.name == "prod"))


def test_no_validator_has_anything_against_any_definition(capturing: list[Variant]) -> None:
    found = judged_by("definitions.js", {one.name: definition_of(one) for one in capturing})
    assert found == {variant.name: [] for variant in capturing}
    assert {"local", "prod", "everything"} <= set(found)


def test_it_ends_with_what_the_end_says(definition: dict[str, Any]) -> None:
    (end,) = walks(definition, answers())
    assert end["path"][-1] == "Compared", end
    assert end["output"] == ENDED
    assert end["arguments"]["DescribeComparison"] == {"ProcessingJobName": JOB}
    started = end["arguments"]["StartComparison"]["Payload"]
    assert (started["input"], started["hours"], started["ratings_days"]) == ({}, 168, 28)
    ending = end["arguments"]["EndDrift"]["Payload"]
    assert (ending["failed"], ending["started"], ending["new_run"]) == (False, STARTED, {})


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"StartComparison": [raised("BaselineMissing", "no baseline")]}, "no baseline"),
        ({"StartComparison": [failed("States.Timeout")]}, "States.Timeout"),
        ({"DescribeComparison": [processing("Failed", ExitMessage="damaged")]}, "damaged"),
        ({"DescribeComparison": [processing("Stopped")]}, "the drift job was stopped"),
        ({"EndDrift": [raised("Throttled", "later")]}, "later"),
    ],
)
def test_a_failure_has_a_reason(
    definition: dict[str, Any], changes: dict[str, list[Answer]], reason: str
) -> None:
    (end,) = walks(definition, answers(**changes))
    assert end["path"][-1] == "HandleDriftFailure", end
    given = end["arguments"]["HandleDriftFailure"]["Payload"]
    assert given["reason"] == reason
    assert (given["failed"], given["execution"], given["attempt"]) == (True, "weekly", 1)


def test_a_redrive_starts_anew_and_every_expression_was_evaluated(
    definition: dict[str, Any],
) -> None:
    again = [payload({"redrives": 1})]
    lacking = [processing("Failed", FailureReason=NO_MACHINES), processing("Completed")]
    given = [
        answers(DescribeComparison=lacking),
        *(
            answers(**{state: [failed("X"), *answers()[state]], "HandleDriftFailure": again})
            for state in ("StartComparison", "DescribeComparison", "EndDrift")
        ),
    ]
    ends = walks(definition, answers(), *given)
    assert [end["path"][-1] for end in ends] == ["Compared"] * 5
    assert all(end["variables"]["attempt"] == 2 for end in ends[1:])
    evaluated = {source for end in ends for source in end["evaluated"]}
    assert sorted(set(expressions(definition)) - evaluated) == []


class _Recorder:
    """CloudWatch, which keeps the request."""

    def put_metric_data(self, **request: Any) -> None:
        self.request = request


@pytest.mark.parametrize("which", [PINNED, NEWEST])
def test_every_request_keeps_all_constraints(
    capturing: list[Variant], load: Callable[..., ModuleType], which: str
) -> None:
    models, start, end = Models(which), load("start_drift"), load("end_drift")
    for variant in capturing:
        given = definition_of(variant)["States"]["StartComparison"]["Arguments"]["Payload"]
        request = start.processing_job_request(
            given["request"], STARTED, "s3://artefacts/code/abc", JOB
        )
        assert not re.search(r"\{\w+\}", str(request)), variant.name
        shape = models.service("sagemaker").operation_model("CreateProcessingJob").input_shape
        check(request, shape)
    client = _Recorder()
    end.publish(client, "Reviews/reviews-prod", end.Report.read(document("length")))
    shape = models.service("cloudwatch").operation_model("PutMetricData").input_shape
    check(client.request, shape)
