"""Changed settings of a deployed environment, and `cdk destroy` during other operations."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.server import LocalCloud
from reviews.client.runs import approval
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import begin, finish, start, unique
from worlds.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("localcloud")) as cloud:
        deployment = Deployment(cloud, tmp_path_factory.mktemp("cdk"))
        deployment.set_up()
        with cloud.enforce_iam():
            yield deployment


def expect_nothing_left(deployment: Deployment) -> None:
    deployment.run(sys.executable, "-m", "reviews.cli.teardown", "--env", "local")


def test_other_settings_keep_the_data_and_the_endpoint(fresh: Deployment) -> None:
    first = finish(fresh, start(fresh, unique("before"), reviews.to_csv(reviews.rows())))
    run, before = first.result()["run"], fresh.outputs()

    fresh.app = "tests/integration/upgraded_app.py"
    fresh.deploy()
    after = fresh.outputs()
    assert after.feature_group != before.feature_group
    assert after.data_bucket == before.data_bucket
    (prediction,) = fresh.facade().endpoint.predict(["I hated this coat, it is awful."])
    assert prediction.label == "negative"

    # What was trained before is still there to begin with, and other machines may serve it.
    name = unique("after")
    arn = begin(fresh, name, {"start_at": "evaluation", "from_run": run["id"]})
    answer(fresh, name, approved=True)
    second = finish(fresh, arn)
    assert second.status == "SUCCEEDED", second.cause
    config = fresh.client("sagemaker").describe_endpoint_config(
        EndpointConfigName=second.result()["endpoint"]["endpoint_config"]
    )
    assert config["ProductionVariants"][0]["InstanceType"] == "ml.c5.large"

    # The new group takes features, and its table is queried like the one before.
    name = unique("new")
    arn = start(fresh, name, reviews.to_csv(reviews.rows()))
    answer(fresh, name, approved=False)
    third = finish(fresh, arn)
    assert (third.status, third.error) == ("FAILED", "Gate")
    assert "was not approved: rejected by somebody: no hurry" in third.cause
    found = fresh.facade().features.query(f"SELECT count(*) FROM {after.glue_table}")
    assert int(found.rows[0][0]) == 240

    fresh.destroy()
    expect_nothing_left(fresh)


def test_a_feature_group_of_earlier_features_can_be_created_again(fresh: Deployment) -> None:
    """A group that goes leaves its table, beside which no group of that name can be made."""
    app, before = fresh.app, fresh.outputs()
    fresh.app = "tests/integration/upgraded_app.py"
    fresh.deploy()
    tables = fresh.client("glue").get_tables(DatabaseName=before.glue_database)["TableList"]
    assert [table["Name"] for table in tables] == [fresh.outputs().glue_table]
    fresh.app = app
    fresh.deploy()
    assert fresh.outputs() == before
    tables = fresh.client("glue").get_tables(DatabaseName=before.glue_database)["TableList"]
    assert [table["Name"] for table in tables] == [before.glue_table]
    fresh.destroy()
    expect_nothing_left(fresh)


def answer(deployment: Deployment, run: str, *, approved: bool) -> None:
    """What `reviews approve` does, once the execution waits for it."""
    bucket = deployment.outputs().artefact_bucket
    s3, key = deployment.client("s3"), f"runs/{run}/approval.json"

    def asked() -> bool:
        return "Contents" in s3.list_objects_v2(Bucket=bucket, Prefix=key)

    assert until(asked, seconds=300)
    approval.answer(
        deployment.client, bucket, run, approved=approved, comment="no hurry", who="somebody"
    )


def training_runs(deployment: Deployment) -> bool:
    jobs = deployment.client("sagemaker").list_training_jobs(
        StatusEquals="InProgress", MaxResults=100
    )
    return bool(jobs["TrainingJobSummaries"])


def endpoint_is_being_created(deployment: Deployment) -> bool:
    found = deployment.client("sagemaker").list_endpoints(StatusEquals="Creating", MaxResults=100)
    return bool(found["Endpoints"])


@pytest.mark.parametrize("moment", [training_runs, endpoint_is_being_created])
def test_an_environment_destroyed_at_a_bad_moment_leaves_nothing_and_can_be_made_again(
    fresh: Deployment, moment: Callable[[Deployment], bool]
) -> None:
    arn = start(fresh, unique("cut-short"), reviews.to_csv(reviews.rows()))
    assert until(lambda: moment(fresh), seconds=300), describe(fresh, arn)
    fresh.destroy()
    fresh.deploy()
    found = finish(fresh, start(fresh, unique("anew"), reviews.to_csv(reviews.rows())))
    assert found.status == "SUCCEEDED", found.cause
    fresh.destroy()
    expect_nothing_left(fresh)


def describe(deployment: Deployment, arn: str) -> Any:
    return deployment.client("stepfunctions").describe_execution(executionArn=arn)
