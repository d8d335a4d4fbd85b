"""Promotions to which something happens: the very bytes of the other environment are served."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from contract import s3_uri
from localcloud.faults.client import FaultClient
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.chaos.app import PAIR, pair
from tests.chaos.calls import TROUBLES, Call
from tests.chaos.environment import ChaosDeployment, embedded_aws
from tests.chaos.outcomes import Outcome, Tried
from tests.chaos.runs import expect_all_injected, start
from tests.integration.executions import begin, finish, unique
from worlds.damage import cut, damaged
from worlds.least_privilege import denying

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
# Of Prepare and CopyModel to the other environment, and of the copy.
CALLS: list[Call] = [
    ("sts:AssumeRole", "staging-promotion"),
    ("sagemaker:ListModelPackages", "reviews-staging"),
    ("sagemaker:DescribeModelPackage", "reviews-staging"),
    ("s3:HeadObject", "reviews-staging-artefacts"),
    ("s3:GetObject", "model.tar.gz"),
    ("s3:GetObject", "reviews-staging-artefacts"),
    ("s3:ListObjectsV2", "reviews-staging-artefacts"),
    ("s3:PutObject", "promoted"),
    ("s3:PutObject", "/source/"),
]
FUNCTION = "lambda:reviews-prod-copy-model"


@dataclass(frozen=True)
class Pair:
    staging: ChaosDeployment
    prod: ChaosDeployment
    trained: Execution  # in staging
    faults: FaultClient

    def promote(self) -> str:
        """The ARN of a promotion of its version."""
        version = self.trained.result()["model_package"]["version"]
        document = {"start_at": "promotion", "from_environment": "staging", "from_version": version}
        return begin(self.prod, unique("promote"), document)

    def expect_promoted(self, found: Execution) -> None:
        """Its artefact is that of staging, and its run has one version."""
        assert found.status == "SUCCEEDED", f"{found.error}: {found.cause}"
        run = found.result()["run"]
        assert self.sha256(run["model_data"]) == self.sha256(self.artefact)
        assert run["promoted_from"]["sha256"] == self.sha256(self.artefact)
        facade = self.prod.facade()
        assert [one.run for one in facade.models.versions()].count(run["id"]) == 1
        serving = facade.models.serving()
        assert serving is not None
        assert serving.run == run["id"]

    @property
    def artefact(self) -> str:
        described = self.prod.client("sagemaker").describe_model_package(
            ModelPackageName=self.trained.result()["model_package"]["arn"]
        )
        return str(described["InferenceSpecification"]["Containers"][0]["ModelDataUrl"])

    def sha256(self, uri: str) -> str:
        bucket, key = s3_uri.split(uri)
        body = self.prod.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
        return hashlib.sha256(body).hexdigest()


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """Two environments in an embedded AWS of their own, and a run of the first."""
    with embedded_aws(tmp_path_factory.mktemp("promotion")) as cloud:
        folder = tmp_path_factory.mktemp("cdk")
        staging, prod = (ChaosDeployment(cloud, folder, settings) for settings in pair().values())
        for deployment in (staging, prod):
            deployment.app = f"{deployment.app} {PAIR}"
        staging.set_up()  # both
        with cloud.enforce_iam():
            trained = finish(staging, start(staging, "trained"))
            assert trained.status == "SUCCEEDED", trained.cause
            made = Pair(staging, prod, trained, cloud.faults)
            made.expect_promoted(finish(prod, made.promote()))
            yield made


@pytest.fixture
def promotions(both: Pair) -> Iterator[Pair]:
    yield both
    both.faults.clear()


def redrive(promotions: Pair, failed: Execution) -> Execution:
    execution.redrive(promotions.prod.client("stepfunctions"), failed)
    return finish(promotions.prod, failed.arn)


@pytest.mark.parametrize("what", TROUBLES)
def test_calls_that_go_wrong_for_a_while_change_nothing(
    promotions: Pair, tried: Tried, what: str
) -> None:
    kind, options = TROUBLES[what]
    for call, text in CALLS:
        promotions.faults.add(kind, call, matching=text, **options)
    promotions.expect_promoted(finish(promotions.prod, promotions.promote()))
    expect_all_injected(promotions.faults)
    for _ in {call for call, _ in CALLS}:
        tried("Calls of a promotion", f"its calls: {what}", Outcome.SAME)


@pytest.mark.parametrize(
    ("what", "kind", "options"),
    [
        ("killed at its start", "kill", {"seconds": 0}),
        ("killed before it answers", "kill", {}),
    ],
)
def test_a_copy_that_ends_once_is_made_again(
    promotions: Pair, tried: Tried, what: str, kind: str, options: dict[str, float]
) -> None:
    promotions.faults.add(kind, FUNCTION, **options)
    promotions.expect_promoted(finish(promotions.prod, promotions.promote()))
    expect_all_injected(promotions.faults)
    tried("Functions of a promotion", f"copy-model {what}", Outcome.SAME)


def test_a_copy_that_is_killed_for_good_can_be_redriven(promotions: Pair, tried: Tried) -> None:
    promotions.faults.add("kill", FUNCTION, times=3)
    failed = finish(promotions.prod, promotions.promote())
    assert (failed.status, failed.error) == ("FAILED", "Prepare")
    assert failed.cause.endswith("Runtime exited with error: signal: killed")
    promotions.expect_promoted(redrive(promotions, failed))
    tried("Functions of a promotion", "copy-model killed three times", Outcome.AGAIN)


@pytest.mark.parametrize("action", ["sts:AssumeRole", "s3:PutObject"])
def test_what_is_denied_is_named_and_can_be_redriven(
    promotions: Pair, tried: Tried, action: str
) -> None:
    role = "reviews-prod-copy-model"
    with denying(promotions.prod.client("iam"), role, action):
        failed = finish(promotions.prod, promotions.promote())
    assert (failed.status, failed.error) == ("FAILED", "Prepare")
    assert f"is not authorized to perform: {action}" in failed.cause
    promotions.expect_promoted(redrive(promotions, failed))
    tried("Calls of a promotion", f"{action} of copy-model: denied", Outcome.AGAIN)


@pytest.mark.parametrize("how", [cut, None], ids=["cut", "gone"])
def test_an_artefact_that_is_gone_or_cut_is_not_promoted(
    promotions: Pair, tried: Tried, how
) -> None:
    """What is written back is newer than its registration, so that another run has to train."""
    with damaged(promotions.prod.client("s3"), promotions.artefact, how):
        failed = finish(promotions.prod, promotions.promote())
    assert (failed.status, failed.error) == ("FAILED", "Prepare")
    assert ("is not what was approved" if how else "is not complete any more") in failed.cause
    assert "start a new run" in failed.cause
    again = finish(promotions.staging, start(promotions.staging, unique("again")))
    other = replace(promotions, trained=again)
    other.expect_promoted(finish(promotions.prod, other.promote()))
    tried("Objects of a promotion", f"model.tar.gz {'cut' if how else 'gone'}", Outcome.AGAIN)
