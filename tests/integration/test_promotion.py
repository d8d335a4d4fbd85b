"""A model of one environment is promoted to another one, rolled back, and outlives its source.

One story, with IAM enforced; the tests are its parts, in their order.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from contract import s3_uri
from localcloud.server import LocalCloud
from reviews.client.aws import leftovers
from reviews.client.environment import Environment
from reviews.client.promotion.versions import ModelVersion
from reviews.client.runs.execution import Execution
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import finish, is_asked, start, unique
from tests.integration.promotion_app import environments

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

TEXTS = ["I loved this coat, it is perfect.", "I hated this coat, it is awful."]


class Story:
    """Two environments in one embedded AWS, and the executions of the story by their names."""

    def __init__(self, staging: Deployment, prod: Deployment) -> None:
        self.staging, self.prod = staging, prod
        self.ended: dict[str, Execution] = {}

    def train(self, deployment: Deployment, name: str) -> Execution:
        arn = start(deployment, unique(name), reviews.to_csv(reviews.rows()))
        return self.end(deployment, name, arn)

    def promote(self, name: str, what: str, *, approves: bool = True) -> Execution:
        """By the command line, from staging to prod."""
        words = ("promote", what, "--from", "staging", "--to", "prod", "--name", unique(name))
        return self.end(self.prod, name, self.command(*words)["arn"], approves=approves)

    def roll_back(self, name: str, *words: str) -> Execution:
        words = ("rollback", *words, "--env", "prod", "--yes", "--name", unique(name))
        return self.end(self.prod, name, self.command(*words)["arn"], approves=False)

    def end(
        self, deployment: Deployment, name: str, arn: str, *, approves: bool = True
    ) -> Execution:
        if approves and deployment is self.prod:
            approve(deployment, arn)
        self.ended[name] = found = finish(deployment, arn)
        return found

    def command(self, *words: str) -> dict[str, Any]:
        """The JSON that `reviews` answers."""
        command = (sys.executable, "-m", "reviews.cli.main", *words, "--json")
        said = self.prod.run(*command)
        answer: dict[str, Any] = json.loads(said[said.index("{\n") :])
        return answer

    def versions(self) -> dict[int, ModelVersion]:
        return {version.number: version for version in self.prod.facade().models.versions()}

    def serving(self) -> ModelVersion:
        found = self.prod.facade().models.serving()
        assert found is not None
        return found

    def predicts(self) -> None:
        answers = self.prod.facade().endpoint.predict(TEXTS)
        assert [answer.label for answer in answers] == ["positive", "negative"]


def approve(deployment: Deployment, arn: str) -> None:
    """Once the execution waits for it; not where it has ended before."""
    name = arn.rpartition(":")[2]
    if is_asked(deployment, name):
        deployment.facade().runs.approve(name, approved=True)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("localcloud")) as cloud:
        folder = tmp_path_factory.mktemp("cdk")
        found = {
            name: Deployment(cloud, folder, settings) for name, settings in environments().items()
        }
        for deployment in found.values():
            deployment.app = "tests/integration/promotion_app.py"
        found["staging"].set_up()  # both
        assert found["prod"].facade().upload_base_model()
        with cloud.enforce_iam():
            yield Story(found["staging"], found["prod"])


def test_a_promotion_without_reviews_of_its_own_is_refused_before_a_job(story: Story) -> None:
    trained = story.train(story.staging, "trained")
    assert trained.status == "SUCCEEDED", trained.cause
    refused = story.promote("refused", trained.name, approves=False)
    assert (refused.status, refused.error) == ("FAILED", "Prepare")
    assert "promotion.evaluation: no run here has succeeded on reviews with" in refused.cause
    jobs = story.prod.client("sagemaker").list_processing_jobs(NameContains="reviews-prod")
    assert jobs["ProcessingJobSummaries"] == []


def test_the_artefact_of_staging_is_evaluated_approved_and_served_in_prod(story: Story) -> None:
    own = story.train(story.prod, "own")
    assert own.status == "SUCCEEDED", own.cause
    trained = story.ended["trained"]
    promoted = story.promote("promoted", trained.name)
    assert promoted.status == "SUCCEEDED", promoted.cause
    run = promoted.result()["run"]
    assert run["features"] == own.result()["run"]["features"]
    evaluation = promoted.result()["evaluation"]
    assert "champion" in evaluation
    assert evaluation["rows"] == own.result()["evaluation"]["rows"]
    story.predicts()
    training = story.prod.client("sagemaker").list_training_jobs(NameContains="reviews-prod")
    assert len(training["TrainingJobSummaries"]) == 1  # that of its own run

    served = story.serving()
    assert (served.number, served.status) == (2, "Approved")
    origin = served.origin
    assert origin is not None
    assert (origin.environment, origin.version) == ("staging", 1)
    assert origin.run == trained.result()["run"]["id"]
    (approved,) = story.staging.facade().models.versions()
    theirs = content(story.staging.facade(), approved.artefact)
    assert content(story.prod.facade(), served.artefact) == theirs
    assert origin.sha256 == hashlib.sha256(theirs).hexdigest()


def content(environment: Environment, uri: str) -> bytes:
    bucket, key = s3_uri.split(uri)
    found: bytes = environment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return found


def test_what_was_copied_is_encrypted_with_the_key_of_prod(story: Story) -> None:
    bucket, key = s3_uri.split(story.serving().artefact)
    found = story.prod.client("s3").head_object(Bucket=bucket, Key=key)
    aliases = story.prod.client("kms").list_aliases()["Aliases"]
    (own,) = (one["TargetKeyId"] for one in aliases if one["AliasName"] == "alias/reviews-prod")
    assert found["SSEKMSKeyId"].endswith(own)


def test_a_rollback_serves_the_version_before_and_makes_it_the_champion(story: Story) -> None:
    back = story.roll_back("back")
    assert back.status == "SUCCEEDED", back.cause
    served, first = story.serving(), story.versions()[1]
    assert (served.number, served.rollback_to, served.status) == (3, 1, "Approved")
    assert served.artefact == first.artefact
    assert served.metrics == first.metrics
    assert back.result()["evaluation"] == story.ended["own"].result()["evaluation"]
    story.predicts()
    # Batch scoring and the next comparison take the newest approved version: the one that serves.
    assert story.prod.facade().scorings.version(None).number == served.number
    jobs = story.prod.client("sagemaker").list_processing_jobs(
        NameContains=back.result()["run"]["id"]
    )
    assert jobs["ProcessingJobSummaries"] == []


def test_a_promotion_that_is_repeated_is_another_version_of_the_same_bytes(story: Story) -> None:
    again = story.promote("again", "1")
    assert again.status == "SUCCEEDED", again.cause
    served, before = story.serving(), story.versions()[2]
    assert served.number == 4
    assert served.is_same_model(before)
    serving, found = story.prod.facade().models.choose_rollback()
    assert (serving.number, found.number) == (4, 1)


def test_prod_does_not_need_staging_any_more(story: Story) -> None:
    story.staging.cdk("destroy", "reviews-staging/**", "--force")
    story.predicts()
    late = story.prod.facade().runs.start(
        {"start_at": "promotion", "from_environment": "staging", "from_version": 1}, unique("late")
    )
    failed = finish(story.prod, late)
    assert (failed.status, failed.error) == ("FAILED", "Prepare")
    assert "staging cannot be read as reviews-staging-promotion" in failed.cause
    story.prod.facade().runs.redrive(failed)
    assert "staging cannot be read" in finish(story.prod, late).cause
    back = story.roll_back("home", "1")
    assert back.status == "SUCCEEDED", back.cause
    assert story.serving().rollback_to == 1


def test_nothing_is_left_of_either(story: Story) -> None:
    story.prod.cdk("destroy", "reviews-prod/**", "--force")
    facade = story.prod.facade()
    leftovers.remove_bootstrap(facade)
    left = leftovers.find(facade)
    assert not any(left.values()), left
