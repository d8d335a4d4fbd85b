"""A model's life in two environments, by the commands of its users and the events of AWS.

A shop trains in `dev`, promotes to `prod`, scores a file, and begins to sell in France: its stream
moves, the scheduled report finds that, the alarm goes off, and drift itself starts the run that
trains the next model. Somebody does not like it and rolls back. At the end nothing is left.

The steps are one story, in their order, with IAM enforced. Its figures are in docs/operations.md:
`pytest tests/integration/test_story.py && python -m tools.write_story`.
"""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from contract.names import drift_name
from contract.states import COPY_MODEL
from localcloud.server import LocalCloud
from reviews.client.aws import leftovers
from reviews.client.endpoint import invocation
from tests.integration import reviews, streams
from tests.integration.executions import is_asked
from tests.integration.story import Story
from worlds.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

REVIEWS, NEWER, ROWS = "reviews.csv", "reviews/latest.csv", "to-score.csv"
ASKED = ("I loved this coat, it is perfect.", "La robe est affreuse, elle s'est déchirée.")
PROBABILITY = f"probability of `negative` for “{ASKED[1]}”"
USUAL = [text for _, text in reviews.rows()][::5]  # 80, of every rating as many
MOVED = [text for _, text in reviews.french_rows()][::2]  # 125
RESULT = ("Test accuracy",)
TO_PROD = ("--from", "dev", "--to", "prod")
ALARM = "reviews-prod-Drift"
Answers = list[dict[str, float]]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with LocalCloud(data_dir=tmp_path_factory.mktemp("localcloud")) as cloud:
        found = Story(cloud, tmp_path_factory.mktemp("shop") / "project")
        (found.folder / REVIEWS).write_bytes(reviews.to_csv(reviews.rows()))
        write_rows(found.folder / ROWS, USUAL)
        with cloud.enforce_iam():
            yield found
        found.write_figures()


def write_rows(path: Path, texts: Sequence[str]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("id", "Review Text"))
        rows.writerows(enumerate(texts))


def answers(story: Story, environment: str) -> Answers:
    """What an endpoint answers to the same two texts: each model has probabilities of its own."""
    found = story.answer("predict", *ASKED, "--env", environment)
    return [one["probabilities"] for one in found]


def same(some: Answers, others: Answers) -> bool:
    return all(
        one == pytest.approx(other, abs=1e-4) for one, other in zip(some, others, strict=True)
    )


def alarm(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = story.prod.client("cloudwatch").describe_alarms(AlarmNames=[ALARM])
    return dict(found["MetricAlarms"][0])


def test_both_environments_are_deployed(story: Story) -> None:
    with story.step("Two environments are deployed"):
        for name in ("dev", "prod"):
            story.reviews("deploy", "--env", name, "--yes", shows=["is deployed"])


def test_a_model_is_trained_in_dev(story: Story) -> None:
    with story.step("A model is trained in dev") as told:
        words = ("--name", "first", "--wait", "--env", "dev")
        story.reviews("run", REVIEWS, *words, shows=RESULT)
        story.reviews("runs", "--env", "dev")
        run = story.dev.facade().runs.named("first")
        told.figures["rows of the file"] = len(reviews.rows())
        told.figures["rows of the test split"] = run.evaluation["rows"]
        told.figures["accuracy in dev"] = run.evaluation["accuracy"]
        story.kept["dev"] = found = answers(story, "dev")
        told.figures[PROBABILITY] = round(found[1]["negative"], 3)


def test_a_promotion_that_is_stopped_while_it_copies_leaves_no_version(story: Story) -> None:
    with story.step("A promotion is stopped while it copies the artefact: it has changed nothing"):
        runs, models = story.prod.facade().runs, story.prod.facade().models
        story.cloud.faults.add("slow", "s3:GetObject", matching="model.tar.gz", seconds=15, times=1)
        story.reviews("promote", "first", *TO_PROD, "--name", "too-early")
        assert until(lambda: is_copying(story, runs.find("too-early").arn))
        story.reviews("stop", "too-early", "--env", "prod")
        assert runs.find("too-early").status == "ABORTED"
        assert list(models.versions()) == []
        assert models.serving() is None


def is_copying(story: Story, arn: str) -> bool:
    states = story.prod.client("stepfunctions")
    events = states.get_execution_history(executionArn=arn)["events"]
    entered = [event.get("stateEnteredEventDetails", {}).get("name") for event in events]
    return COPY_MODEL in entered


def test_its_promotion_to_prod_waits_for_a_person(story: Story) -> None:
    with story.step("It is promoted to prod, where a person approves it") as told:
        story.reviews("promote", "first", *TO_PROD, "--name", "release-1")
        assert is_asked(story.prod, "release-1"), story.prod.facade().runs.find("release-1").cause
        story.reviews("approve", "release-1", "--env", "prod", "--comment", "as good as in dev")
        story.reviews("status", "release-1", "--wait", "--env", "prod", shows=RESULT)
        serving = story.prod.facade().models.serving()
        assert serving is not None
        assert serving.origin is not None
        assert (serving.origin.environment, serving.origin.run) == ("dev", "first")
        story.kept["release-1"] = found = answers(story, "prod")
        assert same(found, story.kept["dev"])
        told.figures[PROBABILITY] = round(found[1]["negative"], 3)
        document = story.prod.facade().runs.named("release-1").document
        assert document["promoted_from"]["sha256"] == serving.origin.sha256
        jobs = story.prod.client("sagemaker").list_training_jobs(NameContains="reviews-prod")
        assert jobs["TrainingJobSummaries"] == []


def test_a_file_is_scored_in_batch(story: Story) -> None:
    with story.step("A file is scored in batch"):
        story.reviews("score", ROWS, "--out", "scored.csv", "--env", "prod")
        with (story.folder / "scored.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert [row["Review Text"] for row in rows] == USUAL
        wanted = ask(story, USUAL)
        assert [row["predicted_label"] for row in rows] == wanted


def ask(story: Story, texts: Sequence[str]) -> list[str]:
    """The labels, by one request a text, as an application asks; all are captured afterwards."""
    runtime, endpoint = story.prod.client("sagemaker-runtime"), story.prod.outputs().endpoint_name
    before = streams.captured(story.prod)
    found = [invocation.predict(runtime, endpoint, [text])[0].label for text in texts]
    wanted = before + len(texts)
    assert until(lambda: streams.captured(story.prod), lambda now: now >= wanted, seconds=60)
    return found


def test_a_stream_as_in_the_training_raises_no_alarm(story: Story) -> None:
    with story.step("Customers write as in the training: no drift"):
        story.reviews("drift", "--last", "24h", "--env", "prod")
        assert alarm(story)["StateValue"] == "OK"


def test_the_settings_ask_for_a_report_each_minute_and_for_the_next_model(story: Story) -> None:
    with story.step("The settings get a schedule, and drift may start a run"):
        story.turn_schedule_on()
        story.reviews("deploy", "--env", "prod", "--yes", shows=["is deployed"])
        report_a_day = ("--drift-reports", 30, "--env", "prod")
        story.reviews("cost", *report_a_day, shows=["Endpoint", "Drift reports", "Total"])
        content = reviews.to_csv([*reviews.rows(), *reviews.french_rows()])
        bucket = story.prod.outputs().data_bucket
        story.prod.client("s3").put_object(Bucket=bucket, Key=NEWER, Body=content)


def test_the_scheduled_report_finds_that_the_stream_has_moved(story: Story) -> None:
    with story.step("Customers write in French: the scheduled report raises the alarm") as told:
        labels = ask(story, MOVED)
        told.figures["French reviews that release-1 gets right"] = share(labels)
        found = until(lambda: alarm(story), lambda now: now["StateValue"] == "ALARM", pause=1)
        assert found["StateValue"] == "ALARM", scheduled(story)
        report = story.prod.facade().drift.newest()
        assert report is not None
        assert report.has_drifted
        assert "other_languages" in {finding.quantity for finding in report.drifted}
        assert report.run == "release-1"
        assert was_scheduled(story)
        story.reviews("drift", "--env", "prod")
        told.figures["the alarm says"] = found["StateReason"]


def share(labels: list[str]) -> float:
    """Of the French reviews that have the label of their rating."""
    wanted = [
        "negative" if r < 3 else "neutral" if r == 3 else "positive"
        for r, _ in reviews.french_rows()
    ]
    return round(sum(map(str.__eq__, labels, wanted[::2])) / len(labels), 3)


def scheduled(story: Story) -> list[dict[str, Any]]:
    """The executions that write reports, newest first."""
    states, machine = story.prod.client("stepfunctions"), story.prod.outputs().state_machine_arn
    arn = f"{machine.rpartition(':')[0]}:{drift_name('reviews-prod')}"
    found: list[dict[str, Any]] = states.list_executions(stateMachineArn=arn)["executions"]
    return found


def was_scheduled(story: Story) -> bool:
    """Whether the schedule's role has started executions, and no command has written the report."""
    decisions = story.cloud.iam_decisions()
    name = story.prod.facade().drift.names(1)[0]
    return "-drift-" not in name and any(
        one.allowed and one.action == "states:StartExecution" and "DriftSchedule" in one.role
        for one in decisions
    )


def test_drift_has_started_a_run_and_its_model_is_approved(story: Story) -> None:
    with story.step("Drift has started a run, whose model is better and is approved") as told:
        runs = story.prod.facade().runs

        def retrained() -> str:
            return next((name for name in runs.names() if name.startswith("retrain-")), "")

        name = until(retrained, seconds=120, pause=1)
        assert name
        assert is_asked(story.prod, name), runs.find(name).cause
        story.reviews("approve", name, "--env", "prod", "--comment", "it reads French")
        story.reviews("status", name, "--wait", "--env", "prod", shows=RESULT)
        story.reviews("runs", "--env", "prod")
        evaluation = runs.named(name).evaluation
        assert evaluation["accuracy"] > evaluation["champion"]["accuracy"]
        told.figures["accuracy of the new model"] = evaluation["accuracy"]
        told.figures["of release-1 on the same reviews"] = evaluation["champion"]["accuracy"]
        told.figures["rows of the test split"] = evaluation["rows"]
        found = answers(story, "prod")
        assert not same(found, story.kept["release-1"])
        told.figures[PROBABILITY] = round(found[1]["negative"], 3)
        told.figures["French reviews that it gets right"] = share(ask(story, MOVED))


def test_a_rollback_brings_the_former_answers_back(story: Story) -> None:
    with story.step("A rollback puts release-1 in service again") as told:
        words = ("--yes", "--name", "back", "--wait", "--env", "prod")
        story.reviews("rollback", *words, shows=RESULT)
        serving = story.prod.facade().models.serving()
        assert serving is not None
        assert (serving.number, serving.rollback_to) == (3, 1)
        found = answers(story, "prod")
        assert same(found, story.kept["release-1"])
        told.figures[PROBABILITY] = round(found[1]["negative"], 3)


def test_both_are_destroyed_and_nothing_is_left(story: Story) -> None:
    with story.step("Both are destroyed; nothing is left"):
        for name in ("dev", "prod"):
            story.reviews("destroy", "--env", name, "--yes", shows=["is destroyed"])
        environments = (story.dev.facade(), story.prod.facade())
        for environment in environments:
            leftovers.remove_bootstrap(environment)
        for environment in environments:
            left = leftovers.find(environment)
            assert not any(left.values()), left
        story.told[-1].figures["kinds of resources that were looked for in each region"] = len(left)
