"""An environment `dev` with runs that tune."""

from datetime import timedelta
from typing import Any

from contract.names import tuning_job_prefix
from tests.fake_aws import Refused
from tests.reviews.worlds.endpoint_world import ARN as SAGEMAKER
from tests.reviews.worlds.endpoint_world import NOW
from tests.reviews.worlds.runs_world import RunsWorld

_HOUR = timedelta(hours=1)
SEARCH = {
    "strategy": "random",
    "max_jobs": 3,
    "parallel": 2,
    "max_runtime_s": None,
    "over": {"learning_rate": {"min": 1e-5, "max": 3e-5}, "batch_size": [16, 32]},
}


class TuningWorld(RunsWorld):
    """Each run that tunes has three training jobs, of which the second is the best, and one had no
    memory."""

    def __init__(self) -> None:
        super().__init__()
        self.tuning_jobs: dict[str, str] = {}  # name → status

    def tune(self, name: str, *, status: str = "SUCCEEDED", **fields: Any) -> str:
        """A run that tunes; returns the name of its tuning job."""
        prefix = tuning_job_prefix("reviews-dev", name)
        search = {"job": prefix, **SEARCH}
        self.add(name, status=status, reached=("process",), tuning=search, **fields)
        job = f"{prefix}1"
        self.tuning_jobs[job] = "InProgress" if status == "RUNNING" else "Completed"
        self.visit(name, "StartTuning", {"kind": "hyper-parameter-tuning", "name": job})
        for summary in self._trials(job):
            began = summary["CreationTime"]
            self.jobs[summary["TrainingJobName"]] = {
                "kind": "training",
                "began": began,
                "ended": began + _HOUR,
                "status": summary["TrainingJobStatus"],
            }
            self.lines[f"{summary['TrainingJobName']}/algo-1-1"] = ["train begins"]
        return job

    def _trials(self, job: str) -> list[dict[str, Any]]:
        found = [
            _trial(f"{job}-001-aaaaaaaa", "Completed", "1.1e-05", "16", 0.71),
            _trial(f"{job}-002-bbbbbbbb", "Completed", "2.4e-05", "32", 0.79),
            _trial(f"{job}-003-cccccccc", "Failed", "2.9e-05", "16", None),
        ]
        found[2]["FailureReason"] = "AlgorithmError: OutOfMemory"
        return found

    def describe_hyper_parameter_tuning_job(self, HyperParameterTuningJobName: str) -> Any:
        name = HyperParameterTuningJobName
        counters = {"Completed": 2, "InProgress": 0, "NonRetryableError": 1}
        return {
            "HyperParameterTuningJobName": name,
            "HyperParameterTuningJobArn": f"{SAGEMAKER}hyper-parameter-tuning-job/{name}",
            "HyperParameterTuningJobStatus": self.tuning_jobs[name],
            "CreationTime": NOW,
            "TrainingJobStatusCounters": counters,
            "ObjectiveStatusCounters": {"Succeeded": 2, "Pending": 0, "Failed": 1},
            "HyperParameterTuningJobConfig": {
                "Strategy": "Random",
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 3, "MaxParallelTrainingJobs": 2},
            },
        }

    def list_training_jobs_for_hyper_parameter_tuning_job(
        self, HyperParameterTuningJobName: str, SortBy: str = "CreationTime"
    ) -> Any:
        assert SortBy == "CreationTime"
        return {"TrainingJobSummaries": self._trials(HyperParameterTuningJobName)}

    def list_hyper_parameter_tuning_jobs(self, NameContains: str, StatusEquals: str = "") -> Any:
        found = [
            {
                "HyperParameterTuningJobName": name,
                "HyperParameterTuningJobArn": f"{SAGEMAKER}hyper-parameter-tuning-job/{name}",
                "HyperParameterTuningJobStatus": status,
                "Strategy": "Random",
                "CreationTime": NOW,
                "TrainingJobStatusCounters": {},
                "ObjectiveStatusCounters": {},
            }
            for name, status in self.tuning_jobs.items()
            if NameContains in name and StatusEquals in ("", status)
        ]
        return {"HyperParameterTuningJobSummaries": found}

    def stop_hyper_parameter_tuning_job(self, HyperParameterTuningJobName: str) -> None:
        self.calls.append(f"stop {HyperParameterTuningJobName}")
        if self.tuning_jobs[HyperParameterTuningJobName] != "InProgress":
            raise Refused("ValidationException", "it has ended")


def _trial(name: str, status: str, rate: str, size: str, value: float | None) -> dict[str, Any]:
    metric = {"MetricName": "validation:best_macro_f1", "Value": value}
    known = {} if value is None else {"FinalHyperParameterTuningJobObjectiveMetric": metric}
    return {
        "TrainingJobName": name,
        "TrainingJobArn": f"{SAGEMAKER}training-job/{name}",
        "CreationTime": NOW,
        "TrainingEndTime": NOW + _HOUR,
        "TrainingJobStatus": status,
        "TunedHyperParameters": {"learning-rate": rate, "batch-size": size},
        **known,
    }
