"""The HTML reports of a run in S3."""

import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from contract import s3_keys, s3_uri
from contract.steps import Step
from reviews.client.errors import InvalidArgument
from reviews.console.live import Snapshot

_LARGEST = 20 * 2**20  # bytes
_RULE_PAGE = "/profiler-report.html"  # of the rule ProfilerReport, in a folder of its own
_ARCHIVED = f"{s3_keys.PROFILE}/{s3_keys.PROFILE_PAGE_FILE}"


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
        wanted = [("evaluation", "Evaluation", s3_keys.EVALUATION_PAGE, "")]
        if self._training:
            job = f"{s3_keys.TRAINING}/{self._training}"
            archive, rules = f"{job}/{s3_keys.OUTPUT_ARCHIVE}", f"{job}/{s3_keys.RULE_OUTPUT}/"
            wanted += [
                ("training", "Profile of the training", archive, ""),
                ("profiler", "SageMaker's ProfilerReport", rules, _RULE_PAGE),
            ]
        return [
            Report(name=name, title=title, key=key)
            for name, title, prefix, suffix in wanted
            if self._bucket and (key := self._key(prefix, suffix))
        ]

    def html(self, name: str) -> bytes:
        """The page. Raises InvalidArgument when there is no such report, or it is too large."""
        report = next((report for report in self.found() if report.name == name), None)
        if report is None:
            raise InvalidArgument(f"There is no report {name}.")
        body = self._s3.get_object(Bucket=self._bucket, Key=report.key)["Body"]
        return _unpacked(body) if report.key.endswith(".tar.gz") else _limited(body.read)

    def _key(self, prefix: str, suffix: str) -> str:
        """The first key of the run with this prefix and suffix; empty when there is none."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=f"{self._prefix.rstrip('/')}/{prefix}"
        )
        keys = (item["Key"] for page in pages for item in page.get("Contents", []))
        return next((key for key in keys if key.endswith(suffix)), "")


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
