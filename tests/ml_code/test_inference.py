import pytest

import inference
from serving import review_model
from tests.ml_code.request_cases import JSON


@pytest.fixture(scope="module")
def model(trained):
    return inference.model_fn(str(trained / "model"))


class Context:
    """What the model servers hand on."""

    def __init__(self, gpu_id=None):
        self.system_properties = {"gpu_id": gpu_id}
        self.status = None

    def set_response_status(self, code, phrase):
        self.status = (int(code), phrase)


def test_the_four_functions_tell_a_refusal_by_the_context(model):
    context = Context()
    data = inference.input_fn(b"\xff", JSON)
    said = inference.output_fn(inference.predict_fn(data, model), JSON, context)
    assert said == ("the body is not UTF-8 at byte 0", "text/plain")
    assert context.status == (400, "Bad Request")


def test_each_worker_takes_the_gpu_that_its_server_gives_it(trained, monkeypatch):
    taken = []

    class Classifier:
        def __init__(self, folder, *, gpu):
            taken.append(gpu)
            raise LookupError

    monkeypatch.setattr(review_model, "Classifier", Classifier)
    for number, expected in ((1, 1), ("2", 2), (None, None)):
        with pytest.raises(LookupError):
            inference.model_fn(str(trained / "model"), Context(number))
        assert taken.pop() == expected
