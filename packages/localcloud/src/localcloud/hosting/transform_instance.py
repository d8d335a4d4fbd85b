"""One instance of a transform job: a served model, and the objects that are its share.

A request that the container rejects (4xx) is not repeated; one that fails otherwise is.
"""

import gzip
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self, cast

from localcloud.core.records import Record
from localcloud.core.s3 import Location, TransferError
from localcloud.hosting.container_client import Answer
from localcloud.hosting.data_processing import DataProcessing, ProcessingError
from localcloud.hosting.payloads import Batching, PayloadTooLarge
from localcloud.hosting.serving_instance import ServingInstance
from localcloud.jobs.logs import LogStream
from localcloud.jobs.transfer import download_file

_STARTUP_SECONDS = 1800  # how long AWS pings


class ObjectFailure(Exception):
    """No result for an object. `kind` begins the FailureReason, `message` is the container's."""

    def __init__(self, kind: str, text: str, message: str = "") -> None:
        super().__init__(": ".join(filter(None, [text, message])))
        self.kind, self.text, self.message = kind, text, message

    @property
    def lines(self) -> list[str]:
        """The lines of the log, in SageMaker's form."""
        more = ["Message:", *self.message.splitlines()] if self.message else []
        return [self.text, *more]


@dataclass
class InputObject:
    """One S3 object of the input; `run` sets its result or its failure."""

    location: Location
    name: str  # relative to the input's prefix
    folder: Path
    result: Path | None = None
    failure: ObjectFailure | None = None

    def __str__(self) -> str:
        return f"{self.location.bucket}/{self.location.key}"


@dataclass(frozen=True)
class Settings:
    """What a job does with each object, with SageMaker's defaults."""

    batching: Batching
    headers: dict[str, str]
    compressed: bool
    record_end: bytes
    concurrency: int
    seconds: float
    attempts: int
    processing: DataProcessing | None

    @classmethod
    def of(cls, record: Record) -> Self:
        source, output = record["TransformInput"], record["TransformOutput"]
        client = record.get("ModelClientConfig", {})
        return cls(
            batching=Batching(
                by_line=source["SplitType"] == "Line",
                single_record=record.get("BatchStrategy") == "SingleRecord",
                megabytes=record.get("MaxPayloadInMB", Batching.megabytes),
            ),
            headers={
                "Content-Type": source.get("ContentType", "application/octet-stream"),
                "Accept": output.get("Accept", "*/*"),
            },
            compressed=source["CompressionType"] == "Gzip",
            record_end=b"\n" if output["AssembleWith"] == "Line" else b"",
            concurrency=record.get("MaxConcurrentTransforms") or 1,
            seconds=client.get("InvocationsTimeoutInSeconds", 600),
            attempts=1 + client.get("InvocationsMaxRetries", 3),
            processing=DataProcessing.of(record),
        )

    def __str__(self) -> str:
        strategy = "SINGLE_RECORD" if self.batching.single_record else "MULTI_RECORD"
        return (
            f"MaxConcurrentTransforms={self.concurrency}, "
            f"MaxPayloadInMB={self.batching.megabytes}, BatchStrategy={strategy}"
        )


class TransformInstance:
    """`run` transforms the objects; `close` makes it end at once."""

    def __init__(
        self,
        instance: ServingInstance,
        log: LogStream,
        s3: Any,
        settings: Settings,
        objects: Sequence[InputObject],
    ) -> None:
        self._instance, self._log, self._s3 = instance, log, s3
        self._settings, self._objects = settings, objects
        self._closed = threading.Event()

    def run(self) -> None:
        """Raises StartError or TransferError where there is no model to ask."""
        try:
            self._run()
        except Exception:
            if not self._closed.is_set():  # otherwise that is why it failed
                raise

    def _run(self) -> None:
        self._instance.prepare()
        self._instance.start()
        self._instance.wait_healthy(_STARTUP_SECONDS, self._closed)
        self._write(str(self._settings))
        width = self._settings.concurrency
        with ThreadPoolExecutor(width) as objects, ThreadPoolExecutor(width) as requests:
            for _ in objects.map(lambda entry: self._try(requests, entry), self._objects):
                pass

    def close(self) -> None:
        self._closed.set()
        self._instance.close()
        self._log.close()

    def _try(self, requests: Executor, entry: InputObject) -> None:
        if self._closed.is_set():
            return
        try:
            entry.result = self._transform(requests, entry)
        except ObjectFailure as failure:
            entry.failure = failure
            for line in failure.lines:
                self._write(f"{entry}: {line}")

    def _transform(self, requests: Executor, entry: InputObject) -> Path:
        settings, result = self._settings, entry.folder / "out"
        try:
            source = download_file(self._s3, str(entry.location), entry.folder / "in")
            with _open(source, settings.compressed) as content, result.open("wb") as output:
                payloads = settings.batching.payloads(content)
                for answer in in_order(requests, self._process, payloads, settings.concurrency):
                    output.write(answer + settings.record_end)
        except (TransferError, PayloadTooLarge, gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise ObjectFailure("ClientError", str(error)) from error
        source.unlink()
        return result

    def _process(self, payload: bytes) -> bytes:
        processing = self._settings.processing
        if processing is None:
            return self._ask(payload)
        try:
            return processing.finish(payload, self._ask(processing.prepare(payload)))
        except ProcessingError as error:
            raise ObjectFailure("ClientError", str(error)) from error

    def _ask(self, payload: bytes) -> bytes:
        settings = self._settings
        answer = Answer(0, b"", "")
        for _ in range(settings.attempts):
            if self._closed.is_set():
                break
            answer = self._instance.invoke(payload, settings.headers, settings.seconds)
            if answer.status == 200:
                return answer.body
            if 400 <= answer.status < 500:
                break
        raise _failure(answer)

    def _write(self, text: str) -> None:
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        self._log.write(f"{now}:[sagemaker logs]: {text}")


def _open(path: Path, compressed: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if compressed else path.open("rb")


def _failure(answer: Answer) -> ObjectFailure:
    message = answer.body.decode(errors="replace")
    if answer.status == 0:
        return ObjectFailure("AlgorithmError", "Unable to get response from algorithm", message)
    if 400 <= answer.status < 500:
        return ObjectFailure("ClientError", f"ClientError: {answer.status}", message)
    text = f"Bad HTTP status received from algorithm: {answer.status}"
    return ObjectFailure("AlgorithmError", text, message)


def in_order(
    pool: Executor, ask: Callable[[bytes], bytes], payloads: Iterable[bytes], width: int
) -> Iterator[bytes]:
    """The answers in the order of the payloads, of which at most `width` are under way."""
    waiting: deque[Future[bytes]] = deque()
    try:
        for payload in payloads:
            waiting.append(pool.submit(ask, payload))
            if len(waiting) == width:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        for future in waiting:
            future.cancel()
