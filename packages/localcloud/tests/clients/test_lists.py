"""boto3's paginators, filters and orders on every List operation, over records in the store."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.model import OperationModel

from localcloud.composition import OPERATIONS
from localcloud.core.cloud import Cloud
from localcloud.core.empty_lists import EMPTY_LISTS
from worlds.wire_client import client_of, new_cloud

RECORDS = 12
START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
STATUSES = ("Failed", "Completed", "Stopped")


@dataclass(frozen=True)
class Listed:
    """The resource type in ARNs, what begins the names of members, and the statuses it has."""

    kind: str
    noun: str
    statuses: tuple[str, ...] = ()
    of_lineage: bool = False

    @property
    def name(self) -> str:
        return f"{self.noun}Name"

    def record(self, number: int) -> dict[str, Any]:
        """Odd ones begin with a "b"; the later ones come first in the alphabet of each half."""
        name = f"{'ab'[number % 2]}-{RECORDS - number:03}"
        times = {"CreationTime": START + number, "LastModifiedTime": START + 2 * number}
        record = {self.name: name, f"{self.noun}Arn": f"arn:{self.kind}/{name}", **times}
        if self.statuses:
            record[f"{self.noun}Status"] = self.statuses[number % len(self.statuses)]
        if self.of_lineage:
            record |= {"Source": {"SourceUri": f"s3://bucket/{name}"}, f"{self.noun}Type": "Other"}
        return record


LISTS = {
    "ListProcessingJobs": Listed("processing-job", "ProcessingJob", STATUSES),
    "ListTrainingJobs": Listed("training-job", "TrainingJob", STATUSES),
    "ListTransformJobs": Listed("transform-job", "TransformJob", STATUSES),
    "ListModels": Listed("model", "Model"),
    "ListEndpointConfigs": Listed("endpoint-config", "EndpointConfig"),
    "ListEndpoints": Listed("endpoint", "Endpoint", ("InService", "Failed")),
    "ListFeatureGroups": Listed("feature-group", "FeatureGroup", ("Created", "CreateFailed")),
    "ListModelPackageGroups": Listed(
        "model-package-group", "ModelPackageGroup", ("Completed", "Failed")
    ),
    "ListExperiments": Listed("experiment", "Experiment"),
    "ListTrials": Listed("experiment-trial", "Trial"),
    "ListTrialComponents": Listed("experiment-trial-component", "TrialComponent"),
    "ListActions": Listed("action", "Action", of_lineage=True),
    "ListContexts": Listed("context", "Context", of_lineage=True),
}
# Tested where their resources are: core/test_tags.py, registry/test_registry.py,
# lineage/test_lineage.py, tuning/test_tuning_job.py and core/test_empty_lists.py.
ELSEWHERE = {
    *("ListTags", "ListModelPackages", "ListArtifacts", "ListAssociations"),
    *("ListHyperParameterTuningJobs", "ListTrainingJobsForHyperParameterTuningJob"),
    *EMPTY_LISTS,
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Cloud:
    cloud = new_cloud(tmp_path_factory.mktemp("cloud"))
    for listed in LISTS.values():
        for number in range(RECORDS):
            record = listed.record(number)
            cloud.store.put(listed.kind, record[listed.name].lower(), record)
    return cloud


@pytest.fixture(scope="module")
def client(cloud: Cloud) -> Any:
    return client_of(cloud)


class Call:
    """One List operation of a client."""

    def __init__(self, client: Any, operation: str) -> None:
        self.listed = LISTS[operation]
        self.model: OperationModel = client.meta.service_model.operation_model(operation)
        names = {name: method for method, name in client.meta.method_to_api_mapping.items()}
        self.paginator = client.get_paginator(names[operation])
        (self.key,) = [key.expression for key in self.paginator.result_keys]

    def names(self, **request: Any) -> list[str]:
        return [item[self.listed.name] for item in self.items(**request)]

    def items(self, **request: Any) -> list[dict[str, Any]]:
        pages = self.paginator.paginate(**request, PaginationConfig={"PageSize": 100})
        return [item for page in pages for item in page[self.key]]

    def allows(self, member: str) -> bool:
        return member in self.model.input_shape.members

    def orders(self) -> list[str]:
        enum: list[str] = self.model.input_shape.members["SortBy"].enum
        return enum


@pytest.fixture(params=LISTS)
def call(client: Any, request: pytest.FixtureRequest) -> Call:
    return Call(client, request.param)


def test_no_list_is_left_out() -> None:
    lists = {
        name for service, name in OPERATIONS if service == "sagemaker" and name.startswith("List")
    }
    assert lists == LISTS.keys() | ELSEWHERE


def test_pages_hold_each_record_once(call: Call) -> None:
    request = {"SortBy": "Name", "SortOrder": "Ascending"}
    pages = list(call.paginator.paginate(**request, PaginationConfig={"PageSize": 5}))
    assert [len(page[call.key]) for page in pages] == [5, 5, 2]
    found = [item[call.listed.name] for page in pages for item in page[call.key]]
    assert found == sorted(call.listed.record(number)[call.listed.name] for number in range(12))


def test_a_page_has_ten_records_unless_told(call: Call) -> None:
    first = next(iter(call.paginator.paginate()))
    assert len(first[call.key]) == 10


def test_names_and_times_choose_the_records(call: Call) -> None:
    later = datetime.fromtimestamp(START + RECORDS - 1, UTC)
    newest = call.listed.record(RECORDS - 1)[call.listed.name]
    created = "CreationTime" if call.allows("CreationTimeAfter") else "Created"
    assert call.names(**{f"{created}After": later}) == [newest]
    assert newest not in call.names(**{f"{created}Before": datetime.fromtimestamp(START + 5, UTC)})
    if call.allows("NameContains"):
        assert len(call.names(NameContains="B-")) == RECORDS / 2
    if call.allows("LastModifiedTimeAfter"):
        modified = datetime.fromtimestamp(START + 2 * (RECORDS - 1), UTC)
        assert call.names(LastModifiedTimeAfter=modified) == [newest]


def test_a_status_chooses_the_records(call: Call) -> None:
    members = [name for name in ("StatusEquals", "FeatureGroupStatusEquals") if call.allows(name)]
    for member in members:
        found = call.items(**{member: "Failed" if member == "StatusEquals" else "CreateFailed"})
        assert found
        assert len({item[f"{call.listed.noun}Status"] for item in found}) == 1


def test_records_come_in_the_order_asked_for(call: Call) -> None:
    fields = {"Name": call.listed.name, "Status": f"{call.listed.noun}Status"}
    for order in ("Name", "CreationTime", "Status"):
        if order not in call.orders():
            continue
        field = fields.get(order, order)
        up = [item[field] for item in call.items(SortBy=order, SortOrder="Ascending")]
        down = [item[field] for item in call.items(SortBy=order, SortOrder="Descending")]
        assert up == sorted(up)
        assert down == up[::-1]


def test_a_page_is_cut_before_its_records_are_filtered(call: Call) -> None:
    """As ListTrainingJobs documents it; an empty page with a token is no end."""
    newest, oldest = call.listed.record(RECORDS - 1), call.listed.record(0)
    order = {"SortBy": "CreationTime", "SortOrder": "Descending"}
    filters = [{"NameContains": oldest[call.listed.name]}] if call.allows("NameContains") else []
    if call.allows("StatusEquals") and call.listed.statuses:
        status = f"{call.listed.noun}Status"
        filters.append({"StatusEquals": oldest[status]})
        assert newest[status] != oldest[status]
    for one in filters:
        pages = list(call.paginator.paginate(**order, **one, PaginationConfig={"PageSize": 1}))
        found = [item[call.listed.name] for page in pages for item in page[call.key]]
        assert (len(pages), pages[0][call.key]) == (RECORDS, [])
        assert found[-1] == oldest[call.listed.name]


def test_a_token_that_no_page_gave_is_refused(client: Any) -> None:
    with pytest.raises(ClientError) as raised:
        client.list_models(NextToken="elsewhere")
    error = raised.value.response["Error"]
    assert (error["Code"], error["Message"]) == (
        "ValidationException",
        "Invalid NextToken 'elsewhere'",
    )
