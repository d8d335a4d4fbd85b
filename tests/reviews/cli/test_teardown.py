from typing import Any

import pytest

from reviews.cli import teardown


def test_only_the_local_environment_may_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        teardown.main(env="prod")
    assert caught.value.code == 1
    assert "only local" in capsys.readouterr().err


def run(monkeypatch: pytest.MonkeyPatch, left: dict[str, list[str]]) -> None:
    monkeypatch.setattr(teardown, "remove_bootstrap", lambda: None)
    monkeypatch.setattr(teardown, "leftovers", lambda: left)
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


def test_deleted_stacks_are_no_stacks() -> None:
    class CloudFormation:
        def get_paginator(self, _: str) -> "CloudFormation":
            return self

        def paginate(self) -> list[dict[str, Any]]:
            return [
                {
                    "Stacks": [
                        {"StackName": "a", "StackStatus": "DELETE_COMPLETE"},
                        {"StackName": "b", "StackStatus": "CREATE_COMPLETE"},
                    ]
                }
            ]

    assert [stack["StackName"] for stack in teardown._stacks(CloudFormation())] == ["b"]
