"""The results of an execution of the whole pipeline, with IAM enforced."""

import io
import json
import tarfile

import pytest

from contract import s3_uri
from infra import jobs
from infra.settings import settings_for
from reviews.client.runs.execution import Execution
from reviews.client.runs.steps import State
from tests.integration.deployment import Deployment


def test_the_execution_succeeds_and_reports_every_test_row(succeeded: Execution) -> None:
    result = succeeded.result()["evaluation"]
    assert result["rows"] == sum(row["support"] for row in result["per_class"].values())
    assert result["accuracy"] > result["majority_accuracy"] + 0.2
    low, high = result["macro_f1_interval"]
    assert low <= result["macro_f1"] <= high


def test_every_step_was_seen_with_its_job_and_live_values(
    deployment: Deployment, succeeded: Execution
) -> None:
    _, steps = deployment.facade().runs.watch(succeeded.arn).poll()
    assert {view.step.state for view in steps} == {State.DONE}
    training = steps[3]
    assert training.step.job.startswith("reviews-local-train-")
    assert training.live.fraction == 1.0
    assert "validation:accuracy" in training.live.values


def test_the_endpoint_answers(deployment: Deployment, succeeded: Execution) -> None:
    endpoint = deployment.facade().endpoint
    assert endpoint.name == succeeded.result()["endpoint"]["name"]
    texts = ["I loved this coat, it is perfect.", "I hated this coat, it is awful."]
    answers = endpoint.predict(texts)
    assert [answer.label for answer in answers] == ["positive", "negative"]
    for answer in answers:
        assert sum(answer.probabilities.values()) == pytest.approx(1, abs=1e-3)


def test_athena_counts_what_was_split_into_balanced_classes(
    deployment: Deployment, succeeded: Execution
) -> None:
    features, result = deployment.facade().features, succeeded.result()
    sql = (
        f'SELECT split_type, sentiment, count(*) AS reviews FROM "{features.table}" '
        f"""WHERE "date" = '{result["run"]["event_time"]}' GROUP BY split_type, sentiment"""
    )
    found = features.query(sql)
    assert found.columns == ["split_type", "sentiment", "reviews"]
    counts = {(split, sentiment): int(count) for split, sentiment, count in found.rows}
    by_class = [
        sum(count for (_, sentiment), count in counts.items() if sentiment == wanted)
        for wanted in ("-1", "0", "1")
    ]
    assert by_class == [80, 80, 80]  # 160, 80 and 160 reviews were read; 80 is the rarest class
    tested = sum(count for (split, _), count in counts.items() if split == "test")
    assert tested == result["evaluation"]["rows"]


def test_a_run_leaves_its_reports(deployment: Deployment, succeeded: Execution) -> None:
    s3 = deployment.client("s3")
    bucket, prefix = s3_uri.split(succeeded.result()["run"]["prefix"])
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    keys = [item["Key"] for page in pages for item in page["Contents"]]

    def only(ending: str) -> str:
        (found,) = [key for key in keys if key.endswith(ending)]
        return found

    only("/evaluation/evaluation.html")
    only("/features/report/preparation-algo-1.json")
    only("/rule-output/ProfilerReport/profiler-output/profiler-report.html")
    archive = s3.get_object(Bucket=bucket, Key=only("/output/output.tar.gz"))["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        names = {name.removeprefix("./") for name in tar.getnames()}
    assert "profiler_report/profiler_report.html" in names


def test_the_same_definition_runs_a_job_from_a_notebook(
    deployment: Deployment, succeeded: Execution, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in deployment.environment.items():
        monkeypatch.setenv(name, value)
    sagemaker = deployment.client("sagemaker")
    result = succeeded.result()
    run, prefix = result["run"], f"{result['run']['prefix']}/notebook"
    training = sagemaker.describe_training_job(TrainingJobName=f"reviews-local-train-{run['id']}-1")
    values = jobs.Values(
        role=training["RoleArn"],
        key=training["OutputDataConfig"]["KmsKeyId"],
        run_prefix=run["prefix"],
        code=run["code"],
        features=run["features"],
        model_data=training["ModelArtifacts"]["S3ModelArtifacts"],
    )
    (settings,) = settings_for("local")
    evaluator = jobs.evaluator(settings, jobs.live_session(settings.region), values)
    arguments = jobs.evaluation(settings, values)
    arguments["outputs"][0].destination = prefix
    evaluator.run(**arguments, job_name="reviews-local-notebook", wait=True, logs=False)
    bucket, key = s3_uri.split(f"{prefix}/evaluation.json")
    body = deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
    assert json.load(body) == result["evaluation"]
