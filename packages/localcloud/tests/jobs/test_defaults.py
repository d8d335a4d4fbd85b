"""What Describe says of a request that left it open."""

from typing import Any

import pytest

from localcloud.core.records import Record
from localcloud.hosting import model, transform
from localcloud.jobs import processing, training
from worlds.execution_world import SKLEARN, TRAINING, World

_JOB = {"AlgorithmSpecification": {"TrainingImage": TRAINING, "TrainingInputMode": "File"}}


def completed_training(**request: Any) -> Record:
    return training._complete({**_JOB, "OutputDataConfig": {"S3OutputPath": "s3://b/o"}, **request})


def test_a_processing_job_has_a_day_unless_told(world: World) -> None:
    ended = world.process("defaults", "print('hello')")
    assert ended["ProcessingJobStatus"] == "Completed"
    assert ended["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert [entry["AppManaged"] for entry in ended["ProcessingInputs"]] == [False]
    outputs = ended["ProcessingOutputConfig"]["Outputs"]
    assert [entry["AppManaged"] for entry in outputs] == [False]


def test_a_processing_job_without_inputs_and_outputs_gets_none() -> None:
    given = {"AppSpecification": {"ImageUri": SKLEARN}, "StoppingCondition": {"X": 1}}
    assert processing._complete(given) == given


def test_a_training_job_always_says_what_is_not_enabled() -> None:
    found = completed_training()
    assert found["EnableNetworkIsolation"] is False
    assert found["EnableInterContainerTrafficEncryption"] is False
    assert found["EnableManagedSpotTraining"] is False
    assert found["ProfilingStatus"] == "Disabled"
    assert found["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert found["AlgorithmSpecification"]["EnableSageMakerMetricsTimeSeries"] is True
    assert "InputDataConfig" not in found


@pytest.mark.parametrize(
    ("profiler", "status"),
    [
        ({"S3OutputPath": "s3://b/p"}, "Enabled"),
        ({"S3OutputPath": "s3://b/p", "DisableProfiler": True}, "Disabled"),
        ({"DisableProfiler": True}, "Disabled"),
    ],
)
def test_profiling_is_enabled_where_it_has_a_place(profiler: Record, status: str) -> None:
    assert completed_training(ProfilerConfig=profiler)["ProfilingStatus"] == status


def test_what_the_request_says_stays() -> None:
    found = completed_training(
        EnableManagedSpotTraining=True,
        StoppingCondition={"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 90},
        InputDataConfig=[{"ChannelName": "a"}, {"ChannelName": "b", "CompressionType": "Gzip"}],
    )
    assert found["EnableManagedSpotTraining"] is True
    assert found["StoppingCondition"]["MaxRuntimeInSeconds"] == 60
    kinds = [channel["CompressionType"] for channel in found["InputDataConfig"]]
    assert kinds == ["None", "Gzip"]


def test_a_variant_has_weight_one_and_capture_is_enabled_unless_told() -> None:
    variants = [{"VariantName": "a"}, {"VariantName": "b", "InitialVariantWeight": 0.5}]
    found = model._complete({"ProductionVariants": variants, "DataCaptureConfig": {}})
    assert [one["InitialVariantWeight"] for one in found["ProductionVariants"]] == [1.0, 0.5]
    assert found["DataCaptureConfig"] == {"EnableCapture": True}


def test_objects_that_are_not_split_go_whole_also_as_single_records() -> None:
    """Nothing in the service model ties BatchStrategy to SplitType."""
    transform._check(
        {
            "BatchStrategy": "SingleRecord",
            "TransformInput": {
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/in"}}
            },
            "TransformOutput": {"S3OutputPath": "s3://b/out"},
        }
    )
