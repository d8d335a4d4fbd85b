"""The cleanup deletes resources in the order of their dependencies."""

import json
import time
from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ClientError

PROPERTIES = {
    "StateMachines": ["arn:machine", "arn:machine-scoring"],
    "NamePrefix": "reviews-dev-",
    "Endpoint": "reviews-dev",
    "ArtefactBucket": "artefacts",
    "ModelPackageGroup": "reviews-dev",
    "FeatureGroup": "reviews-dev-new",
    "GlueDatabase": "reviews_dev",
    "GlueTable": "reviews_dev_new",
    "KeepData": "false",
}
# Statuses in which DeleteEndpoint is not refused; the others are transitions.
LASTING = {"InService", "OutOfService", "Failed", "UpdateRollbackFailed"}
STATUSES = (
    botocore.session.get_session().get_service_model("sagemaker").shape_for("EndpointStatus").enum
)
CONTENT = {
    "list_executions": {"executions": [{"executionArn": "arn:execution"}]},
    "list_hyper_parameter_tuning_jobs": {
        "HyperParameterTuningJobSummaries": [{"HyperParameterTuningJobName": "reviews-dev-abcde1"}]
    },
    "list_processing_jobs": {"ProcessingJobSummaries": []},
    "list_training_jobs": {"TrainingJobSummaries": [{"TrainingJobName": "reviews-dev-train-a"}]},
    "list_transform_jobs": {
        "TransformJobSummaries": [{"TransformJobName": "reviews-dev-transform-a"}]
    },
    "list_endpoint_configs": {
        "EndpointConfigs": [
            {"EndpointConfigName": "reviews-dev-config-a"},
            {"EndpointConfigName": "other-reviews-dev-a"},
        ]
    },
    "list_model_packages": {"ModelPackageSummaryList": [{"ModelPackageArn": "arn:package/1"}]},
    "list_models": {"Models": [{"ModelName": "reviews-dev-model-a"}]},
    "describe_network_interfaces": {"NetworkInterfaces": []},
    "describe_log_streams": {"logStreams": [{"logStreamName": "reviews-dev-train-a/algo-1-1"}]},
}


class Pages:
    def __init__(self, content: dict[str, Any]) -> None:
        self._content = content

    def paginate(self, *, StatusEquals: str = "InProgress", **_filters: Any) -> list[Any]:
        nothing = {key: [] for key in self._content}
        return [self._content if StatusEquals == "InProgress" else nothing]


class Account:
    """One client for all services; what is stopped or deleted is gone from then on."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.tables: list[str] = []  # that were deleted
        self.content = json.loads(json.dumps(CONTENT))
        self.endpoint = ["InService"]  # its statuses, one after the other; the last one lasts
        self.groups = {"reviews-dev-new"}

    def get_paginator(self, operation: str) -> Any:
        return Pages(self.content[operation])

    def describe_endpoint(self, **_request: str) -> dict[str, str]:
        if not self.endpoint:
            error = {"Code": "ValidationException", "Message": "none"}
            raise ClientError({"Error": error}, "DescribeEndpoint")
        more = len(self.endpoint) > 1
        return {"EndpointStatus": self.endpoint.pop(0) if more else self.endpoint[0]}

    def describe_feature_group(self, *, FeatureGroupName: str) -> dict[str, str]:
        if FeatureGroupName not in self.groups:
            error = {"Code": "ResourceNotFound", "Message": "none"}
            raise ClientError({"Error": error}, "DescribeFeatureGroup")
        return {"FeatureGroupStatus": "Created"}

    def describe_log_streams(self, **_request: str) -> Any:
        return {"logStreams": []}

    def __getattr__(self, name: str) -> Any:
        def call(**request: str) -> None:
            self.calls.append(name)
            if name == "stop_hyper_parameter_tuning_job":
                assert request == {"HyperParameterTuningJobName": "reviews-dev-abcde1"}
                nothing: dict[str, Any] = {"HyperParameterTuningJobSummaries": []}
                self.content["list_hyper_parameter_tuning_jobs"] = nothing
            if name == "stop_training_job":
                self.content["list_training_jobs"] = {"TrainingJobSummaries": []}
                error = {"Code": "ValidationException", "Message": "in status Completed"}
                raise ClientError({"Error": error}, "StopTrainingJob")
            if name == "stop_transform_job":
                self.content["list_transform_jobs"] = {"TransformJobSummaries": []}
            if name == "delete_endpoint":
                assert self.endpoint[0] in LASTING
                self.endpoint = []
            if name == "delete_endpoint_config":
                assert request["EndpointConfigName"].startswith("reviews-dev-")
            if name == "delete_table":
                self.tables.append(request["Name"])
                error = {"Code": "EntityNotFoundException", "Message": "gone"}
                raise ClientError({"Error": error}, "DeleteTable")
            if name == "deregister_scalable_target":
                error = {"Code": "ObjectNotFoundException", "Message": "none"}
                raise ClientError({"Error": error}, "DeregisterScalableTarget")

        return call


@pytest.fixture
def leftovers(load, monkeypatch):
    module = load("cleanup", "leftovers")
    account = Account()
    monkeypatch.setattr(module.boto3, "client", lambda _service: account)
    return module, account


def test_resources_are_deleted_in_the_order_of_their_dependencies(leftovers) -> None:
    module, account = leftovers
    module.remove_leftovers(PROPERTIES, time.monotonic() + 60)
    assert account.calls == [
        "stop_execution",
        "stop_execution",
        "stop_hyper_parameter_tuning_job",
        "stop_training_job",
        "stop_transform_job",
        "deregister_scalable_target",
        "delete_endpoint",
        "delete_object",
        "delete_endpoint_config",
        "delete_model",
        "delete_model_package",
        "delete_log_group",
        "delete_log_stream",
        "delete_log_group",
        "delete_log_stream",
        "delete_log_group",
        "delete_log_stream",
        "delete_log_group",
        "delete_table",
    ]


def test_with_keep_data_the_logs_and_the_table_remain(leftovers) -> None:
    module, account = leftovers
    module.remove_leftovers(PROPERTIES | {"KeepData": "true"}, time.monotonic() + 60)
    assert account.calls[-1] == "delete_model"


def test_a_first_deployment_that_is_rolled_back_leaves_the_features_their_table(leftovers) -> None:
    module, account = leftovers
    account.content["list_executions"] = {"executions": []}
    module.remove_leftovers(PROPERTIES, time.monotonic() + 60)
    assert "delete_endpoint" in account.calls
    assert account.tables == []


@pytest.mark.parametrize("status", sorted({*STATUSES} - {"Deleting"}))
def test_an_endpoint_is_deleted_only_when_its_status_lasts(
    leftovers, monkeypatch, status: str
) -> None:
    module, account = leftovers
    monkeypatch.setattr(module, "_POLL_SECONDS", 0)
    account.endpoint = [status, status, "InService"]
    module.delete_endpoint(account, "reviews-dev", time.monotonic() + 60)
    assert account.calls == ["delete_endpoint"]


def test_an_endpoint_that_is_being_deleted_is_waited_for(leftovers) -> None:
    module, account = leftovers
    account.endpoint = ["Deleting"]
    with pytest.raises(module.NotDeletedYet, match="endpoint reviews-dev still there"):
        module.delete_endpoint(account, "reviews-dev", time.monotonic() - 1)
    assert not account.calls


@pytest.mark.parametrize("keep", ["true", "false"])
def test_in_a_vpc_the_network_interfaces_are_waited_for(leftovers, keep: str) -> None:
    module, account = leftovers
    account.content["describe_network_interfaces"] = {
        "NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}]
    }
    properties = PROPERTIES | {"SecurityGroups": ["sg-1"], "KeepData": keep}
    with pytest.raises(module.NotDeletedYet, match="network interfaces in sg-1 still there"):
        module.remove_leftovers(properties, time.monotonic() - 1)
    account.content["describe_network_interfaces"] = {"NetworkInterfaces": []}
    module.remove_leftovers(properties, time.monotonic() + 60)


OLD = PROPERTIES | {"FeatureGroup": "reviews-dev-old", "GlueTable": "reviews_dev_old"}


@pytest.mark.parametrize(
    ("groups", "keep", "deleted"),
    [
        ({"reviews-dev-new"}, "false", ["reviews_dev_old"]),
        # An update that is rolled back: this stack goes back to the old features, that of the
        # features does not.
        ({"reviews-dev-new", "reviews-dev-old"}, "false", []),
        ({"reviews-dev-new"}, "true", []),
    ],
)
def test_an_update_to_other_features_removes_the_table_that_no_group_has(
    leftovers, groups: set[str], keep: str, deleted: list[str]
) -> None:
    module, account = leftovers
    account.groups = groups
    module.remove_old_table(OLD | {"KeepData": keep}, PROPERTIES | {"KeepData": keep})
    assert account.tables == deleted


def test_an_update_that_leaves_the_features_as_they_are_removes_nothing(load, monkeypatch) -> None:
    cleanup = load("cleanup")
    answers = []
    monkeypatch.setattr(cleanup, "respond", lambda _event, *result: answers.append(result))
    properties = {"OldResourceProperties": PROPERTIES, "ResourceProperties": PROPERTIES}
    cleanup.handler({"RequestType": "Update", **properties}, None)
    assert answers == [("SUCCESS", "")]


class Context:
    invoked_function_arn = "arn:cleanup"

    def get_remaining_time_in_millis(self) -> int:
        return 900_000


@pytest.mark.parametrize(("call", "goes_on"), [(1, True), (3, True), (4, False)])
def test_a_cleanup_beyond_the_timeout_of_a_function_continues_in_another_invocation(
    load, monkeypatch, call: int, goes_on: bool
) -> None:
    cleanup = load("cleanup")
    answers, calls = [], []

    def remove(_properties: object, deadline: float) -> None:
        assert 0 < deadline - time.monotonic() <= 840
        raise cleanup.NotDeletedYet("endpoint reviews-dev still there")

    class Lambda:
        def invoke(self, **request: Any) -> None:
            calls.append(request)

    monkeypatch.setattr(cleanup, "remove_leftovers", remove)
    monkeypatch.setattr(cleanup, "respond", lambda _event, *result: answers.append(result))
    monkeypatch.setattr(cleanup, "LAMBDA", Lambda())
    event = {"RequestType": "Delete", "ResourceProperties": {}, "Call": call}
    cleanup.handler(event, Context())
    if goes_on:
        assert not answers
        (request,) = calls
        assert request["FunctionName"] == "arn:cleanup"
        assert json.loads(request["Payload"]) == event | {"Call": call + 1}
    else:
        assert answers == [("FAILED", "endpoint reviews-dev still there")]


@pytest.mark.parametrize("fails", [True, False])
def test_cloudformation_always_gets_an_answer(load, monkeypatch, fails: bool) -> None:
    cleanup = load("cleanup")
    answers = []

    def remove(_properties: object, _deadline: float) -> None:
        if fails:
            raise TimeoutError("still there")

    monkeypatch.setattr(cleanup, "remove_leftovers", remove)
    monkeypatch.setattr(cleanup, "respond", lambda _event, *result: answers.append(result))
    cleanup.handler({"RequestType": "Delete", "ResourceProperties": {}}, Context())
    expected = ("FAILED", "TimeoutError: still there") if fails else ("SUCCESS", "")
    assert answers == [expected]


def test_creating_removes_nothing(load, monkeypatch) -> None:
    cleanup = load("cleanup")
    monkeypatch.setattr(cleanup, "remove_leftovers", lambda _: pytest.fail("nothing to remove"))
    monkeypatch.setattr(cleanup, "respond", lambda *_: None)
    cleanup.handler({"RequestType": "Create", "ResourceProperties": {}}, None)
