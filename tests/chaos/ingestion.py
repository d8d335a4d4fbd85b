"""Reviews that the real script brings into a feature group of the embedded AWS, and their count."""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contract.features import SCHEMA, SPLITS
from localcloud.server import LocalCloud
from tests.chaos import scripts
from tests.chaos.scripts import Ended
from tests.ml_code.tiny import EVENT_TIME as MOMENT
from worlds.feature_world import Client, clients, created, definition, query
from worlds.waiting import until

_OFFLINE_SECONDS = 60


@dataclass(frozen=True)
class Ingestion:
    """Of the same reviews, as often as wished, into one feature group."""

    cloud: LocalCloud
    reviews: Path
    base_model: Path
    folder: Path
    group: str

    @property
    def client(self) -> Client:
        return clients(self.cloud.data_dir)

    def make_group(self) -> None:
        features = [definition(name, kind) for name, kind in SCHEMA.types.items()]
        created(
            self.client,
            self.group,
            FeatureDefinitions=features,
            EventTimeFeatureName=SCHEMA.event_time.name,
        )

    def run(self, **how: Any) -> Ended:
        """preprocess.py with these environment variables; or `when` it is killed."""
        arguments = [f"--input-data={self.reviews}", f"--base-model={self.base_model}"]
        arguments += [f"--output-data={self.folder}", f"--event-time={MOMENT}", "--workers=1"]
        arguments += [f"--message-file={self.folder / 'message'}", "--max-length=32"]
        arguments += [f"--feature-group-name={self.group}"]
        return scripts.run("preprocess.py", arguments, **self.cloud.environment() | how)

    # -- what it left ----------------------------------------------------------------------------

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._report("preparation-algo-1.json").read_text())
        return found

    @property
    def message(self) -> str:
        return (self.folder / "message").read_text()

    def rows(self) -> set[str]:
        """Those that there are to ingest."""
        parts = [self.folder / split / "part-algo-1.csv" for split in SPLITS]
        return {identity for part in parts for identity in _identities(part)}

    def dead_letters(self) -> set[str]:
        path = self._report("failed-algo-1.csv")
        return set(_identities(path)) if path.exists() else set()

    def _report(self, name: str) -> Path:
        return self.folder / "report" / name

    def online(self) -> list[str]:
        runtime = self.client("sagemaker-featurestore-runtime")
        pages = runtime.get_paginator("list_records").paginate(FeatureGroupName=self.group)
        return [identity for page in pages for identity in page["RecordIdentifiers"]]

    def versions(self) -> int:
        """How many there are offline of all records."""
        return int(self._offline("COUNT(*)")[0][0] or 0)

    def expect_stored(self, wanted: set[str]) -> None:
        """These rows, each once online, and offline too when it is counted as the pipeline does.

        What was put twice has two versions there, as on AWS, which say the same.
        """
        assert sorted(self.online()) == sorted(wanted)
        until(self.offline, lambda found: found >= wanted, seconds=_OFFLINE_SECONDS)
        assert self.offline() == wanted
        assert len(self._offline(f"DISTINCT {', '.join(SCHEMA.names)}")) == len(wanted)

    def offline(self) -> set[str | None]:
        return {row[0] for row in self._offline("DISTINCT review_id")}

    def _offline(self, what: str) -> list[list[str | None]]:
        """At most 999 rows, which are a page."""
        table = self.group.replace("-", "_")
        return query(self.client, f'SELECT {what} FROM "{table}"."{table}"')


def _identities(path: Path) -> list[str]:
    with path.open(newline="", encoding="utf-8") as file:
        return [row["review_id"] for row in csv.DictReader(file)]
