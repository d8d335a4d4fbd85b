"""A running embedded AWS with a role and a bucket, and short ways to run jobs in it."""

import io
import json
import tarfile
import textwrap
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import boto3
import pytest

from localcloud.server import LocalCloud
from worlds.waiting import until

BUCKET = "execution-tests"
REGISTRY = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
SKLEARN = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.4-2-cpu-py3"
TRAINING = f"{REGISTRY}/pytorch-training:2.8-cpu-py312"
INFERENCE = f"{REGISTRY}/pytorch-inference:2.6-cpu-py312"
_SESSION = boto3.session.Session()  # it reads the description of a service once
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


def archive(files: Mapping[str, str]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            content = textwrap.dedent(text).encode()
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def zipped(name: str, text: str) -> bytes:
    """The package of a Lambda function: one module."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(name, text)
    return buffer.getvalue()


@dataclass
class World:
    environment: dict[str, str]
    role: str = ""

    @cached_property
    def client(self) -> Callable[..., Any]:
        """One of each service and its options: to make one takes longer than most questions."""
        return cache(self._client)

    def _client(self, service: str, **options: Any) -> Any:
        return _SESSION.client(
            service,
            **options,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=self.environment["AWS_REGION"],
            aws_access_key_id=self.environment["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=self.environment["AWS_SECRET_ACCESS_KEY"],
        )

    @property
    def sagemaker(self) -> Any:
        return self.client("sagemaker")

    def make_role(self, name: str = "execution") -> str:
        role = self.client("iam").create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST)
        )
        # Ready for enforced IAM, too.
        self.client("iam").attach_role_policy(
            RoleName=name, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
        )
        arn: str = role["Role"]["Arn"]
        return arn

    def upload(self, key: str, content: str | bytes) -> str:
        body = textwrap.dedent(content).encode() if isinstance(content, str) else content
        self.client("s3").put_object(Bucket=BUCKET, Key=key, Body=body)
        return f"s3://{BUCKET}/{key}"

    def keys(self, prefix: str) -> list[str]:
        listing = self.client("s3").list_objects_v2(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"].removeprefix(prefix) for entry in listing.get("Contents", [])]

    def read(self, key: str) -> bytes:
        body: bytes = self.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
        return body

    def log(self, group: str, prefix: str) -> dict[str, list[str]]:
        """Lines by stream; none where the group is not there yet."""
        logs = self.client("logs")
        try:
            streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)
        except logs.exceptions.ResourceNotFoundException:
            return {}
        return {
            stream["logStreamName"]: [
                event["message"]
                for event in logs.get_log_events(
                    logGroupName=group, logStreamName=stream["logStreamName"], startFromHead=True
                )["events"]
            ]
            for stream in streams["logStreams"]
        }

    def process(
        self, name: str, script: str, *, wait: bool = True, **changes: Any
    ) -> dict[str, Any]:
        """Runs a Python script as a processing job; the job's description at its end."""
        code = self.upload(f"{name}/code/main.py", script)
        request = {
            "ProcessingJobName": name,
            "RoleArn": self.role,
            "AppSpecification": {
                "ImageUri": SKLEARN,
                "ContainerEntrypoint": ["python3", "/opt/ml/processing/input/code/main.py"],
                "ContainerArguments": ["/opt/ml/processing/output", "/opt/ml"],
            },
            "ProcessingInputs": [s3_input("code", code, "/opt/ml/processing/input/code")],
            "ProcessingOutputConfig": {
                "Outputs": [
                    s3_output("out", f"s3://{BUCKET}/{name}/out", "/opt/ml/processing/output")
                ]
            },
            "ProcessingResources": {"ClusterConfig": cluster(1)},
        }
        self.sagemaker.create_processing_job(**request | changes)
        return self.wait_for_processing(name) if wait else {}

    def wait_for_processing(self, name: str) -> dict[str, Any]:
        return wait(
            lambda: self.sagemaker.describe_processing_job(ProcessingJobName=name),
            "ProcessingJobStatus",
            ("InProgress", "Stopping"),
        )

    def train(self, name: str, script: str, *, wait: bool = True, **changes: Any) -> dict[str, Any]:
        """Runs a Python script as a training job; the job's description at its end."""
        source = self.upload(f"{name}/sourcedir.tar.gz", archive({"train.py": script}))
        changes = dict(changes)
        hyperparameters = {
            "sagemaker_program": '"train.py"',
            "sagemaker_submit_directory": json.dumps(source),
            "sagemaker_region": '"us-east-1"',
            "sagemaker_job_name": json.dumps(name),
            "sagemaker_container_log_level": "20",
        } | changes.pop("HyperParameters", {})
        request = {
            "TrainingJobName": name,
            "RoleArn": self.role,
            "HyperParameters": hyperparameters,
            "AlgorithmSpecification": {
                "TrainingImage": TRAINING,
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
            },
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/{name}/training"},
            "ResourceConfig": cluster(1),
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        }
        self.sagemaker.create_training_job(**request | changes)
        return self.wait_for_training(name) if wait else {}

    def wait_for_training(self, name: str) -> dict[str, Any]:
        return wait(
            lambda: self.sagemaker.describe_training_job(TrainingJobName=name),
            "TrainingJobStatus",
            ("InProgress", "Stopping"),
        )

    def wait_for_endpoint(self, name: str) -> dict[str, Any]:
        return wait(
            lambda: self.sagemaker.describe_endpoint(EndpointName=name),
            "EndpointStatus",
            ("Creating", "Updating", "SystemUpdating"),
        )


def s3_input(name: str, uri: str, path: str, **more: str) -> dict[str, Any]:
    source = {"S3Uri": uri, "LocalPath": path, "S3DataType": "S3Prefix", "S3InputMode": "File"}
    return {"InputName": name, "S3Input": source | more}


def s3_output(name: str, uri: str, path: str, mode: str = "EndOfJob") -> dict[str, Any]:
    return {"OutputName": name, "S3Output": {"S3Uri": uri, "LocalPath": path, "S3UploadMode": mode}}


def cluster(count: int) -> dict[str, Any]:
    return {"InstanceCount": count, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 30}


def wait(describe: Any, field: str, running: tuple[str, ...]) -> dict[str, Any]:
    description: dict[str, Any] = until(describe, lambda now: now[field] not in running)
    assert description[field] not in running
    return description


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """An embedded AWS for the tests of one file."""
    with LocalCloud(data_dir=tmp_path_factory.mktemp("cloud")) as running:
        yield running


@pytest.fixture(scope="module")
def world(cloud: LocalCloud) -> World:
    """The embedded AWS with a role and a bucket."""
    made = World(dict(cloud.environment()))
    made.role = made.make_role()
    made.client("s3").create_bucket(Bucket=BUCKET)
    return made
