"""Rows of features are read by the schema, and a row that was cut off is none."""

from dataclasses import replace
from pathlib import Path

import pytest

from common import feature_files, rows
from common.rated_labels import BY_STARS, parse
from contract.features import REVIEW_BODY, SCHEMA, Schema
from reading.errors import UserError

LABELS = parse(BY_STARS)
VALUES = ("r1", "2026-01-31T12:00:00.000Z", "1", "2", "5", "[2,3]", "lovely", "train")
# Another column is the last one.
MOVED = replace(
    SCHEMA,
    features=(*(one for one in SCHEMA.features if one != REVIEW_BODY), REVIEW_BODY),
)


def write(folder: Path, schema: Schema, columns: int) -> Path:
    """A file of one row with so many of its values."""
    of_name = {name: f'"{value}"' for name, value in zip(SCHEMA.names, VALUES, strict=True)}
    row = ",".join(of_name[name] for name in schema.names[:columns])
    (folder / "part.csv").write_text(f"{','.join(schema.names)}\n{row}\n")
    return folder


@pytest.mark.parametrize("schema", [SCHEMA, MOVED])
@pytest.mark.parametrize("columns", range(1, len(VALUES)))
def test_a_row_that_is_cut_off_after_any_column_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, schema: Schema, columns: int
) -> None:
    for module in (feature_files, rows):
        monkeypatch.setattr(module, "SCHEMA", schema)
    with pytest.raises(UserError, match=r"part\.csv row 1: the row is cut off"):
        rows.read_rows(write(tmp_path, schema, columns), LABELS)


@pytest.mark.parametrize("schema", [SCHEMA, MOVED])
def test_a_whole_row_is_read_in_any_order_of_the_columns(tmp_path: Path, schema: Schema) -> None:
    found = rows.read_rows(write(tmp_path, schema, len(VALUES)), LABELS, with_texts=True)
    assert (found.ids, found.labels, found.texts) == ([[2, 3]], [2], ["lovely"])
