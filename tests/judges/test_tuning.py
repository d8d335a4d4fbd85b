"""Executions that tune, every expression by JSONata's reference implementation."""

from typing import Any

import pytest

from tests.judges.executions import (
    ARTEFACT,
    TUNED,
    TUNING_ENDED,
    answers,
    failed,
    payload,
    tuning,
)
from tests.judges.test_jsonata import definition, walk

__all__ = ["definition"]


@pytest.mark.parametrize("status", ["Completed", "Stopped", "Failed"])
def test_the_best_of_a_search_goes_on_however_the_tuning_job_ends(
    definition: dict[str, Any], status: str
) -> None:
    changes = {"Prepare": [payload(TUNED)], "DescribeTuning": [tuning(status)]}
    end = walk(definition, changes)
    assert "StartTraining" not in end["path"]
    assert end["path"][-1] == "Succeeded"
    evaluation = end["arguments"]["StartEvaluation"]["Payload"]
    assert evaluation["run"] == TUNING_ENDED["run"]
    assert evaluation["model_data"] == ARTEFACT
    name = {"HyperParameterTuningJobName": "reviews-dev-abcde1"}
    assert end["arguments"]["DescribeTuning"] == name


def test_a_search_without_a_model_fails_as_a_training_does(definition: dict[str, Any]) -> None:
    nothing = {"model_data": "", "reason": "no memory", "status": "Failed", "error": "Algorithm"}
    changes = {
        "Prepare": [payload(TUNED)],
        "EndTuning": [payload({**TUNING_ENDED, **nothing})],
    }
    told = walk(definition, changes)["arguments"]["HandleFailure"]["Payload"]
    assert (told["step"], told["error"]) == ("train", "")
    assert (told["status"], told["job_error"]) == ("Failed", "Algorithm")
    assert told["job"] == {"kind": "hyper-parameter-tuning", "name": "reviews-dev-abcde1"}


def test_a_redrive_of_a_search_starts_another_tuning_job(definition: dict[str, Any]) -> None:
    changes = {
        "Prepare": [payload(TUNED)],
        "StartTuning": [failed("States.Timeout"), *answers()["StartTuning"]],
        "HandleFailure": [payload({"redrives": 1})],
    }
    end = walk(definition, changes)
    told = end["arguments"]["HandleFailure"]["Payload"]["job"]
    assert told == {"kind": "hyper-parameter-tuning", "name": "reviews-dev-abcde1"}
    assert end["variables"]["attempt"] == 2
    assert end["path"][-1] == "Succeeded"
