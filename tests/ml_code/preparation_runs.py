"""Runs preprocess.py and reads what it has written."""

import csv
from pathlib import Path

import preprocess
from common.script import run
from tests.ml_code.tiny import EVENT_TIME


def rows_of(folder: Path) -> list[dict[str, str]]:
    found = []
    for path in folder.rglob("part-*.csv"):
        with path.open(newline="", encoding="utf-8") as file:
            found += [{**row, "folder": path.parent.name} for row in csv.DictReader(file)]
    return found


def as_set(rows: list[dict[str, str]]) -> set[tuple[str, ...]]:
    return {tuple(row.values()) for row in rows}


def failure(tmp_path: Path, base_model: Path | str, source: Path, *extra: str) -> str:
    message = tmp_path / "message"
    code = run(
        preprocess.main,
        [
            f"--input-data={source}",
            f"--base-model={base_model}",
            f"--output-data={tmp_path / 'output'}",
            f"--message-file={message}",
            f"--event-time={EVENT_TIME}",
            *extra,
        ],
    )
    assert code == 1
    text = message.read_text()
    assert "\n" not in text
    return text
