"""Takes the best model of a tuning job: its training job becomes that of the run."""

from collections.abc import Mapping, Sequence
from typing import Any

import boto3

from contract import s3_keys
from contract.job_errors import STOPPED
from contract.tuning import FINAL_OBJECTIVE, best_job, read_values
from shared import s3
from shared.errors import translate_errors
from shared.run import Document

SAGEMAKER = boto3.client("sagemaker")
S3 = boto3.client("s3")
_COMPLETED, _FAILED = "Completed", "Failed"


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    run, name = event["run"], event["job"]["name"]
    found = SAGEMAKER.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name)
    jobs = training_jobs(SAGEMAKER, name)
    best = best_job(jobs)
    if best is None:
        return {"run": run, "model_data": "", **failure(found, jobs)}
    job = SAGEMAKER.describe_training_job(TrainingJobName=best["TrainingJobName"])
    artefact: str = job["ModelArtifacts"]["S3ModelArtifacts"]
    tuned = with_best(run, best, artefact)
    s3.write_json(S3, f"{run['prefix']}/{s3_keys.RUN}", tuned)
    return {"run": tuned, "model_data": artefact, "reason": "", "status": _COMPLETED, "error": ""}


def training_jobs(client: Any, tuning_job: str) -> list[Document]:
    """The summaries of its training jobs, in the order in which they were started."""
    pages = client.get_paginator("list_training_jobs_for_hyper_parameter_tuning_job").paginate(
        HyperParameterTuningJobName=tuning_job, SortBy="CreationTime"
    )
    return [summary for page in pages for summary in page["TrainingJobSummaries"]]


def with_best(run: Document, best: Mapping[str, Any], artefact: str) -> Document:
    """The run with the hyperparameters of the best job."""
    return {
        **run,
        "training": {**run["training"], **read_values(best["TunedHyperParameters"])},
        "tuning": {
            **run["tuning"],
            "best_job": best["TrainingJobName"],
            "best_value": best[FINAL_OBJECTIVE]["Value"],
            "model_data": artefact,
        },
    }


def failure(tuning_job: Document, jobs: Sequence[Document]) -> dict[str, str]:
    """Why there is no model: reason, status and error, as a training job has them.

    The reason of the newest job that has failed comes first, since that is what a user corrects.
    """
    name = tuning_job["HyperParameterTuningJobName"]
    failed = [job["FailureReason"] for job in jobs if "FailureReason" in job]
    if failed:
        error = failed[-1].partition(":")[0]
        count = f"{len(failed)} of {len(jobs)} training jobs of {name} have failed"
        return {"reason": f"{failed[-1]} ({count})", "status": _FAILED, "error": error}
    if why := tuning_job.get("FailureReason"):
        return {"reason": why, "status": _FAILED, "error": why.partition(":")[0]}
    limit = tuning_job["HyperParameterTuningJobConfig"]["ResourceLimits"].get("MaxRuntimeInSeconds")
    used = tuning_job.get("ConsumedResources", {}).get("RuntimeInSeconds", 0)
    if limit and used >= limit:
        reason = f"no training job was done within the limit of {limit} s"
        return {"reason": reason, "status": _FAILED, "error": ""}
    reason = "the tuning job was stopped before a training job was done"
    return {"reason": reason, "status": STOPPED, "error": ""}
