"""The HTML reports of a run in S3."""

import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contract import s3_uri
from contract.steps import Step
from reviews.client.errors import InvalidArgument
from reviews.console.live import Snapshot

_LARGEST = 20 * 2**20
_ARCHIVED = "profiler_report/profiler_report.html"


@dataclass(frozen=True, kw_only=True)
class Report:
    """An object in S3: the page itself, or an archive that contains it."""

    name: str
    title: str
    key: str


class Reports:
    def __init__(self, s3: Any, snapshot: Snapshot) -> None:
        self._s3 = s3
        self._bucket, self._prefix = (
            s3_uri.split(snapshot.run["prefix"]) if snapshot.run else ("", "")
        )
        self._training = snapshot.job_of(Step.TRAIN)

    def found(self) -> list[Report]:
        """The reports that exist by now."""
        wanted = [("evaluation", "Evaluation", "evaluation/", "/evaluation.html")]
        if self._training:
            job = f"training/{self._training}"
            output, rules = f"{job}/output/", f"{job}/rule-output/"
            wanted += [
                ("training", "Profile of the training", output, "/output.tar.gz"),
                ("profiler", "SageMaker's ProfilerReport", rules, "/profiler-report.html"),
            ]
        return [
            Report(name=name, title=title, key=key)
            for name, title, folder, ending in wanted
            if self._bucket and (key := self._key(folder, ending))
        ]

    def html(self, name: str) -> bytes:
        """The page. Raises InvalidArgument when there is no such report, or it is too large."""
        report = next((report for report in self.found() if report.name == name), None)
        if report is None:
            raise InvalidArgument(f"There is no report {name}.")
        body = self._s3.get_object(Bucket=self._bucket, Key=report.key)["Body"]
        return _unpacked(body) if report.key.endswith(".tar.gz") else _limited(body.read)

    def _key(self, folder: str, ending: str) -> str:
        """The first key under the folder with this ending; empty when there is none."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{self._prefix.rstrip('/')}/{folder}"
        )
        keys = (item["Key"] for page in pages for item in page.get("Contents", []))
        return next((key for key in keys if key.endswith(ending)), "")


def _unpacked(archive: Any) -> bytes:
    """The report in the archive, which is not read further than that."""
    with tarfile.open(fileobj=archive, mode="r|gz") as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content and member.name.removeprefix("./") == _ARCHIVED:
                return _limited(content.read)
    raise InvalidArgument(f"There is no {_ARCHIVED} in the training's output.")


def _limited(read: Callable[[int], bytes]) -> bytes:
    page = read(_LARGEST + 1)
    if len(page) > _LARGEST:
        raise InvalidArgument(f"The report has more than {_LARGEST} bytes.")
    return page
