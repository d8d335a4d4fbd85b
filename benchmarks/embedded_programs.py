"""A training job and an endpoint of the embedded AWS, and the same programs without it."""

import io
import json
import os
import re
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import psutil
import urllib3

from benchmarks.measure import median_ms
from localcloud.server import LocalCloud

BUCKET, ROLE = "benchmark", "benchmark"
IMAGES = "763104351884.dkr.ecr.us-east-1.amazonaws.com"
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}
_JOBS = 3
_REQUESTS = 300
_BEGAN = r"began=([0-9.]+)"
_JOB = """
import time
print(f"began={time.time():.4f}", flush=True)
"""
_MODEL = """
def model_fn(folder): return None
def input_fn(body, content_type): return body
def predict_fn(body, model): return body
def output_fn(body, accept): return body, "text/plain"
"""
_ENDPOINT, _HEADERS = "echo", {"Content-Type": "text/plain", "Accept": "text/plain"}


class Programs:
    """Makes the role and the bucket of the programs in a running embedded AWS."""

    def __init__(self, cloud: LocalCloud) -> None:
        self._cloud = cloud
        trust = {"Statement": [TRUST | {"Principal": {"Service": "sagemaker.amazonaws.com"}}]}
        self._role: str = self._client("iam").create_role(
            RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(trust)
        )["Role"]["Arn"]
        self._client("s3").create_bucket(Bucket=BUCKET)

    def _client(self, service: str) -> Any:
        known = self._cloud.environment()
        return boto3.client(
            service,
            endpoint_url=known["AWS_ENDPOINT_URL"],
            region_name=known["AWS_REGION"],
            aws_access_key_id=known["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
        )

    def _upload(self, key: str, name: str, text: str) -> str:
        """An archive with one file; its address."""
        buffer, content = io.BytesIO(), text.encode()
        with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        self._client("s3").put_object(Bucket=BUCKET, Key=key, Body=buffer.getvalue())
        return f"s3://{BUCKET}/{key}"

    # -- a training job --------------------------------------------------------------------------

    def job(self) -> float:
        """Seconds from the request to the script's first line, less those of the toolkit alone."""
        source = self._upload("sourcedir.tar.gz", "train.py", _JOB)
        hyperparameters = {
            "sagemaker_program": '"train.py"',
            "sagemaker_submit_directory": json.dumps(source),
            "sagemaker_region": '"us-east-1"',
        }
        whole = [self._run_job(f"job-{run}", hyperparameters) for run in range(_JOBS)]
        alone = [self._run_toolkit(hyperparameters) for _ in range(_JOBS)]
        return statistics.median(whole) - statistics.median(alone)

    def _run_job(self, name: str, hyperparameters: dict[str, str]) -> float:
        sagemaker, started = self._client("sagemaker"), time.time()
        sagemaker.create_training_job(
            TrainingJobName=name,
            RoleArn=self._role,
            HyperParameters=hyperparameters,
            AlgorithmSpecification={
                "TrainingImage": f"{IMAGES}/pytorch-training:2.8-cpu-py312",
                "TrainingInputMode": "File",
                "MetricDefinitions": [{"Name": "began", "Regex": _BEGAN}],
            },
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/jobs"},
            ResourceConfig={
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            },
            StoppingCondition={"MaxRuntimeInSeconds": 600},
        )
        sagemaker.get_waiter("training_job_completed_or_stopped").wait(
            TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 600}
        )
        (metric,) = sagemaker.describe_training_job(TrainingJobName=name)["FinalMetricDataList"]
        return float(metric["Value"]) - started

    def _run_toolkit(self, hyperparameters: dict[str, str]) -> float:
        with tempfile.TemporaryDirectory() as folder:
            _configure(Path(folder), hyperparameters)
            started = time.time()
            output = subprocess.run(
                [sys.executable, "-c", "from sagemaker_training import trainer; trainer.train()"],
                env=os.environ
                | self._cloud.environment()
                | {
                    "SAGEMAKER_BASE_DIR": folder,
                    "SAGEMAKER_TRAINING_MODULE": "sagemaker_pytorch_container.training:main",
                },
                capture_output=True,
                text=True,
                check=True,
            ).stdout
        found = re.search(_BEGAN, output)
        if found is None:
            raise RuntimeError(f"the toolkit ran no script:\n{output[-2000:]}")
        return float(found[1]) - started

    # -- an endpoint -----------------------------------------------------------------------------

    def invocation(self) -> tuple[float, float]:
        """Milliseconds of one client's median request, less those of the model's own process.

        The same plain client asks both; then boto3 asks the endpoint, which counts its own time.
        """
        self._deploy()
        (port,) = self._model_ports()
        runtime = self._client("sagemaker-runtime")

        def by_boto3() -> None:
            answer = runtime.invoke_endpoint(
                EndpointName=_ENDPOINT, Body=b"hi", ContentType="text/plain", Accept="text/plain"
            )
            answer["Body"].read()

        alone = median_ms(_asking(f"http://127.0.0.1:{port}", "/invocations"), _REQUESTS)
        plainly = median_ms(
            _asking(self._cloud.endpoint_url, f"/endpoints/{_ENDPOINT}/invocations"), _REQUESTS
        )
        with_boto3 = median_ms(by_boto3, _REQUESTS)
        self._client("sagemaker").delete_endpoint(EndpointName=_ENDPOINT)
        return plainly - alone, with_boto3 - alone

    def _deploy(self) -> None:
        sagemaker = self._client("sagemaker")
        container = {
            "Image": f"{IMAGES}/pytorch-inference:2.6-cpu-py312",
            "ModelDataUrl": self._upload("model.tar.gz", "code/inference.py", _MODEL),
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        }
        variant = {
            "VariantName": "AllTraffic",
            "ModelName": _ENDPOINT,
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
        }
        sagemaker.create_model(
            ModelName=_ENDPOINT, ExecutionRoleArn=self._role, PrimaryContainer=container
        )
        sagemaker.create_endpoint_config(EndpointConfigName=_ENDPOINT, ProductionVariants=[variant])
        sagemaker.create_endpoint(EndpointName=_ENDPOINT, EndpointConfigName=_ENDPOINT)
        sagemaker.get_waiter("endpoint_in_service").wait(
            EndpointName=_ENDPOINT, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
        )

    def _model_ports(self) -> set[int]:
        """Where the processes listen that the server has started."""
        return {
            connection.laddr.port
            for process in psutil.Process(self._cloud.address.pid).children(recursive=True)
            for connection in process.net_connections("tcp4")
            if connection.status == psutil.CONN_LISTEN
        }


def _asking(url: str, path: str) -> Callable[[], None]:
    """One request on a connection that stays open."""
    pool = urllib3.connection_from_url(url, maxsize=1)

    def ask() -> None:
        answer = pool.request("POST", path, body=b"hi", headers=_HEADERS)
        if answer.data != b"hi":
            raise RuntimeError(f"{url}: {answer.status} {answer.data[:300]!r}")

    return ask


def _configure(base: Path, hyperparameters: dict[str, str]) -> None:
    """What the toolkit finds in a container's input/config."""
    config = base / "input" / "config"
    config.mkdir(parents=True)
    host = {"current_host": "127.0.0.1", "hosts": ["127.0.0.1"], "network_interface_name": "lo"}
    (config / "hyperparameters.json").write_text(json.dumps(hyperparameters))
    (config / "resourceconfig.json").write_text(json.dumps(host))
    (config / "inputdataconfig.json").write_text("{}")
