"""Operations on the metadata of features: descriptions and parameters."""

import time

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceNotFound, ValidationException
from localcloud.core.records import Record
from localcloud.features.group import find_group
from localcloud.features.metadata import metadata_of, note

_MOST_PARAMETERS = 25


def describe_feature_metadata(cloud: Cloud, request: Record) -> Record:
    return _find(cloud, request)[1]


def update_feature_metadata(cloud: Cloud, request: Record) -> Record:
    group, metadata = _find(cloud, request)
    changes: Record = {"LastModifiedTime": time.time()}
    if "Description" in request:
        changes["Description"] = request["Description"]
    parameters = {one["Key"]: one["Value"] for one in metadata.get("Parameters", [])}
    for key in request.get("ParameterRemovals", []):
        parameters.pop(key, None)
    for one in request.get("ParameterAdditions", []):
        if set(one) != {"Key", "Value"}:
            raise ValidationException("A parameter needs both Key and Value")
        parameters[one["Key"]] = one["Value"]
    if len(parameters) > _MOST_PARAMETERS:
        raise ValidationException(f"A feature has at most {_MOST_PARAMETERS} parameters")
    changes["Parameters"] = [{"Key": key, "Value": value} for key, value in parameters.items()]
    note(cloud, group, request["FeatureName"], **changes)
    return {}


def _find(cloud: Cloud, request: Record) -> tuple[Record, Record]:
    """The group and what is known of its feature. Raises ResourceNotFound."""
    group = find_group(cloud, request["FeatureGroupName"])
    for metadata in metadata_of(cloud, group):
        if metadata["FeatureName"] == request["FeatureName"]:
            return group, metadata
    raise ResourceNotFound(
        f"Resource Not Found: FeatureGroup {group['FeatureGroupName']} has no feature "
        f"named {request['FeatureName']}"
    )
