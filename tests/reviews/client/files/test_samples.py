import csv
import io
import tarfile

import pytest

from reviews.client.errors import InvalidArgument
from reviews.client.files import samples


def packed(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder where the package's archive is looked for before it is downloaded."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    folder = tmp_path / "reviews-on-sagemaker"
    folder.mkdir()
    return folder


def test_reviews_get_ratings_from_the_human_score(cache, tmp_path):
    table = b'1_1\t-2.5\tbad, "bad"\r\n1_2\t0.1\tso so\r\n1_3\t3.1\tlovely'
    inner = packed("hutto_ICWSM_2014/amazonReviewSnippets_GroundTruth.txt", table)
    name = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
    (cache / "vaderSentiment-3.3.2.tar.gz").write_bytes(packed(name, inner))
    path = samples.installable_reviews(tmp_path / "new" / "reviews.csv")
    with path.open(newline="") as file:
        assert list(csv.reader(file)) == [
            ["Review ID", "Review Text", "Rating"],
            ["1_1", 'bad, "bad"', "1"],
            ["1_2", "so so", "3"],
            ["1_3", "lovely", "5"],
        ]


def test_a_damaged_archive_is_named(cache, tmp_path):
    (cache / "vaderSentiment-3.3.2.tar.gz").write_bytes(b"not an archive")
    with pytest.raises(InvalidArgument, match=r"vaderSentiment-3\.3\.2\.tar\.gz.*delete the file"):
        samples.installable_reviews(tmp_path / "reviews.csv")


@pytest.mark.parametrize(
    ("score", "rating"),
    [(-4, 1), (-2, 2), (-0.9, 2), (-0.8, 3), (0.8, 3), (0.9, 4), (2, 4), (2.1, 5)],
)
def test_the_bins_of_the_score_are_symmetric(score, rating):
    assert samples.rating_of_score(score) == rating
    assert samples.rating_of_score(-score) == 6 - rating


def test_the_installed_base_model_is_complete():
    folder = samples.installed_base_model()
    assert {"config.json", "tokenizer.json", "model.safetensors"} <= {
        path.name for path in folder.iterdir()
    }
