"""The request for the training job."""

import pytest

from tests.lambdas.runs import run


def test_training_reads_a_base_model_from_s3_as_a_channel(load) -> None:
    template = {
        "InputDataConfig": [],
        "HyperParameters": {"base-model": '"{base_model}"', "sagemaker_job_name": '"{job}"'},
    }
    make_request = load("start_training").make_request
    hub = make_request(run(), template, 1)
    assert hub["TrainingJobName"] == "reviews-dev-train-run-1-1"
    assert hub["InputDataConfig"] == []
    assert hub["HyperParameters"] == {
        "base-model": '"roberta-base"',
        "sagemaker_job_name": '"reviews-dev-train-run-1-1"',
    }
    stored = make_request(run(base_model="s3://data/model/"), template, 1)
    (channel,) = stored["InputDataConfig"]
    assert channel["ChannelName"] == "base_model"


@pytest.mark.parametrize(("waits", "chosen"), [(0, "a"), (1, "b"), (2, "a")])
def test_each_lack_of_instances_leads_to_the_next_type(load, waits: int, chosen: str) -> None:
    template = {"ResourceConfig": {"InstanceType": "a", "InstanceCount": 1}}
    request = load("start_training").with_type(template, ["a", "b"], waits)
    assert request == {"ResourceConfig": {"InstanceType": chosen, "InstanceCount": 1}}
    assert template["ResourceConfig"]["InstanceType"] == "a"


def test_the_tags_of_the_settings_are_beside_those_of_the_run(load) -> None:
    template = {"InputDataConfig": [], "Tags": [{"Key": "team", "Value": "toys"}]}
    tags = load("start_training").make_request(run(), template, 1)["Tags"]
    assert [tag["Key"] for tag in tags] == [
        "team",
        "reviews:environment",
        "reviews:run",
        "reviews:execution",
    ]
