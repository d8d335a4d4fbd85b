"""The request of a training job, which is also the definition of those of a tuning job."""

from shared.inputs import TRAINING_PATH, is_in_s3, training_channel
from shared.run import Document, fill, tagged


def training_job_request(run: Document, template: Document, name: str) -> Document:
    """CreateTrainingJob for the job `name`; `template` is compiled at synth."""
    uri = run["base_model"]
    more = {"base_model": TRAINING_PATH} if is_in_s3(uri) else {}
    request: Document = fill(template, run, job=name, **more)
    if is_in_s3(uri):
        request["InputDataConfig"] = [*request["InputDataConfig"], training_channel(uri)]
    return tagged({**request, "TrainingJobName": name}, run)
