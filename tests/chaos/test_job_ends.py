"""Jobs of scorings and of reports about drift that end too early, and executions that do."""

from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from localcloud.faults.client import FaultClient
from reviews.client.runs.execution import Execution
from tests.chaos.environment import ChaosDeployment
from tests.chaos.job_executions import (
    BOTH,
    SCORING,
    Names,
    Undisturbed,
    expect_nothing_runs,
    expect_same,
    expect_same_at_once,
    jobs,
    redrive,
    run,
)
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.real_jobs import mark
from tests.chaos.runs import expect_all_injected
from tests.integration.executions import finish
from worlds.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


def job_of(deployment: ChaosDeployment, names: Names, arn: str) -> str:
    """The name of the job of an execution, once it runs."""
    name = arn.rpartition(":")[2]

    def running() -> list[str]:
        found = jobs(deployment, names, name)
        return [job for job, status in found.items() if status == "InProgress"]

    found = until(running, bool, seconds=120, pause=0.05)
    assert found, jobs(deployment, names, name)
    return found[0]


# -- jobs ----------------------------------------------------------------------------------------


@BOTH
def test_a_job_without_machines_is_started_again(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    faults: FaultClient,
    tried: Tried,
    names: Names,
) -> None:
    one = worlds[names.job]
    faults.add("capacity", names.call("Create"), matching=f"-{names.job}-")
    expect_same(deployment, one.world, run(deployment, one.world), one.product)
    expect_all_injected(faults)
    tried(f"Jobs of {names.title}", "no machines at first", Outcome.SAME)


@BOTH
def test_a_job_whose_processes_are_killed_says_so_and_can_be_redriven(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    tried: Tried,
    names: Names,
) -> None:
    one, arn = worlds[names.job], worlds[names.job].world.prepare()()
    kill_processes(job_of(deployment, names, arn))
    failed = finish(deployment, arn)
    assert (failed.status, failed.error) == ("FAILED", names.error)
    assert "AlgorithmError" in failed.cause
    expect_nothing_runs(deployment, names, failed.name)
    expect_same(deployment, one.world, redrive(deployment, failed), one.product)
    tried(f"Jobs of {names.title}", "killed", Outcome.AGAIN)


def kill_processes(job: str) -> None:
    """All processes of the job, once it has some."""
    found = until(lambda: processes(job), bool, seconds=60, pause=0.05)
    assert found, f"{job} has no process"
    for process in found:
        process.kill()


def processes(job: str) -> list[psutil.Process]:
    """Those that have the name of the job in their environment: localcloud marks them with it."""
    return [process for process in psutil.process_iter() if job in mark(process)]


@BOTH
def test_an_execution_that_is_stopped_leaves_no_job_and_can_be_redriven(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    tried: Tried,
    names: Names,
) -> None:
    """As in the console of Step Functions: nothing else is told."""
    one, arn = worlds[names.job], worlds[names.job].world.prepare()()
    job_of(deployment, names, arn)
    stopped = stop(deployment, arn)
    expect_nothing_runs(deployment, names, stopped.name)
    assert list(jobs(deployment, names, stopped.name).values()) == ["Stopped"]
    expect_same(deployment, one.world, redrive(deployment, stopped), one.product)
    tried(f"Jobs of {names.title}", "its execution stopped", Outcome.AGAIN)


def stop(deployment: ChaosDeployment, arn: str) -> Execution:
    deployment.client("stepfunctions").stop_execution(executionArn=arn)
    found = finish(deployment, arn)
    assert found.status == "ABORTED"
    return found


@BOTH
def test_a_job_that_is_started_after_the_stop_ends_too(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    faults: FaultClient,
    tried: Tried,
    names: Names,
) -> None:
    """The function that starts it was at work, and nobody tells it."""
    one = worlds[names.job]
    faults.add("slow", names.call("Create"), seconds=4, matching=f"-{names.job}-")
    arn = one.world.prepare()()
    assert until(lambda: hit(faults), seconds=60, pause=0.05)
    # As on AWS, a scoring takes longer than the function stop-jobs waits between two looks.
    faults.add("slow", "s3:GetObject", matching="model.tar.gz", seconds=15)
    stopped = stop(deployment, arn)
    assert until(lambda: jobs(deployment, names, stopped.name), bool, seconds=60)
    expect_nothing_runs(deployment, names, stopped.name)
    expect_same(deployment, one.world, redrive(deployment, stopped), one.product)
    tried(f"Jobs of {names.title}", "its execution stopped before its job began", Outcome.AGAIN)


def hit(faults: FaultClient) -> bool:
    return all(one["injected"] for one in faults.list())


# -- two at once ---------------------------------------------------------------------------------


@BOTH
def test_two_executions_at_once_end_like_one(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    tried: Tried,
    names: Names,
) -> None:
    one = worlds[names.job]
    with ThreadPoolExecutor(2) as pool:
        arns = list(pool.map(lambda start: start(), [one.world.prepare() for _ in range(2)]))
    for arn in arns:
        expect_same_at_once(deployment, one.world, finish(deployment, arn), one.product)
    tried(f"Jobs of {names.title}", "two executions at once", Outcome.SAME)


def test_two_instances_share_a_file_whose_rows_keep_their_order(
    deployment: ChaosDeployment, worlds: dict[str, Undisturbed]
) -> None:
    """The endpoint, which has the same model, answers each text by itself."""
    one, sagemaker = worlds[SCORING.job], deployment.client("sagemaker")
    job = run(deployment, one.world).output["job"]
    described = sagemaker.describe_transform_job(TransformJobName=job)
    assert described["TransformResources"]["InstanceCount"] == 2
    streams = deployment.client("logs").describe_log_streams(
        logGroupName=SCORING.kind.log_group, logStreamNamePrefix=f"{job}/"
    )["logStreams"]
    instances = {stream["logStreamName"].split("/")[1].rpartition("-")[0] for stream in streams}
    assert len(instances) == 2
    rows = one.product
    assert [row[0] for row in rows] == [str(number) for number in range(len(rows))]
    asked = deployment.facade().endpoint.predict([row[1] for row in rows])
    assert [row[2] for row in rows] == [answer.label for answer in asked]
    assert len({row[2] for row in rows}) > 1
