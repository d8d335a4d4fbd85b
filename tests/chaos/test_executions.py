"""Several executions at once: of different reviews, or of the same name."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from reviews.client.errors import InvalidArgument
from reviews.client.features import queries
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.chaos.environment import ChaosDeployment
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import (
    content,
    expect_one_endpoint,
    expect_one_job,
    expect_same,
    expect_same_at_once,
    rows,
    start,
    versions,
)
from tests.integration.executions import finish, unique

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
_MANY = 10


@pytest.fixture(scope="module")
def many(deployment: ChaosDeployment, undisturbed: Execution) -> list[Execution]:
    """Ten executions on other reviews each, started together."""
    arns = [start(deployment, unique(f"many-{seed}"), seed=seed) for seed in range(10, 10 + _MANY)]
    return [finish(deployment, arn) for arn in arns]


def test_ten_executions_at_once_end_like_one(
    deployment: ChaosDeployment, many: list[Execution], tried: Tried
) -> None:
    assert {found.name: found.cause for found in many if found.status != "SUCCEEDED"} == {}
    for found in many:
        run = found.result()["run"]["id"]
        expect_one_job(deployment, run)
        assert versions(deployment, run) == [found.result()["model_package"]["arn"]]
    expect_one_endpoint(deployment)
    for _ in many:
        tried("Many executions", "ten at once, on different reviews", Outcome.SAME)


def test_none_of_ten_has_rows_of_another(
    deployment: ChaosDeployment, many: list[Execution]
) -> None:
    outputs = deployment.outputs()
    for seed, found in enumerate(many, start=10):
        run, text = found.result()["run"], content(seed).decode()
        found_rows = [
            row for split in ("train", "validation", "test") for row in rows(deployment, run, split)
        ]
        assert all(row[6] in text for row in found_rows)
        counted = queries.query(
            deployment.client("athena"),
            outputs,
            f'SELECT count(*) FROM "{outputs.glue_table}" WHERE "date" = \'{run["event_time"]}\'',
        )
        assert int(counted.rows[0][0]) == len(found_rows)


def test_the_endpoint_has_the_model_of_the_last_of_ten(
    deployment: ChaosDeployment, many: list[Execution]
) -> None:
    found = deployment.client("sagemaker").describe_endpoint(
        EndpointName=deployment.outputs().endpoint_name
    )
    last = max(many, key=lambda one: one.ended or one.started)
    assert found["EndpointStatus"] == "InService"
    assert found["EndpointConfigName"] == last.result()["endpoint"]["endpoint_config"]


def test_the_same_name_twice_at_once_is_one_run(
    deployment: ChaosDeployment, undisturbed: Execution, tried: Tried
) -> None:
    name = unique("twice")
    with ThreadPoolExecutor(2) as pool:
        arns = set(pool.map(lambda _: start(deployment, name), range(2)))
    (arn,) = arns
    found = finish(deployment, arn)
    expect_same_at_once(deployment, found, undisturbed)
    tried("Many executions", "the same name and input twice at once", Outcome.SAME)


def test_the_same_name_for_other_reviews_is_refused(
    deployment: ChaosDeployment, undisturbed: Execution, tried: Tried
) -> None:
    name = unique("taken")
    arn = start(deployment, name)
    document = {"reviews": f"s3://{deployment.outputs().data_bucket}/reviews/other.csv"}
    states = deployment.client("stepfunctions")
    with pytest.raises(InvalidArgument, match=f"--name {name}: already the name of an execution"):
        execution.start(states, deployment.outputs().state_machine_arn, name, document)
    expect_same(deployment, finish(deployment, arn), undisturbed)
    tried("Many executions", "the same name with another input, meanwhile", Outcome.SAME)
