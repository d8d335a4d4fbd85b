import csv

import pytest

import feature_store


class FakeGroup:
    """Refuses the rows of `bad` as often as told."""

    name = "reviews-test"

    def __init__(self, bad: dict[str, int]) -> None:
        self.bad, self.stored = bad, []

    def ingest(self, *, data_frame, max_workers, wait):
        from sagemaker.feature_store.feature_group import IngestionError

        failed = []
        self.features = list(data_frame)
        for index, review_id in data_frame["review_id"].items():
            if self.bad.get(review_id, 0) > 0:
                self.bad[review_id] -= 1
                failed.append(index)
            else:
                self.stored.append(review_id)
        if failed:
            raise IngestionError(failed, "some failed")


@pytest.fixture
def part(tmp_path, monkeypatch):
    monkeypatch.setattr(feature_store.time, "sleep", lambda _: None)
    path = tmp_path / "train" / "part-algo-1.csv"
    path.parent.mkdir()
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([["review_id", "review_body"], ["a", "x"], ["b", "y"]])
    return path


def test_a_row_that_failed_is_tried_again(part, tmp_path):
    group = FakeGroup({"b": 2})
    letters = tmp_path / "failed.csv"
    assert feature_store.ingest_file(group, part, workers=2, dead_letters=letters) == (2, 0)
    assert group.stored == ["a", "b"]
    assert not letters.exists()


def test_a_feature_without_values_is_not_sent(part, tmp_path):
    part.write_text("review_id,star_rating,review_body\na,,x\nb,,y\n")
    group = FakeGroup({})
    letters = tmp_path / "failed.csv"
    assert feature_store.ingest_file(group, part, workers=2, dead_letters=letters) == (2, 0)
    assert group.features == ["review_id", "review_body"]


def test_a_row_that_never_succeeds_becomes_a_dead_letter(part, tmp_path):
    letters = tmp_path / "failed.csv"
    for _ in ("train", "test"):
        group = FakeGroup({"b": 9})
        assert feature_store.ingest_file(group, part, workers=2, dead_letters=letters) == (1, 1)
    assert letters.read_text() == "review_id,review_body\nb,y\nb,y\n"
