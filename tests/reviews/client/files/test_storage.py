import re
from pathlib import Path
from typing import Any

import pytest

from reviews.client.errors import InvalidArgument
from reviews.client.files.storage import upload_directory, upload_reviews
from tests.fake_aws import FakeAws


class Buckets(FakeAws):
    """`objects` are sizes."""

    refused = False  # whether nothing more may be written

    def __init__(self) -> None:
        self.objects: dict[str, int] = {}

    @property
    def s3(self) -> Any:
        return self.client("s3")

    def put_object(self, Bucket: str, Key: str, Body: Any, **_: Any) -> None:
        assert not self.refused
        self.objects[f"{Bucket}/{Key}"] = len(Body.read())

    def list_objects_v2(self, *, Bucket: str, Prefix: str) -> dict[str, Any]:
        found = [
            {"Key": name.removeprefix(f"{Bucket}/"), "Size": size}
            for name, size in self.objects.items()
            if name.startswith(f"{Bucket}/{Prefix}")
        ]
        return {"Contents": found} if found else {}


def test_reviews_of_one_name_do_not_take_each_others_place(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    buckets = Buckets()
    for text in ("Review Text,Rating\n", "Review Text,Rating\nfine,5\n", "Review Text,Rating\n"):
        file.write_text(text)
        uri = upload_reviews(buckets.s3, file, "data")
    assert re.fullmatch(r"s3://data/reviews/[0-9a-f]{12}/mine\.csv", uri)
    assert len(buckets.objects) == 2
    assert uri.removeprefix("s3://") in buckets.objects


def test_reviews_that_are_there_are_not_uploaded_again(tmp_path: Path) -> None:
    """Or a run with them would reuse nothing, by their new ETag."""
    file, buckets = tmp_path / "mine.csv", Buckets()
    file.write_text("Review Text,Rating\n")
    uri = upload_reviews(buckets.s3, file, "data")
    buckets.refused = True
    assert upload_reviews(buckets.s3, file, "data") == uri


def test_a_missing_file_is_named_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"nowhere\.csv: there is no such file"):
        upload_reviews(Buckets().s3, tmp_path / "nowhere.csv", "data")


def test_a_directory_is_uploaded_once(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "sub" / "vocab.txt").write_text("a")
    buckets = Buckets()
    assert upload_directory(buckets.s3, tmp_path, "s3://data/base-models/m/") == 2
    assert sorted(buckets.objects) == [
        "data/base-models/m/config.json",
        "data/base-models/m/sub/vocab.txt",
    ]
    assert upload_directory(buckets.s3, tmp_path, "s3://data/base-models/m/") == 0
