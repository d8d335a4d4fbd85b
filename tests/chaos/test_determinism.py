"""Two runs with the same data, settings and seed make the same, byte for byte."""

from pathlib import Path

import pytest

from contract.features import SPLITS
from tests.chaos import scripts
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.scripts import hashes
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews

pytestmark = pytest.mark.slow
AREA = "Determinism"
MODEL = ("model.safetensors", "model_int8.onnx", "calibration.json")


def whole_run(
    source: Path, base_model: Path, folder: Path, file_format: str, threads: str
) -> tuple[dict[str, str], dict[str, str], list[str]]:
    """The hashes of the splits and of the model, and the lines of the metrics."""
    arguments = [f"--input-data={source}", f"--base-model={base_model}", "--max-length=32"]
    arguments += [f"--output-data={folder}", f"--event-time={EVENT_TIME}"]
    arguments += [f"--format={file_format}", f"--message-file={folder / 'message'}"]
    prepared = scripts.run("preprocess.py", arguments)
    assert prepared.code == 0, prepared.output
    arguments = [f"--base-model={base_model}", f"--model-dir={folder / 'model'}"]
    arguments += [f"--{split}-data={folder / split}" for split in ("train", "validation")]
    arguments += ["--epochs=3", "--batch-size=16", "--learning-rate=0.003", "--max-length=32"]
    trained = scripts.run("train.py", arguments, OMP_NUM_THREADS=threads)
    assert trained.code == 0, trained.output
    splits, made = hashes(folder, *SPLITS), hashes(folder / "model")
    assert len(splits) == len(SPLITS)
    metrics = [line for line in trained.lines if "validation:" in line or "macro-F1" in line]
    return splits, {name: made[name] for name in MODEL}, metrics


@pytest.mark.parametrize(("file_format", "threads"), [("csv", "1"), ("parquet", "2")])
def test_two_runs_make_the_same_splits_metrics_and_model(
    file_format: str, threads: str, base_model: Path, tmp_path: Path, tried: Tried
) -> None:
    source = write_reviews(tmp_path / "reviews.csv", make_reviews(120))
    one, two = (
        whole_run(source, base_model, tmp_path / name, file_format, threads)
        for name in ("one", "two")
    )
    assert one == two
    assert len(one[2]) == 4  # three epochs and the best of them
    tried(AREA, f"two runs, {file_format}, {threads} thread(s)", Outcome.SAME)
