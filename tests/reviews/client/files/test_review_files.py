from pathlib import Path

import pytest

from infra.settings import Columns, settings_for
from reviews.client.files.review_files import ReviewFile, examine


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "r.csv"


def texts(file: Path, columns: Columns) -> list[str]:
    return [review.text for review in ReviewFile(file, columns)]


def test_a_column_without_a_name_is_no_title(file: Path) -> None:
    file.write_text(",Review Text,Rating\n0,Lovely,5\n1,Awful,1\n")
    assert texts(file, Columns(text="Review Text", title="")) == ["Lovely", "Awful"]


def test_a_title_that_is_the_text_is_not_asked_twice(file: Path) -> None:
    file.write_text("Title,Rating\nLovely,5\n")
    assert texts(file, Columns(text="Title", title="Title")) == ["Lovely"]


def test_another_scale_than_that_of_the_classes_is_told(file: Path) -> None:
    rows = [f"text {n},{n % 5}" for n in range(100)]
    file.write_text("\n".join(["Review Text,Rating", *rows]) + "\n")
    (settings,) = settings_for("local")
    said: list[str] = []
    examine(file, settings, settings.columns, 0.3, tell=said.append, progress=lambda _: None)
    assert said[2] == (
        "r.csv: the ratings that are used go from 1 to 4, and those of the classes from 1 to 5: if "
        "the file has another scale, name it by the setting `labels`"
    )
    file.write_text("\n".join(["Review Text,Rating", *rows, "more,5"]) + "\n")
    said.clear()
    examine(file, settings, settings.columns, 0.3, tell=said.append, progress=lambda _: None)
    assert "scale" not in " ".join(said)
