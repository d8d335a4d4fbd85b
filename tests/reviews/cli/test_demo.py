import pytest

from reviews.cli import demo


def test_the_next_commands_name_another_folder_of_the_embedded_aws(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REVIEWS_DATA_DIR", "/somewhere/of my own")
    result = demo.next_steps()
    assert "  export REVIEWS_DATA_DIR='/somewhere/of my own'\n" in result
    assert "localcloud exec --data-dir '/somewhere/of my own' -- aws" in result
    assert result.endswith("make destroy DATA_DIR='/somewhere/of my own'")


@pytest.mark.parametrize("folder", [".localcloud", None])
def test_the_usual_folder_needs_no_name(
    monkeypatch: pytest.MonkeyPatch, folder: str | None
) -> None:
    monkeypatch.delenv("REVIEWS_DATA_DIR", raising=False)
    if folder:
        monkeypatch.setenv("REVIEWS_DATA_DIR", folder)
    result = demo.next_steps()
    assert "DATA_DIR" not in result
    assert "--data-dir" not in result
    assert result.endswith("Tear down: make destroy")
