"""A file is scored in batch, with no use of the endpoint, and IAM enforced."""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from contract.names import scoring_name
from reviews.client.endpoint import invocation
from reviews.client.runs import execution
from reviews.client.runs.execution import Execution
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import finish, unique
from worlds.waiting import until

_COUNT = 70  # more than two records
_WITHOUT_TEXT = 11  # the row of this number


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every fifth review, so that the classes are mixed, and a row without a text."""
    texts = [text for _, text in reviews.rows()][::5][:_COUNT]
    texts[_WITHOUT_TEXT] = ""
    found = tmp_path_factory.mktemp("scoring") / "reviews.csv"
    with found.open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow(("id", "Review Text"))
        rows.writerows((number, text) for number, text in enumerate(texts))
    return found


def score(deployment: Deployment, *words: object) -> Any:
    """The JSON that the command answers."""
    command = (sys.executable, "-m", "reviews.cli.main", "score", *map(str, words), "--json")
    said = deployment.run(*command)
    return json.loads(said[said.index("{\n") :])


def models(deployment: Deployment) -> list[str]:
    """That scorings have left."""
    found = deployment.client("sagemaker").list_models(NameContains="-transform-")["Models"]
    return [model["ModelName"] for model in found]


def test_every_row_comes_back_in_its_order_with_the_answer_of_the_endpoint(
    deployment: Deployment, succeeded: Execution, file: Path
) -> None:
    out = file.with_name("answers.jsonl")
    said = score(deployment, file, "--out", out)
    assert (said["predicted"], said["without_text"]) == (_COUNT - 1, 1)
    assert said["instances"] == 1
    assert said["billed_seconds"] > 0
    rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in rows] == [str(number) for number in range(_COUNT)]
    empty = rows.pop(_WITHOUT_TEXT)
    assert (empty["predicted_label"], empty["not_predicted"]) == (None, "no text")
    texts = [row["Review Text"] for row in rows]
    runtime, endpoint = deployment.client("sagemaker-runtime"), deployment.outputs().endpoint_name
    asked = invocation.predict(runtime, endpoint, texts)
    assert [row["predicted_label"] for row in rows] == [answer.label for answer in asked]
    assert len({answer.label for answer in asked}) > 1
    assert models(deployment) == []


def jobs(deployment: Deployment, name: str) -> list[dict[str, Any]]:
    """Of a scoring."""
    found = deployment.client("sagemaker").list_transform_jobs(NameContains=f"-{name}-")
    return list(found["TransformJobSummaries"])


def wait_until_stopped(deployment: Deployment, name: str) -> None:
    """Its job and its model."""
    (ended,) = until(
        lambda: jobs(deployment, name),
        lambda now: now[0]["TransformJobStatus"] == "Stopped",
        seconds=60,
    )
    assert ended["TransformJobStatus"] == "Stopped"
    assert until(lambda: models(deployment), lambda left: not left, seconds=10) == []


def test_a_scoring_that_is_stopped_leaves_neither_its_job_nor_its_model(
    deployment: Deployment, succeeded: Execution, file: Path
) -> None:
    out = file.with_name("never.csv")
    name = score(deployment, file, "--out", out, "--no-wait")["scoring"]
    (job,) = until(lambda: jobs(deployment, name), bool, seconds=60)
    assert score(deployment, "--stop", name)["stopped_jobs"] == [job["TransformJobName"]]
    wait_until_stopped(deployment, name)
    assert not out.exists()


def test_a_scoring_that_is_stopped_in_the_console_leaves_neither_either(
    deployment: Deployment, succeeded: Execution, file: Path
) -> None:
    """Step Functions is told, and nobody else: EventBridge calls the function that stops jobs."""
    name = score(deployment, file, "--out", file.with_name("never.csv"), "--no-wait")["scoring"]
    assert until(lambda: jobs(deployment, name), bool, seconds=60)
    arn = deployment.facade().scorings.find(name).arn
    deployment.client("stepfunctions").stop_execution(executionArn=arn)
    wait_until_stopped(deployment, name)


def test_a_scoring_without_parts_fails_before_a_job_is_started(
    deployment: Deployment, succeeded: Execution
) -> None:
    outputs = deployment.outputs()
    machine = outputs.state_machine_arn.rpartition(":")[0] + f":{scoring_name('reviews-local')}"
    prefix = f"s3://{outputs.artefact_bucket}/scoring/nothing/input/"
    name, states = unique("nothing"), deployment.client("stepfunctions")
    found = finish(deployment, execution.start(states, machine, name, {"input": prefix}))
    assert (found.status, found.error) == ("FAILED", "ScoringFailed")
    assert found.cause == f"input: there is no object below {prefix}"
