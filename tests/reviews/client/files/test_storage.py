import re
from pathlib import Path
from typing import Any

import pytest

from reviews.client.errors import InvalidArgument
from reviews.client.files.storage import upload_directory, upload_reviews


class FakeS3:
    def __init__(self) -> None:
        self.objects: dict[str, int] = {}

    def upload_file(self, file: str, bucket: str, key: str) -> None:
        self.objects[f"{bucket}/{key}"] = Path(file).stat().st_size

    def get_paginator(self, _: str) -> "FakeS3":
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        found = [
            {"Key": name.removeprefix(f"{Bucket}/"), "Size": size}
            for name, size in self.objects.items()
            if name.startswith(f"{Bucket}/{Prefix}")
        ]
        return [{"Contents": found}] if found else [{}]


def test_reviews_of_one_name_do_not_take_each_others_place(tmp_path: Path) -> None:
    file = tmp_path / "mine.csv"
    s3 = FakeS3()
    for text in ("Review Text,Rating\n", "Review Text,Rating\nfine,5\n", "Review Text,Rating\n"):
        file.write_text(text)
        uri = upload_reviews(s3, file, "data")
    assert re.fullmatch(r"s3://data/reviews/[0-9a-f]{12}/mine\.csv", uri)
    assert len(s3.objects) == 2
    assert uri.removeprefix("s3://") in s3.objects


def test_a_missing_file_is_named_before_anything_else(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match=r"nowhere\.csv: there is no such file"):
        upload_reviews(FakeS3(), tmp_path / "nowhere.csv", "data")


def test_a_directory_is_uploaded_once(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "sub" / "vocab.txt").write_text("a")
    s3 = FakeS3()
    assert upload_directory(s3, tmp_path, "s3://data/base-models/m/") == 2
    assert sorted(s3.objects) == [
        "data/base-models/m/config.json",
        "data/base-models/m/sub/vocab.txt",
    ]
    assert upload_directory(s3, tmp_path, "s3://data/base-models/m/") == 0
