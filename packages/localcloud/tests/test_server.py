"""Starting, stopping and clearing an embedded AWS, as its command line does."""

import os
import signal
from pathlib import Path

import pytest

from localcloud import server
from localcloud.core.address import Address, ServerError, client_environment
from localcloud.core.cloud import SCRATCH
from worlds.execution_world import World, zipped
from worlds.waiting import until


def test_clearing_leaves_what_is_not_the_servers(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    server.start(data_dir)
    with pytest.raises(ServerError, match="is running; stop it first"):
        server.clear(data_dir)
    assert server.start(data_dir) == Address.read(data_dir)  # the same one
    assert server.stop(data_dir)
    assert not server.stop(data_dir)
    mine = data_dir / "reviews.csv"
    mine.write_text("mine")
    server.clear(data_dir)
    assert list(data_dir.iterdir()) == [mine]
    mine.unlink()
    server.clear(data_dir)
    assert not data_dir.exists()


def call_a_function(address: Address, data_dir: Path) -> str:
    """What a new function answers: where its code lies."""
    client = World(client_environment(address, data_dir)).client("lambda")
    code = "def handler(event, context): return __file__"
    client.create_function(
        FunctionName="where",
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="handler.handler",
        Code={"ZipFile": zipped("handler.py", code)},
    )
    answer: str = client.invoke(FunctionName="where")["Payload"].read().decode()
    return answer


def test_functions_leave_nothing(tmp_path: Path) -> None:
    address = server.start(tmp_path)
    assert str(tmp_path / SCRATCH) in call_a_function(address, tmp_path)
    os.kill(address.pid, signal.SIGKILL)
    assert until(lambda: Address.read(tmp_path) is None)
    left = set((tmp_path / SCRATCH).iterdir())
    assert left
    server.start(tmp_path)
    try:
        assert left.isdisjoint((tmp_path / SCRATCH).iterdir())
    finally:
        server.stop(tmp_path)
    assert not (tmp_path / SCRATCH).exists()
