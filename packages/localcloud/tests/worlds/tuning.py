"""Tuning jobs whose training jobs are small scripts."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from worlds.execution_world import BUCKET, SKLEARN, World, archive, cluster, wait

SCRIPT = """
    import argparse
    parser = argparse.ArgumentParser()
    parser.add_argument("--point", type=float)
    arguments, _ = parser.parse_known_args()
    print(f"loss={(arguments.point - 0.3) ** 2:.6f}")
"""
POINT = {"ContinuousParameterRanges": [{"Name": "point", "MinValue": "0", "MaxValue": "1"}]}


@dataclass
class Tuning:
    """A client, and short ways to start tuning jobs and to wait for them."""

    world: World

    @property
    def client(self) -> Any:
        return self.world.sagemaker

    def request(self, name: str, script: str = SCRIPT, **config: Any) -> dict[str, Any]:
        source = self.world.upload(f"{name}/sourcedir.tar.gz", archive({"train.py": script}))
        return {
            "HyperParameterTuningJobName": name,
            "HyperParameterTuningJobConfig": {
                "Strategy": "Random",
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "loss"},
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 2, "MaxParallelTrainingJobs": 2},
                "ParameterRanges": POINT,
                **config,
            },
            "TrainingJobDefinition": {
                "StaticHyperParameters": {
                    "sagemaker_program": '"train.py"',
                    "sagemaker_submit_directory": json.dumps(source),
                    "sagemaker_region": '"us-east-1"',
                },
                "AlgorithmSpecification": {
                    "TrainingImage": SKLEARN,
                    "TrainingInputMode": "File",
                    "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
                },
                "RoleArn": self.world.role,
                "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/{name}/output"},
                "ResourceConfig": cluster(1),
                "StoppingCondition": {"MaxRuntimeInSeconds": 600},
            },
        }

    def start(self, name: str, script: str = SCRIPT, **config: Any) -> str:
        made = self.client.create_hyper_parameter_tuning_job(**self.request(name, script, **config))
        arn: str = made["HyperParameterTuningJobArn"]
        return arn

    def run(self, name: str, script: str = SCRIPT, **config: Any) -> dict[str, Any]:
        self.start(name, script, **config)
        return self.end(name)

    def describe(self, name: str) -> dict[str, Any]:
        described: dict[str, Any] = self.client.describe_hyper_parameter_tuning_job(
            HyperParameterTuningJobName=name
        )
        return described

    def end(self, name: str) -> dict[str, Any]:
        return wait(
            lambda: self.describe(name),
            "HyperParameterTuningJobStatus",
            ("InProgress", "Stopping"),
        )

    def training_jobs(self, name: str, **request: Any) -> list[dict[str, Any]]:
        listed: list[dict[str, Any]] = (
            self.client.list_training_jobs_for_hyper_parameter_tuning_job(
                HyperParameterTuningJobName=name, **request
            )["TrainingJobSummaries"]
        )
        return listed


@pytest.fixture(scope="module")
def tuning(world: World) -> Tuning:
    return Tuning(world)
