"""The machine learning code of a run, in S3 under its own hash.

So a running execution keeps its code when a deployment uploads another version.
"""

import gzip
import hashlib
import io
import tarfile
from pathlib import Path
from typing import Any

from contract import s3_keys
from shared import s3


def upload_code(client: Any, folder: Path, bucket: str) -> str:
    """Uploads the folder unless S3 has it; returns s3://bucket/code/<hash>.

    Processing jobs use the single files, training jobs sourcedir.tar.gz. The archive is uploaded
    last, so if it exists, all files do.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    prefix = f"{s3_keys.CODE}/{_digest(files)}"
    archive = f"{prefix}/{s3_keys.SOURCE_ARCHIVE}"
    if not s3.exists(client, f"s3://{bucket}/{archive}"):
        for name, content in files.items():
            client.put_object(Bucket=bucket, Key=f"{prefix}/{s3_keys.SOURCE}/{name}", Body=content)
        client.put_object(Bucket=bucket, Key=archive, Body=_archive(files))
    return f"s3://{bucket}/{prefix}"


def _digest(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _archive(files: dict[str, bytes]) -> bytes:
    """A reproducible tar.gz: its bytes depend on the files only."""
    buffer = io.BytesIO()
    with (
        gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w") as tar,
    ):
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()
