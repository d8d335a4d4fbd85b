"""One host's run over the review files: screen, select, tokenise, write, ingest, report."""

import json
import tempfile
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.feature_files import FeatureFile
from common.hub import fetch
from common.problems import UserError
from common.rated_labels import parse
from common.tokenisation import TOKENIZER_FILE, load_tokenizer
from contract.features import SPLITS
from preparing.feature_store import Ingested, check_feature_group, ingest_file
from preparing.features import FeatureTask, make_features
from preparing.quality import length_histogram
from preparing.screening import Host, Screened, ScreeningTask, screen
from preparing.selection import Selection, select
from preparing.workers import Workers
from reading.columns import Columns
from reading.files import has_title, open_tables, read_chunks
from reading.judging import Rejects
from reading.ratings import Finder
from reading.tables import Witness


def prepare(settings: Namespace) -> None:
    """Runs the whole job by the settings of preprocess.py."""
    progress(0.0, "start", 0)
    tokenizer = load_tokenizer(fetch(settings.base_model, only=[TOKENIZER_FILE]))
    if settings.feature_group_name:
        check_feature_group(settings.feature_group_name)
    # Beside the output, on the job's own volume: /tmp may be small.
    settings.output_data.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=settings.output_data, prefix=".") as folder,
        Workers(settings.workers) as workers,
    ):
        Preparation(settings, tokenizer, workers, Path(folder)).run()


def read_host(path: Path) -> Host:
    """This host by SageMaker's resourceconfig.json; else the only one."""
    if not path.is_file():
        return Host()
    config = json.loads(path.read_text())
    hosts, name = sorted(config["hosts"]), config["current_host"]
    return Host(name=name, position=hosts.index(name), count=len(hosts))


def progress(share_done: float, stage: str, rows: int) -> None:
    print(f"progress={share_done:.2f} stage={stage} rows={rows}", flush=True)


class Preparation:
    """One host's run over the input files; `folder` is for what it sets aside."""

    def __init__(self, settings: Namespace, tokenizer: Any, workers: Workers, folder: Path) -> None:
        self._settings, self._workers = settings, workers
        self._output: Path = settings.output_data
        self._folder, self._host = folder, read_host(settings.resource_config)
        self._labels = parse(settings.labels)
        self._columns = Columns(
            text=settings.text_column, rating=settings.rating_column, title=settings.title_column
        )
        self._tables = open_tables(settings.input_data, self._columns)
        self._tokenizer = folder / "tokenizer.json"
        tokenizer.no_padding()
        tokenizer.no_truncation()
        tokenizer.save(str(self._tokenizer))

    def run(self) -> None:
        screened, rejects, rows = self._screen()
        settings = self._settings
        selection = select(
            keys=np.concatenate([part.keys for part in screened]),
            variants=np.concatenate([part.variants for part in screened]),
            places=np.concatenate([part.places for part in screened]),
            labels=self._labels,
            shares=(settings.train_share, settings.validation_share, settings.test_share),
            balance=settings.balance,
            seed=settings.seed,
        )
        written, lengths = self._write(screened, selection)
        ingested = self._ingest(written)
        self._report(selection, rejects, rows, written, lengths, ingested.stored)
        if ingested.failed:
            raise UserError(
                f"feature group {settings.feature_group_name!r}: {ingested.failed} rows are not "
                f"stored; they are in {self._dead_letters.name}, each with its reason; the first: "
                f"{ingested.reason}"
            )
        progress(1.0, "done", sum(written.values()))

    def _screen(self) -> tuple[list[Screened], Rejects, int]:
        """(usable reviews of every chunk, rejected rows, rows read); UserError on too many."""
        witness = Witness(self._columns.rating, Finder(self._labels.ratings).is_rating)
        tasks = (
            ScreeningTask(
                chunk=chunk,
                ratings=self._labels.ratings,
                host=self._host,
                texts_file=self._folder / f"{n}.txt",
            )
            for n, chunk in enumerate(read_chunks(self._tables, self._columns, witness))
        )
        screened: list[Screened] = []
        rejects, usable = Rejects(), 0
        for part in self._workers.map(screen, tasks):
            screened.append(part)
            rejects.merge(part.rejects)
            usable += len(part.keys)
            progress(0.3 * part.share_read, "read", usable)
        rows = usable + rejects.counts.total()
        if not rows:
            raise UserError(f"{self._tables[0][0].name}: there is a header but no row")
        rejects.check_share(rows, self._settings.max_rejected_share)
        return screened, rejects, rows

    def _write(
        self, screened: list[Screened], selection: Selection
    ) -> tuple[Counter[str], NDArray[np.int64]]:
        """Writes this host's part of each split; returns (rows of each, their tokens)."""
        written, lengths, total = Counter[str](), [], max(1, selection.size // self._host.count)
        with ExitStack() as stack:
            files = {
                split: stack.enter_context(FeatureFile(self._part(split), self._settings.format))
                for split in SPLITS
            }
            for made in self._workers.map(make_features, self._tasks(screened, selection)):
                for split, part in made.parts.items():
                    files[split].append(part)
                written.update(made.counts)
                lengths.append(made.lengths)
                rows = sum(written.values())
                progress(0.3 + 0.3 * min(1.0, rows / total), "tokenise", rows)
        return written, np.concatenate(lengths)

    def _tasks(self, screened: list[Screened], selection: Selection) -> Iterator[FeatureTask]:
        start = 0
        for part in screened:
            end = start + len(part.keys)
            mine = self._host.owns(part.keys)
            yield FeatureTask(
                texts_file=part.texts_file,
                splits=selection.split_of_row[start:end][mine],
                places=part.places[mine],
                labels=self._labels,
                tokenizer=self._tokenizer,
                max_length=self._settings.max_length,
                event_time=self._settings.event_time,
                file_format=self._settings.format,
            )
            start = end

    def _ingest(self, written: Counter[str]) -> Ingested:
        """All splits; each row is stored, or in the dead letters."""
        ingested, total = Ingested(), max(1, sum(written.values()))
        group = self._settings.feature_group_name
        if not group:
            return ingested
        self._dead_letters.unlink(missing_ok=True)
        for split in SPLITS:
            ingested += ingest_file(
                group, self._part(split), workers=self._workers, dead_letters=self._dead_letters
            )
            progress(0.6 + 0.4 * ingested.stored / total, "ingest", ingested.stored)
        return ingested

    def _columns_read(self) -> dict[str, str]:
        """The title is empty where no file has one."""
        names = {"text": self._columns.text, "rating": self._columns.rating, "title": ""}
        if has_title(self._tables, self._columns):
            names["title"] = self._columns.title
        return names

    @property
    def _dead_letters(self) -> Path:
        return self._output / "report" / f"failed-{self._host.name}.csv"

    def _part(self, split: str) -> Path:
        return self._output / split / f"part-{self._host.name}.{self._settings.format}"

    def _report(
        self,
        selection: Selection,
        rejects: Rejects,
        rows: int,
        written: Counter[str],
        lengths: NDArray[np.int64],
        ingested: int,
    ) -> None:
        """Rows, rejects and classes are counted globally; the rest is of this host's rows."""
        report = {
            "host": self._host.name,
            "rows_read": rows,
            "columns": self._columns_read(),
            "rejected": {**rejects.counts, "duplicate": selection.duplicates},
            "first_rejected": rejects.first,
            "classes": selection.available,
            "selected": selection.size,
            "splits": {split: written[split] for split in SPLITS},
            "tokens": length_histogram(lengths, max_length=self._settings.max_length),
            "ingested": ingested,
        }
        path = self._output / "report" / f"preparation-{self._host.name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(report, indent=2), encoding="utf-8")
        print(f"report: {json.dumps(report)}", flush=True)
