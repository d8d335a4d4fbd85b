"""Batch transform through a real boto3 client."""

import gzip
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.errors import error
from worlds.execution_world import BUCKET, World
from worlds.transforms import SHOUT, end, lines, make_model, requests, start
from worlds.waiting import until


@pytest.fixture(scope="module")
def model(world: World) -> str:
    return make_model(world, "shout", SHOUT)


# -- results -------------------------------------------------------------------------------------


def test_instances_share_the_objects_whose_lines_are_asked_for(world: World, model: str) -> None:
    for key, text in {"a.csv": "one\ntwo\n", "deep/b.csv": "three", "deep/c.csv": "four\n"}.items():
        world.upload(f"split/in/{key}", text)
    start(
        world,
        "split",
        model,
        source={"SplitType": "Line"},
        BatchStrategy="SingleRecord",
        MaxConcurrentTransforms=4,
        TransformOutput={"S3OutputPath": f"s3://{BUCKET}/split/out/", "AssembleWith": "Line"},
        TransformResources={"InstanceType": "ml.m5.large", "InstanceCount": 2},
        Tags=[{"Key": "team", "Value": "reviews"}],
    )
    waiter = world.sagemaker.get_waiter("transform_job_completed_or_stopped")
    waiter.wait(TransformJobName="split", WaiterConfig={"Delay": 1, "MaxAttempts": 90})

    job = world.sagemaker.describe_transform_job(TransformJobName="split")
    assert job["TransformJobStatus"] == "Completed"
    assert job["CreationTime"] <= job["TransformStartTime"] <= job["TransformEndTime"]
    assert job["TransformInput"]["CompressionType"] == "None"
    assert job["DataProcessing"] == {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
    outputs = {key: world.read(f"split/out/{key}") for key in world.keys("split/out/")}
    assert outputs == {
        "a.csv.out": b"ONE\n\nTWO\n\n",  # the record's own line end, and AssembleWith's
        "deep/b.csv.out": b"THREE\n",
        "deep/c.csv.out": b"FOUR\n\n",
    }
    assert requests(world, "split", 200) == 4
    settings = "MaxConcurrentTransforms=4, MaxPayloadInMB=6, BatchStrategy=SINGLE_RECORD"
    assert lines(world, "split", of_data=True) == [settings] * 2
    tags = world.sagemaker.list_tags(ResourceArn=job["TransformJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "reviews"}]
    listed = world.sagemaker.list_transform_jobs(NameContains="SPLIT", StatusEquals="Completed")
    assert [found["TransformJobName"] for found in listed["TransformJobSummaries"]] == ["split"]


def test_a_manifest_names_compressed_objects_and_the_container_sees_the_environment(
    world: World, model: str
) -> None:
    world.upload("packed/x/one.csv.gz", gzip.compress(b"one\ntwo\n"))
    world.upload("packed/other", "not in the manifest")
    manifest = world.upload(
        "packed/manifest", json.dumps([{"prefix": f"s3://{BUCKET}/packed/"}, "x/one.csv.gz"])
    )
    place = {"S3DataType": "ManifestFile", "S3Uri": manifest}
    source = {"DataSource": {"S3DataSource": place}, "CompressionType": "Gzip", "SplitType": "Line"}
    start(world, "packed", model, source=source, Environment={"PREFIX": "> "})
    assert end(world, "packed")["TransformJobStatus"] == "Completed"
    assert world.keys("packed/out/") == ["x/one.csv.gz.out"]
    assert world.read("packed/out/x/one.csv.gz.out") == b"> ONE\nTWO\n"  # one request


# -- failures ------------------------------------------------------------------------------------


def test_the_answers_of_the_container_fail_the_job_but_not_other_objects(
    world: World, model: str
) -> None:
    for text in ("broken", "fine", "refused"):
        world.upload(f"mixed/in/{text}.csv", text)
    start(world, "mixed", model, ModelClientConfig={"InvocationsMaxRetries": 1})
    job = end(world, "mixed")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(
        "AlgorithmError: See job logs for more information. "
        f"{BUCKET}/mixed/in/broken.csv: Bad HTTP status received from algorithm: 500: "
    )
    assert "broken inside" in job["FailureReason"]
    assert world.keys("mixed/out/") == ["fine.csv.out"]
    assert (requests(world, "mixed", 500), requests(world, "mixed", 415)) == (2, 1)
    refused = f"{BUCKET}/mixed/in/refused.csv: "
    written = lines(world, "mixed", of_data=True)
    about = [line.removeprefix(refused) for line in written if line.startswith(refused)]
    assert about[:2] == ["ClientError: 415", "Message:"]
    assert about[2].startswith("cannot read text/csv")


def test_a_model_that_does_not_load_fails_the_job(world: World) -> None:
    name = make_model(world, "unloadable", "def model_fn(_): raise RuntimeError('no weights')")
    world.upload("unloadable/in/a.csv", "one")
    start(world, "unloadable", name)
    job = end(world, "unloadable")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(
        "AlgorithmError: Model container failed to respond to ping."
    )
    assert "RuntimeError: no weights" in job["FailureReason"]


def test_missing_input_fails_the_job_and_is_named(world: World, model: str) -> None:
    start(world, "no-input", model)
    assert end(world, "no-input")["FailureReason"] == (
        "ClientError: Data download failed: No S3 objects found under S3 URL "
        f"'s3://{BUCKET}/no-input/in/' given in input data source"
    )


def test_a_stopped_job_leaves_no_results(world: World, model: str) -> None:
    world.upload("stopped/in/a.csv", "one")
    start(world, "stopped", model, Environment={"GATE": "/nowhere"})
    assert until(lambda: "loading" in lines(world, "stopped", of_data=False))
    world.sagemaker.stop_transform_job(TransformJobName="stopped")
    job = end(world, "stopped")
    assert (job["TransformJobStatus"], job.get("FailureReason")) == ("Stopped", None)
    assert world.keys("stopped/out/") == []
    with pytest.raises(ClientError) as raised:
        world.sagemaker.stop_transform_job(TransformJobName="stopped")
    assert error(raised) == (
        "ValidationException",
        "The request was rejected because the transform job is in status Stopped.",
    )
    with pytest.raises(ClientError) as raised:
        start(world, "stopped", model)
    assert error(raised) == (
        "ResourceInUse",
        "Job name must be unique within an AWS account and region, and a job with this name "
        "already exists (arn:aws:sagemaker:us-east-1:000000000000:transform-job/stopped)",
    )


# -- requests ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"ModelName": "nobody"},
            'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/nobody".',
        ),
        (
            {"source": {"SplitType": "RecordIO"}},
            "SplitType 'RecordIO' is not supported by localcloud, only None and Line",
        ),
        (
            {"source": {"SplitType": "TFRecord"}},
            "SplitType 'TFRecord' is not supported by localcloud, only None and Line",
        ),
        ({"MaxPayloadInMB": 0}, "MaxPayloadInMB 0 is not supported by localcloud"),
        (
            {"MaxPayloadInMB": 51, "MaxConcurrentTransforms": 2},
            "MaxConcurrentTransforms * MaxPayloadInMB cannot exceed 100 MB; it is 102",
        ),
        (
            {"DataCaptureConfig": {"DestinationS3Uri": "s3://b/c"}},
            "DataCaptureConfig is not supported by localcloud",
        ),
    ],
)
def test_what_cannot_run_is_refused_at_once(
    world: World, model: str, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError) as raised:
        start(world, "refused", model, **changes)
    assert error(raised) == ("ValidationException", message)


def test_an_unknown_job_is_named(world: World) -> None:
    unknown = "Could not find requested job with name: nobody"
    with pytest.raises(ClientError) as raised:
        world.sagemaker.describe_transform_job(TransformJobName="nobody")
    assert error(raised) == ("ValidationException", unknown)
    with pytest.raises(ClientError) as raised:
        world.sagemaker.stop_transform_job(TransformJobName="nobody")
    assert error(raised) == ("ResourceNotFound", unknown)
