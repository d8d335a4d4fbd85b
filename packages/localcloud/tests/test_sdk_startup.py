"""The SageMaker SDK as a newcomer writes it, with no way out of this machine."""

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud import server
from worlds.execution_world import World, zipped
from worlds.served_model import serve
from worlds.waiting import until

pytestmark = pytest.mark.timeout(400)
ROOT = Path(__file__).parents[1]
# Names other than the server's are asked of nobody: whoever asks hears so.
FIND = """
    import socket
    asked, resolve = set(), socket.getaddrinfo
    def loopback_only(host, *rest, **more):
        asked.add(host)
        assert host in ("127.0.0.1", "localhost", None), f"{host} is not this machine"
        return resolve(host, *rest, **more)
    socket.getaddrinfo = loopback_only

    def find():
        import json, sagemaker
        from sagemaker.sklearn.processing import SKLearnProcessor
        from sagemaker.telemetry.constants import Feature
        from sagemaker.telemetry.telemetry_logging import _telemetry_emitter
        session = sagemaker.Session()
        made = {"instance_type": "ml.m5.large", "instance_count": 1}
        processor = SKLearnProcessor("1.4-2", role="any", **made)
        _telemetry_emitter(Feature.MODEL_TRAINER_V2, "test")(lambda sagemaker_session: 0)(session)
        found = {
            "account": session.account_id(),
            "bucket": session.default_bucket(),
            "processor's": processor.sagemaker_session.default_bucket(),
            "caller": session.get_caller_identity_arn(),
            "asked": sorted(map(str, asked)),
        }
        return "found: " + json.dumps(found)
"""
FIND_ROLE = FIND.replace('"asked"', '"role": sagemaker.get_execution_role(),\n            "asked"')
PRINT = "    print(find(), flush=True)\n"
MODEL = """
    def model_fn(_):
        print(find(), flush=True)

    def transform_fn(_, body, content_type, accept):
        return body, accept
"""
FUNCTION = """
    def answer(event, context):
        return find()
"""
HIDDEN = "import sys; sys.stdout.write('hidden ran; ')"


def executed(data_dir: Path, *command: str, **more: str) -> str:
    finished = subprocess.run(
        [sys.executable, "-m", "localcloud", "exec", "--data-dir", str(data_dir), "--", *command],
        cwd=ROOT,
        env={**os.environ, "SAGEMAKER_SUPPRESS_V2_WARNING": "1", **more},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr[-3000:]
    return finished.stdout


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    server.start(folder)
    yield folder
    server.stop(folder)


def check(output: str, role: str | None = None) -> None:
    """`role`: the ARN of the role that the program runs as."""
    line = next(line for line in output.splitlines() if line.startswith("found: "))
    found: dict[str, Any] = json.loads(line.removeprefix("found: "))
    assert found["account"] == "000000000000"
    assert found["bucket"] == found["processor's"] == "sagemaker-us-east-1-000000000000"
    assert set(found["asked"]) <= {"127.0.0.1", "localhost", "None"}
    if role:
        assert found["caller"] == found["role"] == role


def logged(world: World, group: str, name: str) -> str:
    return "\n".join(line for log in world.log(group, name).values() for line in log)


def test_a_command_finds_its_account_and_bucket_here(data_dir: Path) -> None:
    program = textwrap.dedent(FIND + PRINT)
    check(executed(data_dir, sys.executable, "-c", program))


def test_a_processing_job_finds_its_role_and_bucket_here(world: World) -> None:
    job = world.process("finds", FIND_ROLE + PRINT)
    assert job["ProcessingJobStatus"] == "Completed", job
    check(logged(world, "/aws/sagemaker/ProcessingJobs", "finds/"), world.role)


def test_a_training_job_finds_its_role_and_bucket_here(world: World) -> None:
    own_path = {"PYTHONPATH": "/opt/ml/code"}  # a request may set it, and is obeyed
    job = world.train("finds", FIND_ROLE + PRINT, Environment=own_path)
    assert job["TrainingJobStatus"] == "Completed", job
    check(logged(world, "/aws/sagemaker/TrainingJobs", "finds/"), world.role)


def test_a_served_model_finds_its_role_and_bucket_here(world: World) -> None:
    assert serve(world, "finds", FIND_ROLE + MODEL)["EndpointStatus"] == "InService"
    group = "/aws/sagemaker/Endpoints/finds"
    output = until(lambda: logged(world, group, "AllTraffic/"), lambda text: "found: " in text)
    check(output, world.role)


def test_a_function_finds_its_account_and_bucket_here(world: World) -> None:
    functions = world.client("lambda")
    functions.create_function(
        FunctionName="finds",
        Runtime="python3.12",
        Role=world.role,
        Handler="finds.answer",
        Code={"ZipFile": zipped("finds.py", textwrap.dedent(FIND + FUNCTION))},
        Timeout=120,
        Environment={"Variables": {"HOME": "/tmp"}},
    )
    answer = json.loads(functions.invoke(FunctionName="finds")["Payload"].read())
    assert isinstance(answer, str), answer
    check(answer)


def test_the_users_own_place_on_the_path_stays(data_dir: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(HIDDEN)
    (tmp_path / "mine.py").write_text("print('mine')")
    found = executed(data_dir, sys.executable, "-c", "import mine", PYTHONPATH=str(tmp_path))
    assert found == "hidden ran; hidden ran; mine\n"  # for localcloud itself, and for the command
