"""Objects in S3 that are changed or gone for a while."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def damaged(s3: Any, uri: str, how: Callable[[bytes], bytes] | None) -> Iterator[None]:
    """An object that is changed, or, without `how`, gone; afterwards it is as it was."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    whole = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    if how is None:
        s3.delete_object(Bucket=bucket, Key=key)
    else:
        s3.put_object(Bucket=bucket, Key=key, Body=how(whole))
    yield
    s3.put_object(Bucket=bucket, Key=key, Body=whole)


def cut(content: bytes) -> bytes:
    """The first half."""
    return content[: len(content) // 2]
