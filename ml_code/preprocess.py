"""Reviews in CSV -> token ids, balanced and split, in CSV and in the Feature Store.

python3 /opt/ml/processing/input/code/preprocess.py --base-model roberta-base \
    --event-time 2026-01-31T12:00:00.000Z --feature-group-name reviews-dev

Two passes: the first hashes every row, which on each of several hosts gives the same selection; the
second tokenises, writes and ingests the host's own share of it.
"""

import csv
import json
import os
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from problems import ArgumentParser, UserError, boolean, positive_int, run, share

_COLUMNS = ("review_id", "date", "sentiment", "label_id", "input_ids", "review_body", "split_type")
_BATCH_ROWS = 2_000


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The job's settings; UserError names a wrong one."""
    parser = ArgumentParser(description="Prepares reviews for training.", allow_abbrev=False)
    paths = parser.add_argument_group("places")
    paths.add_argument("--input-data", type=Path, default="/opt/ml/processing/input/reviews")
    paths.add_argument("--output-data", type=Path, default="/opt/ml/processing/output")
    paths.add_argument("--resource-config", type=Path, default="/opt/ml/config/resourceconfig.json")
    paths.add_argument("--message-file", type=Path, default="/opt/ml/output/message")
    reading = parser.add_argument_group("reading")
    reading.add_argument("--text-column", default="Review Text")
    reading.add_argument("--rating-column", default="Rating")
    reading.add_argument(
        "--title-column", default="", help="joined to the text in files that have it"
    )
    reading.add_argument("--max-rejected-share", type=share, default=0.1)
    making = parser.add_argument_group("making")
    making.add_argument("--base-model", required=True, help="hub name or folder")
    making.add_argument("--max-length", type=positive_int, default=128, help="tokens a review")
    making.add_argument("--train-share", type=share, default=0.8)
    making.add_argument("--validation-share", type=share, default=0.1)
    making.add_argument("--test-share", type=share, default=0.1)
    making.add_argument("--balance", type=boolean, default=True)
    making.add_argument("--seed", type=int, default=42)
    storing = parser.add_argument_group("feature store")
    storing.add_argument("--feature-group-name", default="", help="empty: no ingestion")
    storing.add_argument("--event-time", required=True, help="ISO 8601 in UTC, for every row")
    parser.add_argument("--workers", type=positive_int, default=os.cpu_count() or 1)
    settings = parser.parse_args(list(arguments))
    _check(settings)
    return settings


def _check(settings: Namespace) -> None:
    shares = _shares(settings)
    if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise UserError(
            "--train-share, --validation-share and --test-share must be above 0 and add up to 1; "
            f"they are {shares}"
        )
    if settings.max_length < 8:
        raise UserError(f"--max-length is {settings.max_length}; it must be at least 8")
    try:
        datetime.fromisoformat(settings.event_time.replace("Z", "+00:00"))
    except ValueError as error:
        raise UserError(
            f"--event-time {settings.event_time!r} is not like 2026-01-31T12:00:00.000Z"
        ) from error


def _shares(settings: Namespace) -> tuple[float, float, float]:
    return settings.train_share, settings.validation_share, settings.test_share


def read_hosts(path: Path) -> tuple[str, int, int]:
    """(name, position, number) of this host by SageMaker's resourceconfig.json; else one host."""
    if not path.is_file():
        return "algo-1", 0, 1
    config = json.loads(path.read_text())
    hosts = sorted(config["hosts"])
    return config["current_host"], hosts.index(config["current_host"]), len(hosts)


def progress(share_done: float, stage: str, rows: int) -> None:
    print(f"progress={share_done:.2f} stage={stage} rows={rows}", flush=True)


def main(arguments: Sequence[str]) -> None:
    settings = parse_arguments(arguments)
    from requirements_check import ensure

    ensure("requirements-processing.txt")
    os.environ["RAYON_NUM_THREADS"] = str(settings.workers)
    from tokenisation import TextEncoder

    print(f"settings: {json.dumps(vars(settings), default=str)}", flush=True)
    progress(0.0, "start", 0)
    encoder = TextEncoder(settings.base_model, max_length=settings.max_length)
    group = None
    if settings.feature_group_name:
        from feature_store import open_feature_group

        group = open_feature_group(settings.feature_group_name)
    Preparation(settings, encoder, group).run()


class Preparation:
    """One host's run over the input files."""

    def __init__(self, settings: Namespace, encoder: Any, group: Any) -> None:
        from reviews import Columns, check_file, review_files

        self._settings, self._encoder, self._group = settings, encoder, group
        self._host, self._position, self._hosts = read_hosts(settings.resource_config)
        self._columns = Columns(
            text=settings.text_column, rating=settings.rating_column, title=settings.title_column
        )
        self._files = review_files(settings.input_data)
        for path in self._files:
            check_file(path, self._columns)

    def run(self) -> None:
        from reviews import Rejects
        from selection import select

        rejects = Rejects()
        counted = Counter[str]()
        settings = self._settings
        selection = select(
            self._counted(self._reviews(rejects), rejects, counted),
            shares=_shares(settings),
            balance=settings.balance,
            seed=settings.seed,
        )
        progress(0.3, "select", len(selection.keys))
        written = self._write(selection)
        progress(0.6, "tokenise", sum(written.values()))
        ingested = self._ingest(written)
        self._report(selection, rejects, counted["read"], written, ingested)
        progress(1.0, "done", sum(written.values()))

    def _reviews(self, rejects: Any) -> Iterator[tuple[str, int]]:
        from reviews import read_reviews

        for path in self._files:
            yield from read_reviews(path, self._columns, rejects)

    def _counted(
        self, reviews: Iterator[tuple[str, int]], rejects: Any, counted: Counter[str]
    ) -> Iterator[tuple[str, int]]:
        """Passes reviews on; at the end checks that few enough rows were rejected."""
        usable = 0
        for review in reviews:
            usable += 1
            yield review
        rejected = rejects.counts.total()
        rows = counted["read"] = usable + rejected
        if not rows:
            raise UserError(f"{self._files[0].name}: there is a header but no row")
        limit = self._settings.max_rejected_share
        if rejected > limit * rows:
            raise UserError(
                f"{rejected} of {rows} rows cannot be used, more than the {limit:.0%} that "
                f"--max-rejected-share allows: {rejects.describe()}"
            )

    def _mine(self, selection: Any) -> Iterator[tuple[str, str, int]]:
        """(review_id, text, split) of the chosen reviews that belong to this host."""
        from reviews import Rejects
        from texts import identity, key_of, variant_of

        done = bytearray(len(selection.keys))
        for text, label in self._reviews(Rejects()):
            review_id = identity(text)
            key = key_of(review_id)
            if key % self._hosts != self._position:
                continue
            at = selection.position(key)
            if at is None or done[at] or selection.labels[at] != label:
                continue
            if int(selection.variants[at]) == variant_of(text):
                done[at] = 1
                yield review_id, text, at

    def _write(self, selection: Any) -> Counter[str]:
        """Writes this host's part of each split; returns the rows of each."""
        from selection import SPLITS

        written = Counter[str]()
        files = {}
        try:
            for split in SPLITS:
                path = self._part(split)
                path.parent.mkdir(parents=True, exist_ok=True)
                files[split] = path.open("w", newline="", encoding="utf-8")
            writers = {split: csv.writer(f, lineterminator="\n") for split, f in files.items()}
            for writer in writers.values():
                writer.writerow(_COLUMNS)
            mine = self._mine(selection)
            mine_total = max(1, len(selection.keys) // self._hosts)
            while batch := list(islice(mine, _BATCH_ROWS)):
                for split, row in self._rows(batch, selection):
                    writers[split].writerow(row)
                    written[split] += 1
                rows = sum(written.values())
                progress(0.3 + 0.3 * min(1.0, rows / mine_total), "tokenise", rows)
        finally:
            for file in files.values():
                file.close()
        return written

    def _rows(
        self, batch: list[tuple[str, str, int]], selection: Any
    ) -> Iterator[tuple[str, list[Any]]]:
        from labels import SENTIMENTS
        from selection import SPLITS

        encoded = self._encoder.encode([text for _, text, _ in batch])
        for (review_id, text, at), ids in zip(batch, encoded, strict=True):
            label = int(selection.labels[at])
            split = SPLITS[selection.splits[at]]
            yield (
                split,
                [
                    review_id,
                    self._settings.event_time,
                    SENTIMENTS[label],
                    label,
                    json.dumps(ids, separators=(",", ":")),
                    text,
                    split,
                ],
            )

    def _ingest(self, written: Counter[str]) -> int:
        if self._group is None:
            return 0
        from feature_store import ingest_file

        ingested = 0
        for split in written:
            ingested += ingest_file(
                self._group,
                self._part(split),
                workers=min(32, 4 * self._settings.workers),
                dead_letters=self._settings.output_data / "report" / f"failed-{self._host}.csv",
            )
            progress(0.6 + 0.4 * ingested / sum(written.values()), "ingest", ingested)
        return ingested

    def _part(self, split: str) -> Path:
        path: Path = self._settings.output_data / split / f"part-{self._host}.csv"
        return path

    def _report(
        self, selection: Any, rejects: Any, rows: int, written: Counter[str], ingested: int
    ) -> None:
        """Rows, rejects and classes are counted globally; splits and ingested are this host's."""
        from selection import SPLITS

        report = {
            "host": self._host,
            "rows_read": rows,
            "rejected": {**rejects.counts, "duplicate": selection.duplicates},
            "first_rejected": rejects.first,
            "classes": selection.available,
            "selected": len(selection.keys),
            "splits": {split: written[split] for split in SPLITS},
            "ingested": ingested,
        }
        path = self._settings.output_data / "report" / f"preparation-{self._host}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=2), encoding="utf-8")
        print(f"report: {json.dumps(report)}", flush=True)


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
