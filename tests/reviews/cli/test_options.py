from types import SimpleNamespace

import pytest

from reviews.cli import options
from tests.reviews.worlds.runs_world import RunsWorld


def complete(incomplete: str, env: str = "dev") -> list[str]:
    return options._runs(SimpleNamespace(params={"env": env}), incomplete)


def test_a_shell_completes_runs_with_the_latest_first(runs: RunsWorld) -> None:
    for name in ("stars-1", "titles", "stars-2"):
        runs.add(name)
    assert complete("st") == ["stars-2", "stars-1"]


def test_a_shell_completes_nothing_where_there_is_no_aws(
    monkeypatch: pytest.MonkeyPatch, tmp_path: str
) -> None:
    monkeypatch.setenv("REVIEWS_DATA_DIR", str(tmp_path))
    assert complete("st", env="local") == []
    assert complete("st", env="nowhere") == []
