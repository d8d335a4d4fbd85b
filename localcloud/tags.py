"""Tags of SageMaker resources, by ARN. Create operations put them here through `wire`."""

from collections.abc import Iterable
from typing import Any

from localcloud.cloud import Cloud
from localcloud.operations import operation

_KIND = "tags"
Record = dict[str, Any]


def put_tags(cloud: Cloud, arn: str, tags: Iterable[Record]) -> list[Record]:
    """Adds tags to a resource, replacing those with the same keys; returns all of them."""
    merged = _read(cloud, arn) | {tag["Key"]: tag["Value"] for tag in tags}
    cloud.store.put(_KIND, arn, merged)
    return _shape(merged)


def drop_tags(cloud: Cloud, arn: str) -> None:
    """Of a resource that is gone: another one may get its ARN."""
    cloud.store.delete(_KIND, arn)


@operation("AddTags")
def add_tags(cloud: Cloud, request: Record) -> Record:
    return {"Tags": put_tags(cloud, request["ResourceArn"], request["Tags"])}


@operation("ListTags")
def list_tags(cloud: Cloud, request: Record) -> Record:
    return {"Tags": _shape(_read(cloud, request["ResourceArn"]))}


@operation("DeleteTags")
def delete_tags(cloud: Cloud, request: Record) -> Record:
    arn, gone = request["ResourceArn"], set(request["TagKeys"])
    kept = {key: value for key, value in _read(cloud, arn).items() if key not in gone}
    cloud.store.put(_KIND, arn, kept)
    return {}


def _read(cloud: Cloud, arn: str) -> dict[str, str]:
    return cloud.store.get(_KIND, arn) or {}


def _shape(tags: dict[str, str]) -> list[Record]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
