"""Data capture: a sample of requests and answers in S3, in SageMaker's JSON Lines format.

Not emulated: custom attributes in the event's metadata. Requests that the container answered with
an error are not captured.
"""

import base64
import json
import random
import threading
import time
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.core.s3 import Location, TransferError
from localcloud.iam.role import Role
from localcloud.jobs.logs import LogStream

_FLUSH_SECONDS = 5
_MODES = {
    "Input": ("Input",),
    "Output": ("Output",),
    "InputAndOutput": ("Input", "Output"),
}


@dataclass(frozen=True)
class Exchange:
    """One request and its answer."""

    moment: datetime
    request_type: str
    request: bytes
    answer_type: str
    answer: bytes
    inference_id: str | None = None


def check(config: Record) -> None:
    """Raises ValidationException for a destination that is none."""
    try:
        Location.parse(config["DestinationS3Uri"])
    except TransferError as error:
        raise ValidationException(str(error)) from error


class Capture:
    """Captures the requests of one variant. `add` never waits for S3; `close` delivers the rest."""

    def __init__(
        self, cloud: Cloud, endpoint: str, variant: str, role_arn: str, config: Record
    ) -> None:
        self._cloud, self._endpoint, self._variant = cloud, endpoint, variant
        self._role_arn, self._config = role_arn, config
        self._s3: Any = None
        self._lock = threading.Lock()
        self._pending: list[Exchange] = []
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"capture-{endpoint}", daemon=True)
        self._thread.start()

    def add(self, exchange: Exchange) -> None:
        if random.random() * 100 < self._config["InitialSamplingPercentage"]:
            with self._lock:
                self._pending.append(exchange)

    def close(self) -> None:
        self._closed.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closed.wait(_FLUSH_SECONDS):
            self._flush()
        self._flush()

    def _flush(self) -> None:
        with self._lock:
            pending, self._pending = self._pending, []
        for _, exchanges in groupby(pending, lambda exchange: f"{exchange.moment:%Y%m%d%H}"):
            try:
                self._upload(list(exchanges))
            except Exception as error:  # the endpoint serves on, as on AWS
                self._s3 = None  # the credentials may be what failed
                self._log(f"cannot store captured data: {error}")

    def _upload(self, exchanges: list[Exchange]) -> None:
        if self._s3 is None:
            session = f"SageMaker-{self._endpoint}"
            self._s3 = Role.assume(self._cloud, self._role_arn, session).client("s3")
        target = Location.parse(self._config["DestinationS3Uri"]) / self._endpoint / self._variant
        target = target / file_name(exchanges[0].moment, str(uuid.uuid4()))
        key = self._config.get("KmsKeyId")
        encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key} if key else {}
        body = "".join(f"{line}\n" for line in lines(exchanges, self._config))
        self._s3.put_object(Bucket=target.bucket, Key=target.key, Body=body.encode(), **encryption)

    def _log(self, message: str) -> None:
        group = f"/aws/sagemaker/Endpoints/{self._endpoint}"
        stream = f"{self._variant}/data-capture-{int(time.time() * 1000)}"
        # Not with the role's rights: that it has none may be what is to be told.
        log = LogStream(self._cloud.client("logs"), group, stream)
        log.write(message)
        log.close()


def file_name(moment: datetime, identifier: str) -> str:
    """`yyyy/mm/dd/hh/mm-ss-fff-uuid.jsonl`, in UTC."""
    return f"{moment:%Y/%m/%d/%H/%M-%S}-{moment.microsecond // 1000:03}-{identifier}.jsonl"


def lines(exchanges: list[Exchange], config: Record) -> Iterator[str]:
    """The JSON lines of a file, in the format of SageMaker's data capture."""
    wanted = {side for option in config["CaptureOptions"] for side in _MODES[option["CaptureMode"]]}
    types = config.get("CaptureContentTypeHeader", {})
    for exchange in exchanges:
        sides = {
            "Input": (exchange.request_type, exchange.request),
            "Output": (exchange.answer_type, exchange.answer),
        }
        data = {
            f"endpoint{side}": _payload(side, *payload, types)
            for side, payload in sides.items()
            if side in wanted
        }
        yield json.dumps(
            {"captureData": data, "eventMetadata": _metadata(exchange), "eventVersion": "0"}
        )


def _payload(side: str, content_type: str, body: bytes, types: Record) -> Record:
    data, encoding = _encode(
        body,
        content_type.partition(";")[0].strip().lower(),
        csv=types.get("CsvContentTypes", ()),
        json_=types.get("JsonContentTypes", ()),
    )
    return {
        "observedContentType": content_type,
        "mode": side.upper(),
        "data": data,
        "encoding": encoding,
    }


def _encode(
    body: bytes, media_type: str, *, csv: Collection[str], json_: Collection[str]
) -> tuple[str, str]:
    for encoding, listed in (("CSV", csv), ("JSON", json_)):
        if media_type in {name.lower() for name in listed}:
            return body.decode(errors="replace"), encoding
    return base64.b64encode(body).decode(), "BASE64"


def _metadata(exchange: Exchange) -> Record:
    identifier = {"inferenceId": exchange.inference_id} if exchange.inference_id else {}
    return {
        "eventId": str(uuid.uuid4()),
        **identifier,
        "inferenceTime": f"{exchange.moment:%Y-%m-%dT%H:%M:%SZ}",
    }


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)
