"""A fake of SageMaker's descriptions of jobs, for what they cost."""

from datetime import datetime
from typing import Any

from tests.fake_aws import FakeAws

_ARN = "arn:aws:sagemaker:us-east-1:123456789012:"
_ROLE = "arn:aws:iam::123456789012:role/job"
_TRAINING, _PROCESSING = "ml.c7i.4xlarge", "ml.m7i.2xlarge"


class DescribedJobs(FakeAws):
    """`jobs` by name have `kind`, `began`, `ended` and `status`, and may have `type`, `instances`
    and `more` of the answer. `tunings` have the names of their trainings, `runs_of` the run of what
    has its tag, by name."""

    jobs: dict[str, dict[str, Any]]

    def __init__(self) -> None:
        super().__init__()
        self.tunings: dict[str, list[str]] = {}
        self.runs_of: dict[str, str] = {}

    def describe_training_job(self, TrainingJobName: str) -> dict[str, Any]:
        job = self.jobs[TrainingJobName]
        config = {
            "InstanceType": job.get("type", _TRAINING),
            "InstanceCount": job.get("instances", 1),
            "VolumeSizeInGB": 30,
        }
        return {
            "TrainingJobName": TrainingJobName,
            "TrainingJobArn": f"{_ARN}training-job/{TrainingJobName}",
            "ModelArtifacts": {"S3ModelArtifacts": "s3://artefacts/model.tar.gz"},
            "TrainingJobStatus": job["status"],
            "SecondaryStatus": job["status"],
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "ResourceConfig": config,
            "StoppingCondition": {},
            **_times(job, "Training"),
            **job.get("more", {}),
        }

    def describe_processing_job(self, ProcessingJobName: str) -> dict[str, Any]:
        job = self.jobs[ProcessingJobName]
        cluster = {
            "InstanceType": job.get("type", _PROCESSING),
            "InstanceCount": job.get("instances", 1),
            "VolumeSizeInGB": 30,
        }
        return {
            "ProcessingJobName": ProcessingJobName,
            "ProcessingJobArn": f"{_ARN}processing-job/{ProcessingJobName}",
            "ProcessingJobStatus": job["status"],
            "ProcessingResources": {"ClusterConfig": cluster},
            "AppSpecification": {"ImageUri": "image"},
            **_times(job, "Processing"),
        }

    def list_hyper_parameter_tuning_jobs(self, NameContains: str) -> dict[str, Any]:
        found = [
            {
                "HyperParameterTuningJobName": name,
                "HyperParameterTuningJobArn": f"{_ARN}hyper-parameter-tuning-job/{name}",
                "HyperParameterTuningJobStatus": "Completed",
                "Strategy": "Bayesian",
                "CreationTime": self.jobs[trainings[0]]["began"],
                "TrainingJobStatusCounters": {},
                "ObjectiveStatusCounters": {},
            }
            for name, trainings in self.tunings.items()
            if NameContains in name
        ]
        return {"HyperParameterTuningJobSummaries": found}

    def list_training_jobs_for_hyper_parameter_tuning_job(
        self, HyperParameterTuningJobName: str, SortBy: str
    ) -> dict[str, Any]:
        found = [
            {
                "TrainingJobName": name,
                "TrainingJobArn": f"{_ARN}training-job/{name}",
                "CreationTime": self.jobs[name]["began"],
                "TrainingJobStatus": self.jobs[name]["status"],
                "TunedHyperParameters": {},
            }
            for name in self.tunings[HyperParameterTuningJobName]
        ]
        return {"TrainingJobSummaries": found}

    def list_tags(self, ResourceArn: str) -> dict[str, Any]:
        """Those of jobs by the run that they belong to."""
        run = self.runs_of.get(ResourceArn.rpartition("/")[2].removeprefix("arn:"), "")
        if run:
            return {"Tags": [{"Key": "reviews:run", "Value": run}]}
        found: dict[str, Any] = super().list_tags(ResourceArn=ResourceArn)  # type: ignore[misc]
        return found


def _times(job: dict[str, Any], kind: str) -> dict[str, datetime]:
    started, ended = job.get("started", job["began"]), job["ended"]
    return {
        "CreationTime": job["began"],
        **({f"{kind}StartTime": started} if started else {}),
        **({f"{kind}EndTime": ended} if ended else {}),
    }
