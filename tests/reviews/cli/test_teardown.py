import pytest

from reviews.cli import teardown
from reviews.client.aws import leftovers


def test_only_the_local_environment_may_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        teardown.main(env="prod")
    assert caught.value.code == 1
    assert "only local" in capsys.readouterr().err


def run(monkeypatch: pytest.MonkeyPatch, left: dict[str, list[str]]) -> None:
    monkeypatch.setattr(leftovers, "remove_bootstrap", lambda _: None)
    monkeypatch.setattr(leftovers, "find", lambda _: left)
    teardown.main(env="local")


def test_nothing_left_is_a_table_of_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, {"stacks": [], "buckets": []})
    assert capsys.readouterr().out.count("none") == 2


def test_anything_left_is_named_and_exits_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(monkeypatch, {"stacks": [], "buckets": ["forgotten"]})
    assert caught.value.code == 1
    assert "forgotten" in capsys.readouterr().out
