"""One host's run over the review files: screen, select, tokenise, write, ingest, report."""

import json
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.feature_files import FeatureFile
from common.hub import fetch
from common.rated_labels import parse
from common.tokenisation import TOKENIZER_FILE, load_tokenizer
from contract.features import SPLITS
from contract.s3_keys import PREPARATION_REPORTS, REPORTS
from preparing.features import FeatureTask, make_features
from preparing.host import read_host
from preparing.ingestion import IngestionResult, check_feature_group, ingest_file
from preparing.screening import Screened, ScreeningTask, screen
from preparing.selection import Selection, select
from preparing.token_lengths import length_histogram
from preparing.worker_pool import WorkerPool
from reading.columns import Columns
from reading.errors import UserError
from reading.files import has_title, open_tables, read_chunks
from reading.judging import Rejects
from reading.ratings import RatingLookup
from reading.tables import CheckedColumn


def prepare(settings: Namespace) -> None:
    """Runs the whole job with the arguments of preprocess.py.

    Raises UserError for input that cannot be used, and when rows were not ingested.
    """
    log_progress(0.0, "start", 0)
    tokenizer = load_tokenizer(fetch(settings.base_model, only=[TOKENIZER_FILE]))
    if settings.feature_group_name:
        check_feature_group(settings.feature_group_name)
    # Beside the output, on the job's own volume: /tmp may be small.
    settings.output_data.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=settings.output_data, prefix=".") as folder,
        WorkerPool(settings.workers) as workers,
    ):
        Preparation(settings, tokenizer, workers, Path(folder)).run()


def log_progress(share_done: float, stage: str, rows: int) -> None:
    print(f"progress={share_done:.2f} stage={stage} rows={rows}", flush=True)


@dataclass(frozen=True, kw_only=True)
class ScreenedFiles:
    """The usable reviews of every chunk, the rejected rows, and how many rows were read."""

    chunks: list[Screened]
    rejects: Rejects
    rows: int


@dataclass(frozen=True, kw_only=True)
class WrittenFeatures:
    """This host's rows in each split, and their lengths in tokens [rows] before the cut."""

    rows: Counter[str]
    lengths: NDArray[np.int64]


class Preparation:
    """One host's run over the review files; `folder` is for temporary files."""

    def __init__(
        self, settings: Namespace, tokenizer: Any, workers: WorkerPool, folder: Path
    ) -> None:
        self._settings, self._workers = settings, workers
        self._output: Path = settings.output_data
        self._folder, self._host = folder, read_host(settings.resource_config)
        self._labels = parse(settings.labels)
        self._columns = Columns(
            text=settings.text_column, rating=settings.rating_column, title=settings.title_column
        )
        self._tables = open_tables(settings.input_data, self._columns)
        self._tokenizer = folder / TOKENIZER_FILE
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tokenizer.save(str(self._tokenizer))

    def run(self) -> None:
        screened = self._screen()
        selection = self._select(screened.chunks)
        written = self._write(screened.chunks, selection)
        ingested = self._ingest(written.rows)
        self._report(screened, selection, written, ingested.stored)
        if ingested.failed:
            raise UserError(
                f"feature group {self._settings.feature_group_name!r}: {ingested.failed} rows are "
                f"not stored; they are in {self._dead_letters.name}, each with its reason; the "
                f"first: {ingested.reason}"
            )
        log_progress(1.0, "done", written.rows.total())

    def _screen(self) -> ScreenedFiles:
        """Raises UserError when there is no row, or when too many rows are rejected."""
        checked = CheckedColumn(self._columns.rating, RatingLookup(self._labels.ratings).is_rating)
        tasks = (
            ScreeningTask(
                chunk=chunk,
                ratings=self._labels.ratings,
                host=self._host,
                texts_file=self._folder / f"{number}.txt",
            )
            for number, chunk in enumerate(read_chunks(self._tables, self._columns, checked))
        )
        chunks: list[Screened] = []
        rejects, usable = Rejects(), 0
        for screened in self._workers.map(screen, tasks):
            chunks.append(screened)
            rejects.merge(screened.rejects)
            usable += len(screened.hashes)
            log_progress(0.3 * screened.share_read, "read", usable)
        rows = usable + rejects.counts.total()
        if not rows:
            raise UserError(f"{self._tables[0][0].name}: there is a header but no row")
        rejects.check_share(rows, self._settings.max_rejected_share)
        return ScreenedFiles(chunks=chunks, rejects=rejects, rows=rows)

    def _select(self, chunks: list[Screened]) -> Selection:
        settings = self._settings
        return select(
            hashes=np.concatenate([chunk.hashes for chunk in chunks]),
            exact_hashes=np.concatenate([chunk.exact_hashes for chunk in chunks]),
            rating_indices=np.concatenate([chunk.rating_indices for chunk in chunks]),
            labels=self._labels,
            shares=(settings.train_share, settings.validation_share, settings.test_share),
            balance=settings.balance,
            seed=settings.seed,
        )

    def _write(self, chunks: list[Screened], selection: Selection) -> WrittenFeatures:
        """Writes this host's part of each split."""
        rows, lengths = Counter[str](), []
        expected = max(1, selection.size // self._host.count)
        with ExitStack() as stack:
            files = {
                split: stack.enter_context(
                    FeatureFile(self._part_file(split), self._settings.format)
                )
                for split in SPLITS
            }
            for features in self._workers.map(make_features, self._tasks(chunks, selection)):
                for split, part in features.parts.items():
                    files[split].append(part)
                rows.update(features.counts)
                lengths.append(features.lengths)
                share_done = 0.3 + 0.3 * min(1.0, rows.total() / expected)
                log_progress(share_done, "tokenise", rows.total())
        return WrittenFeatures(rows=rows, lengths=np.concatenate(lengths))

    def _tasks(self, chunks: list[Screened], selection: Selection) -> Iterator[FeatureTask]:
        start = 0
        for chunk in chunks:
            end = start + len(chunk.hashes)
            owned = self._host.owns(chunk.hashes)
            yield FeatureTask(
                texts_file=chunk.texts_file,
                splits=selection.split_of_row[start:end][owned],
                rating_indices=chunk.rating_indices[owned],
                labels=self._labels,
                tokenizer=self._tokenizer,
                max_length=self._settings.max_length,
                event_time=self._settings.event_time,
                file_format=self._settings.format,
            )
            start = end

    def _ingest(self, written: Counter[str]) -> IngestionResult:
        """Ingests all splits; rows that are not stored are dead letters."""
        result, total = IngestionResult(), max(1, written.total())
        group = self._settings.feature_group_name
        if not group:
            return result
        self._dead_letters.unlink(missing_ok=True)
        for split in SPLITS:
            result += ingest_file(
                group,
                self._part_file(split),
                workers=self._workers,
                dead_letters=self._dead_letters,
            )
            log_progress(0.6 + 0.4 * result.stored / total, "ingest", result.stored)
        return result

    def _columns_read(self) -> dict[str, str]:
        """The names of the columns that were read; that of the title is empty where no file has
        one."""
        names = {"text": self._columns.text, "rating": self._columns.rating, "title": ""}
        if has_title(self._tables, self._columns):
            names["title"] = self._columns.title
        return names

    @property
    def _dead_letters(self) -> Path:
        return self._output / REPORTS / f"failed-{self._host.name}.csv"

    def _part_file(self, split: str) -> Path:
        return self._output / split / f"part-{self._host.name}.{self._settings.format}"

    def _report(
        self,
        screened: ScreenedFiles,
        selection: Selection,
        written: WrittenFeatures,
        ingested: int,
    ) -> None:
        """Rows, rejects and classes are those of all hosts; the rest is of this host's rows."""
        rejects = screened.rejects
        report = {
            "host": self._host.name,
            "rows_read": screened.rows,
            "columns": self._columns_read(),
            "rejected": {**rejects.counts, "duplicate": selection.duplicates},
            "first_rejected": rejects.first,
            "classes": selection.available,
            "selected": selection.size,
            "splits": {split: written.rows[split] for split in SPLITS},
            "tokens": length_histogram(written.lengths, max_length=self._settings.max_length),
            "ingested": ingested,
        }
        path = self._output / f"{PREPARATION_REPORTS}{self._host.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=2), encoding="utf-8")
        print(f"report: {json.dumps(report)}", flush=True)
