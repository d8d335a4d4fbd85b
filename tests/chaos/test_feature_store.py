"""Ingestion on the Feature Store's bad days: each row is stored, or it is a dead letter."""

import random
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from localcloud.faults.client import FaultClient
from localcloud.server import LocalCloud
from tests.chaos.ingestion import Ingestion
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.scripts import KILLED
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews
from worlds.feature_world import BUCKET, clients
from worlds.waiting import until

pytestmark = pytest.mark.slow
AREA = "Feature Store"
PUT = "sagemaker:BatchWriteRecord"
ROWS = 300
ONCE = {"AWS_MAX_ATTEMPTS": "1"}  # calls are not repeated by boto3, so that rows fail
NUMBERS = count()


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as running:
        clients(running.data_dir)("s3").create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture(scope="module")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_reviews(tmp_path_factory.mktemp("rows") / "reviews.csv", make_reviews(ROWS // 3))


@pytest.fixture
def ingestion(cloud: LocalCloud, reviews: Path, base_model: Path, tmp_path: Path) -> Ingestion:
    """Into a new feature group."""
    made = Ingestion(cloud, reviews, base_model, tmp_path, f"chaos-{next(NUMBERS):02}")
    made.make_group()
    return made


def expect_all(ingestion: Ingestion) -> None:
    assert ingestion.report["ingested"] == len(ingestion.rows()) == ROWS
    assert ingestion.dead_letters() == set()
    ingestion.expect_stored(ingestion.rows())


@pytest.mark.parametrize(
    ("what", "kind", "options"),
    [
        ("1 % of calls fail", "error", {"share": 0.01, "seed": 1}),
        ("30 % of calls fail", "error", {"share": 0.3, "seed": 2}),
        ("30 % of calls are throttled", "throttle", {"share": 0.3, "seed": 3}),
        ("10 % of answers are lost", "lost", {"share": 0.1, "seed": 4}),
    ],
)
def test_calls_that_fail_are_repeated_until_every_row_is_stored(
    what: str,
    kind: str,
    options: dict[str, Any],
    ingestion: Ingestion,
    faults: FaultClient,
    tried: Tried,
) -> None:
    faults.add(kind, PUT, matching=ingestion.group, **options)
    ended = ingestion.run()
    (fault,) = faults.list()
    assert fault["injected"] > 0
    assert ended.code == 0, ended.output
    expect_all(ingestion)
    tried(AREA, what, Outcome.SAME)


def test_rows_that_fail_three_times_are_dead_letters_and_no_row_is_missing(
    ingestion: Ingestion, faults: FaultClient, tried: Tried
) -> None:
    faults.add("error", PUT, matching=ingestion.group, share=0.3, seed=5)
    assert ingestion.run(**ONCE).code == 1
    dead = ingestion.dead_letters()
    assert dead
    assert ingestion.message.startswith(
        f"feature group '{ingestion.group}': {len(dead)} rows are not stored; they are in "
        "failed-algo-1.csv, each with its reason; the first: "
    )
    assert ingestion.report["ingested"] + len(dead) == len(ingestion.rows()) == ROWS
    ingestion.expect_stored(ingestion.rows() - dead)
    faults.clear()
    assert ingestion.run().code == 0
    expect_all(ingestion)
    tried(AREA, "30 % of calls fail and are not repeated", Outcome.AGAIN)


def test_a_slow_offline_store_is_waited_for(
    ingestion: Ingestion, faults: FaultClient, tried: Tried
) -> None:
    faults.add("slow", "featurestore:offline", seconds=30, matching=ingestion.group)
    assert ingestion.run().code == 0
    assert len(ingestion.online()) == ROWS
    assert len(ingestion.offline()) < ROWS
    expect_all(ingestion)
    tried(AREA, "the offline store is 30 s late", Outcome.SAME)


def test_ingesting_twice_leaves_every_row_once(ingestion: Ingestion, tried: Tried) -> None:
    for _ in range(2):
        assert ingestion.run().code == 0
    # A version of each for each time.
    assert until(ingestion.versions, lambda found: found >= 2 * ROWS) == 2 * ROWS
    expect_all(ingestion)
    tried(AREA, "ingestion runs twice", Outcome.SAME)


def test_a_second_version_of_the_same_event_time_does_not_replace_the_first_one_online(
    ingestion: Ingestion, tried: Tried
) -> None:
    assert ingestion.run().code == 0
    expect_all(ingestion)
    runtime = ingestion.client("sagemaker-featurestore-runtime")
    identity = min(ingestion.rows())
    where = {"FeatureGroupName": ingestion.group, "RecordIdentifierValueAsString": identity}
    before = runtime.get_record(**where)["Record"]
    other = {"review_id": identity, "date": EVENT_TIME, "review_body": "another text"}
    runtime.put_record(
        FeatureGroupName=ingestion.group,
        Record=[{"FeatureName": name, "ValueAsString": text} for name, text in other.items()],
    )
    assert runtime.get_record(**where)["Record"] == before
    assert until(ingestion.versions, lambda found: found > ROWS) == ROWS + 1
    assert ingestion.offline() == ingestion.rows()
    tried(AREA, "two versions with the same event time", Outcome.SAME)


@pytest.mark.parametrize("number", range(10))
def test_a_killed_ingestion_leaves_every_row_once_when_started_again(
    number: int, ingestion: Ingestion, faults: FaultClient, tried: Tried
) -> None:
    # Four batches are under way at a time: those are written although the client is killed, and on
    # a busy machine it is through before that.
    faults.add("slow", PUT, matching=ingestion.group, seconds=1)
    enough = random.Random(number).randrange(ROWS * 8 // 10)  # the test split is still to come
    assert ingestion.run(when=lambda: len(ingestion.online()) >= enough).code in (KILLED, 0)
    assert enough <= len(ingestion.online()) <= ROWS
    faults.clear()
    assert ingestion.run().code == 0
    expect_all(ingestion)
    tried(AREA, "ingestion killed", Outcome.AGAIN)
