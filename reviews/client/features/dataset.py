"""The features as of an event time, written to a file for use outside the pipeline."""

import csv
from datetime import datetime
from pathlib import Path

from contract import s3_uri
from contract.features import SCHEMA, SPLITS
from reviews.client.aws.connection import Connection
from reviews.client.errors import InvalidArgument
from reviews.client.features import queries
from reviews.client.files.targets import check_target, real

FORMATS = (".csv", ".parquet")
_PART = ".part"


def check(out: Path, split: str) -> None:
    """Raises InvalidArgument for a file or a split that `save` could not take."""
    if out.suffix not in FORMATS:
        raise InvalidArgument(f"{out}: must end in {' or '.join(FORMATS)}")
    check_target(out)
    if split and split not in SPLITS:
        raise InvalidArgument(f"--split {split}: allowed is {', '.join(SPLITS)}")


def save(connection: Connection, out: Path, *, at: datetime | None, split: str) -> int:
    """Writes the features as of a time (by default now); returns the number of reviews."""
    sql = queries.dataset_query(connection.outputs.glue_table, at=at, split=split)
    uri = queries.result_file(connection.client("athena"), connection.outputs, sql)
    bucket, key = s3_uri.split(uri)
    target = real(out)
    part = target.with_name(target.name + _PART)
    try:
        connection.client("s3").download_file(bucket, key, str(part))
        rows = _rows(part)
        if out.suffix == ".parquet":
            _write_parquet(part, target)
        else:
            part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return rows


def _rows(table: Path) -> int:
    with table.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.reader(file)) - 1


def _write_parquet(table: Path, out: Path) -> None:
    import pyarrow
    from pyarrow import csv as arrow_csv
    from pyarrow import parquet

    types = {
        feature.name: pyarrow.type_for_alias(feature.arrow_type) for feature in SCHEMA.features
    }
    read = arrow_csv.read_csv(
        table,
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(column_types=types),
    )
    parquet.write_table(read, out)
