"""Files that were cut off or changed: each is named, or done without; none is used as if whole."""

import gzip
import io
import shutil
import tarfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import evaluate
import preprocess
import train
from reading.errors import UserError
from tests.chaos import scripts
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.scripts import Ended, Moment
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews
from worlds.damage import cut

pytestmark = pytest.mark.slow
AREA = "Damaged files"
Damage = Callable[[bytes], bytes]


def changed(content: bytes) -> bytes:
    """One bit in the middle."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def emptied(_: bytes) -> bytes:
    return b""


DAMAGES = (cut, changed, emptied)


def damage(path: Path, how: Damage) -> None:
    path.write_bytes(how(path.read_bytes()))


def refused(main: Callable[[Sequence[str]], None], arguments: list[str]) -> str:
    with pytest.raises(UserError) as caught:
        main(arguments)
    return str(caught.value)


# -- checkpoints -----------------------------------------------------------------------------------


def trained(base_model: Path, features: Path, folder: Path, kill: Moment | None = None) -> Ended:
    return scripts.run("train.py", train_arguments(base_model, features, folder), kill=kill)


def train_arguments(base_model: Path, features: Path, folder: Path) -> list[str]:
    places = (base_model, features, folder / "model", folder / "checkpoints")
    return scripts.train_arguments(*places, "--epochs=2", "--batch-size=16", "--quantise=false")


@pytest.fixture(scope="module")
def interrupted(
    base_model: Path, session_features: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    """The last line of an undisturbed training, and the checkpoint of one that was killed."""
    folder = tmp_path_factory.mktemp("interrupted")
    whole = trained(base_model, session_features, folder)
    assert whole.code == 0, whole.output
    shutil.rmtree(folder / "checkpoints")
    validated = next(n for n, line in enumerate(whole.lines, 1) if "validation:macro_f1" in line)
    killed = trained(base_model, session_features, folder, kill=Moment(validated, 0.02))
    assert killed.code == scripts.KILLED
    return whole.lines[-1], folder / "checkpoints" / "state.pt"


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_checkpoint_is_told_and_training_starts_anew(
    how: Damage,
    base_model: Path,
    session_features: Path,
    interrupted: tuple[str, Path],
    tmp_path: Path,
    tried: Tried,
) -> None:
    last_line, checkpoint = interrupted
    (tmp_path / "checkpoints").mkdir()
    shutil.copy(checkpoint, tmp_path / "checkpoints")
    damage(tmp_path / "checkpoints" / "state.pt", how)
    ended = trained(base_model, session_features, tmp_path)
    assert ended.code == 0, ended.output
    assert "state.pt cannot be read, starting anew: " in ended.output
    assert ended.lines[-1] == last_line
    tried(AREA, f"checkpoint {how.__name__}", Outcome.SAME)


# -- models ----------------------------------------------------------------------------------------


def archive(folder: Path) -> Path:
    """A model.tar.gz of bytes that gzip cannot make smaller, as weights are."""
    path = folder / "model.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        member = tarfile.TarInfo("model.safetensors")
        member.size = 300_000
        weights = bytes(number * number % 251 for number in range(member.size))
        tar.addfile(member, io.BytesIO(weights))
    return path


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_model_is_named(how: Damage, tmp_path: Path, tried: Tried) -> None:
    path = archive(tmp_path)
    damage(path, how)
    arguments = [f"--model={tmp_path}", f"--output-data={tmp_path / 'out'}"]
    assert refused(evaluate.main, arguments).startswith("model.tar.gz: cannot be unpacked: ")
    tried(AREA, f"model.tar.gz {how.__name__}", Outcome.AGAIN)


def test_a_model_with_a_wrong_checksum_is_named(tmp_path: Path, tried: Tried) -> None:
    """It stands behind all that is unpacked."""
    path = archive(tmp_path)
    damage(path, lambda content: content[:-8] + bytes(4) + content[-4:])
    message = refused(evaluate.main, [f"--model={tmp_path}"])
    assert message.startswith("model.tar.gz: cannot be unpacked: CRC check failed")
    tried(AREA, "model.tar.gz with a wrong checksum", Outcome.AGAIN)


# -- reviews ---------------------------------------------------------------------------------------


def preparation(source: Path, base_model: Path, output: Path) -> list[str]:
    return [
        f"--input-data={source}",
        f"--base-model={base_model}",
        f"--output-data={output}",
        f"--resource-config={output / 'none'}",
        f"--event-time={EVENT_TIME}",
    ]


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (cut, "reviews.csv.gz: not a whole gzip file: "),
        (changed, "reviews.csv.gz: not "),
        (emptied, "reviews.csv.gz: the file is empty"),
    ],
)
def test_a_damaged_gzip_file_of_reviews_is_named(
    how: Damage, message: str, base_model: Path, tmp_path: Path, tried: Tried
) -> None:
    plain = write_reviews(tmp_path / "plain.csv", make_reviews(300))
    source = tmp_path / "reviews.csv.gz"
    source.write_bytes(how(gzip.compress(plain.read_bytes())))
    said = refused(preprocess.main, preparation(source, base_model, tmp_path / "out"))
    assert said.startswith(message)
    tried(AREA, f"reviews.csv.gz {how.__name__}", Outcome.AGAIN)


# -- features --------------------------------------------------------------------------------------


@pytest.fixture
def features(base_model: Path, tmp_path: Path) -> Callable[[str], Path]:
    """Makes features in this format; the folder that holds train/."""

    def made(file_format: str) -> Path:
        source = write_reviews(tmp_path / "reviews.csv", make_reviews(60))
        arguments = preparation(source, base_model, tmp_path)
        preprocess.main([*arguments, f"--format={file_format}"])
        return tmp_path

    return made


@pytest.mark.parametrize("how", DAMAGES)
def test_a_damaged_parquet_file_of_features_is_named(
    how: Damage, base_model: Path, features: Callable[[str], Path], tried: Tried
) -> None:
    folder = features("parquet")
    damage(folder / "train" / "part-algo-1.parquet", how)
    said = refused(train.main, train_arguments(base_model, folder, folder))
    assert said.startswith("train/part-algo-1.parquet: cannot be read: ")
    tried(AREA, f"Parquet features {how.__name__}", Outcome.AGAIN)


@pytest.mark.parametrize(
    ("end", "message"),
    [
        (b"", "train/part-algo-1.csv: cannot be read: No columns to parse from file"),
        (b'"[2, 5', "train/part-algo-1.csv: cannot be read: Error tokenizing data"),
        (b"a text that", "part-algo-1.csv row 1: the row is cut off"),
    ],
)
def test_a_csv_file_of_features_that_was_cut_off_is_named(
    end: bytes,
    message: str,
    base_model: Path,
    features: Callable[[str], Path],
    tried: Tried,
) -> None:
    folder = features("csv")
    path = folder / "train" / "part-algo-1.csv"
    header = path.read_bytes().splitlines(keepends=True)[0]
    row = (
        b'id,2026-01-31T12:00:00.000Z,1,2,5,"[2, 5, 3]",'
        if end.startswith(b"a")
        else b"id,d,1,2,5,"
    )
    path.write_bytes(header + row + end if end else b"")
    assert refused(train.main, train_arguments(base_model, folder, folder)).startswith(message)
    tried(AREA, "CSV features cut off", Outcome.AGAIN)
