"""A scoring finds its parts and its model before anything is paid for."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.execution_input import InvalidInput

PARTS = "s3://artefacts/scoring/score-1/input/"
EXECUTION = {
    "id": "arn:aws:states:us-east-1:1:execution:reviews-dev-scoring:score-1",
    "name": "score-1",
    "start_time": "2026-01-31T12:00:00Z",
}
MODEL = {
    "ModelName": "{model}",
    "PrimaryContainer": {"Image": "newer", "ModelDataUrl": "{model_data}", "Environment": {}},
}
TRANSFORM = {
    "TransformJobName": "{job}",
    "ModelName": "{model}",
    "TransformInput": {"DataSource": {"S3DataSource": {"S3Uri": "{input}"}}},
    "TransformOutput": {"S3OutputPath": "{output}"},
    "TransformResources": {"InstanceCount": 4, "InstanceType": "ml.m7i.large"},
}
VERSIONS = {3: "Rejected", 2: "Approved", 1: "Approved"}  # the newest first


class Account:
    """SageMaker and S3 with three versions of a model, and some objects."""

    def __init__(self, *objects: str, parts: int = 2, versions: dict[int, str] | None = None):
        self.versions = VERSIONS if versions is None else versions
        self.keys = [*objects, *(f"scoring/score-1/input/part-{n}.jsonl" for n in range(parts))]
        self.made: list[tuple[str, dict[str, Any]]] = []

    def get_paginator(self, operation: str) -> Any:
        return {"list_model_packages": Packages, "list_objects_v2": Objects}[operation](self)

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:
        version = ModelPackageName.rpartition("/")[2]
        container = {"Image": f"image-{version}", "ModelDataUrl": f"s3://artefacts/m{version}"}
        return {"InferenceSpecification": {"Containers": [container]}}

    def head_object(self, *, Bucket: str, Key: str) -> None:
        if Key not in self.keys:
            answer = {"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
            raise ClientError(answer, "HeadObject")

    def create_model(self, **request: Any) -> None:
        self.made.append(("model", request))

    def create_transform_job(self, **request: Any) -> None:
        self.made.append(("job", request))


class Packages:
    def __init__(self, account: Account) -> None:
        self._account = account

    def paginate(self, **asked: str) -> list[dict[str, Any]]:
        wanted = asked.get("ModelApprovalStatus")
        found = [
            {"ModelPackageArn": f"arn:package/reviews-dev/{number}"}
            for number, status in self._account.versions.items()
            if wanted in (None, status)
        ]
        return [{"ModelPackageSummaryList": []}, {"ModelPackageSummaryList": found}]


class Objects(Packages):
    def paginate(self, **asked: str) -> list[dict[str, Any]]:
        found = [key for key in self._account.keys if key.startswith(asked["Prefix"])]
        return [{"Contents": [{"Key": key} for key in found]}]


@pytest.fixture
def scoring(load, monkeypatch):
    """Calls the handler on an account, with this input."""

    def call(account: Account, **given: Any) -> Any:
        module = load("start_scoring")
        monkeypatch.setattr(module, "SAGEMAKER", account)
        monkeypatch.setattr(module, "S3", account)
        event = {"execution": EXECUTION, "attempt": 2, "model": MODEL, "transform": TRANSFORM}
        return module.handler({**event, "input": {"input": PARTS, **given}}, None)

    return call


def test_the_newest_approved_version_scores_with_its_own_image(scoring) -> None:
    account = Account("m2")
    said = scoring(account)
    assert (said["version"], said["parts"]) == (2, 2)
    assert said["job"] == "reviews-dev-transform-score-1-2"
    assert said["output"] == "s3://artefacts/scoring/score-1/output/"
    (_, model), (_, job) = account.made
    assert model["ModelName"] == job["ModelName"] == job["TransformJobName"] == said["job"]
    assert model["PrimaryContainer"] == {
        "Image": "image-2",
        "ModelDataUrl": "s3://artefacts/m2",
        "Environment": {},
    }
    assert job["TransformInput"]["DataSource"]["S3DataSource"]["S3Uri"] == PARTS
    assert job["TransformOutput"]["S3OutputPath"] == said["output"]
    assert {tag["Key"] for tag in job["Tags"]} == {
        "reviews:environment",
        "reviews:run",
        "reviews:execution",
    }


@pytest.mark.parametrize(("parts", "instances"), [(1, 1), (3, 3), (9, 4)])
def test_there_are_no_more_instances_than_parts(scoring, parts: int, instances: int) -> None:
    account = Account("m2", parts=parts)
    scoring(account)
    (_, job) = account.made[-1]
    assert job["TransformResources"]["InstanceCount"] == instances


def test_a_version_that_is_named_may_have_any_status(scoring) -> None:
    assert scoring(Account("m3"), version=3)["version"] == 3


@pytest.mark.parametrize(
    ("account", "given", "message"),
    [
        (Account(versions={3: "Rejected"}), {}, "no version of reviews-dev is approved yet"),
        (Account("m2"), {"version": 9}, "reviews-dev has no version 9"),
        (Account(), {}, "the artefact of version 2 is gone: s3://artefacts/m2"),
    ],
)
def test_a_model_that_is_not_there_is_told_before_anything_is_made(
    scoring, account: Account, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(Exception, match=message) as raised:
        scoring(account, **given)
    assert type(raised.value).__name__ == "ModelMissing"
    assert account.made == []


@pytest.mark.parametrize(
    ("account", "given", "message"),
    [
        (Account("m2", parts=0), {}, f"input: there is no object below {PARTS}"),
        (Account("m2"), {"input": "s3://data/x/"}, "must be below s3://artefacts/scoring/"),
        (Account("m2"), {"version": "3"}, "version: '3' must be the number"),
    ],
)
def test_an_input_that_cannot_be_scored_is_refused_before_anything_is_made(
    scoring, account: Account, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        scoring(account, **given)
    assert account.made == []
