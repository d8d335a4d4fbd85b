"""Inputs of executions: what Prepare takes makes requests that SageMaker takes."""

import json
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest
import regex
from hypothesis import strategies as st

from contract.execution_input import InvalidInput
from infra import requests
from infra.settings import settings_for
from localcloud.http.constraints import check
from localcloud.http.wire import service_model
from shared.training_request import training_job_request
from tests.fuzz.cases import fuzz
from tests.fuzz.functions import functions
from tests.fuzz.values import changed, documents, texts
from tests.infra.test_requests import AT_SYNTH

LONG = st.sampled_from(
    ["a" * 300, "a\nb", "a b (1).csv", "s3://b/" + "a" * 1_030, "s3://b/a&b, c.csv"]
)
VALUES = st.sampled_from(["s3://data/other.csv", "s3://A b/c", "run-1"]) | LONG | texts | documents
INPUTS = st.sampled_from(
    [
        {
            "reviews": "s3://data/reviews.csv",
            "base_model": "roberta-base",
            "columns": {"text": "Review Text", "rating": "Rating", "title": "Title"},
            "training": {"epochs": 3, "learning_rate": 1e-5, "batch_size": 8, "seed": 1},
        },
        {"reviews": "s3://data/reviews.csv", "base_model": "s3://data/model/", "columns": {}},
        {"start_at": "training", "from_run": "run-1", "training": {"epochs": 1}},
        {
            "reviews": "s3://data/reviews.csv",
            "tuning": {
                "strategy": "random",
                "max_jobs": 3,
                "parallel": 2,
                "max_runtime_s": 600,
                "over": {"learning_rate": {"min": 1e-5, "max": 1e-4}, "batch_size": [8, 16]},
            },
        },
        {"reviews": "s3://data/reviews.csv", "tuning": {"strategy": "hyperband"}},
        {"start_at": "evaluation", "from_run": "run-1", "model_data": "s3://data/model.tar.gz"},
    ]
).flatmap(lambda document: changed(document, VALUES))
EXECUTION = {
    "name": "run-1",
    "id": "arn:aws:states:us-east-1:123456789012:execution:reviews-dev:run-1",
    "start_time": "2026-01-31T12:00:00.123Z",
}
GATE = {"passed": True, "missed": [], "metrics": {"accuracy": 0.9, "macro_f1": 0.9}}


class Pipeline:
    """The functions of a deployment, with the requests that its state machine has for them."""

    def __init__(self, load: Any) -> None:
        (settings,) = settings_for("dev")
        self.prepare: ModuleType = load("prepare")
        self.refusal = InvalidInput
        self._load, self._searched = load, load("prepare", "search").searched
        self._templates = {
            "process": requests.fill(requests.processing(settings), **AT_SYNTH),
            "train": requests.fill(requests.training(settings), **AT_SYNTH),
            "package": requests.fill(requests.model_package(settings), **AT_SYNTH),
        }
        self._modules = {
            "process": load("start_processing"),
            "tune": load("start_tuning"),
            "package": load("register_model"),
        }

    def run(self, document: Any) -> dict[str, Any]:
        chosen = self.prepare.check_input(document)
        run: dict[str, Any] = self.prepare.run_document(self.prepare.ENVIRONMENT, chosen, EXECUTION)
        run |= self._searched(run, chosen)
        return {**run, "code": "s3://artefacts/code/abc"}

    def requests(self, run: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        process, tune = self._modules["process"], self._modules["tune"]
        if run["start_at"] == "processing":
            yield (
                "CreateProcessingJob",
                process.processing_job_request(run, self._templates["process"], 1),
            )
        template = self._templates["train"]
        yield "CreateTrainingJob", training_job_request(run, template, "reviews-dev-train-run-1-1")
        if "tuning" in run:
            name = f"{run['tuning']['job']}1"
            made = tune.tuning_job_request(run, template, ["ml.c7i.4xlarge"], name)
            yield "CreateHyperParameterTuningJob", made
        event = {
            "run": run,
            "gate": GATE,
            "request": self._templates["package"],
            "model_data": f"{run['prefix']}/training/model.tar.gz",
            "needs_approval": True,
            "attempt": 1,
        }
        yield "CreateModelPackage", self._modules["package"].model_package_request(event)


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    with functions() as load:
        yield Pipeline(load)


@fuzz("execution inputs", few=100, many=10_000, document=INPUTS | documents)
def test_an_input_is_taken_or_refused_with_its_field(pipeline: Pipeline, document: Any) -> None:
    try:
        json.dumps(pipeline.run(document), allow_nan=False).encode()
    except pipeline.refusal as error:
        assert ": " in str(error)
        assert str(error).encode()


@fuzz("execution inputs", few=20, many=1_500, document=INPUTS)
def test_what_is_taken_makes_requests_that_the_services_take(
    pipeline: Pipeline, document: Any
) -> None:
    try:
        run = pipeline.run(document)
    except pipeline.refusal:
        return
    run["reviews"] = run["reviews"] or "s3://data/of-the-earlier-run.csv"
    for name, request in pipeline.requests(run):
        shape = service_model("sagemaker").operation_model(name).input_shape
        check(request, shape)
    properties = request["CustomerMetadataProperties"]
    allowed = regex.compile(r"[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}")
    assert [name for name, value in properties.items() if not allowed.fullmatch(value)] == []
