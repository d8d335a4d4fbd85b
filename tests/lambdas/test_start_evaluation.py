"""The request for the evaluation, and the champion that it is compared with."""

from typing import Any

from botocore.exceptions import ClientError

from tests.lambdas.runs import run


def test_evaluation_reads_the_model_of_the_training(load) -> None:
    processing_job_request = load("start_evaluation").processing_job_request
    template = {
        "Uri": "{model_data}",
        "ProcessingInputs": [],
        "AppSpecification": {"ContainerArguments": ["--model=x"]},
    }
    event = {"run": run(), "request": template, "model_data": "s3://a/model.tar.gz", "attempt": 2}
    request = processing_job_request(event, "")
    assert request["Uri"] == "s3://a/model.tar.gz"
    assert request["ProcessingJobName"] == "reviews-dev-evaluate-run-1-2"
    assert request["ProcessingInputs"] == []
    compared = processing_job_request(event, "s3://a/champion.tar.gz")
    (champion,) = compared["ProcessingInputs"]
    assert champion["S3Input"]["S3Uri"] == "s3://a/champion.tar.gz"
    assert compared["AppSpecification"]["ContainerArguments"] == [
        "--model=x",
        f"--champion={champion['S3Input']['LocalPath']}",
    ]


class Registry:
    """An approved model behind a page of others, or none, and what is left of its artefact."""

    def __init__(self, *, approved: bool, there: bool = True) -> None:
        self._approved, self._there = approved, there

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_model_packages"
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        assert asked["ModelApprovalStatus"] == "Approved"
        assert (asked["SortBy"], asked["SortOrder"]) == ("CreationTime", "Descending")
        found = [{"ModelPackageArn": "arn:2"}, {"ModelPackageArn": "arn:1"}]
        return [
            {"ModelPackageSummaryList": []},
            {"ModelPackageSummaryList": found if self._approved else []},
        ]

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:
        assert ModelPackageName == "arn:2"
        return {"InferenceSpecification": {"Containers": [{"ModelDataUrl": "s3://a/c.tar.gz"}]}}

    def head_object(self, **_request: str) -> None:
        if not self._there:
            answer = {"Error": {"Code": "404"}, "ResponseMetadata": {"HTTPStatusCode": 404}}
            raise ClientError(answer, "HeadObject")


def test_the_champion_is_the_newest_approved_model_that_is_still_there(load) -> None:
    find = load("start_evaluation").find_champion
    for registry, expected in (
        (Registry(approved=False), ""),
        (Registry(approved=True), "s3://a/c.tar.gz"),
        (Registry(approved=True, there=False), ""),
    ):
        assert find(registry, registry, "reviews-dev") == expected
