"""What an execution reuses of earlier ones, and what makes it do a step again."""

import json
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.steps import Step
from shared.reuse import record
from tests.lambdas.runs import run

REQUESTS = {
    "processing": {
        "AppSpecification": {"ImageUri": "image:1", "Arguments": ["--seed={seed}", "{features}"]},
        "Code": "{code}",
        "Columns": ["{text_column}", "{rating_column}", "{title_column}"],
        "Rejects": "{max_rejected_share}",
        "Model": "{base_model}",
        "Instances": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
    },
    "training": {
        "Image": "image:2",
        "HyperParameters": {"epochs": "{epochs}"},
        "Code": "{code}",
        "OutputPath": "{run_prefix}/training",
    },
}
REVIEWS = {"Key": "reviews.csv", "ETag": '"1"', "Size": 10}
RECIPE = {"epochs": 3, "seed": 42}


class Bucket:
    """A bucket of documents, and the reviews with their ETag."""

    def __init__(self, **reviews: Any) -> None:
        self.documents: dict[str, bytes] = {}
        self.listed = [REVIEWS | reviews]

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        self.documents[Key] = Body

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": BytesIO(self.documents[Key])}

    def head_object(self, *, Bucket: str, Key: str) -> None:
        if Key not in self.documents:
            error = {"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
            raise ClientError(error, "HeadObject")

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Any:
        documents = [{"Key": key, "ETag": '"0"', "Size": 1} for key in self.documents]
        yield {"Contents": [x for x in documents + self.listed if x["Key"].startswith(Prefix)]}


def finished(load: Any, bucket: Bucket, **changes: Any) -> dict[str, Any]:
    """An earlier run of which both steps are done, and its document."""
    keys = load("prepare", "reuse").step_keys
    document = run(training=RECIPE, **changes)
    document["keys"] = keys(bucket, document, REQUESTS)
    model = f"{document['prefix']}/training/t/output/model.tar.gz"
    record(bucket, "artefacts", document, Step.PROCESS)
    record(bucket, "artefacts", document, Step.TRAIN, model_data=model)
    for key in (f"{document['features']}/test/part.csv", model):
        bucket.documents[key.removeprefix("s3://artefacts/")] = b""
    return document


def prepared(
    load: Any, bucket: Bucket, requests: Any = REQUESTS, *, wanted: bool = True, **changes: Any
) -> dict[str, Any]:
    """What Prepare adds to a second run."""
    second = {
        "id": "run-2",
        "prefix": "s3://artefacts/runs/run-2",
        "features": "s3://artefacts/runs/run-2/features",
        "event_time": "2026-02-01T12:00:00.000Z",
        "training": RECIPE,
    }
    reusable = load("prepare", "reuse").reusable
    found: dict[str, Any] = reusable(
        bucket, "artefacts", run(**(second | changes)), requests, wanted=wanted
    )
    return found


def test_a_run_with_the_same_of_everything_begins_with_the_evaluation(load) -> None:
    bucket = Bucket()
    first = finished(load, bucket)
    found = prepared(load, bucket)
    assert found == {
        "keys": first["keys"],
        "start_at": "evaluation",
        "features": first["features"],
        "model_data": "s3://artefacts/runs/run-1/training/t/output/model.tar.gz",
        "reused": {"process": "run-1", "features": "run-1", "train": "run-1"},
    }


def test_another_hyperparameter_of_the_training_trains_again_with_the_same_features(load) -> None:
    bucket = Bucket()
    first = finished(load, bucket)
    found = prepared(load, bucket, training=RECIPE | {"epochs": 4})
    assert found["start_at"] == "training"
    assert found["features"] == first["features"]
    assert found["reused"] == {"process": "run-1", "features": "run-1"}
    assert found["keys"]["train"] != first["keys"]["train"]


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "s3://artefacts/code/abd"},
        {"training": RECIPE | {"seed": 43}},
        {"columns": {"text": "Body", "rating": "Rating", "title": ""}},
        {"max_rejected_share": 0.2},
        {"base_model": "distilroberta-base"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_another_value_of_the_preparation_repeats_both_steps(load, changes: dict[str, Any]) -> None:
    bucket = Bucket()
    first = finished(load, bucket)
    found = prepared(load, bucket, **changes)
    assert list(found) == ["keys"]
    assert not set(found["keys"].values()) & set(first["keys"].values())


@pytest.mark.parametrize("reviews", [{"ETag": '"2"'}, {"Size": 11}])
def test_other_reviews_repeat_both_steps(load, reviews: dict[str, Any]) -> None:
    bucket = Bucket()
    finished(load, bucket)
    bucket.listed = [REVIEWS | reviews]
    assert list(prepared(load, bucket)) == ["keys"]


def test_a_base_model_in_s3_counts_with_its_content(load) -> None:
    bucket, base_model = Bucket(), "s3://data/models/small/"
    bucket.listed.append({"Key": "models/small/model.safetensors", "ETag": '"1"', "Size": 9})
    finished(load, bucket, base_model=base_model)
    assert prepared(load, bucket, base_model=base_model)["start_at"] == "evaluation"
    bucket.listed[-1] = {"Key": "models/small/model.safetensors", "ETag": '"2"', "Size": 9}
    assert list(prepared(load, bucket, base_model=base_model)) == ["keys"]


@pytest.mark.parametrize(
    ("job", "start_at"), [("processing", "processing"), ("training", "training")]
)
def test_another_image_repeats_the_step(load, job: str, start_at: str) -> None:
    bucket = Bucket()
    finished(load, bucket)
    requests = json.loads(
        json.dumps(REQUESTS).replace(
            {"processing": "image:1", "training": "image:2"}[job], "image:9"
        )
    )
    assert prepared(load, bucket, requests).get("start_at", "processing") == start_at


def test_what_is_gone_is_made_again(load) -> None:
    bucket = Bucket()
    finished(load, bucket)
    del bucket.documents["runs/run-1/training/t/output/model.tar.gz"]
    assert prepared(load, bucket)["start_at"] == "training"
    del bucket.documents["runs/run-1/features/test/part.csv"]
    assert list(prepared(load, bucket)) == ["keys"]


def test_nothing_is_reused_where_that_is_not_wanted(load) -> None:
    bucket = Bucket()
    finished(load, bucket)
    assert list(prepared(load, bucket, wanted=False)) == ["keys"]


def test_a_training_from_an_earlier_run_is_not_repeated_either(load) -> None:
    bucket = Bucket()
    first = finished(load, bucket)
    found = prepared(load, bucket, start_at="training", keys=first["keys"])
    assert (found["start_at"], found["reused"]) == ("evaluation", {"train": "run-1"})
    other = prepared(
        load, bucket, start_at="training", keys=first["keys"], training=RECIPE | {"epochs": 4}
    )
    assert list(other) == ["keys"]
    without = prepared(load, bucket, start_at="training", keys={})
    assert without == {"keys": {}}


@pytest.mark.parametrize("start_at", ["evaluation", "promotion", "rollback"])
def test_other_starts_have_nothing_to_reuse(load, start_at: str) -> None:
    assert prepared(load, Bucket(), start_at=start_at) == {}


def test_what_was_reused_is_not_kept_as_its_own(load) -> None:
    bucket = Bucket()
    first = finished(load, bucket)
    before = dict(bucket.documents)
    second = run(id="run-2", keys=first["keys"], reused={"process": "run-1"})
    record(bucket, "artefacts", second, Step.PROCESS)
    assert bucket.documents == before


SEARCH = {"strategy": "random", "max_jobs": 3, "parallel": 2, "over": {"epochs": [1, 2]}}


def searched(job: str, **changes: Any) -> dict[str, Any]:
    return {"tuning": {"job": job, **SEARCH, **changes}}


def test_a_search_is_not_repeated_and_brings_the_hyperparameters_that_it_found(load) -> None:
    bucket, keys = Bucket(), load("prepare", "reuse").step_keys
    first = run(training=RECIPE, **searched("reviews-dev-aaaaa"))
    first["keys"] = keys(bucket, first, REQUESTS)
    model = f"{first['prefix']}/training/t/output/model.tar.gz"
    found = {"training": RECIPE | {"epochs": 2}, "tuning": first["tuning"] | {"best_job": "t"}}
    record(bucket, "artefacts", first | found, Step.TRAIN, model_data=model)
    for key in (f"{first['features']}/test/part.csv", model):
        bucket.documents[key.removeprefix("s3://artefacts/")] = b""
    again = prepared(load, bucket, **searched("reviews-dev-bbbbb"))
    assert again["start_at"] == "evaluation"
    assert {name: again[name] for name in found} == found
    assert list(prepared(load, bucket, **searched("reviews-dev-bbbbb", max_jobs=4))) == ["keys"]
    other = {"over": {"epochs": [1, 3]}}
    assert list(prepared(load, bucket, **searched("reviews-dev-bbbbb", **other))) == ["keys"]
    assert list(prepared(load, bucket, training=RECIPE)) == ["keys"]


def test_a_search_uses_the_features_of_an_earlier_training_but_not_its_model(load) -> None:
    bucket = Bucket()
    first = finished(load, bucket)
    found = prepared(load, bucket, **searched("reviews-dev-bbbbb"))
    assert found["start_at"] == "training"
    assert found["features"] == first["features"]
    assert found["reused"] == {"process": "run-1", "features": "run-1"}
