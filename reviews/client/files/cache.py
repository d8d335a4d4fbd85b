"""The cache folder of the user: downloads and reports."""

import os
from pathlib import Path


def folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "reviews-on-sagemaker"
