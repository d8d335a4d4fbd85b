"""The scripts of ml_code in jobs of the embedded AWS, as the pipeline starts them."""

import io
import os
import signal
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from contract.features import SPLITS
from contract.metrics import PRINTED
from infra.bundles import stage_jobs
from localcloud.jobs.process import MARK
from localcloud.server import LocalCloud
from reviews.client.files import storage
from tests.ml_code.tiny import EVENT_TIME
from worlds.execution_world import (
    BUCKET,
    SKLEARN,
    TRAINING,
    World,
    archive,
    cluster,
    s3_input,
    s3_output,
)
from worlds.waiting import until

_INPUT, _OUTPUT = "/opt/ml/processing/input", "/opt/ml/processing/output"
_TRAINED = {
    "epochs": "5",
    "batch-size": "8",
    "learning-rate": "0.003",
    "max-length": "32",
    "checkpoint-dir": "/opt/ml/checkpoints",
    "checkpoint-seconds": "0",
    "precision": "fp32",
}


@dataclass(frozen=True)
class RealJobs:
    """Of one embedded AWS that has the base model, `few` and `many` reviews and the code in S3."""

    cloud: LocalCloud
    world: World

    def upload(self, base_model: Path, **reviews: Path) -> None:
        s3 = self.world.client("s3")
        storage.upload_directory(s3, base_model, f"s3://{BUCKET}/base-model/")
        for name, path in reviews.items():
            self.world.upload(f"{name}/reviews.csv", path.read_bytes())
        with tempfile.TemporaryDirectory() as folder:
            tree = stage_jobs(Path(folder) / "source")
            scripts = {
                path.relative_to(tree).as_posix(): path.read_text()
                for path in tree.rglob("*")
                if path.is_file()
            }
        self.world.upload("source/sourcedir.tar.gz", archive(scripts))
        for name, text in scripts.items():
            self.world.upload(f"code/{name}", text)

    # -- processing ------------------------------------------------------------------------------

    def start_processing(self, name: str, reviews: str) -> None:
        arguments = [
            f"--input-data={_INPUT}/reviews",
            f"--output-data={_OUTPUT}",
            f"--base-model={_INPUT}/base-model",
            "--resource-config=/opt/ml/config/resourceconfig.json",
            "--message-file=/opt/ml/output/message",
            f"--event-time={EVENT_TIME}",
            "--max-length=32",
            "--workers=2",
        ]
        inputs = {"reviews": reviews, "base-model": "base-model", "code": "code"}
        self.world.sagemaker.create_processing_job(
            ProcessingJobName=name,
            RoleArn=self.world.role,
            AppSpecification={
                "ImageUri": SKLEARN,
                "ContainerEntrypoint": ["python3", f"{_INPUT}/code/preprocess.py"],
                "ContainerArguments": arguments,
            },
            ProcessingInputs=[
                s3_input(part, f"s3://{BUCKET}/{key}/", f"{_INPUT}/{part}")
                for part, key in inputs.items()
            ],
            ProcessingOutputConfig={
                "Outputs": [
                    s3_output(split, f"s3://{BUCKET}/{name}/{split}", f"{_OUTPUT}/{split}")
                    for split in SPLITS
                ]
            },
            ProcessingResources={"ClusterConfig": cluster(1)},
        )

    def process(self, name: str, reviews: str) -> None:
        self.start_processing(name, reviews)
        ended = self.world.wait_for_processing(name)
        assert ended["ProcessingJobStatus"] == "Completed", ended

    def wait_until_busy(self, name: str) -> None:
        """Until the processing job has read something; it sets that aside in a hidden folder."""
        output = self.cloud.data_dir / "processing-jobs" / name / "algo-1/ml/processing/output"
        assert until(lambda: list(output.glob(".*/*.txt")), pause=0.01)

    def features(self, name: str) -> dict[str, bytes]:
        """What the job made, by split."""
        return {
            f"{split}/{key}": self.world.read(f"{name}/{split}/{key}")
            for split in SPLITS
            for key in self.world.keys(f"{name}/{split}/")
        }

    # -- training --------------------------------------------------------------------------------

    def start_training(self, name: str, *, features: str, checkpoints: str, **more: Any) -> None:
        """`checkpoints`: the name under which they are kept, that of an earlier job say."""
        source = f"s3://{BUCKET}/source/sourcedir.tar.gz"
        channels = {"base_model": "base-model/"}
        channels |= {split: f"{features}/{split}/" for split in ("train", "validation")}
        request = {
            "TrainingJobName": name,
            "RoleArn": self.world.role,
            "HyperParameters": {
                "sagemaker_program": '"train.py"',
                "sagemaker_submit_directory": f'"{source}"',
                "sagemaker_region": '"us-east-1"',
                "sagemaker_job_name": f'"{name}"',
                "sagemaker_container_log_level": "20",
                **_TRAINED,
            },
            "AlgorithmSpecification": {
                "TrainingImage": TRAINING,
                "TrainingInputMode": "File",
                "MetricDefinitions": [
                    {"Name": metric, "Regex": f"{metric}=([0-9.eE+-]+)"} for metric in PRINTED
                ],
            },
            "InputDataConfig": [channel(each, key) for each, key in channels.items()],
            "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/checkpoints/{checkpoints}"},
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/{name}"},
            "ResourceConfig": cluster(1),
            "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        }
        self.world.sagemaker.create_training_job(**request | more)

    def weights(self, job: dict[str, Any]) -> bytes:
        key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
        with tarfile.open(fileobj=io.BytesIO(self.world.read(key))) as tar:
            member = tar.extractfile("model.safetensors")
            assert member
            return member.read()

    def wait_for_line(self, group: str, name: str, text: str) -> None:
        assert until(lambda: any(text in line for line in self.lines(group, name)))

    def lines(self, group: str, name: str) -> list[str]:
        """Of its log."""
        try:
            streams = self.world.log(f"/aws/sagemaker/{group}", f"{name}/")
        except self.world.client("logs").exceptions.ResourceNotFoundException:
            return []
        return [line for lines in streams.values() for line in lines]

    # -- processes -------------------------------------------------------------------------------

    def kill(self, name: str, script: str) -> None:
        """Of the job's processes the one that runs the script, and those that it started."""
        victims = [process for process in self.processes(name) if _runs(process, script)]
        assert victims
        for victim in victims:
            os.kill(victim.pid, signal.SIGKILL)

    def processes(self, name: str) -> list[psutil.Process]:
        return [
            process
            for process in psutil.Process(self.cloud.address.pid).children(recursive=True)
            if f"|{name}|" in mark(process)
        ]


def channel(name: str, key: str) -> dict[str, Any]:
    source = {"S3DataType": "S3Prefix", "S3Uri": f"s3://{BUCKET}/{key}"}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def _runs(process: psutil.Process, script: str) -> bool:
    try:
        return any(Path(part).name == script for part in process.cmdline())
    except psutil.Error:
        return False


def mark(process: psutil.Process) -> str:
    """The jobs that a process belongs to, by its environment; empty where it cannot be read."""
    try:
        return process.environ().get(MARK, "")
    except psutil.Error:
        return ""
