"""S3 URIs in requests."""

from dataclasses import dataclass

from localcloud.core.errors import ValidationException


class TransferError(Exception):
    """A download or an upload failed; the text becomes the FailureReason of the job."""


@dataclass(frozen=True)
class Location:
    """An object or a prefix in a bucket."""

    bucket: str
    key: str

    @classmethod
    def parse(cls, uri: str) -> "Location":
        """Raises TransferError for what is not of the form s3://bucket/prefix."""
        scheme, _, rest = uri.partition("://")
        bucket, _, key = rest.partition("/")
        if scheme != "s3" or not bucket:
            raise TransferError(f"{uri!r} is not an S3 URI of the form s3://bucket/prefix")
        return cls(bucket, key)

    def __truediv__(self, name: str) -> "Location":
        return Location(self.bucket, f"{self.key.rstrip('/')}/{name}".lstrip("/"))

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


def check_uri(field: str, uri: str) -> None:
    """Raises ValidationException, which names the field, for what is no S3 URI."""
    try:
        Location.parse(uri)
    except TransferError as error:
        raise ValidationException(f"{field}: {error}") from error
