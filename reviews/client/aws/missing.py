"""Whether AWS has refused a call because what it names does not exist."""

from botocore.exceptions import ClientError

_NO_RESOURCE = ("ValidationException", "ResourceNotFound")
# S3 answers AccessDenied where the caller may not list the bucket:
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
_NO_OBJECT = ("NoSuchKey", "NoSuchBucket", "AccessDenied")


def is_missing_resource(error: ClientError) -> bool:
    """Whether a call of SageMaker failed because the resource does not exist, or is not in a state
    for the call."""
    return error.response["Error"]["Code"] in _NO_RESOURCE


def is_missing_object(error: ClientError) -> bool:
    """Whether a call of S3 failed because the object does not exist, or must look so to this
    caller."""
    return error.response["Error"]["Code"] in _NO_OBJECT
