"""The request of a training job, and of those of a tuning job."""

from shared.training_request import training_job_request
from tests.lambdas.runs import run

NAME = "reviews-dev-train-run-1-1"


def test_training_reads_a_base_model_from_s3_as_a_channel() -> None:
    template = {
        "InputDataConfig": [],
        "HyperParameters": {"base-model": '"{base_model}"', "sagemaker_job_name": '"{job}"'},
    }
    hub = training_job_request(run(), template, NAME)
    assert hub["TrainingJobName"] == NAME
    assert hub["InputDataConfig"] == []
    assert hub["HyperParameters"] == {
        "base-model": '"roberta-base"',
        "sagemaker_job_name": f'"{NAME}"',
    }
    stored = training_job_request(run(base_model="s3://data/model/"), template, NAME)
    (channel,) = stored["InputDataConfig"]
    assert channel["ChannelName"] == "base_model"


def test_the_tags_of_the_settings_are_beside_those_of_the_run() -> None:
    template = {"InputDataConfig": [], "Tags": [{"Key": "team", "Value": "toys"}]}
    tags = training_job_request(run(), template, NAME)["Tags"]
    assert [tag["Key"] for tag in tags] == [
        "team",
        "reviews:environment",
        "reviews:run",
        "reviews:execution",
    ]
