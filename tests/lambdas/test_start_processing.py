"""The request for the processing job."""

from tests.lambdas.runs import TAGS, run


def test_processing_reads_a_base_model_from_s3_as_an_input(load) -> None:
    template = {
        "ProcessingJobName": "{job}",
        "ProcessingInputs": [],
        "Arguments": ["--base-model={base_model}"],
    }
    processing_job_request = load("start_processing").processing_job_request
    hub = processing_job_request(run(), template, 1)
    assert hub["ProcessingJobName"] == "reviews-dev-process-run-1-1"
    assert hub["Arguments"] == ["--base-model=roberta-base"]
    assert hub["ProcessingInputs"] == []
    assert hub["Tags"] == TAGS
    stored = processing_job_request(run(base_model="s3://data/model/"), template, 1)
    (source,) = stored["ProcessingInputs"]
    assert stored["Arguments"] == [f"--base-model={source['S3Input']['LocalPath']}"]
    assert source["S3Input"]["S3Uri"] == "s3://data/model/"
