"""Several workers of one instance: SAGEMAKER_MODEL_SERVER_WORKERS."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from botocore.exceptions import ClientError

from worlds.execution_world import World
from worlds.served_model import HANDLER, PROCESS, invoke, serve
from worlds.waiting import until

# No answer before as many processes as the model has workers are at one.
MEETING = HANDLER.replace("VERSION", PROCESS).replace(
    "def predict_fn(texts, version):",
    """def predict_fn(texts, version):
        open(os.path.join(os.environ["MEETING"], str(version)), "w").close()
        deadline = time.monotonic() + 300
        while len(os.listdir(os.environ["MEETING"])) < 2:
            assert time.monotonic() < deadline, "nobody came"
            time.sleep(0.02)""",
)


def test_workers_answer_at_once_and_a_dead_one_is_replaced(world: World, tmp_path: Path) -> None:
    found = serve(world, "pair", MEETING, MEETING=str(tmp_path), SAGEMAKER_MODEL_SERVER_WORKERS="2")
    assert found["EndpointStatus"] == "InService", found.get("FailureReason")
    with ThreadPoolExecutor(2) as clients:
        first, second = clients.map(lambda _: invoke(world, "pair")[0]["version"], range(2))
    assert {first, second} == {int(path.name) for path in tmp_path.iterdir()}
    assert first != second

    os.kill(first, signal.SIGKILL)

    def answers_anew() -> bool:
        try:
            return invoke(world, "pair")[0]["version"] not in (first, second)
        except ClientError:
            return False

    assert until(answers_anew)
    world.sagemaker.delete_endpoint(EndpointName="pair")

    def has_ended() -> bool:
        try:
            os.kill(second, 0)
        except ProcessLookupError:
            return True
        return False

    assert until(has_ended)


def test_a_model_that_does_not_load_says_why_of_several_workers_too(world: World) -> None:
    found = serve(
        world,
        "broken-pair",
        "def model_fn(_): raise RuntimeError('no weights')",
        SAGEMAKER_MODEL_SERVER_WORKERS="2",
    )
    assert found["EndpointStatus"] == "Failed"
    assert "RuntimeError: no weights" in found["FailureReason"]


def test_a_number_of_workers_that_is_none_is_refused(world: World) -> None:
    found = serve(world, "none", HANDLER, SAGEMAKER_MODEL_SERVER_WORKERS="0")
    assert found["EndpointStatus"] == "Failed"
    assert (
        "SAGEMAKER_MODEL_SERVER_WORKERS is '0'; it must be a number from 1"
        in (found["FailureReason"])
    )
