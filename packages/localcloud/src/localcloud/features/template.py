"""AWS::SageMaker::FeatureGroup of CloudFormation."""

import time

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceNotFound
from localcloud.core.records import Record
from localcloud.core.tags import put_tags
from localcloud.features.group import create_feature_group, delete_feature_group, find_group
from localcloud.http.constraints import check
from localcloud.http.wire import service_model

_SECONDS = 60
# CloudFormation's names of what the API calls otherwise.
_FLAGS = ("EnableOnlineStore", "DisableGlueTableCreation")


def create_from_template(cloud: Cloud, properties: Record, logical_name: str) -> tuple[str, Record]:
    """Physical id and attributes of a new group that is Created; raises what the API raises."""
    request = _typed({"FeatureGroupName": logical_name, **properties})
    check(request, service_model("sagemaker").operation_model("CreateFeatureGroup").input_shape)
    name = request["FeatureGroupName"]
    arn = create_feature_group(cloud, request)["FeatureGroupArn"]
    put_tags(cloud, arn, request.get("Tags", []))
    group = _wait(cloud, name)
    if group["FeatureGroupStatus"] != "Created":
        delete_from_template(cloud, name)  # as CloudFormation does with what it could not make
        raise ValueError(f"Feature Group {name}: {group.get('FailureReason', 'not Created')}")
    attributes = {
        "FeatureGroupStatus": group["FeatureGroupStatus"],
        "CreationTime": str(group["CreationTime"]),
    }
    return name, attributes


def delete_from_template(cloud: Cloud, physical_id: str) -> None:
    """A group that is gone already is as good as deleted."""
    try:
        delete_feature_group(cloud, {"FeatureGroupName": physical_id})
    except ResourceNotFound:
        return


def _wait(cloud: Cloud, name: str) -> Record:
    deadline = time.monotonic() + _SECONDS
    while True:
        group = find_group(cloud, name)
        if group["FeatureGroupStatus"] != "Creating" or time.monotonic() > deadline:
            return group
        time.sleep(0.05)


def _typed(properties: Record) -> Record:
    """The properties with the types of the API: templates may hold booleans as text."""
    typed: Record = {}
    for key, value in properties.items():
        if isinstance(value, dict):
            typed[key] = _typed(value)
        elif key in _FLAGS:
            typed[key] = str(value).lower() == "true"
        else:
            typed[key] = value
    return typed
