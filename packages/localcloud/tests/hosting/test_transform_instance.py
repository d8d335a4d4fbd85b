"""One instance of a transform job, and a container that answers as it is told."""

from pathlib import Path
from typing import Any

from localcloud.core.s3 import Location
from localcloud.hosting.container_client import Answer
from localcloud.hosting.transform_instance import InputObject, Settings, TransformInstance


class Container:
    """Stands for a served model, its log and its S3; gives the answers it is told to give."""

    def __init__(self, content: bytes, answers: list[Answer]) -> None:
        self.content, self.answers = content, iter(answers)
        self.asked: list[tuple[bytes, float]] = []
        self.lines: list[str] = []

    def start(self, *_: object) -> None:
        """Nothing to wait for."""

    prepare = wait_healthy = start

    def invoke(self, body: bytes, _headers: dict[str, str], seconds: float) -> Answer:
        self.asked.append((body, seconds))
        return next(self.answers)

    def download_file(self, _bucket: str, _key: str, target: str) -> None:
        Path(target).write_bytes(self.content)

    def write(self, line: str) -> None:
        self.lines.append(line.partition(":[sagemaker logs]: ")[2])


def transform(
    folder: Path, content: bytes, *answers: Answer, compression: str = "None"
) -> tuple[Container, InputObject]:
    container: Any = Container(content, list(answers))
    settings = Settings.of(
        {
            "TransformInput": {"SplitType": "Line", "CompressionType": compression},
            "TransformOutput": {"AssembleWith": "None"},
            "BatchStrategy": "SingleRecord",
            "ModelClientConfig": {"InvocationsTimeoutInSeconds": 7, "InvocationsMaxRetries": 2},
        }
    )
    entry = InputObject(Location("bucket", "in/a.csv"), "a.csv", folder)
    TransformInstance(container, container, container, settings, [entry]).run()
    return container, entry


def text(status: int, body: bytes) -> Answer:
    return Answer(status, body, "text/plain")


def test_a_request_that_fails_is_repeated(tmp_path: Path) -> None:
    answers = [text(0, b"too late"), text(503, b"busy"), text(200, b"1;"), text(200, b"2;")]
    container, entry = transform(tmp_path, b"one\ntwo\n", *answers)
    assert entry.result is not None
    assert entry.result.read_bytes() == b"1;2;"
    assert container.asked == [(b"one\n", 7)] * 3 + [(b"two\n", 7)]


def test_no_answer_at_all_fails_the_object(tmp_path: Path) -> None:
    container, entry = transform(tmp_path, b"one", *[text(0, b"too late")] * 3)
    assert entry.failure is not None
    assert entry.failure.kind == "AlgorithmError"
    assert str(entry.failure) == "Unable to get response from algorithm: too late"
    assert container.lines[1:] == [
        "bucket/in/a.csv: Unable to get response from algorithm",
        "bucket/in/a.csv: Message:",
        "bucket/in/a.csv: too late",
    ]


def test_what_is_not_compressed_as_it_should_be_fails_the_object(tmp_path: Path) -> None:
    _, entry = transform(tmp_path, b"one", compression="Gzip")
    assert (entry.result, str(entry.failure)) == (None, "Not a gzipped file (b'on')")
