"""Training jobs of this process, where constants can be shortened; the rest of AWS is the world's.

Their scripts are started without the toolkit, which takes seconds to import what it needs.
"""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localcloud import composition
from localcloud.core.cloud import Cloud
from localcloud.jobs.training import create_training_job
from worlds.execution_world import BUCKET, TRAINING, World, cluster
from worlds.waiting import until

GROUP = "/aws/sagemaker/TrainingJobs"


@dataclass(frozen=True)
class JobWorld:
    world: World
    cloud: Cloud

    def start(self, name: str, script: str, **changes: Any) -> None:
        request = {
            "TrainingJobName": name,
            "RoleArn": self.world.role,
            "AlgorithmSpecification": {
                "TrainingImage": TRAINING,
                "TrainingInputMode": "File",
                "ContainerEntrypoint": ["python3", "-c", textwrap.dedent(script)],
            },
            "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/{name}/checkpoints"},
            "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/{name}/training"},
            "ResourceConfig": cluster(1),
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
        }
        create_training_job(self.cloud, request | changes)

    def run(self, name: str, script: str, **changes: Any) -> dict[str, Any]:
        self.start(name, script, **changes)
        return self.ended(name)

    def record(self, name: str) -> dict[str, Any]:
        return self.cloud.store.get("training-job", name) or {}

    def ended(self, name: str) -> dict[str, Any]:
        record = until(lambda: self.record(name), lambda now: "TrainingEndTime" in now)
        assert "TrainingEndTime" in record
        return record

    def streams(self, name: str) -> list[list[str]]:
        return list(self.world.log(GROUP, f"{name}/").values())

    def wait_for_file(self, name: str, path: str) -> Path:
        """Below /opt/ml of the job's only instance."""
        file = self.cloud.data_dir / "training-jobs" / name / "algo-1" / "ml" / path
        assert until(file.exists)
        return file


@pytest.fixture
def jobs(world: World, tmp_path: Path) -> Iterator[JobWorld]:
    cloud = composition.new_cloud(world.environment["AWS_ENDPOINT_URL"], tmp_path)
    yield JobWorld(world, cloud)
    composition.shutdown(cloud)
    cloud.store.close()


def stages(record: dict[str, Any]) -> list[str]:
    return [stage["Status"] for stage in record["SecondaryStatusTransitions"]]
