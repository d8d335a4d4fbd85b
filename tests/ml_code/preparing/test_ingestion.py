import csv
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError
from botocore.stub import ANY, Stubber

from preparing import ingestion
from preparing.ingestion import IngestionResult, ingest_file
from preparing.record_writer import Failure, RecordWriter
from preparing.worker_pool import WorkerPool
from reading.errors import UserError
from tests.fake_aws import FakeAws

Refusal = Callable[[list[str]], Any]


def error(code: str, operation: str = "BatchWriteRecord") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


class Runtime(FakeAws):
    """Keeps what is written. `of_records` may refuse records by id, `of_calls` a whole batch."""

    def __init__(
        self,
        of_records: dict[str, list[str]] | None = None,
        of_calls: Refusal = lambda _: None,
        unprocessed: int = 0,
    ) -> None:
        self.of_records, self.of_calls = of_records or {}, of_calls
        self.unprocessed = unprocessed
        self.stored: list[dict[str, str]] = []
        self.sizes: list[int] = []

    def batch_write_record(self, *, Entries: list[Any]) -> Any:
        records = [entry["Record"] for entry in Entries]
        self.sizes.append(len(records))
        if problem := self.of_calls([record[0]["ValueAsString"] for record in records]):
            raise problem
        errors, left = [], Entries[len(Entries) - self.unprocessed :]
        for entry in Entries[: len(Entries) - self.unprocessed]:
            code = self._take(entry["Record"])
            if code:
                errors.append({"Entry": entry, "ErrorCode": code, "ErrorMessage": "no"})
        self.unprocessed = 0
        return {"Errors": errors, "UnprocessedEntries": left}

    def put_record(self, *, FeatureGroupName: str, Record: list[dict[str, str]]) -> None:
        self.sizes.append(1)
        if code := self._take(Record):
            raise error(code, "PutRecord")

    def _take(self, record: list[dict[str, str]]) -> str | None:
        codes = self.of_records.get(record[0]["ValueAsString"])
        if codes:
            return codes.pop(0)
        self.stored.append({one["FeatureName"]: one["ValueAsString"] for one in record})
        return None

    @property
    def ids(self) -> list[str]:
        return sorted(row["review_id"] for row in self.stored)


class OldRuntime:
    """A client of a botocore that has no BatchWriteRecord."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def client(self, service: str) -> Any:
        return SimpleNamespace(put_record=self._runtime.client(service).put_record)


@pytest.fixture
def ingest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[IngestionResult, list[list[str]]]]:
    """Ingests rows into a fake; returns the count and the lines of the dead letters."""
    monkeypatch.setattr(ingestion.time, "sleep", lambda _: None)

    def run(
        runtime: Runtime | OldRuntime, *rows: tuple[str, ...]
    ) -> tuple[IngestionResult, list[list[str]]]:
        client = runtime.client("sagemaker-featurestore-runtime")
        monkeypatch.setattr(ingestion, "_writer", lambda group: RecordWriter(client, group))
        path = tmp_path / "train" / "part-algo-1.csv"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([("review_id", "star_rating", "review_body"), *rows])
        letters = tmp_path / "report" / "failed.csv"
        with WorkerPool(1) as workers:
            found = ingest_file("reviews", path, workers=workers, dead_letters=letters)
        lines = list(csv.reader(letters.open(newline=""))) if letters.exists() else []
        return found, lines

    return run


A, B = ("a", "5", "x"), ("b", "", "y")


def test_rows_go_in_batches_of_25_without_their_empty_features(ingest) -> None:
    runtime = Runtime()
    rows = [(f"r{number:04}", "", "text") for number in range(2_060)]
    assert ingest(runtime, *rows) == (IngestionResult(stored=2_060), [])
    assert runtime.ids == [row[0] for row in rows]
    assert sorted(set(runtime.sizes)) == [10, 25]
    assert runtime.stored[0].keys() == {"review_id", "review_body"}


def test_records_that_failed_or_were_not_processed_are_written_again_and_no_other(ingest) -> None:
    runtime = Runtime({"a": ["InternalFailure", "ServiceUnavailable"]}, unprocessed=1)
    assert ingest(runtime, A, B) == (IngestionResult(stored=2), [])
    assert runtime.sizes == [2, 2, 1]
    assert runtime.ids == ["a", "b"]


def test_a_record_that_fails_each_time_is_a_dead_letter_with_its_reason(ingest) -> None:
    runtime = Runtime({"b": ["InternalFailure"] * 9})
    found, lines = ingest(runtime, A, B)
    assert found == IngestionResult(stored=1, failed=1, reason="InternalFailure: no")
    header = ["review_id", "star_rating", "review_body", "reason"]
    assert lines == [header, ["b", "", "y", "InternalFailure: no"]]
    assert runtime.sizes == [2, 1, 1]
    assert ingest(Runtime({"b": ["InternalFailure"] * 9}), A, B)[1] == [*lines, lines[1]]


def test_a_record_that_is_no_valid_one_is_not_tried_again(ingest) -> None:
    runtime = Runtime({"b": ["ValidationError"] * 9})
    found, lines = ingest(runtime, A, B)
    assert (found.stored, found.failed) == (1, 1)
    assert lines[1][-1] == "ValidationError: no"
    assert runtime.sizes == [2]


def test_a_throttled_call_is_made_again(ingest) -> None:
    problems = [error("ThrottlingException"), ConnectTimeoutError(endpoint_url="https://x")]
    runtime = Runtime(of_calls=lambda _: problems.pop() if problems else None)
    assert ingest(runtime, A, B) == (IngestionResult(stored=2), [])


def test_one_record_that_makes_a_call_fail_does_not_take_the_others_with_it(ingest) -> None:
    runtime = Runtime(
        {"b": ["ValidationException"] * 9},
        of_calls=lambda ids: error("ValidationException") if "b" in ids else None,
    )
    rows = [(letter, "5", "x") for letter in "abc"]
    found, lines = ingest(runtime, *rows)
    assert (found.stored, found.failed) == (2, 1)
    assert [line[0] for line in lines[1:]] == ["b"]


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnknownOperationException"])
def test_where_batches_are_not_allowed_or_not_known_each_record_is_put(ingest, code) -> None:
    runtime = Runtime(of_calls=lambda _: error(code))
    assert ingest(runtime, A, B) == (IngestionResult(stored=2), [])
    assert runtime.ids == ["a", "b"]


def test_a_boto3_without_the_operation_puts_each_record(ingest) -> None:
    runtime = Runtime({"b": ["AccessDeniedException"] * 9})
    found, lines = ingest(OldRuntime(runtime), A, B)
    assert (found.stored, found.failed) == (1, 1)
    assert "AccessDeniedException" in lines[1][-1]


def test_an_answer_about_other_records_counts_none_as_stored() -> None:
    class Confused(Runtime):
        def batch_write_record(self, *, Entries: list[Any]) -> Any:
            record = [{"FeatureName": "review_id", "ValueAsString": "c"}]
            entry = {"FeatureGroupName": "reviews", "Record": record}
            return {"Errors": [], "UnprocessedEntries": [entry]}

    writer = RecordWriter(Confused().client("sagemaker-featurestore-runtime"), "reviews")
    failures = writer.write([{"review_id": "a"}, {"review_id": "b"}])
    assert failures == [Failure("the answer names other records", is_transient=True)] * 2


def test_request_and_answer_are_those_of_botocores_model() -> None:
    client = boto3.client("sagemaker-featurestore-runtime")
    record = [{"FeatureName": "review_id", "ValueAsString": "a"}]
    entry = {"FeatureGroupName": "reviews", "Record": record}
    refused = {"Entry": entry, "ErrorCode": "ValidationError", "ErrorMessage": "no"}
    with Stubber(client) as stubber:
        stubber.add_response(
            "batch_write_record",
            {"Errors": [refused], "UnprocessedEntries": []},
            {"Entries": [entry, ANY]},
        )
        failures = RecordWriter(client, "reviews").write([{"review_id": "a"}, {"review_id": "b"}])
    assert failures == [Failure("ValidationError: no", is_transient=False), None]


def test_a_group_that_does_not_exist_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    client = boto3.client("sagemaker")
    monkeypatch.setattr(ingestion, "client", lambda _: client)
    with Stubber(client) as stubber:
        stubber.add_client_error("describe_feature_group", "ResourceNotFound")
        with pytest.raises(UserError, match=r"feature group 'nope': .*ResourceNotFound"):
            ingestion.check_feature_group("nope")


def test_nothing_that_a_job_imports_is_the_sagemaker_sdk() -> None:
    sources = Path(ingestion.__file__).parents[1].rglob("*.py")
    lines = [line.split() for source in sources for line in source.read_text().splitlines()]
    assert not [
        line
        for line in lines
        if line[:1] in (["import"], ["from"]) and line[1].partition(".")[0] == "sagemaker"
    ]
