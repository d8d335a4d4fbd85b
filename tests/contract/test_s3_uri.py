"""S3 URIs are split in one place."""

import pytest

from contract import s3_uri


def test_a_uri_splits_into_bucket_and_key() -> None:
    assert s3_uri.split("s3://bucket/a/b.csv") == ("bucket", "a/b.csv")


@pytest.mark.parametrize(
    "uri", ["", "bucket/key", "s3://", "s3://bucket", "s3:///key", "http://a/b"]
)
def test_what_is_no_uri_of_an_object_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is not s3://bucket/key"):
        s3_uri.split(uri)
