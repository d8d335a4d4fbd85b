"""Tags of SageMaker resources, by ARN. `http.wire` stores those of Create operations."""

from collections.abc import Iterable, Iterator
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException

_KIND = "tags"
Record = dict[str, Any]


def put_tags(cloud: Cloud, arn: str, tags: Iterable[Record]) -> list[Record]:
    """Adds tags to a resource, replacing those with the same keys; returns all of them."""
    merged = _read(cloud, arn) | {tag["Key"]: tag["Value"] for tag in tags}
    cloud.store.put(_KIND, arn, merged)
    return _shape(merged)


def drop_tags(cloud: Cloud, arn: str) -> None:
    """Removes the tags of a deleted resource: a new one may have the same ARN."""
    cloud.store.delete(_KIND, arn)


def tagged(cloud: Cloud) -> Iterator[tuple[str, list[Record]]]:
    """The ARN and the tags of each resource that has tags."""
    for arn, tags in cloud.store.named(_KIND).items():
        if tags and _exists(cloud, arn):
            yield arn, _shape(tags)


def add_tags(cloud: Cloud, request: Record) -> Record:
    return {"Tags": put_tags(cloud, _existing(cloud, request), request["Tags"])}


def list_tags(cloud: Cloud, request: Record) -> Record:
    return {"Tags": _shape(_read(cloud, _existing(cloud, request)))}


def delete_tags(cloud: Cloud, request: Record) -> Record:
    arn, gone = _existing(cloud, request), set(request["TagKeys"])
    kept = {key: value for key, value in _read(cloud, arn).items() if key not in gone}
    cloud.store.put(_KIND, arn, kept)
    return {}


def _existing(cloud: Cloud, request: Record) -> str:
    """The ARN in a request, in lower case as it is stored.

    Raises ValidationException if there is no such resource.
    """
    arn: str = request["ResourceArn"].lower()
    if not _exists(cloud, arn):
        raise ValidationException(f"Could not find resource {arn}.")
    return arn


def _exists(cloud: Cloud, arn: str) -> bool:
    kind = arn.split(":", 5)[5].partition("/")[0]
    return any(arn in record.values() for record in cloud.store.list(kind))


def _read(cloud: Cloud, arn: str) -> dict[str, str]:
    return cloud.store.get(_KIND, arn) or {}


def _shape(tags: dict[str, str]) -> list[Record]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
