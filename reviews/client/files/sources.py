"""Files of the user that a command reads: of this machine, or from S3."""

import shlex
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from botocore.exceptions import ClientError, ParamValidationError

from contract import s3_uri
from ml_code.reading.errors import FileError
from reviews.client.aws.connection import Connection
from reviews.client.errors import InvalidArgument
from reviews.client.files.review_files import check_file

_S3 = "s3://"


@contextmanager
def local_file(file: str, connection: Connection) -> Iterator[Path]:
    """The file, or a copy of the object as long as it is needed, since it is read several times.

    AWS is asked for an object only. Raises InvalidArgument where there is no file, or one of
    another kind. Errors about the copy name the object.
    """
    if not file:
        raise InvalidArgument("Give a file of reviews: its path, or s3://bucket/key")
    if not file.startswith(_S3):
        check_file(Path(file))
        yield Path(file)
        return
    try:
        bucket, key = s3_uri.split(file)
    except ValueError as error:
        raise InvalidArgument(str(error)) from error
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / (key.rpartition("/")[2] or "reviews")
        try:
            connection.client("s3").download_file(bucket, key, str(target))
        except (ClientError, ParamValidationError) as error:
            raise InvalidArgument(f"{file}: cannot be read: {error}") from error
        try:
            check_file(target)
            yield target
        except InvalidArgument as error:
            download = f"aws s3 cp {shlex.quote(file)} . && "
            raise InvalidArgument(message(error, target, name=file, before=download)) from error


def message(error: InvalidArgument, copy: Path, *, name: str, before: str = "") -> str:
    """The message about a copy, as one about what the user has under this name.

    `before` is what must precede a command for a file in the folder where the user is.
    """
    cause = error.__cause__
    if isinstance(cause, FileError):
        return cause.described(Path(copy.name), name=name, before=before)
    return str(error).replace(str(copy), name)
