"""DataProcessing of a transform job: what of a record the model gets, and what is kept of it.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataProcessing.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform-data-processing.html. A record of
CSV is an array of texts, joined with the answer's columns behind it; one of JSON gets an attribute
SageMakerOutput, or is SageMakerInput beside it where it is no object.

What AWS does not document is refused or fails the object: CSV joined with JSON, an answer with more
or fewer records than were asked for. MaxPayloadInMB is held against records as they are in S3.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.hosting.json_path import JsonPath, PathError

DEFAULTS: Record = {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
_CSV = "text/csv"
_JSON = ("application/json", "application/jsonlines")


class ProcessingError(Exception):
    """A record or an answer that cannot be filtered or joined."""


@dataclass(frozen=True)
class DataProcessing:
    """`prepare` makes a request of an object's records, `finish` a result of them and an answer."""

    input_filter: JsonPath
    output_filter: JsonPath
    joins: bool
    is_csv: bool
    by_line: bool  # a record is a line, and not all that is sent

    @classmethod
    def of(cls, record: Record) -> Self | None:
        """The processing of a job, or None if it leaves records and answers as they are. Raises
        ValidationException for what cannot be filtered or joined."""
        described = DEFAULTS | record.get("DataProcessing", {})
        if described == DEFAULTS:
            return None
        source, output = record["TransformInput"], record["TransformOutput"]
        media_type = _media_type("TransformInput.ContentType", source.get("ContentType"))
        accepted = _media_type("TransformOutput.Accept", output.get("Accept"))
        by_line = source.get("SplitType", "None") == "Line"
        made = cls(
            input_filter=_path("InputFilter", described, media_type),
            output_filter=_path("OutputFilter", described, accepted),
            joins=described["JoinSource"] == "Input",
            is_csv=media_type == _CSV,
            by_line=by_line or media_type == _JSON[1],
        )
        if (media_type == _CSV) != (accepted == _CSV):
            raise ValidationException(
                f"DataProcessing: ContentType {media_type} and Accept {accepted} cannot go "
                "together in localcloud; both must be CSV, or both JSON"
            )
        assembles = output.get("AssembleWith", "None") == "Line"
        if by_line != assembles or (made.is_csv and not by_line):
            raise ValidationException(
                "DataProcessing: SplitType and AssembleWith must both be Line, or, for JSON, both "
                "be None"
            )
        return made

    def prepare(self, payload: bytes) -> bytes:
        """Raises ProcessingError for a record that cannot be read or lacks what is selected."""
        if self.input_filter.is_whole:
            return payload
        return self._write(self._filter(self.input_filter, self._read(payload, "record")))

    def finish(self, payload: bytes, answer: bytes) -> bytes:
        """The filtered or joined answer, without an end of line after the last record. Raises
        ProcessingError."""
        if not self.joins and self.output_filter.is_whole:
            return answer
        found = self._read_answer(payload, answer)
        if self.joins:
            records = self._read(payload, "record")
            if len(records) != len(found):
                raise ProcessingError(
                    f"The model has answered {len(found)} records to {len(records)}: JoinSource "
                    "Input needs one for each"
                )
            found = list(map(self._join, records, found))
        return self._write(self._filter(self.output_filter, found))

    def _join(self, record: Any, answer: Any) -> Any:
        if self.is_csv:
            return [*record, *answer]
        base = record if isinstance(record, dict) else {"SageMakerInput": record}
        return {**base, "SageMakerOutput": answer}

    def _filter(self, path: JsonPath, records: Sequence[Any]) -> list[Any]:
        try:
            return [path.select(record) for record in records]
        except PathError as error:
            raise ProcessingError(str(error)) from error

    def _read(self, content: bytes, what: str) -> list[Any]:
        try:
            text = content.decode()
            if self.is_csv:
                return [
                    row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row
                ]
            parts = text.split("\n") if self.by_line else [text]
            return [json.loads(part) for part in parts if part.strip()]
        except (ValueError, csv.Error) as error:
            raise ProcessingError(f"a {what} cannot be read: {error}") from error

    def _read_answer(self, payload: bytes, answer: bytes) -> list[Any]:
        """An answer in JSON to a single record may have several lines."""
        if not self.is_csv and self.by_line and len(self._read(payload, "record")) == 1:
            try:
                return [json.loads(answer)]
            except ValueError:  # several of them, or none
                pass
        return self._read(answer, "record of the answer")

    def _write(self, records: Sequence[Any]) -> bytes:
        if self.is_csv:
            text = io.StringIO()
            rows = (value if isinstance(value, list) else [value] for value in records)
            csv.writer(text, lineterminator="\n").writerows(rows)
            return text.getvalue().removesuffix("\n").encode()
        dumped = (json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in records)
        return "\n".join(dumped).encode()


def _media_type(field: str, value: str | None) -> str:
    media_type = (value or "").partition(";")[0].strip().lower()
    if media_type not in (_CSV, *_JSON):
        allowed = ", ".join((_CSV, *_JSON))
        raise ValidationException(f"DataProcessing needs {field} to be one of {allowed}")
    return media_type


def _path(field: str, described: Record, media_type: str) -> JsonPath:
    try:
        path = JsonPath.parse(described[field])
    except PathError as error:
        raise ValidationException(f"DataProcessing.{field}: {error}") from error
    if media_type == _CSV and not path.is_by_index:
        raise ValidationException(
            f"DataProcessing.{field}: {path.text!r} must select by index, such as $[0] or $[1:], "
            "since a row of CSV is an array"
        )
    return path
