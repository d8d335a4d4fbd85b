"""What the state machine's functions are told by others: names of executions, answers of models."""

import json
import math
import re
from collections.abc import Iterator

import pytest
from hypothesis import strategies as st

from contract.names import LONGEST_NAME, resource_name, run_id
from tests.fuzz.cases import fuzz
from tests.fuzz.functions import Load, functions
from tests.fuzz.values import changed, deep_json, documents, numbers

LABELS = {"bad", "good"}
PREDICTION = {"label": "good", "probabilities": {"bad": 0.25, "good": 0.75}}
LINES = (changed(PREDICTION, documents | numbers) | documents).map(json.dumps) | deep_json
NAMES = st.text(min_size=1, max_size=80) | st.from_regex(r"[a-zA-Z0-9_.-]{1,80}", fullmatch=True)
_SEEN: dict[str, str] = {}


class Model:
    """An endpoint with one answer to all."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def invoke_endpoint(self, **_: object) -> dict[str, "Model"]:
        return {"Body": self}

    def read(self) -> bytes:
        return self._answer


@pytest.fixture(scope="module")
def load() -> Iterator[Load]:
    with functions() as loaded:
        yield loaded


@pytest.fixture(scope="module")
def smoke_test(load: Load) -> object:
    return load("smoke_test")


@fuzz(
    "answers of a model",
    few=60,
    many=4_000,
    answer=st.lists(LINES, min_size=3, max_size=3).map(lambda lines: "\n".join(lines).encode())
    | LINES.map(lambda line: "\n".join([line] * 3).encode())
    | st.binary(max_size=60),
)
def test_an_answer_passes_or_fails_the_smoke_test(smoke_test, answer: bytes) -> None:
    try:
        found = smoke_test.predict(Model(answer), "reviews", LABELS)
    except smoke_test.SmokeTestFailed as error:
        assert str(error)
        return
    assert len(found) == 3
    for prediction in found:
        assert prediction["label"] in LABELS
        assert math.fsum(prediction["probabilities"].values()) == pytest.approx(1, abs=1e-3)


@fuzz("names of executions", few=100, many=5_000, name=NAMES)
def test_every_execution_has_names_of_its_own(name: str) -> None:
    identity = run_id(name)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,22}[a-z0-9]|[a-z0-9]", identity)
    assert _SEEN.setdefault(identity, name) == name
    job = resource_name("n" * LONGEST_NAME, "transform", identity, 999)
    assert re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", job)
