"""SageMaker in a cloud that has nothing else: every other service says that there is no such thing.

No operation may fail itself there, so each answer is of a documented kind.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from localcloud.composition import OPERATIONS
from localcloud.core.cloud import Cloud
from localcloud.core.state import Store
from localcloud.features.online import OnlineStore
from localcloud.http import wire
from localcloud.iam.permissions import authorize
from worlds.feature_world import request

GROUP = "fuzz"
CODES = frozenset(
    {
        "AccessDeniedException",
        "ConflictException",
        "InternalDependencyException",
        "InvalidNextTokenException",
        "ModelError",
        "NoSuchResourceException",
        "ObjectNotFoundException",
        "ResourceInUse",
        "ResourceLimitExceeded",
        "ResourceNotFound",
        "SerializationException",
        "UnknownOperationException",
        "ValidationError",
        "ValidationException",
    }
)


class _Nothing:
    """A client of a service in which there is nothing."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def refuse(*_: Any, **__: Any) -> Any:
            error = {"Code": "NoSuchEntity", "Message": "There is nothing here"}
            raise ClientError({"Error": error}, name)

        return refuse


@dataclass(frozen=True, eq=False)
class IsolatedCloud(Cloud):
    def client(self, _service: str) -> Any:
        return _Nothing()


def isolated_cloud(folder: Path) -> Cloud:
    """With one feature group, of both stores."""
    store = Store(folder / "sagemaker.sqlite")
    cloud = IsolatedCloud(
        "http://127.0.0.1:9", folder, store, operations=OPERATIONS, authorize=authorize
    )
    wish = request(GROUP)
    group = {
        **wish,
        "OfflineStoreConfig": {
            **wish["OfflineStoreConfig"],
            "S3StorageConfig": {"S3Uri": "s3://fuzz/", "ResolvedOutputS3Uri": "s3://fuzz/data"},
            "DisableGlueTableCreation": False,
        },
        "FeatureGroupArn": f"arn:aws:sagemaker:us-east-1:000000000000:feature-group/{GROUP}",
        "FeatureGroupStatus": "Created",
        "CreationTime": 1.0,
        "LastModifiedTime": 1.0,
    }
    cloud.store.put("feature-group", GROUP, group)
    assert cloud.service(OnlineStore)
    return cloud


def answered(cloud: Cloud, asked: wire.HttpRequest) -> wire.HttpResponse:
    """The answer, which has to be a documented one."""
    answer = wire.respond(cloud, asked)
    check(answer.status, answer.headers, answer.body)
    return answer


def check(status: int, headers: dict[str, str], body: bytes) -> None:
    assert 200 <= status < 500, body
    if status != 200:
        error = json.loads(body)
        assert error["__type"] in CODES, error
        lower = {name.lower(): value for name, value in headers.items()}
        assert lower["x-amzn-errortype"] == error["__type"]
        assert error["message"]
