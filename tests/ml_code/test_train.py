import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import preprocess
import train
from common.padding import pad
from common.problems import UserError, run
from common.rated_labels import BY_STARS, parse
from common.rows import Rows, read_rows
from serving.classifier import Classifier
from serving.engines import INT8_FILE, OnnxEngine, TorchEngine
from tests.ml_code.tiny import EVENT_TIME, make_reviews, write_reviews
from training import precision
from training.base_model import load_base
from training.batches import collate, plan_epoch
from training.checkpoints import Checkpoints
from training.distribution import Group
from training.loop import Trainer, _class_weights
from training.recipe import Recipe
from training.step_profile import StepProfile
from training.targets import targets_of_places

ML_CODE = Path(train.__file__).parent
LABELS = parse(BY_STARS)
TORCHRUN = ("-m", "torch.distributed.run", "--nproc-per-node=2", "--standalone")
RESUMED = ("--epochs=4", "--batch-size=8")
METRIC = r"([0-9.eE+-]+)"


def command(base_model: Path, features: Path, target: Path, *extra: str) -> list[str]:
    return [
        f"--base-model={base_model}",
        f"--train-data={features / 'train'}",
        f"--validation-data={features / 'validation'}",
        f"--model-dir={target}",
        "--learning-rate=0.003",
        "--max-length=32",
        "--precision=fp32",
        *extra,
    ]


def started(
    arguments: list[str], launcher: Sequence[str] = (), **environment: str
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *launcher, str(ML_CODE / "train.py"), *arguments],
        env={
            **os.environ,
            "PYTHONPATH": str(ML_CODE.parent),
            "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def with_dropout(base_model: Path, target: Path) -> Path:
    """A copy of the base model that drops a tenth: what is drawn has to be the same again."""
    shutil.copytree(base_model, target)
    config = json.loads((target / "config.json").read_text())
    config |= {"hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
    (target / "config.json").write_text(json.dumps(config))
    return target


def assert_same_weights(one: Path, other: Path, *, atol: float, rtol: float) -> None:
    weights = load_file(other / "model.safetensors")
    for name, value in load_file(one / "model.safetensors").items():
        torch.testing.assert_close(weights[name], value, atol=atol, rtol=rtol)


def losses(output: str) -> list[float]:
    return [float(value) for value in re.findall(f"train:loss={METRIC}", output)]


def test_the_artefact_names_the_three_classes(trained):
    weights = load_file(trained / "model" / "model.safetensors")
    assert weights["classifier.weight"].shape == (3, 64)
    config = json.loads((trained / "model" / "config.json").read_text())
    assert config["id2label"] == {"0": "negative", "1": "neutral", "2": "positive"}


def test_the_artefact_brings_the_code_that_serves_it(trained):
    code = trained / "model" / "code"
    assert {"inference.py", "requirements.txt"} <= {path.name for path in code.iterdir()}
    alone = subprocess.run(
        [sys.executable, "-c", "import inference"],
        cwd=code,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert alone.returncode == 0, alone.stderr


def test_the_profiler_report_holds_steps_operators_and_findings(trained, session_features):
    folder = trained / "output" / "profiler_report"
    report = json.loads((folder / "profiler_report.json").read_text())
    assert report["steps"] == 12 * -(-len(read_rows(session_features / "train", LABELS)) // 16)
    assert report["operators"]
    assert report["findings"]
    assert "<svg" in (folder / "profiler_report.html").read_text()


def test_metric_lines_are_those_the_job_reads(base_model, session_features, tmp_path, capfd):
    arguments = command(base_model, session_features, tmp_path / "model", "--epochs=2")
    assert run(train.main, arguments) == 0
    output = capfd.readouterr().out
    for name in ("train:loss", "train:progress", "train:samples_per_second"):
        assert re.search(f"{name}={METRIC}", output)
    line = re.search(
        f"validation:loss={METRIC} validation:accuracy={METRIC} "
        f"validation:macro_f1={METRIC} epoch=2",
        output,
    )
    assert line
    assert re.findall(f"train:progress={METRIC}", output)[-1] == "1.0000"


@pytest.mark.timeout(120)
def test_two_processes_of_batch_16_train_like_one_of_32(base_model, session_features, tmp_path):
    same = ("--epochs=1", "--seed=3")
    arguments = command(base_model, session_features, tmp_path / "one", *same, "--batch-size=32")
    alone = started(arguments).communicate(timeout=100)[0]
    shared = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    arguments = command(base_model, session_features, tmp_path / "two", *same, "--batch-size=16")
    ranks = [started(arguments, RANK=str(rank), **shared) for rank in range(2)]
    outputs = [rank.communicate(timeout=100)[0] for rank in ranks]
    assert [rank.returncode for rank in ranks] == [0, 0], outputs
    assert losses(outputs[0]) == pytest.approx(losses(alone), abs=2e-3)
    assert losses(outputs[1]) == []  # only the first process speaks
    assert_same_weights(tmp_path / "one", tmp_path / "two", atol=5e-3, rtol=1e-2)


@pytest.mark.timeout(120)
def test_two_processes_of_torchrun_that_accumulate_train_like_one_batch(
    base_model, session_features, tmp_path
):
    same = ("--epochs=1", "--seed=3")
    arguments = command(base_model, session_features, tmp_path / "one", *same, "--batch-size=32")
    alone = started(arguments).communicate(timeout=100)[0]
    parts = ("--batch-size=4", "--accumulation-steps=4")
    arguments = command(base_model, session_features, tmp_path / "two", *same, *parts)
    shared = started(arguments, launcher=TORCHRUN)
    output = shared.communicate(timeout=100)[0]
    assert shared.returncode == 0, output
    assert "2 process(es)" in output
    assert losses(output) == pytest.approx(losses(alone), abs=2e-3)
    assert_same_weights(tmp_path / "one", tmp_path / "two", atol=5e-3, rtol=1e-2)


@pytest.fixture(scope="module")
def undisturbed(base_model, session_features, tmp_path_factory):
    """(output, model folder) of a training with dropout that nobody interrupts."""
    target = tmp_path_factory.mktemp("undisturbed")
    arguments = command(with_dropout(base_model, target / "base"), session_features, target / "m")
    return started([*arguments, *RESUMED]).communicate(timeout=100)[0], target / "m"


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("kill", "moment"),
    [
        (signal.SIGTERM, "epoch=2 step="),
        (signal.SIGKILL, "epoch=1 step=5/"),
        (signal.SIGKILL, "epoch=2 step=30/"),
        (signal.SIGKILL, "validation:macro_f1"),
    ],
)
def test_a_killed_training_resumes_to_the_same_model(
    base_model, session_features, tmp_path, undisturbed, kill, moment
):
    checkpoints = tmp_path / "checkpoints"
    checkpoints.mkdir()
    arguments = command(
        with_dropout(base_model, tmp_path / "base"), session_features, tmp_path / "part", *RESUMED
    )
    arguments += [f"--checkpoint-dir={checkpoints}", "--checkpoint-seconds=0"]
    first = started(arguments)
    for line in first.stdout:
        if moment in line:
            first.send_signal(kill)
            break
    rest = first.communicate(timeout=60)[0]
    assert first.returncode == (1 if kill == signal.SIGTERM else -kill)
    assert ("stopped by SIGTERM at step" in rest) == (kill == signal.SIGTERM)
    second = started(arguments).communicate(timeout=100)[0]
    assert "Resumed at step" in second
    output, model = undisturbed
    assert output.splitlines()[-1] == second.splitlines()[-1]
    assert_same_weights(model, tmp_path / "part", atol=1e-5, rtol=1e-4)


def test_a_checkpoint_of_other_settings_is_not_continued(
    base_model, session_features, tmp_path, capfd
):
    (tmp_path / "checkpoints").mkdir()
    for epochs in (1, 2):
        arguments = command(base_model, session_features, tmp_path / "m", f"--epochs={epochs}")
        assert run(train.main, [*arguments, f"--checkpoint-dir={tmp_path / 'checkpoints'}"]) == 0
    output = capfd.readouterr().out
    assert "Starting anew: the checkpoint is of 192 rows, 1 process(es), Recipe(epochs=1" in output
    assert "Resumed" not in output


def test_a_truncated_checkpoint_is_told_and_training_starts_anew(
    base_model, session_features, tmp_path, capfd
):
    (tmp_path / "state.pt").write_bytes(b"PK\x03\x04 half")
    arguments = command(base_model, session_features, tmp_path / "m", "--epochs=1")
    assert run(train.main, [*arguments, f"--checkpoint-dir={tmp_path}"]) == 0
    assert "state.pt cannot be read, starting anew" in capfd.readouterr().out


def test_training_stops_when_validation_gets_no_better(
    base_model, session_features, tmp_path, capfd
):
    arguments = command(base_model, session_features, tmp_path / "m", "--epochs=50", "--patience=2")
    assert run(train.main, arguments) == 0
    output = capfd.readouterr().out
    epochs = [int(n) for n in re.findall(r"validation:macro_f1=\S+ epoch=(\d+)", output)]
    scores = [float(v) for v in re.findall(f"validation:macro_f1={METRIC}", output)]
    best = scores.index(max(scores)) + 1
    assert epochs[-1] == best + 2 < 50
    assert f"Stopped early: no better macro-F1 since epoch {best} (patience 2)" in output


def test_a_balanced_loss_weighs_each_class_alike():
    weights = _class_weights(Rows([[1]] * 8, [0, 0, 0, 0, 0, 0, 1, 2], [0]), 3)
    assert weights.tolist() == pytest.approx([8 / 18, 8 / 3, 8 / 3])


def test_stars_blur_into_their_neighbours_and_no_spread_leaves_the_class():
    hard = targets_of_places(LABELS, 0)
    assert hard.tolist() == [[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    soft = targets_of_places(LABELS, 0.7)
    assert soft.sum(dim=1).tolist() == pytest.approx([1] * 5)
    assert soft.argmax(dim=1).tolist() == [0, 0, 1, 2, 2]
    assert soft[0, 0] > soft[1, 0] > soft[2, 0] > soft[3, 0] > soft[4, 0]
    torch.testing.assert_close(soft.flip(0, 1), soft)


def test_stars_of_no_class_are_neighbours_of_nobody():
    soft = targets_of_places(parse("bad=1,2/good=4,5"), 0.7)
    assert soft.sum(dim=1).tolist() == pytest.approx([1] * 5)
    assert soft[1].tolist() == pytest.approx([0.9457, 0.0543], abs=1e-4)
    torch.testing.assert_close(soft.flip(0, 1), soft)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ('1,3,"[]"', "part.csv row 1: input_ids must be a list that is not empty"),
        ('1,4,"[2,3]"', "part.csv row 1: star_rating 4 must be from 1 to 5, and label_id 1 its"),
        ('x,4,"[2,3]"', "part.csv row 1: input_ids, label_id and star_rating are not readable"),
    ],
)
def test_features_that_preparation_cannot_have_made_are_named(tmp_path, row, message):
    (tmp_path / "part.csv").write_text(f"label_id,star_rating,input_ids\n{row}\n")
    with pytest.raises(UserError, match=message):
        read_rows(tmp_path, LABELS)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_a_compiled_model_trains_like_the_plain_one(base_model, session_features, tmp_path):
    outputs = []
    for compiled in ("false", "true"):
        arguments = command(base_model, session_features, tmp_path / compiled, "--epochs=1")
        process = started([*arguments, f"--compiled={compiled}"])
        outputs.append(process.communicate(timeout=400)[0])
        assert process.returncode == 0, outputs[-1]
    assert losses(outputs[1]) == pytest.approx(losses(outputs[0]), abs=2e-3)
    assert_same_weights(tmp_path / "false", tmp_path / "true", atol=5e-3, rtol=1e-2)


def test_a_wrong_base_model_is_named_in_one_line(session_features, tmp_path, capfd):
    arguments = command(Path("/no/such/model"), session_features, tmp_path)
    assert run(train.main, arguments) == 1
    assert capfd.readouterr().err.splitlines()[-1] == (
        "base model /no/such/model: there is no such folder"
    )


def test_a_base_model_in_half_precision_is_trained_in_fp32(base_model, tmp_path):
    from transformers import AutoModel, AutoTokenizer

    AutoModel.from_pretrained(base_model).half().save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(base_model).save_pretrained(tmp_path)
    assert json.loads((tmp_path / "config.json").read_text())["dtype"] == "float16"
    model, _ = load_base(str(tmp_path), LABELS)
    assert {value.dtype for value in model.parameters()} == {torch.float32}
    model.save_pretrained(tmp_path / "trained")
    assert json.loads((tmp_path / "trained/config.json").read_text())["dtype"] == "float32"


def test_a_training_that_goes_on_keeps_its_precision_and_measures_none(
    base_model, session_features, tmp_path, capfd, monkeypatch
):
    monkeypatch.setattr(precision, "has_bfloat16", lambda _: True)
    seconds = iter([2.0, 1.0])
    monkeypatch.setattr(precision, "_seconds_of_pass", lambda *_: next(seconds))
    arguments = command(base_model, session_features, tmp_path / "m", "--epochs=1")
    arguments += ["--precision=auto", f"--checkpoint-dir={tmp_path}"]
    assert run(train.main, arguments) == 0
    measured = "Training in bf16: 8 rows forward and backward took 2000.0 ms in fp32 and 1000.0 ms"
    assert measured in capfd.readouterr().out
    assert torch.load(tmp_path / "state.pt")["precision"] == "bf16"
    assert run(train.main, arguments) == 0
    output = capfd.readouterr().out
    assert "Resumed at step" in output
    assert "Training in" not in output


def test_checkpoints_are_further_apart_where_saving_takes_long(
    base_model, session_features, tmp_path
):
    model, _ = load_base(str(base_model), LABELS)
    rows = read_rows(session_features / "train", LABELS)
    trainer = Trainer(
        model,
        Recipe(epochs=1, batch_size=8, learning_rate=1e-3, checkpoint_seconds=60),
        labels=LABELS,
        train=rows,
        validation=rows,
        group=Group(rank=0, world=1, device=torch.device("cpu")),
        checkpoints=Checkpoints(tmp_path),
        profile=StepProfile(torch.device("cpu")),
    )
    assert trainer._save_interval() == 60
    trainer._save_seconds = 6
    assert trainer._save_interval() == 300


def test_features_of_another_vocabulary_are_refused(base_model, session_features, tmp_path, capfd):
    for split in ("train", "validation"):
        (tmp_path / split).mkdir()
        (tmp_path / split / "part.csv").write_text(
            'label_id,star_rating,input_ids\n1,3,"[2,999,3]"\n'
        )
    assert run(train.main, command(base_model, tmp_path, tmp_path / "model")) == 1
    assert "token id 999 is outside the base model's vocabulary" in capfd.readouterr().err


def test_wrong_hyperparameters_are_named(capfd):
    needed = ["--model-dir=m", "--train-data=t", "--validation-data=v"]
    assert run(train.main, [*needed, "--epochs=0"]) == 1
    assert "argument --epochs: 0 is not at least 1" in capfd.readouterr().err
    assert run(train.main, [*needed, "--epoch=2"]) == 1
    assert "unrecognized arguments: --epoch=2" in capfd.readouterr().err


def test_batches_hold_rows_of_similar_length_and_every_row_once():
    lengths = [1 + 7 * row % 100 for row in range(1000)]
    plan = plan_epoch(lengths, 16, seed=5)
    assert sorted(row for batch in plan for row in batch) == list(range(1000))
    assert plan == plan_epoch(lengths, 16, seed=5) != plan_epoch(lengths, 16, seed=6)
    spans = [max(map(lengths.__getitem__, b)) - min(map(lengths.__getitem__, b)) for b in plan]
    assert sorted(spans)[len(spans) // 2] <= 5


def test_padding_goes_to_the_longest_row_and_is_masked():
    ids, mask = pad([[2, 9, 3], [2, 3]], 1)
    assert ids.tolist() == [[2, 9, 3], [2, 3, 1]]
    assert mask.tolist() == [[1, 1, 1], [1, 1, 0]]


def test_a_rank_without_rows_gets_one_of_no_weight():
    batch = collate(Rows([[2, 3]], [1], [2]), [0], pad_id=0, rank=1, world=2)
    assert batch.weights.tolist() == [0.0]


def test_part_files_in_any_order_give_the_same_rows(session_features, tmp_path):
    (source,) = (session_features / "train").glob("*.csv")
    header, *lines = source.read_text().splitlines()
    (tmp_path / "a.csv").write_text("\n".join([header, *lines[9:]]))
    (tmp_path / "b.csv").write_text("\n".join([header, *lines[:9]]))
    assert read_rows(tmp_path, LABELS) == read_rows(session_features / "train", LABELS)


def test_a_roberta_is_prepared_for_and_trained(small_roberta, tmp_path, capfd):
    source = write_reviews(tmp_path / "reviews.csv", make_reviews(60))
    arguments = [f"--input-data={source}", f"--base-model={small_roberta}", "--max-length=64"]
    arguments += [f"--output-data={tmp_path}", f"--event-time={EVENT_TIME}"]
    assert run(preprocess.main, [*arguments, f"--message-file={tmp_path / 'message'}"]) == 0
    model = tmp_path / "model"
    arguments = command(small_roberta, tmp_path, model, "--epochs=8", "--batch-size=16")
    assert run(train.main, arguments) == 0
    assert "RobertaForSequenceClassification" in capfd.readouterr().out
    config = json.loads((model / "config.json").read_text())
    assert config["architectures"] == ["RobertaForSequenceClassification"]
    said = Classifier(model).of_texts(["lovely perfect great", "awful broken", "okay average"])
    assert said.argmax(axis=1).tolist() == [2, 0, 1]


@pytest.fixture
def sentence_model(base_model, tmp_path):
    """The base model as one of sentence-transformers that pools by the mean."""
    folder = shutil.copytree(base_model, tmp_path / "sentence-model")
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_mean_tokens": true}')
    return folder


def test_a_model_that_pools_by_the_mean_is_trained_and_served_so(
    sentence_model, session_features, tmp_path, capfd
):
    target = tmp_path / "model"
    arguments = command(sentence_model, session_features, target, "--epochs=8", "--batch-size=16")
    assert run(train.main, arguments) == 0
    assert "MeanPoolingClassifier" in capfd.readouterr().out
    said = [
        Classifier(target, engine).of_texts(["lovely perfect great", "awful", "okay " * 9])
        for engine in (TorchEngine(target), OnnxEngine(target / INT8_FILE))
    ]
    assert said[0].argmax(axis=1).tolist() == [2, 0, 1]
    assert said[1] == pytest.approx(said[0], abs=0.05)


def test_the_mean_is_over_the_tokens_of_the_text_alone(sentence_model):
    model, _ = load_base(str(sentence_model), LABELS)
    model.eval()
    ids, mask = map(torch.from_numpy, pad([[2, 5, 6, 3], [2, 5, 3]], 0))
    alone = torch.tensor([[2, 5, 3]])
    torch.testing.assert_close(
        model(ids, mask).logits[1], model(alone, torch.ones_like(alone)).logits[0]
    )
    hidden = model.body(input_ids=alone).last_hidden_state[0]
    torch.testing.assert_close(
        model.classifier(hidden.mean(dim=0)), model(alone, torch.ones_like(alone)).logits[0]
    )


def test_a_roberta_checkpoint_becomes_a_roberta_classifier(tmp_path):
    vocabulary = Path(__file__).parents[3] / "shared" / "models" / "roberta-base-tokenizer"
    if not vocabulary.is_dir():
        pytest.skip("the real RoBERTa vocabulary is not on this machine")
    from transformers import (
        AutoTokenizer,
        RobertaConfig,
        RobertaForSequenceClassification,
        RobertaModel,
    )

    from common.tokenisation import TextEncoder
    from training.base_model import check_fit, save_artefact

    config = RobertaConfig(
        vocab_size=50265,
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        max_position_embeddings=66,
        type_vocab_size=1,
    )
    RobertaModel(config).save_pretrained(tmp_path / "base")
    AutoTokenizer.from_pretrained(vocabulary).save_pretrained(tmp_path / "base")
    model, tokenizer = load_base(str(tmp_path / "base"), LABELS)
    assert isinstance(model, RobertaForSequenceClassification)
    ids = TextEncoder(str(vocabulary), max_length=64).encode(["Hello world", "so " * 99])
    assert ids[0] == [0, 31414, 232, 2]
    assert len(ids[1]) == 64
    check_fit(model, ids)
    save_artefact(model, tokenizer, tmp_path / "model", max_length=64)
    assert TextEncoder(str(tmp_path / "model"), max_length=64).encode(["Hello world"]) == ids[:1]
