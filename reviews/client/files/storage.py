"""Files of the user, brought to the data bucket."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contract import s3_uri
from reviews.client.errors import InvalidArgument

_DIGITS = 12  # of a hash that tells the files of a name apart


def upload_reviews(s3: Any, reviews: Path, bucket: str) -> str:
    """Uploads a file of reviews, which review_files.py has read; returns its s3:// URI.

    The key has a hash of what is inside: another file of the same name does not take the place of
    one that an execution still reads, or that tells what a model was trained on. Raises
    InvalidArgument when there is no such file.
    """
    if not reviews.is_file():
        raise InvalidArgument(f"{reviews}: there is no such file")
    with reviews.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # The preparation passes over names that begin like those of hidden files.
    key = f"reviews/{digest[:_DIGITS]}/{reviews.name.lstrip('._~$') or 'reviews'}"
    s3.upload_file(str(reviews), bucket, key)
    return f"s3://{bucket}/{key}"


def upload_directory(
    s3: Any, directory: Path, prefix: str, *, on_file: Callable[[Path], None] = lambda _: None
) -> int:
    """Uploads the files of a directory under an s3:// prefix and returns how many it sent.

    A file that is already there with the same size is not sent again: base models never change.
    """
    bucket, base = s3_uri.split(prefix)
    base = base.rstrip("/")
    present = _sizes(s3, bucket, f"{base}/")
    sent = 0
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        key = f"{base}/{file.relative_to(directory).as_posix()}"
        if present.get(key) != file.stat().st_size:
            on_file(file)
            s3.upload_file(str(file), bucket, key)
            sent += 1
    return sent


def _sizes(s3: Any, bucket: str, prefix: str) -> dict[str, int]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])}
