"""The request for the training job."""

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
