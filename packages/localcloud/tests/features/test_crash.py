"""A server that is killed while records come in, and while it writes them to the offline store."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pyarrow.dataset as ds
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from localcloud import server
from localcloud.core.address import Address
from worlds.feature_world import BUCKET, Client, clients, created, put, query, record
from worlds.waiting import until

GROUP, TABLE = "crash-test", "crash_test"
WRITERS = 4


class Ingestion:
    """Threads that put records until the server is gone."""

    def __init__(self, client: Client) -> None:
        self.acknowledged: list[str] = []
        self._numbers = count()
        self._pool = ThreadPoolExecutor(WRITERS)
        once = Config(retries={"total_max_attempts": 1}, max_pool_connections=WRITERS)
        self._runtime = client("sagemaker-featurestore-runtime", config=once)
        self._threads = [self._pool.submit(self._put) for _ in range(WRITERS)]

    def _put(self) -> None:
        for number in self._numbers:
            identity = f"r{number}"
            try:
                self._runtime.put_record(
                    FeatureGroupName=GROUP, Record=record(identity, hour=number % 24)
                )
            except BotoCoreError:
                return
            self.acknowledged.append(identity)

    def join(self) -> None:
        for thread in self._threads:
            thread.result()
        self._pool.shutdown()


def kill(address: Address) -> None:
    os.kill(address.pid, signal.SIGKILL)
    os.waitpid(address.pid, 0)


def files(data_dir: Path) -> list[Path]:
    return sorted((data_dir / "s3").rglob("feature-store/**/*.parquet"))


def has_table(client: Client) -> bool:
    databases = client("glue").get_databases()["DatabaseList"]
    return any(
        table["Name"] == TABLE
        for database in databases
        for table in client("glue").get_tables(DatabaseName=database["Name"])["TableList"]
    )


def identities(client: Client) -> list[str | None]:
    return [row[0] for row in query(client, f'SELECT review_id FROM "{TABLE}"."{TABLE}"')]


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "cloud"
    server.stop(tmp_path / "cloud")


def test_every_acknowledged_record_is_in_the_offline_store_once(data_dir: Path) -> None:
    first = server.start(data_dir)
    client = clients(data_dir)
    client("s3").create_bucket(Bucket=BUCKET)
    created(client, GROUP)
    put(client, GROUP, record("early"))
    assert until(lambda: files(data_dir))  # what is in no bucket yet goes with a killed server
    ingestion = Ingestion(client)
    assert until(lambda: len(ingestion.acknowledged) > 300)
    kill(first)
    ingestion.join()

    second = server.start(data_dir)
    assert until(lambda: len(files(data_dir)) > 2, pause=0.002)  # of one for each hour
    kill(second)

    server.start(data_dir)
    client = clients(data_dir)
    assert until(lambda: has_table(client))  # made anew: the killed server's catalogue is lost
    expected = {"early", *ingestion.acknowledged}
    found = until(lambda: identities(client), lambda found: expected <= set(found), pause=0.25)
    assert expected <= set(found)
    assert len(found) == len(set(found))
    # The last answers may have been lost, but not what they answered.
    assert len(found) - len(expected) <= WRITERS

    put(client, GROUP, record("last"))
    server.stop(data_dir)
    rows = ds.dataset(files(data_dir), format="parquet").to_table(columns=["review_id"])
    assert sorted(rows["review_id"].to_pylist()) == sorted([*found, "last"])
