"""A registry and the objects of an environment, as functions see them."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from tests.lambdas.runs import run

REGISTERED = datetime(2026, 1, 31, 12, tzinfo=UTC)
IMAGE = "111111111111.dkr.ecr.us-east-1.amazonaws.com/serving:1"
EVALUATION = {"accuracy": 0.7, "macro_f1": 0.69, "labels": ["bad", "good"]}


def denied(operation: str, code: str = "AccessDenied", status: int = 403) -> ClientError:
    answer = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


class Objects:
    """S3: s3:// URI → bytes. What is written is in `written`, in its order."""

    def __init__(self, objects: dict[str, bytes] | None = None) -> None:
        self.objects = dict(objects or {})
        self.written: list[str] = []
        self.last_modified = REGISTERED - timedelta(minutes=5)
        self.etag = '"1"'

    def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        body = self._find(Bucket, Key, "404", "HeadObject")
        return {
            "ETag": self.etag,
            "ContentLength": len(body),
            "LastModified": self.last_modified,
        }

    def get_object(self, *, Bucket: str, Key: str, IfMatch: str = "") -> dict[str, Any]:
        if IfMatch not in ("", self.etag):
            raise denied("GetObject", "PreconditionFailed", 412)
        return {"Body": io.BytesIO(self._find(Bucket, Key, "NoSuchKey", "GetObject"))}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes) -> None:
        self.objects[f"s3://{Bucket}/{Key}"] = Body
        self.written.append(f"s3://{Bucket}/{Key}")

    def upload_fileobj(self, body: Any, bucket: str, key: str) -> None:
        parts = iter(lambda: body.read(4), b"")
        self.put_object(Bucket=bucket, Key=key, Body=b"".join(parts))

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_objects_v2"
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> Iterator[dict[str, Any]]:
        start = f"s3://{Bucket}/"
        keys = [uri.removeprefix(start) for uri in self.objects if uri.startswith(start)]
        yield {"Contents": [{"Key": key} for key in keys if key.startswith(Prefix)]}

    def document(self, uri: str) -> Any:
        return json.loads(self.objects[uri])

    def _find(self, bucket: str, key: str, code: str, operation: str) -> bytes:
        uri = f"s3://{bucket}/{key}"
        if uri not in self.objects:
            raise denied(operation, code, 404)
        return self.objects[uri]


class Registry:
    """SageMaker's registry: number of a version → what is other than usual about it."""

    def __init__(self, group: str, bucket: str, **versions: dict[str, Any]) -> None:
        self._group, self._bucket = group, bucket
        self.versions = {int(name.removeprefix("v")): more for name, more in versions.items()}

    def get_paginator(self, operation: str) -> Any:
        assert operation == "list_model_packages"
        return self

    def paginate(self, *, ModelPackageGroupName: str, **_: Any) -> Iterator[dict[str, Any]]:
        assert ModelPackageGroupName == self._group
        for number in sorted(self.versions, reverse=True):  # a page each
            yield {"ModelPackageSummaryList": [{"ModelPackageArn": self.arn(number)}]}

    def describe_model_package(self, *, ModelPackageName: str) -> dict[str, Any]:
        number = int(ModelPackageName.rpartition("/")[2])
        more = {"status": "Approved", "image": IMAGE, "properties": {}, **self.versions[number]}
        artefact = f"s3://{self._bucket}/runs/run-{number}/training/job/output/model.tar.gz"
        return {
            "ModelApprovalStatus": more["status"],
            "CreationTime": REGISTERED,
            "InferenceSpecification": {
                "Containers": [{"Image": more["image"], "ModelDataUrl": artefact}]
            },
            "CustomerMetadataProperties": {"run": f"run-{number}", **more["properties"]},
        }

    def arn(self, number: int) -> str:
        return f"arn:aws:sagemaker:us-east-1:111111111111:model-package/{self._group}/{number}"


def objects_of(bucket: str, number: int, **changes: Any) -> dict[str, bytes]:
    """What the run of a version has left."""
    prefix = f"s3://{bucket}/runs/run-{number}"
    document = run(
        id=f"run-{number}",
        prefix=prefix,
        code=f"s3://{bucket}/code/abc",
        features=f"{prefix}/features",
        **changes,
    )
    return {
        f"{prefix}/run.json": json.dumps(document).encode(),
        f"{prefix}/evaluation/evaluation.json": json.dumps(EVALUATION).encode(),
        f"{prefix}/evaluation/evaluation.html": b"<h1>Evaluation</h1>",
        f"{prefix}/training/job/output/model.tar.gz": b"the artefact",
        f"{prefix}/features/test/part.csv": b"1",
        f"s3://{bucket}/code/abc/source/train.py": b"train",
        f"s3://{bucket}/code/abc/source/contract/names.py": b"names",
        f"s3://{bucket}/code/abc/sourcedir.tar.gz": b"both",
    }
