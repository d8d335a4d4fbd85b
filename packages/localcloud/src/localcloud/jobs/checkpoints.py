"""The checkpoint folder of one instance, kept equal to its S3 prefix."""

import time
from pathlib import Path
from typing import Any

from localcloud.core.s3 import Location
from localcloud.jobs.transfer import Source, Synchroniser

LOCAL_PATH = "/opt/ml/checkpoints"
_SECONDS = 5


class Checkpoints:
    """Uploads changes every five seconds, and at the end."""

    def __init__(self, s3: Any, folder: Path, location: Location, within: Path) -> None:
        self._s3, self._folder, self._location = s3, folder, location
        self._upload = Synchroniser(s3, folder, location, within=within)
        self._next = time.monotonic() + _SECONDS

    def restore(self) -> None:
        """Downloads what an earlier job left; a prefix with nothing below it is a first start."""
        self._folder.mkdir(parents=True, exist_ok=True)
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._location.bucket, Prefix=self._location.key
        )
        if any(page.get("KeyCount") for page in pages):
            Source(str(self._location)).download(self._s3, self._folder)
        self._upload.mark()

    def save_if_due(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _SECONDS
            self.save()

    def save(self) -> None:
        self._upload.upload_changes()
