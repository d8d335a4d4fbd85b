"""A server that is killed in the midst of a job, and the one that comes after it."""

import contextlib
import io
import os
import random
import signal
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from localcloud import server
from localcloud.core.address import Address, client_environment
from localcloud.jobs.job import SERVER_STOPPED
from localcloud.jobs.process import kill_marked
from worlds.execution_world import BUCKET, INFERENCE, TRAINING, World, cluster
from worlds.waiting import until

pytestmark = pytest.mark.slow
SIZE, FILES = 20_000, 100
# An upload of many files, so that the server dies between two of them, or within one.
WRITE_MANY = f"""
    import pathlib, sys
    for index in range({FILES}):
        pathlib.Path(sys.argv[1], str(index)).write_bytes(b"x" * {SIZE})
"""
BIG = 30_000_000
WRITE_BIG = f"""
    import os, pathlib, sys, time
    pathlib.Path(sys.argv[1], "weights").write_bytes(os.urandom({BIG}))
    time.sleep(0.5)
"""
STATUS = {"training": "TrainingJobStatus", "processing": "ProcessingJobStatus"}


class Machine:
    """A data folder and the server that works with it, one after another."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = 0
        self.start()

    def start(self) -> None:
        address = server.start(self.data_dir, self.port)
        self.pid, self.port = address.pid, address.port
        self.world = World(client_environment(address, self.data_dir))
        self.sagemaker = self.world.sagemaker
        self.world.role = "arn:aws:iam::000000000000:role/execution"
        with contextlib.suppress(ClientError):  # IAM's state is written at a clean stop alone
            self.world.make_role()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        until(lambda: Address.read(self.data_dir) is None)

    def describe(self, kind: str, name: str) -> dict[str, Any]:
        if kind == "training":
            return dict(self.sagemaker.describe_training_job(TrainingJobName=name))
        return dict(self.sagemaker.describe_processing_job(ProcessingJobName=name))

    def train(self, name: str) -> None:
        self.world.sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=self.world.role,
            AlgorithmSpecification={
                "TrainingImage": TRAINING,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/big.py"],
                "ContainerArguments": ["/opt/ml/model"],
            },
            InputDataConfig=[
                {
                    "ChannelName": "code",
                    "DataSource": {
                        "S3DataSource": {
                            "S3DataType": "S3Prefix",
                            "S3Uri": self.world.upload("code/big.py", WRITE_BIG),
                        }
                    },
                }
            ],
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/{name}"},
            ResourceConfig=cluster(1),
            StoppingCondition={"MaxRuntimeInSeconds": 3600},
        )

    def process(self, name: str) -> None:
        self.world.process(name, WRITE_MANY, wait=False)


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    made = Machine(tmp_path_factory.mktemp("cloud"))
    made.world.client("s3").create_bucket(Bucket=BUCKET)
    yield made
    server.stop(made.data_dir)


@pytest.fixture(scope="module")
def kept(machine: Machine) -> dict[str, Any]:
    """What was there before the first crash."""
    machine.train("kept")
    assert machine.world.wait_for_training("kept")["TrainingJobStatus"] == "Completed"
    machine.world.process("kept", WRITE_MANY)
    machine.world.sagemaker.create_model(
        ModelName="kept",
        ExecutionRoleArn=machine.world.role,
        PrimaryContainer={
            "Image": INFERENCE,
            "ModelDataUrl": f"s3://{BUCKET}/kept/kept/output/model.tar.gz",
        },
    )
    return what_is_kept(machine)


def what_is_kept(machine: Machine) -> dict[str, Any]:
    model = machine.world.sagemaker.describe_model(ModelName="kept")
    found = {kind: machine.describe(kind, "kept") for kind in STATUS} | {"model": dict(model)}
    for description in found.values():
        description.pop("ResponseMetadata")
    return found


def is_in(stage: str) -> Callable[[Machine, str], bool]:
    def ask(machine: Machine, name: str) -> bool:
        return bool(machine.describe("training", name)["SecondaryStatus"] == stage)

    return ask


def uploads(machine: Machine, name: str) -> bool:
    return bool(machine.world.keys(f"{name}/out/"))


def at_some_moment(machine: Machine, name: str) -> bool:
    return random.random() < 0.1


@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        ("training", is_in("Downloading")),
        ("training", is_in("Training")),
        ("training", is_in("Uploading")),
        ("training", at_some_moment),
        ("processing", uploads),
        ("processing", at_some_moment),
    ],
    ids=["download", "run", "upload", "any", "upload-many", "any-of-many"],
)
def test_a_killed_server_leaves_no_process_and_nothing_half_done(
    machine: Machine,
    kept: dict[str, Any],
    kind: str,
    moment: Callable[[Machine, str], bool],
    request: pytest.FixtureRequest,
) -> None:
    name = f"killed-{request.node.callspec.id}"
    getattr(machine, {"training": "train", "processing": "process"}[kind])(name)

    def status() -> str:
        return str(machine.describe(kind, name)[STATUS[kind]])

    until(lambda: moment(machine, name) or status() != "InProgress")
    machine.kill()
    machine.start()  # on the same port
    assert kill_marked(f"{machine.data_dir.resolve()}|") == 0
    job = machine.describe(kind, name)
    assert status() in ("Failed", "Completed")
    assert job.get("FailureReason", SERVER_STOPPED) == SERVER_STOPPED
    assert list((machine.data_dir / f"{kind}-jobs").glob("*")) == []
    assert what_is_kept(machine) == kept
    check_whole(machine.world, name)
    check_whole(machine.world, "kept")


def check_whole(world: World, name: str) -> None:
    s3 = world.client("s3")
    for key in world.keys(f"{name}/"):
        content = s3.get_object(Bucket=BUCKET, Key=f"{name}/{key}")["Body"].read()
        if key.endswith(".tar.gz"):
            with tarfile.open(fileobj=io.BytesIO(content)) as archive:
                assert [member.size for member in archive] == [BIG]
        elif key.startswith("out/"):
            assert content == b"x" * SIZE
