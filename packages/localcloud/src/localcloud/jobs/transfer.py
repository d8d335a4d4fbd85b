"""Files between S3 and an instance's folder, and tar archives. No name, link or archive leads out
of its folder.

Not emulated: S3 Express, access points, `S3CompressionType` Gzip, augmented manifests.
"""

import json
import os
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from botocore.exceptions import ClientError

from localcloud.core.s3 import Location, TransferError

SHARDED = "ShardedByS3Key"
_BLOCK_BYTES = 1 << 20
# What tarfile raises: the last three at links to nothing, with a zero byte, and to themselves.
_BROKEN = (tarfile.TarError, zlib.error, EOFError, LookupError, ValueError, RecursionError)


@dataclass(frozen=True)
class Source:
    """What a ProcessingS3Input or an S3DataSource says about where data comes from."""

    uri: str
    data_type: str = "S3Prefix"
    distribution: str = "FullyReplicated"

    def objects(self, s3: Any) -> list[tuple[Location, str]]:
        """Every object with its path relative to the channel, in key order.

        Raises TransferError when nothing matches, as SageMaker fails such a job.
        """
        location = Location.parse(self.uri)
        try:
            found = (
                _manifest(s3, location)
                if self.data_type == "ManifestFile"
                else _prefix(s3, location)
            )
        except ClientError as error:
            raise TransferError(_client_error(error, self.uri)) from error
        if not found:
            raise TransferError(
                f"No S3 objects found under S3 URL {self.uri!r} given in input data source"
            )
        return found

    def download(self, s3: Any, folder: Path, host: int = 0, hosts: int = 1) -> int:
        """Downloads this host's share into `folder`; returns the number of files."""
        folder.mkdir(parents=True, exist_ok=True)
        objects = self.objects(s3)
        if self.distribution == SHARDED:
            objects = objects[host::hosts]
        for location, relative in objects:
            _download_object(s3, location, inside(folder, relative))
        return len(objects)


def _prefix(s3: Any, location: Location) -> list[tuple[Location, str]]:
    """A prefix matches like S3 does (`data` also finds `data2/x`); names are relative to its last
    folder, so that an exact object key keeps its file name."""
    base = location.key if location.key.endswith("/") else location.key.rpartition("/")[0]
    found = []
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=location.bucket, Prefix=location.key
    )
    for page in pages:
        for entry in page.get("Contents", []):
            key = entry["Key"]
            if not key.endswith("/"):
                found.append((Location(location.bucket, key), _relative(key, location.key, base)))
    return found


def _relative(key: str, prefix: str, parent: str) -> str:
    """What follows the prefix; for an exact key, or a prefix that ends within a name, the name."""
    if key.startswith(f"{prefix}/"):
        return key.removeprefix(f"{prefix}/")
    return key.removeprefix(parent).lstrip("/")


def _manifest(s3: Any, location: Location) -> list[tuple[Location, str]]:
    body = s3.get_object(Bucket=location.bucket, Key=location.key)["Body"].read()
    try:
        prefix, *names = document = json.loads(body)
        # Raises for half of a surrogate pair, which no key can have.
        json.dumps(document, ensure_ascii=False).encode()
        base = Location.parse(prefix["prefix"])
        return [(Location(base.bucket, base.key + name), name) for name in names]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise TransferError(
            f'manifest {location} must be [{{"prefix": "s3://…"}}, "key", …]'
        ) from error


def _client_error(error: ClientError, uri: str) -> str:
    details = error.response["Error"]
    return f"{details['Code']} for {uri}: {details['Message']}"


def inside(folder: Path, relative: str) -> Path:
    """`folder / relative`. Raises TransferError for a name that leads out of `folder`."""
    name = PurePosixPath(relative)
    if name.is_absolute() or ".." in name.parts or "\0" in relative:
        raise TransferError(f"{relative!r} leaves its folder")
    return folder / name


def _download_object(s3: Any, location: Location, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        s3.download_file(location.bucket, location.key, str(target))
    except ClientError as error:
        raise TransferError(_client_error(error, str(location))) from error
    except OSError as error:  # such as a key that is a file and a folder of others at once
        raise TransferError(f"{location} cannot be a file here: {error.strerror}") from error


def download_file(s3: Any, uri: str, target: Path) -> Path:
    """Downloads one object. Raises TransferError."""
    _download_object(s3, Location.parse(uri), target)
    return target


def upload_file(s3: Any, path: Path, location: Location, key_id: str = "") -> None:
    """`key_id`: the KMS key to encrypt with; empty means the bucket's default encryption."""
    encryption = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key_id} if key_id else {}
    try:
        s3.upload_file(str(path), location.bucket, location.key, ExtraArgs=encryption)
    except Exception as error:  # boto3 wraps ClientError in its own S3UploadFailedError
        raise TransferError(f"upload to {location} failed: {error}") from error


def files(folder: Path, within: Path) -> Iterator[Path]:
    """Every file below `folder`; links are followed, but not out of `within`.

    Raises TransferError for a link that leads outside: what it shows is not the job's to upload.
    """
    if folder.is_dir():
        yield from _walk(folder, Path(os.path.realpath(within)), ())


def _walk(folder: Path, root: Path, above: tuple[str, ...]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if not Path(real).is_relative_to(root):
        raise TransferError(f"{_shown(folder, root)} is a link that leads out of the job's folder")
    if real in above:
        raise TransferError(f"{_shown(folder, root)} is a link to a folder that it lies in")
    for path in _entries(folder):
        yield from _walk(path, root, (*above, real))
    if folder.is_file():
        yield folder


def _shown(path: Path, root: Path) -> str:
    return repr(os.path.relpath(path, root))


def _entries(folder: Path) -> list[Path]:
    """Sorted entries of a folder; none for a file, or a folder that the job has removed."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def pack(folders: Sequence[Path], archive: Path, within: Path) -> Path:
    """The folders' files in one .tar.gz; of equal names the first folder's file is kept."""
    merged = {
        path.relative_to(folder): path
        for folder in reversed(folders)
        for path in files(folder, within)
    }
    # Level 1: model weights hardly compress, and level 9 takes minutes for a large model.
    with tarfile.open(archive, "w:gz", compresslevel=1, dereference=True) as tar:
        for name, path in sorted(merged.items()):
            tar.add(path, arcname=name.as_posix())
    return archive


def extract(archive: Path, folder: Path) -> None:
    """Extracts a .tar.gz. Raises TransferError for a member that has no place in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter=_Members())  # noqa: S202 - that is what the filter is for
            while cast(IO[bytes], tar.fileobj).read(_BLOCK_BYTES):  # to the checksum at the end
                pass
    except (*_BROKEN, TransferError, OSError) as error:
        raise TransferError(f"cannot extract {archive.name}: {error}") from error


class _Members:
    """A filter for tarfile, stricter than its own `data`, which strips a leading slash instead of
    refusing it and has been tricked by chains of links (CVE-2025-4517)."""

    def __init__(self) -> None:
        self._links: set[PurePosixPath] = set()

    def __call__(self, member: tarfile.TarInfo, folder: str) -> tarfile.TarInfo:
        names = [member.name, member.linkname] if member.islnk() else [member.name]
        for name in map(PurePosixPath, names):
            inside(Path(folder), str(name))
            if self._links.intersection([name, *name.parents]):
                raise TransferError(f"{member.name!r} goes through a link")
        if member.issym():
            self._links.add(PurePosixPath(member.name))
        return tarfile.data_filter(member, folder)


class Synchroniser:
    """Uploads what changed in a folder since the last call; the first call uploads everything.

    `within`: what the folder's links may lead to.
    """

    def __init__(
        self, s3: Any, folder: Path, location: Location, *, within: Path, key_id: str = ""
    ) -> None:
        self._s3, self._folder, self._location, self._key_id = s3, folder, location, key_id
        self._within = within
        self._seen: dict[Path, tuple[int, int]] = {}

    def mark(self) -> None:
        """Takes the files that are there now as already uploaded."""
        self._seen = dict(self._signatures())

    def upload_changes(self) -> None:
        for path, signature in self._signatures():
            if self._seen.get(path) != signature:
                target = self._location / path.relative_to(self._folder).as_posix()
                try:
                    upload_file(self._s3, path, target, self._key_id)
                except TransferError:
                    if _signature(path) == signature:
                        raise
                    continue  # the job replaced or removed it meanwhile: the next call sees to it
                self._seen[path] = signature

    def _signatures(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for path in files(self._folder, self._within):
            signature = _signature(path)
            if signature is not None:
                yield path, signature


def _signature(path: Path) -> tuple[int, int] | None:
    """Time and size; None for a file that is gone, such as a checkpoint being replaced."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_size
