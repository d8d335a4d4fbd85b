"""The input of an execution that scores."""

from typing import Any

import pytest

from contract.execution_input import InvalidInput
from contract.names import resource_name, run_id, scoring_name
from contract.scoring import MAX_PAYLOAD_MB, MOST_BYTES, ScoringStep, check_scoring
from contract.steps import JobKind

PARTS = "s3://artefacts/scoring/a/input/"


def test_what_others_add_is_left_aside() -> None:
    assert check_scoring({"input": PARTS, "version": 3, "Comment": "x"}) == {
        "input": PARTS,
        "version": 3,
    }


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([], r"input: \[\] is not a JSON object"),
        ({}, "input: None must be s3://bucket/prefix/ of the parts"),
        ({"input": "s3://artefacts/scoring/a/input"}, "must be s3://bucket/prefix/"),
        ({"input": "scoring/"}, "'scoring/' must be s3://bucket/prefix/"),
        ({"input": PARTS, "version": "3"}, "version: '3' must be the number of a model's version"),
        ({"input": PARTS, "version": 0}, "version: 0 must be the number"),
        ({"input": PARTS, "version": True}, "version: True must be the number"),
        ({"input": PARTS, "file": "x"}, "unknown field 'file'; allowed: input, version"),
    ],
)
def test_an_input_that_is_none_is_refused(given: Any, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        check_scoring(given)


def test_names_of_jobs_and_models_fit() -> None:
    assert len(resource_name("staging", "transform", run_id("x" * 80), 999)) <= 63
    assert scoring_name("reviews-dev") == "reviews-dev-scoring"


def test_a_record_fits_into_a_payload_whatever_a_megabyte_is() -> None:
    largest = MOST_BYTES + 1_000
    assert largest < MAX_PAYLOAD_MB * 1_000_000


def test_only_the_scoring_itself_has_a_job() -> None:
    assert [step.job for step in ScoringStep] == [None, JobKind.TRANSFORM, None]
    assert JobKind.TRANSFORM.log_group == "/aws/sagemaker/TransformJobs"
