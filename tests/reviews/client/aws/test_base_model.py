from dataclasses import replace
from pathlib import Path

import pytest

from reviews.client.aws import base_model
from reviews.client.files import samples
from tests.reviews.worlds.endpoint_world import OUTPUTS
from tests.reviews.worlds.environment import FakeEnvironment
from tests.reviews.worlds.runs_world import RunsWorld


@pytest.mark.parametrize(
    ("expected", "uploaded"),
    [
        ("roberta-base", []),
        ("s3://data/base-models/other/", []),
        ("s3://data/base-models/all-MiniLM-L6-v2/", ["base-models/all-MiniLM-L6-v2/config.json"]),
    ],
)
def test_the_installed_base_model_is_uploaded_where_it_is_expected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, expected: str, uploaded: list[str]
) -> None:
    (tmp_path / "config.json").write_text("{}")
    monkeypatch.setattr(samples, "installed_base_model", lambda: tmp_path)
    runs = RunsWorld()
    monkeypatch.setattr(runs, "list_objects_v2", lambda **_: {}, raising=False)
    uri = base_model.upload(FakeEnvironment(runs, replace(OUTPUTS, base_model=expected)))
    assert uri == (expected if uploaded else "")
    assert list(runs.objects) == uploaded
