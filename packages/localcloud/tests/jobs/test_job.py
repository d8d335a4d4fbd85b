"""What ends a job, and what a job can reach: with constants that take minutes on AWS shortened."""

import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from localcloud.core.errors import ValidationException
from localcloud.jobs import checkpoints
from localcloud.jobs import job as job_module
from localcloud.jobs.memory import memory_limit, out_of_memory
from localcloud.jobs.training import stop_training_job
from worlds.execution_world import World
from worlds.job_world import JobWorld, stages
from worlds.waiting import until

OUT_OF_MEMORY = (
    "ClientError: Please use an instance type with more memory, or reduce the size of job data "
    "processed on an instance."
)


def test_a_stopped_job_that_does_not_end_in_time_is_killed(
    jobs: JobWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_module, "GRACE_SECONDS", 0.2)
    script = """
        import os, pathlib, signal, time
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print(os.getpid())
        pathlib.Path("/opt/ml/model/ready").touch()
        time.sleep(60)
    """
    jobs.start("deaf", script)
    jobs.wait_for_file("deaf", "model/ready")
    stop_training_job(jobs.cloud, {"TrainingJobName": "deaf"})
    stop_training_job(jobs.cloud, {"TrainingJobName": "deaf"})  # once more changes nothing
    job = jobs.ended("deaf")
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert stages(job)[-4:] == ["Training", "Stopping", "Uploading", "Stopped"]
    ((pid,),) = jobs.streams("deaf")
    assert not psutil.pid_exists(int(pid))


def test_a_job_that_has_ended_is_not_stopped(jobs: JobWorld) -> None:
    jobs.run("over", "")
    with pytest.raises(ValidationException) as caught:
        stop_training_job(jobs.cloud, {"TrainingJobName": "over"})
    assert caught.value.message == (
        "The request was rejected because the training job is in status Completed."
    )


def test_the_failure_file_and_the_exit_code_are_the_reason(jobs: JobWorld) -> None:
    script = """
        import pathlib, sys
        pathlib.Path("/opt/ml/output/failure").write_text("no rows")
        sys.exit(3)
    """
    assert jobs.run("fails", script)["FailureReason"] == "AlgorithmError: no rows, exit code: 3"


def test_a_job_that_takes_too_much_memory_fails_in_the_words_of_aws(
    jobs: JobWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALCLOUD_JOB_MEMORY_MB", "100")
    job = jobs.run("big", "import time; rows = bytearray(200 * 2**20); time.sleep(60)")
    assert job["TrainingJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(f"{OUT_OF_MEMORY} It held ")
    assert job["FailureReason"].endswith("LOCALCLOUD_JOB_MEMORY_MB is 100")


def test_memory_that_processes_share_counts_once() -> None:
    script = (
        "import os, time\n"
        "rows = bytearray(100 * 2**20)\n"
        "workers = [os.fork() for _ in range(3)]\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as program:
        assert program.stdout
        for _ in range(8):  # the children of children have been started
            program.stdout.readline()
        try:
            assert out_of_memory(program.pid, 400 * 2**20) is None
            assert out_of_memory(program.pid, 90 * 2**20)
        finally:
            for child in psutil.Process(program.pid).children(recursive=True):
                child.kill()
            program.kill()


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "much"])
def test_a_useless_memory_limit_is_named(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("LOCALCLOUD_JOB_MEMORY_MB", text)
    with pytest.raises(ValueError, match=f"LOCALCLOUD_JOB_MEMORY_MB='{text}' must be a whole"):
        memory_limit()


def test_checkpoints_are_uploaded_while_training_runs(
    world: World, jobs: JobWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoints, "_SECONDS", 0)
    script = """
        import pathlib, time
        pathlib.Path("/opt/ml/checkpoints/step-1").write_text("1")
        time.sleep(60)
    """
    jobs.start("saving", script)
    assert until(lambda: world.keys("saving/checkpoints/")) == ["step-1"]
    stop_training_job(jobs.cloud, {"TrainingJobName": "saving"})


def test_temporary_files_are_the_jobs_own_and_go_with_it(jobs: JobWorld) -> None:
    script = """
        import tempfile
        from multiprocessing.connection import Listener
        Listener(family="AF_UNIX")  # whose path must not be too long
        print(tempfile.mkdtemp())
    """
    job = jobs.run("temporary", script)
    assert job["TrainingJobStatus"] == "Completed", job["FailureReason"]
    (lines,) = jobs.streams("temporary")
    folder = Path(lines[0]).parent
    assert folder != Path(tempfile.gettempdir())
    assert until(lambda: not folder.exists())  # after its end is in the record


def test_a_channel_says_how_its_data_came(world: World, jobs: JobWorld) -> None:
    data = world.upload("fast/data/rows", "1,2")
    source = {"S3DataType": "S3Prefix", "S3Uri": data}
    channel = {"ChannelName": "train", "DataSource": {"S3DataSource": source}}
    script = """
        import json, pathlib
        (description,) = json.load(open("/opt/ml/input/config/inputdataconfig.json")).values()
        print(description["TrainingInputMode"])
        print(pathlib.Path("/opt/ml/input/data/train/rows").read_text())
    """
    jobs.run("fast", script, InputDataConfig=[channel | {"InputMode": "FastFile"}])
    assert jobs.streams("fast") == [["FastFile", "1,2"]]


def test_a_model_that_links_outside_is_not_uploaded(world: World, jobs: JobWorld) -> None:
    script = """
        import pathlib
        pathlib.Path("/opt/ml/model/passwd").symlink_to("/etc/passwd")
    """
    job = jobs.run("linked", script)
    assert job["FailureReason"] == (
        "ClientError: Data upload failed: 'algo-1/ml/model/passwd' is a link that leads out of the "
        "job's folder"
    )
    assert world.keys("linked/") == []


def test_an_input_key_that_climbs_fails_the_job(world: World, jobs: JobWorld) -> None:
    manifest = world.upload("climbs/m", '[{"prefix": "s3://execution-tests/climbs/"}, "../x"]')
    source = {"S3DataType": "ManifestFile", "S3Uri": manifest}
    channel = {"ChannelName": "train", "DataSource": {"S3DataSource": source}}
    job = jobs.run("climbs", "", InputDataConfig=[channel])
    reason = "ClientError: Data download failed: '../x' leaves its folder"
    assert job["FailureReason"] == reason
    assert stages(job) == ["Starting", "Downloading", "Failed"]
