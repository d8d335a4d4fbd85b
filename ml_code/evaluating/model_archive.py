"""The model.tar.gz of a training job as a folder."""

import gzip
import tarfile
import zlib
from pathlib import Path

from reading.errors import UserError

_ARCHIVE = "model.tar.gz"
_BLOCK_BYTES = 1 << 20


def extract(source: Path, target: Path) -> Path:
    """The folder with the model's files: `source`, or its model.tar.gz extracted into `target`.

    Raises UserError for a folder that has neither, and for an archive that is damaged or has
    members outside of `target`.
    """
    archive = source / _ARCHIVE if source.is_dir() else source
    if not archive.is_file():
        if (source / "config.json").is_file():
            return source
        found = ", ".join(sorted(p.name for p in source.glob("*"))) or "nothing"
        raise UserError(f"{source.name}: no {_ARCHIVE} in it; found {found}")
    try:
        with gzip.open(archive) as content, tarfile.open(fileobj=content, mode="r|") as tar:
            tar.extractall(target, filter="data")  # refuses paths and links that lead outside
            while content.read(_BLOCK_BYTES):  # gzip's checksum comes after the last member
                pass
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise UserError(f"{archive.name}: cannot be unpacked: {error}") from error
    return target
