"""Uploads files of the user to S3."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from contract import s3_uri
from reviews.client.errors import InvalidArgument

_DIGITS = 12  # of the hash in a key


def upload_reviews(s3: Any, reviews: Path, bucket: str) -> str:
    """Uploads a file of reviews; returns its s3:// URI.

    The key has a hash of the content, so that another file of the same name does not replace the
    one that a running execution reads or a model was trained on. Raises InvalidArgument when there
    is no such file.
    """
    if not reviews.is_file():
        raise InvalidArgument(f"{reviews}: there is no such file")
    with reviews.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    # The processing job skips files whose names begin like those of hidden files.
    key = f"reviews/{digest[:_DIGITS]}/{reviews.name.lstrip('._~$') or 'reviews'}"
    # Another upload of the same content would get another ETag, and a run with it reuse nothing.
    if _sizes(s3, bucket, key).get(key) != reviews.stat().st_size:
        s3.upload_file(str(reviews), bucket, key)
    return f"s3://{bucket}/{key}"


def upload_directory(
    s3: Any, directory: Path, prefix: str, *, on_file: Callable[[Path], None] = lambda _: None
) -> int:
    """Uploads the files of a directory to an s3:// prefix; returns how many it uploaded.

    A file that S3 has already with the same size is skipped: base models never change.
    """
    bucket, base = s3_uri.split(prefix)
    base = base.rstrip("/")
    present = _sizes(s3, bucket, f"{base}/")
    uploaded = 0
    for file in sorted(path for path in directory.rglob("*") if path.is_file()):
        key = f"{base}/{file.relative_to(directory).as_posix()}"
        if present.get(key) != file.stat().st_size:
            on_file(file)
            s3.upload_file(str(file), bucket, key)
            uploaded += 1
    return uploaded


def _sizes(s3: Any, bucket: str, prefix: str) -> dict[str, int]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {item["Key"]: item["Size"] for page in pages for item in page.get("Contents", [])}
