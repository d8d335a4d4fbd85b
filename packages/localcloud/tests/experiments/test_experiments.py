"""Experiments and the metrics of their runs, through real boto3 clients."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from worlds.wire_client import client_of, new_cloud

ARN = "arn:aws:sagemaker:us-east-1:000000000000"
EPOCH = 1000  # steps, to tell them from times


@dataclass
class Laboratory:
    sagemaker: Any
    metrics: Any

    def component(self, name: str, trial: str = "") -> str:
        arn: str = self.sagemaker.create_trial_component(TrialComponentName=name)[
            "TrialComponentArn"
        ]
        if trial:
            self.sagemaker.associate_trial_component(TrialComponentName=name, TrialName=trial)
        return arn

    def put(self, component: str, *values: float, at: float | None = None, step: int = 0) -> Any:
        moment = time.time() if at is None else at
        data = [
            {"MetricName": "loss", "Timestamp": moment, "Step": step + number, "Value": value}
            for number, value in enumerate(values)
        ]
        return self.metrics.batch_put_metrics(TrialComponentName=component, MetricData=data)[
            "Errors"
        ]

    def query(self, arn: str, **changes: Any) -> dict[str, Any]:
        query = {
            "MetricName": "loss",
            "ResourceArn": arn,
            "MetricStat": "Last",
            "Period": "IterationNumber",
            "XAxisType": "IterationNumber",
            **changes,
        }
        (result,) = self.metrics.batch_get_metrics(MetricQueries=[query])["MetricQueryResults"]
        return result  # type: ignore[no-any-return]


@pytest.fixture
def laboratory(tmp_path: Path) -> Laboratory:
    cloud = new_cloud(tmp_path)
    return Laboratory(client_of(cloud), client_of(cloud, "sagemaker-metrics"))


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call(**request)
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def test_an_experiment_is_made_changed_listed_and_deleted(laboratory: Laboratory) -> None:
    client = laboratory.sagemaker
    arn = client.create_experiment(ExperimentName="Sentiment", Description="of reviews")
    assert arn["ExperimentArn"] == f"{ARN}:experiment/sentiment"
    client.update_experiment(ExperimentName="sentiment", DisplayName="Reviews")
    found = client.describe_experiment(ExperimentName="SENTIMENT")
    assert (found["ExperimentName"], found["DisplayName"]) == ("Sentiment", "Reviews")
    assert found["Description"] == "of reviews"
    assert refusal(client.create_experiment, ExperimentName="sentiment") == (
        "ValidationException",
        "Experiment names must be unique within an AWS account and region. "
        "Experiment with name (sentiment) already exists.",
    )
    client.create_experiment(ExperimentName="Another")
    listed = client.list_experiments(SortBy="Name", SortOrder="Ascending")["ExperimentSummaries"]
    assert [summary["ExperimentName"] for summary in listed] == ["Another", "Sentiment"]
    assert client.list_experiments(CreatedAfter=time.time() + 60)["ExperimentSummaries"] == []
    client.delete_experiment(ExperimentName="Sentiment")
    assert refusal(client.describe_experiment, ExperimentName="Sentiment") == (
        "ResourceNotFound",
        f"Experiment '{ARN}:experiment/sentiment' does not exist.",
    )


def test_what_is_still_in_use_is_not_deleted(laboratory: Laboratory) -> None:
    client = laboratory.sagemaker
    client.create_experiment(ExperimentName="e")
    client.create_trial(TrialName="t", ExperimentName="e", DisplayName="first")
    laboratory.component("c", trial="t")
    assert refusal(client.delete_experiment, ExperimentName="e") == (
        "ValidationException",
        f"Experiment '{ARN}:experiment/e' cannot be deleted while it has trials.",
    )
    assert refusal(client.delete_trial, TrialName="t") == (
        "ValidationException",
        f"Trial '{ARN}:experiment-trial/t' cannot be deleted while it has trial components.",
    )
    assert refusal(client.delete_trial_component, TrialComponentName="c") == (
        "ValidationException",
        f"TrialComponent '{ARN}:experiment-trial-component/c' cannot be deleted while it is "
        "associated with a trial.",
    )
    client.disassociate_trial_component(TrialName="t", TrialComponentName="c")
    client.delete_trial_component(TrialComponentName="c")
    assert client.describe_trial(TrialName="t")["DisplayName"] == "first"
    client.update_trial(TrialName="t", DisplayName="only")
    assert client.describe_trial(TrialName="t")["DisplayName"] == "only"
    client.delete_trial(TrialName="t")
    client.delete_experiment(ExperimentName="e")


def test_trials_and_components_are_listed_by_what_they_belong_to(laboratory: Laboratory) -> None:
    client = laboratory.sagemaker
    for experiment, trial in (("one", "one-a"), ("one", "one-b"), ("two", "two-a")):
        if trial.endswith("-a"):
            client.create_experiment(ExperimentName=experiment)
        client.create_trial(TrialName=trial, ExperimentName=experiment)
        laboratory.component(f"of-{trial}", trial=trial)
    client.associate_trial_component(TrialComponentName="of-one-a", TrialName="two-a")

    def trials(**request: str) -> list[str]:
        found = client.list_trials(**request, SortBy="Name", SortOrder="Ascending")
        return [summary["TrialName"] for summary in found["TrialSummaries"]]

    def components(**request: str) -> list[str]:
        found = client.list_trial_components(**request, SortBy="Name", SortOrder="Ascending")
        return [summary["TrialComponentName"] for summary in found["TrialComponentSummaries"]]

    assert trials(ExperimentName="one") == ["one-a", "one-b"]
    assert trials(TrialComponentName="of-one-a") == ["one-a", "two-a"]
    assert components(TrialName="two-a") == ["of-one-a", "of-two-a"]
    assert components(ExperimentName="one") == ["of-one-a", "of-one-b"]
    assert components() == ["of-one-a", "of-one-b", "of-two-a"]
    assert components(SourceArn=f"{ARN}:training-job/j") == []
    assert refusal(client.list_trials, ExperimentName="three") == (
        "ResourceNotFound",
        f"Experiment '{ARN}:experiment/three' does not exist.",
    )


def test_an_update_adds_replaces_and_removes_parameters(laboratory: Laboratory) -> None:
    client = laboratory.sagemaker
    client.create_trial_component(
        TrialComponentName="c",
        Parameters={"rate": {"NumberValue": 0.1}, "gone": {"StringValue": "x"}},
        Status={"PrimaryStatus": "InProgress"},
    )
    client.update_trial_component(
        TrialComponentName="c",
        Parameters={"rate": {"NumberValue": 0.2}, "epochs": {"NumberValue": 2}},
        ParametersToRemove=["gone", "never there"],
        OutputArtifacts={"model": {"Value": "s3://bucket/model.tar.gz"}},
        Status={"PrimaryStatus": "Completed", "Message": "done"},
    )
    found = client.describe_trial_component(TrialComponentName="c")
    assert found["Sources"] == []
    assert found["Parameters"] == {"rate": {"NumberValue": 0.2}, "epochs": {"NumberValue": 2}}
    assert found["OutputArtifacts"]["model"]["Value"] == "s3://bucket/model.tar.gz"
    assert found["InputArtifacts"] == {}
    assert found["Status"] == {"PrimaryStatus": "Completed", "Message": "done"}


@pytest.mark.parametrize(
    ("name", "operator", "value", "found"),
    [
        ("Parameters.hp1", "GreaterThanOrEqualTo", "10", ["c1", "c2"]),
        ("Parameters.hp1", "LessThan", "10", ["c0"]),
        ("Parameters.hp1", "Equals", "20", ["c2"]),
        ("Parameters.kind", "Contains", "small", ["c0", "c1", "c2"]),
        ("Parameters.other", "Exists", None, []),
    ],
)
def test_components_are_found_by_what_is_in_their_parameters(
    laboratory: Laboratory, name: str, operator: str, value: str | None, found: list[str]
) -> None:
    for number in range(3):
        laboratory.sagemaker.create_trial_component(
            TrialComponentName=f"c{number}",
            Parameters={"hp1": {"NumberValue": 10 * number}, "kind": {"StringValue": "a small"}},
        )
    condition = {"Name": name, "Operator": operator, **({"Value": value} if value else {})}
    answer = laboratory.sagemaker.search(
        Resource="ExperimentTrialComponent", SearchExpression={"Filters": [condition]}
    )
    names = [one["TrialComponent"]["TrialComponentName"] for one in answer["Results"]]
    assert sorted(names) == found


def test_metrics_are_summed_up_by_description_and_query(laboratory: Laboratory) -> None:
    arn = laboratory.component("run")
    minute = time.time() // 3600 * 3600 - 3600  # the last full hour: its minutes are over
    assert laboratory.put("run", 4.0, 2.0, at=minute, step=EPOCH) == []
    assert laboratory.put("run", 3.0, at=minute + 60, step=EPOCH + 2) == []
    (metric,) = laboratory.sagemaker.describe_trial_component(TrialComponentName="run")["Metrics"]
    assert metric["TimeStamp"].timestamp() == minute + 60
    del metric["TimeStamp"]
    assert metric == {
        "MetricName": "loss",
        "SourceArn": arn,
        "Min": 2.0,
        "Max": 4.0,
        "Avg": 3.0,
        "Count": 3,
        "Last": 3.0,
        "StdDev": pytest.approx((2 / 3) ** 0.5),
    }
    by_step = {"XAxisValues": [EPOCH, EPOCH + 1, EPOCH + 2], "MetricValues": [4.0, 2.0, 3.0]}
    assert laboratory.query(arn) == {"Status": "Complete", **by_step}
    later = laboratory.query(arn, Start=EPOCH + 1, End=EPOCH + 1)
    assert (later["XAxisValues"], later["MetricValues"]) == ([EPOCH + 1], [2.0])
    by_minute = laboratory.query(arn, MetricStat="Avg", Period="OneMinute", XAxisType="Timestamp")
    assert by_minute["XAxisValues"] == [minute, minute + 60]
    assert by_minute["MetricValues"] == [3.0, 3.0]
    by_hour = laboratory.query(arn, MetricStat="Count", Period="OneHour", XAxisType="Timestamp")
    assert (by_hour["XAxisValues"], by_hour["MetricValues"]) == ([minute], [3.0])


def test_metrics_of_a_deleted_component_do_not_come_back(laboratory: Laboratory) -> None:
    laboratory.component("run")
    laboratory.put("run", 1.0)
    laboratory.sagemaker.delete_trial_component(TrialComponentName="run")
    laboratory.component("run")
    found = laboratory.sagemaker.describe_trial_component(TrialComponentName="run")
    assert found["Metrics"] == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"MetricName": "other"}, "Metric other was not found."),
        (
            {"ResourceArn": f"{ARN}:experiment-trial-component/none"},
            f"TrialComponent '{ARN}:experiment-trial-component/none' does not exist.",
        ),
        (
            {"ResourceArn": f"{ARN}:training-job/job"},
            "Metrics of a training-job are not supported by localcloud",
        ),
        ({"Period": "OneHour"}, "Period OneHour does not go with XAxisType IterationNumber."),
    ],
)
def test_a_query_without_an_answer_says_why(
    laboratory: Laboratory, changes: dict[str, str], message: str
) -> None:
    arn = laboratory.component("run")
    laboratory.put("run", 1.0)
    result = laboratory.query(arn, **changes)
    assert (result["Status"], result["Message"]) == ("ValidationError", message)
    assert result["MetricValues"] == []


def test_metrics_that_cannot_be_kept_are_named(laboratory: Laboratory) -> None:
    refused = [{"Code": "VALIDATION_ERROR", "MetricIndex": 0}]
    assert laboratory.put("nowhere", 1.0) == refused
    laboratory.component("run")
    assert laboratory.put("run", 1.0, at=time.time() - 15 * 24 * 3600) == refused
    assert laboratory.put("run", 1.0, at=time.time() + 3 * 3600) == refused
