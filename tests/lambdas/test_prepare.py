import io
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.execution_input import InvalidInput
from tests.lambdas.conftest import LAMBDAS, VARIABLES
from tests.lambdas.runs import run

GOOD = {"reviews": "s3://data/reviews.csv"}
EXECUTION = {
    "id": "arn:execution:run-20260131-120000",
    "name": "run-20260131-120000",
    "start_time": "2026-01-31T12:00:00.123456Z",
}


def test_a_run_has_the_defaults_of_the_environment(load) -> None:
    prepare = load("prepare")
    run = prepare.run_document(prepare.ENVIRONMENT, GOOD, EXECUTION)
    assert run == {
        "id": "run-20260131-120000",
        "execution": EXECUTION["id"],
        "environment": "dev",
        "environment_name": "reviews-dev",
        "started": "2026-01-31T12:00:00.123456Z",
        "start_at": "processing",
        "event_time": "2026-01-31T12:00:00.123Z",
        "prefix": "s3://artefacts/runs/run-20260131-120000",
        "reviews": "s3://data/reviews.csv",
        "features": "s3://artefacts/runs/run-20260131-120000/features",
        "model_data": "",
        "base_model": "roberta-base",
        "columns": {"text": "Review Text", "rating": "Rating", "title": ""},
        "max_rejected_share": 0.1,
        "labels": "bad=1..3/good=4,5",
        "training": {
            "epochs": 3,
            "batch_size": 32,
            "accumulation_steps": 1,
            "learning_rate": 2e-05,
            "star_spread": 0.7,
            "patience": 0,
            "max_length": 192,
            "seed": 42,
        },
    }


def test_an_execution_overrides_single_defaults(load) -> None:
    prepare = load("prepare")
    wish = GOOD | {"training": {"epochs": 1}, "columns": {"title": "Title"}}
    wish |= {"max_rejected_share": 0.5}
    run = prepare.run_document(prepare.ENVIRONMENT, wish, EXECUTION)
    assert run["training"]["epochs"] == 1
    assert run["max_rejected_share"] == 0.5
    assert run["training"]["batch_size"] == 32
    assert run["columns"] == {"text": "Review Text", "rating": "Rating", "title": "Title"}


@pytest.mark.parametrize("role", ["text", "title"])
def test_the_column_of_the_rating_is_no_other_one(load, role: str) -> None:
    prepare = load("prepare")
    wish = GOOD | {"columns": {role: "Rating"}}
    with pytest.raises(InvalidInput, match=r"columns.rating: 'Rating' must be another"):
        prepare.run_document(prepare.ENVIRONMENT, wish, EXECUTION)


def test_reviews_that_are_not_there_are_named(load) -> None:
    reviews_file = load("prepare", "reviews_file")
    with pytest.raises(reviews_file.UnreadableReviews, match=r"reviews: s3://data/x.csv .*\(404\)"):
        reviews_file.check_object(Bucket({}), "s3://data/x.csv")


def test_reviews_that_cannot_be_looked_at_now_are_no_wrong_input(load) -> None:
    reviews_file = load("prepare", "reviews_file")
    with pytest.raises(ClientError, match="503"):
        reviews_file.check_object(Bucket({}, missing=503), "s3://data/x.csv")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.5+00:00", "2026-01-31T12:00:00.500Z"),
        ("2026-01-31T12:00:00.123456Z", "2026-01-31T12:00:00.123Z"),
    ],
)
def test_the_event_time_has_three_decimals(load, moment: str, expected: str) -> None:
    assert load("prepare").milliseconds(moment) == expected


class Bucket:
    """The calls of S3 that Prepare makes, on a dict."""

    def __init__(self, objects: dict[str, bytes], missing: int = 404) -> None:
        self.objects, self.puts, self._missing = objects, 0, missing

    def head_object(self, *, Bucket: str, Key: str) -> None:
        if Key not in self.objects:
            raise ClientError(
                {
                    "Error": {"Code": str(self._missing)},
                    "ResponseMetadata": {"HTTPStatusCode": self._missing},
                },
                "HeadObject",
            )

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        self.objects[Key] = Body
        self.puts += 1

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[Key])}

    def get_paginator(self, _operation: str) -> Any:
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Any:
        yield {"Contents": [{"Key": key} for key in self.objects if key.startswith(Prefix)]}


SOURCE = run(base_model="other-base", training={"epochs": 5, "max_length": 64})
FEATURES = {"runs/run-1/features/test/part.csv": b""}
MODELS = {
    f"runs/run-1/training/reviews-dev-train-run-1-{attempt}/output/model.tar.gz": b""
    for attempt in (1, 2, 10)
}


def inherit(
    load, chosen: dict[str, Any], objects: dict[str, bytes], source: dict[str, Any] = SOURCE
) -> dict[str, Any]:
    document = {"runs/run-1/run.json": json.dumps(source).encode()}
    bucket, environment = Bucket(document | objects), load("prepare").ENVIRONMENT
    inherited: dict[str, Any] = load("prepare", "source_run").inherit(
        bucket, environment, {"from_run": "run-1", **chosen}
    )
    return inherited


def test_training_begins_with_the_features_of_an_earlier_run(load) -> None:
    chosen = {"start_at": "training", "training": {"epochs": 1}}
    inherited = inherit(load, chosen, FEATURES)
    assert inherited["features"] == "s3://artefacts/runs/run-1/features"
    assert inherited["base_model"] == "other-base"
    defaults = json.loads(VARIABLES["TRAINING"])  # of what the run was not told
    assert inherited["training"] == defaults | {"epochs": 1, "max_length": 64}


def test_evaluation_begins_with_the_newest_model_of_an_earlier_run(load) -> None:
    chosen = {"start_at": "evaluation"}
    newest = "s3://artefacts/runs/run-1/training/reviews-dev-train-run-1-10/output/model.tar.gz"
    assert inherit(load, chosen, FEATURES | MODELS)["model_data"] == newest
    own = chosen | {"model_data": "s3://artefacts/runs/x/model.tar.gz"}
    assert inherit(load, own, FEATURES)["model_data"] == own["model_data"]


def test_only_a_trained_model_may_have_other_labels_than_the_settings(load) -> None:
    source = SOURCE | {"labels": "poor/rich"}
    with pytest.raises(Exception, match="the features of 'run-1' have the labels poor/rich, and"):
        inherit(load, {"start_at": "training"}, FEATURES, source)
    assert inherit(load, {"start_at": "evaluation"}, MODELS | FEATURES, source)["labels"] == (
        "poor/rich"
    )


@pytest.mark.parametrize(
    ("chosen", "objects", "message"),
    [
        ({"start_at": "training", "from_run": "other"}, FEATURES, "there is no run 'other'"),
        ({"start_at": "training"}, {}, "'run-1' has no features"),
        ({"start_at": "evaluation"}, FEATURES, "'run-1' has no trained model"),
    ],
)
def test_missing_data_of_an_earlier_run_is_named(
    load, chosen: dict[str, Any], objects: dict[str, bytes], message: str
) -> None:
    with pytest.raises(Exception, match=f"from_run: .*{message}"):
        inherit(load, chosen, objects)


def test_the_code_is_uploaded_once_for_each_content(load, tmp_path) -> None:
    upload = load("shared", "code_bundle").upload_code
    (tmp_path / "train.py").write_text("print('train')")
    bucket = Bucket({})
    first = upload(bucket, tmp_path, "artefacts")
    files = {key.removeprefix(first.removeprefix("s3://artefacts/")) for key in bucket.objects}
    assert files == {"/source/train.py", "/sourcedir.tar.gz"}
    puts = bucket.puts
    assert upload(bucket, tmp_path, "artefacts") == first
    assert bucket.puts == puts
    (tmp_path / "train.py").write_text("print('other')")
    assert upload(bucket, tmp_path, "artefacts") != first


def test_equal_code_is_an_equal_archive(load, tmp_path) -> None:
    upload = load("shared", "code_bundle").upload_code
    archives = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "train.py").write_text("print('train')")
        bucket = Bucket({})
        prefix = upload(bucket, tmp_path / name, "artefacts").removeprefix("s3://artefacts/")
        archives.append(bucket.objects[f"{prefix}/sourcedir.tar.gz"])
    assert archives[0] == archives[1]


def test_packages_are_small_and_need_boto3_alone() -> None:
    import ast

    from infra.bundles import stage_function

    allowed = {"boto3", "botocore", "contract", "shared"}
    for folder in sorted(path for path in LAMBDAS.iterdir() if (path / "handler.py").exists()):
        package = stage_function(folder.name)
        size = sum(path.stat().st_size for path in package.rglob("*") if path.is_file())
        assert size < 1_000_000, folder.name
        own = {path.stem for path in package.glob("*.py")}
        for source in (
            *package.glob("*.py"),
            *package.glob("shared/*.py"),
            *package.glob("contract/*.py"),
        ):
            for node in ast.walk(ast.parse(source.read_text())):
                names = []
                if isinstance(node, ast.Import):
                    names = [alias.name for alias in node.names]
                elif isinstance(node, ast.ImportFrom):
                    names = [node.module or ""]
                for name in (name.partition(".")[0] for name in names):
                    known = name in allowed | own or name in __import__("sys").stdlib_module_names
                    assert known, f"{source.name} imports {name}"
