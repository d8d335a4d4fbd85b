"""Manifests, names of objects and archives: all that comes of them stays in its folder."""

import io
import json
import os
import shutil
import tarfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

from localcloud.core.s3 import TransferError
from localcloud.jobs.transfer import Source, extract
from tests.fuzz.cases import fuzz
from tests.fuzz.values import changed, deep_json, documents, short_texts

# Short ones: Python before 3.11.10 and 3.12.6 takes the square of a name's length to read an
# archive (CVE-2024-6232).
NAMES = st.builds(
    "/".join,
    st.lists(
        st.sampled_from(["a", "b", "..", ".", "", "link", "~", "C:"]) | short_texts, max_size=4
    ),
)
KINDS = st.sampled_from(
    [tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE]
) | st.sampled_from([tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.CONTTYPE, b"x", b"Z"])


class Objects:
    """An S3 client of one manifest, and of an object for every key."""

    def __init__(self, manifest: bytes) -> None:
        self._manifest = manifest

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self._manifest)}

    def download_file(self, _bucket: str, _key: str, path: str) -> None:
        Path(path).write_text("x")


class Place:
    """A folder with something beside it that nothing may touch."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = root / "outer" / "inner"

    def empty(self) -> None:
        shutil.rmtree(self._root, ignore_errors=True)
        self.folder.mkdir(parents=True)
        (self._root / "outer" / "beside").write_text("as it was")

    def check(self) -> None:
        found = {path.relative_to(self._root).as_posix() for path in self._outside(self._root)}
        assert found == {"outer", "outer/beside", "outer/inner"}
        assert (self._root / "outer" / "beside").read_text() == "as it was"
        inside = os.path.realpath(self.folder)
        for path in self.folder.rglob("*"):
            assert Path(os.path.realpath(path)).is_relative_to(inside)

    def _outside(self, folder: Path) -> list[Path]:
        found = []
        for path in folder.iterdir():
            found.append(path)
            if path.is_dir() and path != self.folder:
                found += self._outside(path)
        return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return Place(tmp_path_factory.mktemp("transfer") / "root")


MANIFESTS = (
    changed([{"prefix": "s3://bucket/data/"}, "a", "b/c"], NAMES | documents)
    | st.lists(NAMES, max_size=3).map(lambda names: [{"prefix": "s3://bucket/"}, *names])
    | documents
).map(json.dumps) | deep_json


@fuzz("manifests", few=60, many=5_000, manifest=MANIFESTS)
def test_a_manifest_brings_files_into_the_folder_or_is_refused(place: Place, manifest: str) -> None:
    place.empty()
    source = Source("s3://bucket/manifest", data_type="ManifestFile")
    try:
        source.download(Objects(manifest.encode("utf-8", "surrogatepass")), place.folder)
    except TransferError as error:
        assert str(error)
    place.check()


MEMBERS = st.lists(st.tuples(NAMES, KINDS, NAMES, st.sampled_from([0o644, 0o4777, 0])), max_size=5)


def packed(members: list[tuple[str, bytes, str, int]], mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        for name, kind, link, permissions in members:
            member = tarfile.TarInfo(_encodable(name))
            member.type, member.linkname, member.mode = kind, _encodable(link), permissions
            member.size = 1 if kind == tarfile.REGTYPE else 0
            tar.addfile(member, io.BytesIO(b"x") if member.size else None)
    return buffer.getvalue()


def _encodable(name: str) -> str:
    return name.encode(errors="replace").decode()


@st.composite
def _archives(draw: st.DrawFn) -> bytes:
    content = packed(draw(MEMBERS), draw(st.sampled_from(["w:gz", "w"])))
    if draw(st.booleans()):
        return content
    at = draw(st.integers(0, len(content)))
    return content[:at] + draw(st.binary(max_size=4)) + content[at + draw(st.integers(0, 4)) :]


@fuzz("archives", few=60, many=3_000, content=_archives())
def test_an_archive_fills_the_folder_or_is_refused(place: Place, content: bytes) -> None:
    place.empty()
    archive = place.folder.parents[2] / "model.tar.gz"
    archive.write_bytes(content)
    try:
        extract(archive, place.folder)
    except TransferError as error:
        assert str(error).startswith("cannot extract model.tar.gz: ")
    place.check()
