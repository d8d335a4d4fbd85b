"""Rows of the offline store as Parquet files: one for each hour that their event times lie in."""

import io
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json
import pyarrow.parquet as pq

from localcloud.core.records import Record
from localcloud.features.spool import Row

_TYPES = {"String": pa.string(), "Integral": pa.int64(), "Fractional": pa.float64()}
_CASTS = {"Integral": int, "Fractional": float}
_MOMENT = pa.timestamp("ms")  # without a zone, as Hive's
_HOUR = 3600


def files(definitions: list[Record], rows: list[Row], name: str) -> Iterator[tuple[str, bytes]]:
    """Keys below the store's prefix, with contents: the same ones for the same rows and name."""
    table = _table(definitions, rows)
    by_hour: dict[int, list[int]] = {}
    for index, row in enumerate(rows):
        by_hour.setdefault(int(row.event_time // _HOUR), []).append(index)
    for hour, indices in by_hour.items():
        part = table.take(indices) if len(by_hour) > 1 else table
        latest = datetime.fromtimestamp(max(rows[index].event_time for index in indices), UTC)
        folder = datetime.fromtimestamp(hour * _HOUR, UTC)
        buffer = io.BytesIO()
        pq.write_table(part, buffer, compression="snappy")
        yield (
            f"{folder:year=%Y/month=%m/day=%d/hour=%H}/{latest:%Y%m%dT%H%M%SZ}_{name}.parquet",
            buffer.getvalue(),
        )


def _table(definitions: list[Record], rows: list[Row]) -> pa.Table:
    texts = _texts([definition["FeatureName"] for definition in definitions], rows)
    columns = {
        definition["FeatureName"].lower(): _cast(
            texts[definition["FeatureName"]], definition["FeatureType"]
        )
        for definition in definitions
    }
    now = round(datetime.now(UTC).timestamp() * 1000)
    columns["write_time"] = pa.array([now] * len(rows), _MOMENT)
    columns["api_invocation_time"] = pa.array([round(row.invoked * 1000) for row in rows], _MOMENT)
    columns["is_deleted"] = pa.array([bool(row.deleted) for row in rows], pa.bool_())
    return pa.table(columns)


def _texts(names: list[str], rows: list[Row]) -> pa.Table:
    """A table of the rows' texts, by Arrow's own reader of JSON, which lets other threads run
    meanwhile."""
    lines = "\n".join(row.record for row in rows).encode()
    return pyarrow.json.read_json(
        io.BytesIO(lines),
        read_options=pyarrow.json.ReadOptions(use_threads=False, block_size=len(lines) + 1),
        parse_options=pyarrow.json.ParseOptions(
            explicit_schema=pa.schema([(name, pa.string()) for name in names]),
            unexpected_field_behavior="ignore",
        ),
    )


def _cast(texts: pa.ChunkedArray, kind: str) -> pa.ChunkedArray:
    if kind == "String":
        return texts
    try:
        return pc.cast(texts, _TYPES[kind])
    except pa.ArrowInvalid:  # what only Python takes for a number: 1_000, or spaces around it
        cast = _CASTS[kind]
        values = [None if text is None else cast(text) for text in texts.to_pylist()]
        return pa.chunked_array([pa.array(values, _TYPES[kind])])
