"""The calls that moto's server has, too: the embedded AWS against it, in one process each."""

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import boto3

from benchmarks.embedded_programs import BUCKET, IMAGES, ROLE
from benchmarks.measure import median_ms
from localcloud.core.state import Store
from localcloud.server import LocalCloud

_JOBS = 200
_CALLS = 50
_ROLE = f"arn:aws:iam::000000000000:role/{ROLE}"
_ARTEFACT = f"s3://{BUCKET}/model.tar.gz"
_NUMBERS = count()


def compare(data_dir: Path, moto_server: str) -> None:
    """Prints the median of each call of both; `data_dir` is where `Programs` have run."""
    _add_jobs(data_dir)
    with LocalCloud(data_dir) as cloud:
        ours = _measure(cloud.endpoint_url)
    with _moto(moto_server) as url:
        _make_jobs(_client(url))
        theirs = _measure(url)
    print("\n| call | moto, ms | the embedded AWS, ms | ratio |")
    print("| --- | --- | --- | --- |")
    for name in ours:
        ratio = ours[name] / theirs[name]
        print(f"| {name} | {theirs[name]:.1f} | {ours[name]:.1f} | {ratio:.2f} |", flush=True)


def _client(url: str) -> Any:
    return boto3.client(
        "sagemaker",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


# -- 200 training jobs ---------------------------------------------------------------------------


def _add_jobs(data_dir: Path) -> None:
    """The record of the job that has run, under other names: to run 200 would take its time."""
    store = Store(data_dir / "sagemaker.sqlite")
    done = store.list("training-job")[0]
    for number in range(_JOBS):
        name = f"listed-{number}"
        store.put("training-job", name, {**done, "TrainingJobName": name})
    store.close()


def _make_jobs(sagemaker: Any) -> None:
    for number in range(_JOBS):
        sagemaker.create_training_job(
            TrainingJobName=f"listed-{number}",
            RoleArn=_ROLE,
            AlgorithmSpecification={
                "TrainingImage": f"{IMAGES}/pytorch-training:2.8-cpu-py312",
                "TrainingInputMode": "File",
            },
            OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/jobs"},
            ResourceConfig={
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            },
            StoppingCondition={"MaxRuntimeInSeconds": 600},
        )


# -- the calls -----------------------------------------------------------------------------------


def _measure(url: str) -> dict[str, float]:
    sagemaker = _client(url)
    calls: dict[str, Callable[[], None]] = {
        "CreateModel and DescribeModel": lambda: _make_model(sagemaker),
        f"ListTrainingJobs, 100 of {_JOBS}": lambda: _list_jobs(sagemaker),
        "CreateFeatureGroup": lambda: _make_group(sagemaker),
    }
    return {name: median_ms(call, _CALLS) for name, call in calls.items()}


def _make_model(sagemaker: Any) -> None:
    name = f"model-{next(_NUMBERS)}"
    container = {
        "Image": f"{IMAGES}/pytorch-inference:2.6-cpu-py312",
        "ModelDataUrl": _ARTEFACT,
    }
    sagemaker.create_model(ModelName=name, ExecutionRoleArn=_ROLE, PrimaryContainer=container)
    sagemaker.describe_model(ModelName=name)


def _list_jobs(sagemaker: Any) -> None:
    found = sagemaker.list_training_jobs(MaxResults=100)
    if len(found["TrainingJobSummaries"]) != 100:
        raise RuntimeError("the list is not full")


def _make_group(sagemaker: Any) -> None:
    sagemaker.create_feature_group(
        FeatureGroupName=f"group-{next(_NUMBERS)}",
        RecordIdentifierFeatureName="review_id",
        EventTimeFeatureName="event_time",
        FeatureDefinitions=[
            {"FeatureName": name, "FeatureType": "String"} for name in ("review_id", "event_time")
        ],
        OnlineStoreConfig={"EnableOnlineStore": True},
        OfflineStoreConfig={"S3StorageConfig": {"S3Uri": f"s3://{BUCKET}/offline"}},
        RoleArn=_ROLE,
    )


# -- moto ----------------------------------------------------------------------------------------


@contextmanager
def _moto(command: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    process = subprocess.Popen(
        [command, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
