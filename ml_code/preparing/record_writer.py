"""Writes records of a feature group: by BatchWriteRecord, or else by PutRecord.

AWS's scikit-learn 1.9-0 image has a botocore (1.43.47) that knows BatchWriteRecord. Where an older
botocore, a region or a role lacks it, each record is put by a call of its own. The response names
the records that failed, and those that were not processed
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_BatchWriteRecord.html).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract.features import SCHEMA

_BATCH_SIZE = 25  # the most records that a call takes
# Repeating the same call with the same role does not help against these.
_PERMANENT = {
    "AccessDenied",
    "AccessDeniedException",
    "AccessForbidden",
    "RequestEntityTooLarge",
    "ResourceNotFound",
    "UnknownOperationException",
    "ValidationError",
    "ValidationException",
}
_UNAVAILABLE = {
    "AccessDenied",
    "AccessDeniedException",
    "AccessForbidden",
    "UnknownOperationException",
}


@dataclass(frozen=True)
class Failure:
    """Why a record was not stored, and whether another attempt may succeed."""

    reason: str
    is_transient: bool


class RecordWriter:
    """Thread-safe, as boto3's clients are."""

    def __init__(self, client: Any, group: str) -> None:
        """`client` is one of `sagemaker-featurestore-runtime`, `group` the feature group's name."""
        self._client, self._group = client, group
        self._has_batches = hasattr(client, "batch_write_record")

    @property
    def batch_size(self) -> int:
        """How many rows to give to `write` at a time."""
        return _BATCH_SIZE if self._has_batches else 1

    def write(self, rows: Sequence[Mapping[str, str]]) -> list[Failure | None]:
        """Stores at most 25 rows (feature names and values); None for each row that is stored."""
        from botocore.exceptions import BotoCoreError, ClientError

        records = [_record(row) for row in rows]
        if not self._has_batches:
            return [self._put(record) for record in records]
        entries = [{"FeatureGroupName": self._group, "Record": record} for record in records]
        try:
            response = self._client.batch_write_record(Entries=entries)
        except (BotoCoreError, ClientError) as error:
            failure = _failure(error)
            if failure.is_transient:
                return [failure] * len(records)
            self._stop_batches_if_unavailable(error)
            # One invalid record may be the reason. Then only that record is to fail.
            return [self._put(record) for record in records]
        return _failures(response, records)

    def _stop_batches_if_unavailable(self, error: Exception) -> None:
        if _code(error) in _UNAVAILABLE and self._has_batches:
            self._has_batches = False
            print(f"Records are put one by one: {error}", flush=True)

    def _put(self, record: Any) -> Failure | None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.put_record(FeatureGroupName=self._group, Record=record)
        except (BotoCoreError, ClientError) as error:
            return _failure(error)
        return None


def _record(row: Mapping[str, str]) -> list[dict[str, str]]:
    """The record without empty values: the Feature Store refuses an empty number, and allows a
    missing one."""
    return [
        {"FeatureName": name, "ValueAsString": value} for name, value in row.items() if value != ""
    ]


def _failures(response: Any, records: Sequence[Any]) -> list[Failure | None]:
    found = {
        _record_id(error["Entry"]["Record"]): Failure(
            f"{error['ErrorCode']}: {error['ErrorMessage']}", error["ErrorCode"] not in _PERMANENT
        )
        for error in response["Errors"]
    }
    for entry in response["UnprocessedEntries"]:
        found[_record_id(entry["Record"])] = Failure("not processed", is_transient=True)
    written = [_record_id(record) for record in records]
    if not found.keys() <= set(written):  # then it is not known which of them failed
        return [Failure("the answer names other records", is_transient=True)] * len(records)
    return [found.get(record_id) for record_id in written]


def _record_id(record: Any) -> str:
    identifier = SCHEMA.identifier.name
    return next((one["ValueAsString"] for one in record if one["FeatureName"] == identifier), "")


def _failure(error: Exception) -> Failure:
    from botocore.exceptions import ParamValidationError

    is_permanent = isinstance(error, ParamValidationError) or _code(error) in _PERMANENT
    return Failure(" ".join(str(error).split()), not is_permanent)


def _code(error: Exception) -> str:
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
