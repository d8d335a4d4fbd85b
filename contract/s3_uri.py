"""Addresses of objects in S3."""


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of s3://bucket/key. Raises ValueError for anything else."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    if not uri.startswith("s3://") or not bucket or not key:
        raise ValueError(f"{uri!r} is not s3://bucket/key")
    return bucket, key
