import io
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from localcloud.core.s3 import Location, TransferError
from localcloud.jobs.transfer import Source, Synchroniser, extract, files, inside, pack


class Bucket:
    """An S3 client that holds one bucket in a dict."""

    def __init__(self, **objects: str) -> None:
        self.objects = {key.replace("__", "/"): value for key, value in objects.items()}

    def get_paginator(self, _operation: str) -> "Bucket":
        return self

    def paginate(self, *, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        return [
            {"Contents": [{"Key": key} for key in sorted(self.objects) if key.startswith(Prefix)]}
        ]

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": io.BytesIO(self.objects[Key].encode())}

    def download_file(self, _bucket: str, key: str, path: str) -> None:
        Path(path).write_text(self.objects[key])

    def upload_file(self, path: str, _bucket: str, key: str, ExtraArgs: dict[str, str]) -> None:
        self.objects[key] = Path(path).read_text()


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_names_are_relative_to_the_prefix(tmp_path: Path) -> None:
    bucket = Bucket(data__a="1", data__sub__b="2")
    for uri in ("s3://bucket/data", "s3://bucket/data/"):
        folder = tmp_path / str(len(uri))
        assert Source(uri).download(bucket, folder) == 2
        assert names(folder) == ["a", "sub/b"]


def test_an_exact_key_keeps_its_file_name(tmp_path: Path) -> None:
    Source("s3://bucket/code/p").download(Bucket(code__p="1"), tmp_path)
    assert names(tmp_path) == ["p"]


def test_hosts_share_sharded_objects_without_overlap(tmp_path: Path) -> None:
    bucket = Bucket(**{f"d__{i}": str(i) for i in range(5)})
    source = Source("s3://bucket/d/", distribution="ShardedByS3Key")
    shares = []
    for host in range(2):
        source.download(bucket, tmp_path / str(host), host, 2)
        shares += names(tmp_path / str(host))
    assert sorted(shares) == ["0", "1", "2", "3", "4"]


def test_a_manifest_names_its_objects(tmp_path: Path) -> None:
    manifest = json.dumps([{"prefix": "s3://bucket/d/"}, "x", "sub/y"])
    bucket = Bucket(m=manifest, d__x="1", d__sub__y="2", d__z="3")
    Source("s3://bucket/m", "ManifestFile").download(bucket, tmp_path)
    assert names(tmp_path) == ["sub/y", "x"]


def test_missing_input_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="s3://bucket/nothing"):
        Source("s3://bucket/nothing").download(Bucket(), tmp_path)


@pytest.mark.parametrize("manifest", ["{", "{}", '["x"]', '[{"prefix": "s3://b/"}, 1]', "[]"])
def test_a_manifest_of_another_form_is_an_error_that_shows_the_form(
    tmp_path: Path, manifest: str
) -> None:
    with pytest.raises(TransferError, match=r'm must be \[{"prefix": "s3://…"}, "key", …\]'):
        Source("s3://bucket/m", "ManifestFile").download(Bucket(m=manifest), tmp_path)


@pytest.mark.parametrize("uri", ["http://x/y", "bucket/key", "s3://", "s3:///key"])
def test_what_is_not_an_s3_uri_is_named(uri: str) -> None:
    with pytest.raises(TransferError, match="is not an S3 URI"):
        Location.parse(uri)


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "a\0b"])
def test_an_object_name_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(TransferError, match="leaves its folder"):
        inside(tmp_path, name)


def test_a_key_that_climbs_is_not_downloaded(tmp_path: Path) -> None:
    bucket = Bucket()
    bucket.objects = {"data/a": "1", "data/../../evil": "2"}
    with pytest.raises(TransferError, match=r"'../../evil' leaves its folder"):
        Source("s3://bucket/data/").download(bucket, tmp_path / "in" / "data")
    assert names(tmp_path) == []


def test_a_key_that_is_a_file_and_a_folder_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="s3://bucket/d/a/b cannot be a file here"):
        Source("s3://bucket/d/").download(Bucket(d__a="1", d__a__b="2"), tmp_path)


def member(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.linkname = kind, link
    return made


@pytest.mark.parametrize(
    ("members", "complaint"),
    [
        ([member("../evil")], "'../evil' leaves its folder"),
        ([member("/evil")], "'/evil' leaves its folder"),
        ([member("a", tarfile.SYMTYPE, "../evil")], "outside the destination"),
        ([member("a", tarfile.SYMTYPE, "/etc/passwd")], "is a link to an absolute path"),
        ([member("a", tarfile.LNKTYPE, "../evil")], "'../evil' leaves its folder"),
        ([member("a", tarfile.SYMTYPE, "b"), member("a/evil")], "'a/evil' goes through a link"),
        ([member("a", tarfile.SYMTYPE, "b"), member("a")], "'a' goes through a link"),
        ([member("a", tarfile.CHRTYPE)], "is a special file"),
        ([member("a", tarfile.FIFOTYPE)], "is a special file"),
    ],
)
def test_an_archive_member_cannot_leave_its_folder(
    tmp_path: Path, members: list[tarfile.TarInfo], complaint: str
) -> None:
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for one in members:
            tar.addfile(one)
    with pytest.raises(TransferError, match=rf"cannot extract model.tar.gz: .*{complaint}"):
        extract(archive, tmp_path / "model")
    assert "evil" not in {path.name for path in tmp_path.rglob("*")}


def test_a_link_within_an_archive_is_kept(tmp_path: Path) -> None:
    archive = tmp_path / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(member("blobs/1"))
        tar.addfile(member("snapshots/model", tarfile.SYMTYPE, "../blobs/1"))
    extract(archive, tmp_path / "model")
    assert (tmp_path / "model/snapshots/model").resolve() == tmp_path / "model/blobs/1"


def test_what_a_link_shows_is_uploaded_if_it_lies_in_the_jobs_folder(tmp_path: Path) -> None:
    output = tmp_path / "job" / "model"
    best = tmp_path / "job" / "checkpoints" / "best"
    best.mkdir(parents=True)
    (best / "weights").write_text("w")
    output.mkdir()
    (output / "best").symlink_to(best)
    (output / "same").symlink_to("best/weights")
    (output / "dangling").symlink_to("nothing")
    archive = pack([output], tmp_path / "x.tar.gz", within=tmp_path / "job")
    extract(archive, tmp_path / "out")
    assert names(tmp_path / "out") == ["best/weights", "same"]
    assert not (tmp_path / "out" / "same").is_symlink()


@pytest.mark.parametrize("target", ["secret", "nothing", "."])
def test_a_link_that_leads_out_of_the_jobs_folder_is_an_error(tmp_path: Path, target: str) -> None:
    (tmp_path / "secret").write_text("s")
    output = tmp_path / "job" / "model"
    output.mkdir(parents=True)
    (output / "link").symlink_to(tmp_path / target)
    bucket = Bucket()
    upload = Synchroniser(bucket, output, Location("bucket", "out"), within=tmp_path / "job")
    with pytest.raises(TransferError, match="'model/link' is a link that leads out of the job"):
        upload.upload_changes()
    assert bucket.objects == {}


def test_an_output_folder_that_became_a_link_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "job").mkdir()
    (tmp_path / "job" / "model").symlink_to(tmp_path)
    with pytest.raises(TransferError, match="'model' is a link that leads out of the job"):
        list(files(tmp_path / "job" / "model", within=tmp_path / "job"))


def test_links_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "again").symlink_to(tmp_path)
    with pytest.raises(TransferError, match="'a/again' is a link to a folder that it lies in"):
        list(files(tmp_path, within=tmp_path))


def test_packing_merges_hosts_and_keeps_the_first(tmp_path: Path) -> None:
    for host in ("one", "two"):
        (tmp_path / host).mkdir()
        (tmp_path / host / "model").write_text(host)
    (tmp_path / "two" / "extra").write_text("two")
    archive = pack([tmp_path / "one", tmp_path / "two"], tmp_path / "x.tar.gz", within=tmp_path)
    extract(archive, tmp_path / "out")
    assert names(tmp_path / "out") == ["extra", "model"]
    assert (tmp_path / "out" / "model").read_text() == "one"


def test_only_changed_files_are_uploaded_again(tmp_path: Path) -> None:
    bucket = Bucket()
    upload = Synchroniser(bucket, tmp_path, Location("bucket", "cp"), within=tmp_path)
    (tmp_path / "a").write_text("1")
    upload.upload_changes()
    assert bucket.objects == {"cp/a": "1"}
    bucket.objects.clear()
    upload.upload_changes()
    assert bucket.objects == {}
    (tmp_path / "a").write_text("22")
    upload.upload_changes()
    assert bucket.objects == {"cp/a": "22"}


def test_a_file_that_the_job_removes_meanwhile_is_left_out(tmp_path: Path) -> None:
    class Slow(Bucket):
        def upload_file(self, path: str, *more: Any, **options: Any) -> None:
            Path(path).unlink()  # as a checkpoint that takes its final name
            super().upload_file(path, *more, **options)

    bucket = Slow()
    (tmp_path / "state.part").write_text("1")
    Synchroniser(bucket, tmp_path, Location("bucket", "cp"), within=tmp_path).upload_changes()
    assert bucket.objects == {}


def test_an_upload_that_fails_is_an_error(tmp_path: Path) -> None:
    class Full(Bucket):
        def upload_file(self, *_: Any, **__: Any) -> None:
            raise OSError("no space")

    (tmp_path / "state").write_text("1")
    with pytest.raises(TransferError, match="s3://bucket/cp/state failed: no space"):
        Synchroniser(Full(), tmp_path, Location("bucket", "cp"), within=tmp_path).upload_changes()
