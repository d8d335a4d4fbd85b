"""What scorings and reports about drift need, and somebody has changed or removed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from contract import s3_uri
from contract.s3_keys import BASELINE, BASELINE_FILE
from localcloud.faults.client import FaultClient
from reviews.client.drift import feedback
from reviews.client.errors import AnswersMissing
from reviews.client.runs.execution import Execution
from tests.chaos.calls import TROUBLES
from tests.chaos.environment import ChaosDeployment
from tests.chaos.job_executions import (
    REPORT,
    SCORING,
    Names,
    Scorings,
    Undisturbed,
    expect_nothing_runs,
    expect_same,
    redrive,
    run,
)
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import expect_all_injected
from tests.integration import reviews
from tests.integration.executions import finish
from worlds.damage import cut, damaged

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
GONE_OR_CUT = pytest.mark.parametrize("how", [None, cut], ids=["gone", "cut"])


@GONE_OR_CUT
@pytest.mark.parametrize("which", [SCORING, REPORT], ids=lambda names: names.job)
def test_what_a_job_needs_and_is_gone_or_cut_is_named(
    deployment: ChaosDeployment,
    undisturbed: Execution,
    worlds: dict[str, Undisturbed],
    tried: Tried,
    which: Names,
    how: Callable[[bytes], bytes] | None,
) -> None:
    """The artefact of the model, and the baseline that was written with it."""
    one, run_of_model = worlds[which.job], undisturbed.result()["run"]
    training = deployment.client("sagemaker").describe_training_job(
        TrainingJobName=f"reviews-local-train-{run_of_model['id']}-1"
    )
    uri, causes = {
        SCORING.job: (
            training["ModelArtifacts"]["S3ModelArtifacts"],
            ("the artefact of version", "Failed to download model data"),
        ),
        REPORT.job: (
            f"{run_of_model['prefix']}/{BASELINE}/{BASELINE_FILE}",
            ("there is no", "baseline.json: the baseline cannot be read"),
        ),
    }[which.job]
    with damaged(deployment.client("s3"), uri, how):
        failed = run(deployment, one.world)
    assert (failed.status, failed.error) == ("FAILED", which.error)
    assert causes[how is not None] in failed.cause
    expect_nothing_runs(deployment, which, failed.name)
    expect_same(deployment, one.world, redrive(deployment, failed), one.product)
    what = f"{uri.rpartition('/')[2]} {'cut' if how else 'gone'}"
    tried(f"Objects of {which.title}", what, Outcome.AGAIN)


@GONE_OR_CUT
def test_a_part_that_is_gone_or_cut_costs_the_answers_to_the_others_nothing(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    tried: Tried,
    how: Callable[[bytes], bytes] | None,
) -> None:
    one = worlds[SCORING.job]
    scorings = one.world
    assert isinstance(scorings, Scorings)
    start, document = scorings.prepare(), scorings.document
    assert len(document.parts) == 3
    with damaged(deployment.client("s3"), scorings.part(1), how):
        found = finish(deployment, start())
    if how is not None:
        assert (found.status, found.error) == ("FAILED", SCORING.error)
        assert "ClientError" in found.cause
    with pytest.raises(AnswersMissing, match=r"1 of 3 parts have no answers below .*part-000001"):
        scorings.product(found)
    _, rows = scorings.scorings.join_some(scorings.file, document)
    first, failed, _ = document.parts
    kept, lost = [predicted.row for predicted in rows], slice(first, first + failed)
    assert {row[-1] for row in kept[lost]} == {"no answer"}
    del kept[lost], (others := list(one.product))[lost]
    assert kept == others
    expect_same(deployment, scorings, run(deployment, scorings), one.product)
    tried(f"Objects of {SCORING.title}", f"a part {'cut' if how else 'gone'}", Outcome.AGAIN)


@GONE_OR_CUT
def test_answers_that_are_gone_or_cut_are_named(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    tried: Tried,
    how: Callable[[bytes], bytes] | None,
) -> None:
    one = worlds[SCORING.job]
    scorings = one.world
    assert isinstance(scorings, Scorings)
    found = run(deployment, scorings)
    answers = f"{scorings.part(1).replace('/input/', '/output/')}.out"
    with (
        damaged(deployment.client("s3"), answers, how),
        pytest.raises(AnswersMissing, match=r"part-000001.jsonl"),
    ):
        scorings.product(found)
    assert scorings.product(found) == one.product
    tried(f"Objects of {SCORING.title}", f"answers {'cut' if how else 'gone'}", Outcome.AGAIN)


def test_captured_requests_that_are_cut_are_counted(
    deployment: ChaosDeployment, worlds: dict[str, Undisturbed]
) -> None:
    one, bucket = worlds[REPORT.job], deployment.outputs().artefact_bucket
    listed = deployment.client("s3").list_objects_v2(Bucket=bucket, Prefix="capture/")["Contents"]
    largest = max(listed, key=lambda item: item["Size"])
    with damaged(deployment.client("s3"), f"s3://{bucket}/{largest['Key']}", cut):
        found = run(deployment, one.world)
        assert found.status == "SUCCEEDED", found.cause
        report = one.world.product(found)
    assert report["requests"] < one.product["requests"]
    assert report["unread"] == {"not in the format of data capture": 1}
    expect_same(deployment, one.world, run(deployment, one.world), one.product)


# -- ratings that arrive later -------------------------------------------------------------------


@pytest.mark.parametrize("what", TROUBLES)
def test_ratings_are_uploaded_once_though_calls_go_wrong(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    faults: FaultClient,
    tried: Tried,
    tmp_path: Path,
    what: str,
) -> None:
    kind, options = TROUBLES[what]
    file = tmp_path / "ratings.csv"
    file.write_bytes(reviews.to_csv(reviews.rows()[:20]))
    chosen = feedback.columns(deployment.facade(), rating="", text="", key="")
    faults.add(kind, "s3:PutObject", matching="/feedback/", **options)
    uploaded = feedback.upload(deployment.facade(), file, chosen)
    expect_all_injected(faults)
    s3, bucket = deployment.client("s3"), deployment.outputs().artefact_bucket
    (found,) = s3.list_objects_v2(Bucket=bucket, Prefix="feedback/")["Contents"]
    assert uploaded.uri.endswith(found["Key"])
    body = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
    assert len(body.splitlines()) == uploaded.ratings == 20
    s3.delete_object(Bucket=bucket, Key=found["Key"])
    tried("Calls of feedback", f"its call: {what}", Outcome.SAME)


def test_ratings_that_are_cut_are_ratings_less(
    deployment: ChaosDeployment,
    worlds: dict[str, Undisturbed],
    tmp_path: Path,
) -> None:
    one, s3 = worlds[REPORT.job], deployment.client("s3")
    file = tmp_path / "ratings.csv"
    file.write_bytes(reviews.to_csv(reviews.rows()[:20]))
    chosen = feedback.columns(deployment.facade(), rating="", text="", key="")
    uploaded = feedback.upload(deployment.facade(), file, chosen)
    with damaged(s3, uploaded.uri, cut):
        found = run(deployment, one.world)
    assert found.status == "SUCCEEDED", found.cause
    assert 0 < one.world.product(found)["ratings"] < uploaded.ratings
    whole = run(deployment, one.world)
    assert one.world.product(whole)["ratings"] == uploaded.ratings
    bucket, key = s3_uri.split(uploaded.uri)
    s3.delete_object(Bucket=bucket, Key=key)
