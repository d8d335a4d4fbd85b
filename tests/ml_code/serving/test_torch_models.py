import shutil

import pytest
import torch

import train
from common.padding import pad
from common.rated_labels import BY_STARS, parse
from common.script import run
from serving.classifier import Classifier
from serving.engines import INT8_FILE, OnnxEngine, TorchEngine
from tests.ml_code.training_runs import command
from training.base_model import load_base

LABELS = parse(BY_STARS)


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
    texts = ["lovely perfect great", "awful", "okay " * 9]
    torch_model, onnx_model = (
        Classifier(target, engine).predict_proba_of_texts(texts)
        for engine in (TorchEngine(target), OnnxEngine(target / INT8_FILE))
    )
    assert torch_model.argmax(axis=1).tolist() == [2, 0, 1]
    assert onnx_model == pytest.approx(torch_model, abs=0.05)


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
