"""What goes first: an execution would start the next job, an endpoint needs its configuration."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

PROPERTIES = {
    "StateMachine": "arn:machine",
    "NamePrefix": "reviews-dev-",
    "Endpoint": "reviews-dev",
    "GlueDatabase": "reviews_dev",
    "GlueTable": "reviews_dev",
    "KeepData": "false",
}
CONTENT = {
    "list_executions": {"executions": [{"executionArn": "arn:execution"}]},
    "list_processing_jobs": {"ProcessingJobSummaries": []},
    "list_training_jobs": {"TrainingJobSummaries": [{"TrainingJobName": "reviews-dev-train-a"}]},
    "list_endpoint_configs": {
        "EndpointConfigs": [
            {"EndpointConfigName": "reviews-dev-endpoint-config-a"},
            {"EndpointConfigName": "other-reviews-dev-a"},
        ]
    },
    "list_models": {"Models": [{"ModelName": "reviews-dev-model-a"}]},
    "describe_log_streams": {"logStreams": [{"logStreamName": "reviews-dev-train-a/algo-1-1"}]},
}


class Pages:
    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    def paginate(self, *, StatusEquals: str = "InProgress", **_filters: str) -> list[Any]:
        nothing = {key: [] for key in self._content}
        return [self._content if StatusEquals == "InProgress" else nothing]


class Account:
    """One client for all services; what is stopped or deleted is gone from then on."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.content = json.loads(json.dumps(CONTENT))
        self.endpoint = True

    def get_paginator(self, operation: str) -> Any:
        return Pages(self.content[operation])

    def describe_endpoint(self, **_request: str) -> dict[str, str]:
        if not self.endpoint:
            error = {"Code": "ValidationException", "Message": "none"}
            raise ClientError({"Error": error}, "DescribeEndpoint")
        return {"EndpointStatus": "InService"}

    def describe_log_streams(self, **_request: str) -> Any:
        return {"logStreams": []}

    def __getattr__(self, name: str) -> Any:
        def call(**request: str) -> None:
            self.calls.append(name)
            if name == "stop_training_job":
                self.content["list_training_jobs"] = {"TrainingJobSummaries": []}
            if name == "delete_endpoint":
                self.endpoint = False
            if name == "delete_endpoint_config":
                assert request["EndpointConfigName"].startswith("reviews-dev-")
            if name == "delete_table":
                error = {"Code": "EntityNotFoundException", "Message": "gone"}
                raise ClientError({"Error": error}, "DeleteTable")

        return call


@pytest.fixture
def leftovers(load, monkeypatch):
    module = load("cleanup", "leftovers")
    account = Account()
    monkeypatch.setattr(module.boto3, "client", lambda _service: account)
    return module, account


def test_everything_goes_in_the_order_in_which_it_lets_go(leftovers) -> None:
    module, account = leftovers
    module.remove_leftovers(PROPERTIES)
    assert account.calls == [
        "stop_execution",
        "stop_training_job",
        "delete_endpoint",
        "delete_endpoint_config",
        "delete_model",
        "delete_log_stream",
        "delete_log_group",
        "delete_log_stream",
        "delete_log_group",
        "delete_log_group",
        "delete_table",
    ]


def test_where_data_is_kept_the_logs_and_the_table_stay(leftovers) -> None:
    module, account = leftovers
    module.remove_leftovers(PROPERTIES | {"KeepData": "true"})
    assert account.calls[-1] == "delete_model"


@pytest.mark.parametrize("fails", [True, False])
def test_cloudformation_always_gets_an_answer(load, monkeypatch, fails: bool) -> None:
    cleanup = load("cleanup")
    answers = []

    def remove(_properties: object) -> None:
        if fails:
            raise TimeoutError("still there")

    monkeypatch.setattr(cleanup, "remove_leftovers", remove)
    monkeypatch.setattr(cleanup, "answer", lambda _event, *result: answers.append(result))
    cleanup.handler({"RequestType": "Delete", "ResourceProperties": {}}, None)
    expected = ("FAILED", "TimeoutError: still there") if fails else ("SUCCESS", "")
    assert answers == [expected]


def test_creating_removes_nothing(load, monkeypatch) -> None:
    cleanup = load("cleanup")
    monkeypatch.setattr(cleanup, "remove_leftovers", lambda _: pytest.fail("nothing to remove"))
    monkeypatch.setattr(cleanup, "answer", lambda *_: None)
    cleanup.handler({"RequestType": "Create", "ResourceProperties": {}}, None)
