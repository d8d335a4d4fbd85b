"""Writes records of a feature group: BatchWriteRecord, else PutRecord.

AWS's scikit-learn 1.9-0 image has a botocore (1.43.47) that knows BatchWriteRecord. Where an older
one, a region or a role lacks it, each record is put on its own. Its answer names the records that
failed, and those that it did not come to
(https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_feature_store_BatchWriteRecord.html).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contract.features import SCHEMA

_BATCH = 25  # the most that a call takes
# Nothing but another record, or other rights, helps against these.
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
_NO_BATCHES = {
    "AccessDenied",
    "AccessDeniedException",
    "AccessForbidden",
    "UnknownOperationException",
}


@dataclass(frozen=True)
class Failure:
    """Why a record was not stored, and whether it may be on another try."""

    reason: str
    is_transient: bool


class Writer:
    """Thread-safe, as boto3's clients are."""

    def __init__(self, client: Any, group: str) -> None:
        self._client, self._group = client, group
        self._has_batches = hasattr(client, "batch_write_record")

    @property
    def size(self) -> int:
        """How many rows `write` is to be given."""
        return _BATCH if self._has_batches else 1

    def write(self, rows: Sequence[Mapping[str, str]]) -> list[Failure | None]:
        """Stores at most 25 rows; returns for each why it is not stored, None if it is."""
        from botocore.exceptions import BotoCoreError, ClientError

        records = [_record(row) for row in rows]
        if not self._has_batches:
            return [self._put(record) for record in records]
        entries = [{"FeatureGroupName": self._group, "Record": record} for record in records]
        try:
            answer = self._client.batch_write_record(Entries=entries)
        except (BotoCoreError, ClientError) as error:
            failure = _failure(error)
            if failure.is_transient:
                return [failure] * len(records)
            self._give_batches_up(error)
            # One record of them may be the reason, and then only that one is to fail.
            return [self._put(record) for record in records]
        return _failures(answer, records)

    def _give_batches_up(self, error: Exception) -> None:
        if _code(error) in _NO_BATCHES and self._has_batches:
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
    """The Feature Store refuses an empty number; a record may lack a feature."""
    return [
        {"FeatureName": name, "ValueAsString": value} for name, value in row.items() if value != ""
    ]


def _failures(answer: Any, records: Sequence[Any]) -> list[Failure | None]:
    found = {
        _identity(error["Entry"]["Record"]): Failure(
            f"{error['ErrorCode']}: {error['ErrorMessage']}", error["ErrorCode"] not in _PERMANENT
        )
        for error in answer["Errors"]
    }
    for entry in answer["UnprocessedEntries"]:
        found[_identity(entry["Record"])] = Failure("not processed", is_transient=True)
    written = [_identity(record) for record in records]
    if not found.keys() <= set(written):  # then which of them failed is not known
        return [Failure("the answer names other records", is_transient=True)] * len(records)
    return [found.get(identity) for identity in written]


def _identity(record: Any) -> str:
    return next(
        (one["ValueAsString"] for one in record if one["FeatureName"] == SCHEMA.identifier.name), ""
    )


def _failure(error: Exception) -> Failure:
    from botocore.exceptions import ParamValidationError

    is_permanent = isinstance(error, ParamValidationError) or _code(error) in _PERMANENT
    return Failure(" ".join(str(error).split()), not is_permanent)


def _code(error: Exception) -> str:
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))
