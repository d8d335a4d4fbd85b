"""The job that compares, on captured requests in SageMaker's format and a real baseline."""

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import drift
import evaluate
from common.baseline import Baseline
from common.script import run
from contract.drift import Report
from reading.feedback import Rating, identity_of_key, identity_of_text, write_lines
from serving.classifier import Classifier
from tests.ml_code.tiny import make_reviews

START, END = "2026-02-01T00:00:00+00:00", "2026-02-08T00:00:00+00:00"
RATED_FROM = "2026-01-20T00:00:00+00:00"
CLASSES = ("negative", "neutral", "positive")
# As AWS documents it, in "Capture data from real-time endpoint":
# https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
LINE = {
    "captureData": {
        "endpointInput": {
            "observedContentType": "application/jsonlines",
            "mode": "INPUT",
            "data": "",
            "encoding": "JSON",
        },
        "endpointOutput": {
            "observedContentType": "application/jsonlines",
            "mode": "OUTPUT",
            "data": "",
            "encoding": "JSON",
        },
    },
    "eventMetadata": {"eventId": "0", "inferenceTime": "2026-02-03T10:00:00Z"},
    "eventVersion": "0",
}


def line(
    texts: list[str],
    labels: list[str],
    *,
    moment: str = "2026-02-03T10:00:00Z",
    key: str = "",
    probability: float = 0.9,
) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(json.dumps(LINE))
    sides = event["captureData"]
    sides["endpointInput"]["data"] = "\n".join(json.dumps({"features": [one]}) for one in texts)
    answers = [{"label": label, "probability": probability} for label in labels]
    sides["endpointOutput"]["data"] = "".join(json.dumps(one) + "\n" for one in answers)
    event["eventMetadata"] |= {"inferenceTime": moment} | ({"inferenceId": key} if key else {})
    return event


@pytest.fixture(scope="module")
def baseline(
    trained: Path, session_features: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """As the evaluation writes it."""
    folder = tmp_path_factory.mktemp("evaluation")
    arguments = [f"--model={trained / 'model'}", f"--test-data={session_features / 'test'}"]
    arguments += [f"--report={session_features / 'report'}", f"--output-data={folder}"]
    assert run(evaluate.main, arguments) == 0
    return folder / "baseline"


@pytest.fixture
def compare(baseline: Path, tmp_path: Path) -> Callable[..., Report]:
    """Runs the job on these lines, and ratings; returns the report."""

    def compared(lines: list[dict[str, Any]], *ratings: Rating, **options: object) -> Report:
        hour = tmp_path / "data/capture/reviews-dev/AllTraffic/2026/02/03/10"
        hour.mkdir(parents=True)
        text = "".join(json.dumps(one) + "\n" for one in lines)
        (hour / "00-12-345-0a1b.jsonl").write_text(text)
        if ratings:
            (tmp_path / "data/feedback").mkdir()
            (tmp_path / "data/feedback/one.jsonl").write_text("".join(write_lines(ratings)))
        arguments = [f"--data={tmp_path / 'data'}", f"--baseline={baseline}"]
        arguments += [f"--output-data={tmp_path / 'out'}", f"--start={START}", f"--end={END}"]
        arguments += ["--environment=dev", "--endpoint=reviews-dev", "--run=run-1"]
        arguments += [f"--rated-from={RATED_FROM}", "--least-requests=30"]
        arguments += [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
        arguments += [f"--message-file={tmp_path / 'message'}"]
        assert run(drift.main, arguments) == 0, (tmp_path / "message").read_text()
        assert "Drift" in (tmp_path / "out/report.html").read_text()
        return Report.read(json.loads((tmp_path / "out/report.json").read_text()))

    return compared


@pytest.fixture(scope="module")
def usual(trained: Path) -> list[dict[str, Any]]:
    """120 requests as the training's reviews, with the answers of the model."""
    classifier = Classifier(trained / "model")
    texts = [text for text, _ in make_reviews(40, seed=9)]
    answers = classifier.predict_proba_of_texts(texts)
    return [
        line([text], [CLASSES[answer.argmax()]], probability=round(float(answer.max()), 6))
        for text, answer in zip(texts, answers, strict=True)
    ]


def test_the_baseline_is_that_of_the_file_before_its_classes_were_balanced(baseline: Path) -> None:
    found = Baseline.read(baseline)
    assert found.classes == list(CLASSES)
    assert found.distributions["class_mix"].shares == pytest.approx([1 / 3] * 3, abs=0.1)
    assert found.distributions["accuracy"].shares[1] > 0.8
    assert found.effective_rows == pytest.approx(found.rows, rel=0.01)  # it was balanced before
    assert (baseline / "tokenizer.json").is_file()


def test_requests_that_have_moved_are_found(compare: Callable[..., Report]) -> None:
    moved = [line(["la robe est très belle mais je la rends"] * 2, ["negative"] * 2)] * 60
    report = compare(moved)
    assert report.verdict == "drift"
    assert {"class_mix", "other_languages", "unknown_words"} <= {
        finding.quantity for finding in report.drifted
    }
    assert (report.requests, report.texts) == (60, 120)


def test_requests_that_have_not_moved_are_no_drift(
    compare: Callable[..., Report], usual: list[dict[str, Any]]
) -> None:
    report = compare(usual)
    assert report.verdict == "no drift", [one.sentence for one in report.drifted]
    assert report.requests == 120
    assert len(report.findings) == 5


def test_few_requests_are_not_compared(
    compare: Callable[..., Report], usual: list[dict[str, Any]]
) -> None:
    report = compare(usual[:29])
    assert (report.verdict, report.requests, report.findings) == ("too few requests", 29, [])


def test_a_period_without_requests_has_a_report(compare: Callable[..., Report]) -> None:
    assert compare([]).verdict == "too few requests"


def test_only_the_requests_of_the_period_count(compare: Callable[..., Report]) -> None:
    early = line(["a dress"], ["neutral"], moment="2026-01-31T23:59:59Z")
    late = line(["a dress"], ["neutral"], moment="2026-02-08T00:00:00Z")
    first = line(["a dress"], ["neutral"], moment="2026-02-01T00:00:00Z")
    assert compare([early, first, late]).requests == 1


def test_every_encoding_and_format_of_the_endpoint_is_read(compare: Callable[..., Report]) -> None:
    texts, labels = ["soft", "warm, and nice"], ["positive", "neutral"]
    lines = line(texts, labels)
    encoded = line(texts, labels)
    for side in encoded["captureData"].values():
        data = base64.b64encode(side["data"].encode()).decode()
        side |= {"data": data, "encoding": "BASE64"}
    csv = line(texts, labels)
    csv["captureData"]["endpointInput"] |= {
        "observedContentType": "text/csv",
        "data": 'soft\n"warm, and nice"\n',
        "encoding": "CSV",
    }
    csv["captureData"]["endpointOutput"] |= {
        "observedContentType": "text/csv; charset=utf-8",
        "data": "positive,1,0.9\nneutral,0,0.9\n",
        "encoding": "CSV",
    }
    document = line(texts, labels)
    answers = [{"label": label, "probability": 0.9} for label in labels]
    document["captureData"]["endpointInput"] |= {
        "observedContentType": "application/json",
        "data": json.dumps({"features": texts}),
    }
    document["captureData"]["endpointOutput"] |= {
        "observedContentType": "application/json",
        "data": json.dumps([answers]),
    }
    report = compare([lines, encoded, csv, document])
    assert (report.requests, report.texts, report.unread) == (4, 8, {})


def test_what_cannot_be_read_is_counted_by_its_reason(
    compare: Callable[..., Report], usual: list[dict[str, Any]]
) -> None:
    no_answer = line(["soft"], ["positive"])
    no_answer["captureData"]["endpointOutput"]["data"] = "the model failed"
    damaged = [
        {"captureData": {}},
        line([""], ["positive"]),
        no_answer,
        line(["soft", "warm"], ["positive"]),
        line(["soft"], ["excellent"]),
    ]
    report = compare([*damaged, *usual])
    assert report.unread == {
        "not in the format of data capture": 1,
        "request without texts": 1,
        "answer without predictions": 1,
        "another number of predictions than of texts": 1,
        "a class that the model does not have": 1,
    }
    assert report.requests == 120


def test_ratings_are_joined_by_text_and_by_key(compare: Callable[..., Report]) -> None:
    before = "2026-01-25T10:00:00Z"  # not in the period, but among those that are rated
    too_old = "2026-01-10T10:00:00Z"
    captured = [
        *(line([f"dress {n}"], ["positive"], moment=before) for n in range(30)),
        line(["by key"], ["negative"], key="order-1"),
        line(["one", "two"], ["negative", "neutral"], key="order-2"),
        line(["old"], ["negative"], moment=too_old, key="order-3"),
        # Of two predictions for a text the newer one counts.
        line(["dress 0"], ["negative"], moment="2026-02-05T10:00:00Z"),
    ]
    ratings = [
        *(Rating(identity=identity_of_text(f" dress  {n}"), name="negative") for n in range(30)),
        Rating(identity=identity_of_key("order-1"), name="negative"),
        Rating(identity=identity_of_key("order-2/1"), name="neutral"),
        Rating(identity=identity_of_key("order-3"), name="negative"),
        Rating(identity=identity_of_text("never asked"), name="negative"),
    ]
    report = compare(captured, *ratings)
    assert (report.ratings, report.rated) == (34, 32)
    accuracy, calibration = report.findings
    assert (accuracy.quantity, calibration.quantity) == ("accuracy", "calibration")
    assert accuracy.period == pytest.approx(3 / 32)
    assert accuracy.drifted
    assert calibration.period == pytest.approx(0.9 - 3 / 32)
    assert report.reliability is not None
    assert report.reliability["bins"][0]["rows"] == 32


@pytest.mark.parametrize(
    ("argument", "message"),
    [
        ("--least-shift=colour=0.1", "'colour' is none of class_mix, confidence"),
        ("--least-shift=length=2", "2 is not between 0 and 1"),
        ("--start=2026-02-01", "has no time zone"),
        ("--significance=often", "--significance"),
    ],
)
def test_a_wrong_argument_is_named(argument: str, message: str, tmp_path: Path) -> None:
    given = ["--environment=dev", "--endpoint=e", "--run=r", f"--start={START}", f"--end={END}"]
    given += [f"--rated-from={START}", argument, f"--message-file={tmp_path / 'message'}"]
    assert run(drift.main, given) == 1
    assert message in (tmp_path / "message").read_text()


def test_a_baseline_that_is_missing_is_named(tmp_path: Path) -> None:
    given = ["--environment=dev", "--endpoint=e", "--run=r", f"--start={START}", f"--end={END}"]
    given += [f"--rated-from={START}", f"--baseline={tmp_path}", f"--data={tmp_path}"]
    assert run(drift.main, [*given, f"--message-file={tmp_path / 'message'}"]) == 1
    assert "baseline.json: the baseline cannot be read" in (tmp_path / "message").read_text()
