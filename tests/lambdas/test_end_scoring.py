"""The end of a scoring, well or not."""

from typing import Any

import pytest

from tests.lambdas.fakes import Recorder

ENDING = {
    "failed": False,
    "execution": "score-1",
    "attempt": 1,
    "reason": "",
    "error": "",
    "redrives": 0,
    "redrive_count": 0,
}
NAME = "reviews-dev-transform-score-1"


@pytest.fixture
def ending(load, monkeypatch):
    def call(recorder: Recorder, **changes: Any) -> Any:
        module = load("end_scoring")
        monkeypatch.setattr(module, "SAGEMAKER", recorder)
        return module.handler({**ENDING, **changes}, None)

    return call


def test_a_scoring_that_succeeded_leaves_no_model(ending) -> None:
    recorder = Recorder()
    assert ending(recorder) == {}
    assert recorder.calls == {"delete_model": {"ModelName": f"{NAME}-1"}}


def test_the_models_of_all_attempts_go(load) -> None:
    deleted: list[str] = []

    class Models:
        def delete_model(self, *, ModelName: str) -> None:
            deleted.append(ModelName)

    load("end_scoring").delete_models(Models(), [f"{NAME}-1", f"{NAME}-2"])
    assert deleted == [f"{NAME}-1", f"{NAME}-2"]


def test_what_failed_stops_its_job_and_says_why(ending) -> None:
    recorder = Recorder()
    with pytest.raises(Exception, match=r"^AlgorithmError: See job logs$") as raised:
        ending(recorder, failed=True, attempt=3, reason="AlgorithmError: See job logs")
    assert type(raised.value).__name__ == "ScoringFailed"
    assert recorder.calls == {
        "stop_transform_job": {"TransformJobName": f"{NAME}-3"},
        "delete_model": {"ModelName": f"{NAME}-3"},
    }


def test_what_is_gone_hides_no_reason(ending) -> None:
    recorder = Recorder("stop_transform_job", "delete_model")
    with pytest.raises(Exception, match=r"^States\.Timeout$"):
        ending(recorder, failed=True, error="States.Timeout")


def test_a_job_that_could_not_be_stopped_is_no_end(ending) -> None:
    recorder = Recorder("stop_transform_job", code="ThrottlingException")
    with pytest.raises(Exception, match="ThrottlingException") as raised:
        ending(recorder, failed=True, reason="no memory")
    assert type(raised.value).__name__ == "Throttled"


def test_after_a_redrive_the_execution_goes_on(ending) -> None:
    assert ending(Recorder(), failed=True, redrive_count=2, redrives=1) == {"redrives": 2}
