"""Each policy statement is needed: without it an execution fails with AccessDenied."""

import os
from collections.abc import Iterator
from itertools import zip_longest

import pytest

from localcloud.iam.decisions import Decision, used
from localcloud.server import LocalCloud
from reviews.client.runs.execution import Execution
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import begin, finish, start, unique
from worlds.least_privilege import Statement, statements, without

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
# Of a role's name → where an execution begins that comes to it soonest.
_FROM_REVIEWS = ("Prepare", "Processing", "CheckFeatures")
_FROM_FEATURES = ("StartTraining", "JobRolesTraining")
_SAMPLE = 18
# Denied in the log alone: AWS, too, runs a job that cannot write its log.
_SILENT = ("logs:", "cloudwatch:PutMetricData")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalCloud, Deployment]]:
    """An environment whose state machine does not wait: what is denied is tried again in vain."""
    os.environ["SFN_WAIT_SCALE"] = "0.02"
    try:
        with LocalCloud(data_dir=tmp_path_factory.mktemp("localcloud")) as cloud:
            deployment = Deployment(cloud, tmp_path_factory.mktemp("cdk"))
            deployment.set_up()
            with cloud.enforce_iam():
                yield cloud, deployment
    finally:
        del os.environ["SFN_WAIT_SCALE"]


@pytest.fixture(scope="module")
def first(world: tuple[LocalCloud, Deployment]) -> Execution:
    _, deployment = world
    found = finish(deployment, start(deployment, "first", reviews.to_csv(reviews.rows())))
    found.result()
    again = finish(deployment, begin(deployment, "again", later("evaluation", found)))
    again.result()
    return found


def later(start_at: str, first: Execution) -> dict[str, str]:
    return {"start_at": start_at, "from_run": first.name}


def run(deployment: Deployment, first: Execution, role: str) -> Execution:
    """The execution that comes soonest to what the role does, as if it were the first."""
    name = unique("without")
    forget_code(deployment)
    if any(word in role for word in _FROM_REVIEWS):
        return finish(deployment, start(deployment, name, reviews.to_csv(reviews.rows())))
    start_at = "training" if any(word in role for word in _FROM_FEATURES) else "evaluation"
    return finish(deployment, begin(deployment, name, later(start_at, first)))


def forget_code(deployment: Deployment) -> None:
    """What is there already need not be looked for in vain."""
    s3, bucket = deployment.client("s3"), deployment.outputs().artefact_bucket
    for item in s3.list_objects_v2(Bucket=bucket, Prefix="code/").get("Contents", []):
        s3.delete_object(Bucket=bucket, Key=item["Key"])


def sample(found: list[Statement]) -> list[Statement]:
    """One of each role, then another of each, and so on."""
    by_role: dict[str, list[Statement]] = {}
    for statement in found:
        by_role.setdefault(statement.role, []).append(statement)
    turns = [one for turn in zip_longest(*by_role.values()) for one in turn if one]
    return turns[:_SAMPLE]


def denied(cloud: LocalCloud, statement: Statement) -> list[Decision]:
    """What the role was denied that the statement allows."""
    return [
        found
        for found in cloud.iam_decisions()
        if not found.allowed and found.role == statement.role and found.action in statement.actions
    ]


def test_a_run_without_one_of_its_statements_is_denied(
    world: tuple[LocalCloud, Deployment], first: Execution
) -> None:
    cloud, deployment = world
    iam, cloudformation = deployment.client("iam"), deployment.client("cloudformation")
    needed = {(role, name) for role, name, _ in used(cloud.iam_decisions())}
    candidates = [
        statement
        for statement in statements(cloudformation, iam, "reviews-local-Pipeline")
        if (statement.role, statement.name) in needed
        and not all(action.startswith(_SILENT) for action in statement.actions)
    ]
    survived = []
    chosen = sample(candidates)
    for statement in chosen:
        before = len(denied(cloud, statement))
        with without(iam, statement):
            found = run(deployment, first, statement.role)
        if found.status == "SUCCEEDED" or len(denied(cloud, statement)) == before:
            survived.append(f"{statement.role} {statement.actions}: {found.cause}")
    assert survived == []
    assert len(chosen) >= 15
