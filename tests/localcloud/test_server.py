"""Starting, stopping and clearing an embedded AWS, as its command line does."""

from pathlib import Path

import pytest

from localcloud import server
from localcloud.address import Address, ServerError


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
