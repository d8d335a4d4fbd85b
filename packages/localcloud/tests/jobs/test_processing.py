import pytest
from botocore.exceptions import ClientError

from worlds.execution_world import BUCKET, SKLEARN, World, cluster, s3_input, s3_output
from worlds.waiting import until

ECHO = """
    import json, pathlib, sys
    output, root = map(pathlib.Path, sys.argv[1:])
    host = json.loads((root / "config/resourceconfig.json").read_text())["current_host"]
    for path in (root / "processing/input/data").rglob("*"):
        if path.is_file():
            (output / f"{host}-{path.name}").write_text(path.read_text().upper())
            print("wrote", path.name)
"""


def test_a_script_reads_its_input_and_its_output_is_uploaded(world: World) -> None:
    data = world.upload("echo/data/a.txt", "hello").rpartition("/")[0]
    job = world.process(
        "echo",
        ECHO,
        ProcessingInputs=[
            s3_input("code", f"s3://{BUCKET}/echo/code/", "/opt/ml/processing/input/code"),
            s3_input("data", data, "/opt/ml/processing/input/data"),
        ],
    )
    assert job["ProcessingJobStatus"] == "Completed"
    assert job["ProcessingStartTime"] <= job["ProcessingEndTime"]
    assert world.read("echo/out/algo-1-a.txt") == b"HELLO"
    ((stream, lines),) = world.log("/aws/sagemaker/ProcessingJobs", "echo/").items()
    assert stream.startswith("echo/algo-1-")
    assert lines == ["wrote a.txt"]


def test_two_instances_share_sharded_input(world: World) -> None:
    for name in "abc":
        data = world.upload(f"shards/data/{name}", name).rpartition("/")[0]
    job = world.process(
        "shards",
        ECHO,
        ProcessingResources={"ClusterConfig": cluster(2)},
        ProcessingInputs=[
            s3_input("code", f"s3://{BUCKET}/shards/code/", "/opt/ml/processing/input/code"),
            s3_input(
                "data",
                data,
                "/opt/ml/processing/input/data",
                S3DataDistributionType="ShardedByS3Key",
            ),
        ],
    )
    assert job["ProcessingJobStatus"] == "Completed"
    assert world.keys("shards/out/") == ["algo-1-a", "algo-1-c", "algo-2-b"]


def test_a_failing_script_gives_its_message_and_uploads_nothing(world: World) -> None:
    script = """
        import pathlib, sys
        pathlib.Path(sys.argv[1], "half").write_text("x")
        pathlib.Path(sys.argv[2], "output/message").write_text("column Rating is missing")
        sys.exit("column Rating is missing in reviews.csv")
    """
    job = world.process("fails", script)
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["ExitMessage"] == "column Rating is missing"
    assert job["FailureReason"].startswith("AlgorithmError: ")
    assert "exit code: 1" in job["FailureReason"]
    assert "column Rating is missing in reviews.csv" in job["FailureReason"]
    assert world.keys("fails/out/") == []


def test_the_messages_of_all_instances_are_the_exit_message(world: World) -> None:
    script = """
        import json, pathlib, sys
        root = pathlib.Path(sys.argv[2])
        host = json.loads((root / "config/resourceconfig.json").read_text())["current_host"]
        (root / "output/message").write_text(f"{host} ")
    """
    cluster_of_two = {"ClusterConfig": cluster(2)}
    job = world.process("messages", script, ProcessingResources=cluster_of_two)
    assert job["ExitMessage"] == "algo-1algo-2"


def test_an_output_that_links_outside_is_not_uploaded(world: World) -> None:
    script = """
        import pathlib, sys
        pathlib.Path(sys.argv[1], "passwd").symlink_to("/etc/passwd")
    """
    job = world.process("linked", script)
    assert job["FailureReason"] == (
        "ClientError: Data upload failed: 'algo-1/ml/processing/output/passwd' is a link that "
        "leads out of the job's folder"
    )
    assert world.keys("linked/out/") == []


def test_missing_input_fails_the_job_and_is_named(world: World) -> None:
    gone = f"s3://{BUCKET}/gone/"
    job = world.process(
        "gone-input", "", ProcessingInputs=[s3_input("data", gone, "/opt/ml/processing/input/data")]
    )
    assert job["ProcessingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("ClientError: Data download failed")
    assert gone in job["FailureReason"]


def test_stop_lets_the_script_clean_up(world: World) -> None:
    script = """
        import signal, sys, time
        def stop(*_):
            print("cleaning up", flush=True)
            sys.exit(0)
        signal.signal(signal.SIGTERM, stop)
        print("ready", flush=True)
        time.sleep(60)
    """
    world.process("stopped", script, wait=False)
    assert until(lambda: "ready" in _lines(world, "stopped"))
    world.sagemaker.stop_processing_job(ProcessingJobName="stopped")
    assert world.wait_for_processing("stopped")["ProcessingJobStatus"] == "Stopped"
    assert _lines(world, "stopped") == ["ready", "cleaning up"]


def _lines(world: World, name: str) -> list[str]:
    streams = world.log("/aws/sagemaker/ProcessingJobs", f"{name}/")
    return [line for lines in streams.values() for line in lines]


def test_a_job_that_takes_too_long_is_stopped(world: World) -> None:
    job = world.process(
        "slow", "import time; time.sleep(60)", StoppingCondition={"MaxRuntimeInSeconds": 1}
    )
    assert job["ProcessingJobStatus"] == "Stopped"
    assert "MaxRuntimeInSeconds" in job["FailureReason"]


def test_continuous_output_appears_while_the_job_runs(world: World) -> None:
    script = """
        import pathlib, sys, time
        pathlib.Path(sys.argv[1], "first").write_text("1")
        time.sleep(60)
    """
    output = s3_output("o", f"s3://{BUCKET}/live/out", "/opt/ml/processing/output", "Continuous")
    world.process("live", script, wait=False, ProcessingOutputConfig={"Outputs": [output]})
    assert until(lambda: world.keys("live/out/")) == ["first"]
    world.sagemaker.stop_processing_job(ProcessingJobName="live")
    world.wait_for_processing("live")


def test_the_script_runs_with_the_credentials_of_its_role(world: World) -> None:
    script = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"
    world.process("who", script)
    (arn,) = _lines(world, "who")
    assert ":assumed-role/execution/who" in arn


def test_a_name_is_used_once(world: World) -> None:
    world.process("twice", "")
    with pytest.raises(ClientError, match="Job name must be unique") as caught:
        world.process("twice", "")
    assert caught.value.response["Error"]["Code"] == "ResourceInUse"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        (
            {"AppSpecification": {"ImageUri": "1.dkr/x:1", "ContainerEntrypoint": ["x"]}},
            "Image '1.dkr/x:1' is not supported",
        ),
        ({"AppSpecification": {"ImageUri": SKLEARN}}, "ContainerEntrypoint is required"),
        ({"RoleArn": "arn:aws:iam::000000000000:role/nobody"}, "Could not assume role"),
        (
            {"ProcessingInputs": [s3_input("data", "s3://b/x", "/data")]},
            "'data': '/data' is not below /opt/ml",
        ),
        (
            {"ProcessingInputs": [s3_input("d", "s3://b/x", "/opt/ml/d", S3InputMode="Pipe")]},
            "Input 'd': S3InputMode 'Pipe' is not supported by localcloud, only File",
        ),
        (
            {"ProcessingResources": {"ClusterConfig": {"InstanceCount": 1, "VolumeSizeInGB": 1}}},
            "ClusterConfig needs InstanceType and InstanceCount",
        ),
    ],
)
def test_what_cannot_run_is_refused_at_once(
    world: World, changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(ClientError, match=complaint) as caught:
        world.process("refused", "", **changes)
    assert caught.value.response["Error"]["Code"] == "ValidationException"


def test_jobs_are_listed_and_found_by_name(world: World) -> None:
    world.process("listed-one", "")
    listing = world.sagemaker.list_processing_jobs(NameContains="listed", StatusEquals="Completed")
    names = [job["ProcessingJobName"] for job in listing["ProcessingJobSummaries"]]
    assert names == ["listed-one"]
    with pytest.raises(ClientError, match="Could not find requested job with name: nobody"):
        world.sagemaker.describe_processing_job(ProcessingJobName="nobody")
