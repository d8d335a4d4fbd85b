"""The trial component that SageMaker makes of every processing, training and transform job.

Its name is the job's with `-aws-processing-job` or its like behind it, which clients rely on (the
SageMaker SDK's sagemaker/lineage/visualizer.py). No source was found for the status message of a
training job, nor for the name of the trial that AWS makes where a request names an experiment
alone: here it is that of the component.
"""

import time
from collections.abc import Iterable, Mapping
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record, pick
from localcloud.experiments import metrics
from localcloud.experiments.entity import COMPONENT, EXPERIMENT, TRIAL
from localcloud.experiments.job_description import description
from localcloud.experiments.trial import create_trial

# By the kind of a job's record: the word in the names of its members.
_NOUNS = {
    "processing-job": "Processing",
    "training-job": "Training",
    "transform-job": "Transform",
}


def name_of(kind: str, job: str) -> str:
    """The name of a job's component."""
    return f"{job}-aws-{kind}"


def check(cloud: Cloud, request: Record) -> None:
    """Raises ResourceNotFound for an experiment or a trial that a request names in vain."""
    config = request.get("ExperimentConfig", {})
    if "ExperimentName" in config:
        EXPERIMENT.find(cloud, config["ExperimentName"])
    if "TrialName" in config:
        TRIAL.find(cloud, config["TrialName"])


def create(cloud: Cloud, kind: str, job: Record) -> None:
    """Makes the component of a job that has just been created."""
    noun = _NOUNS[kind]
    config, now = job.get("ExperimentConfig", {}), time.time()
    name = name_of(kind, job[f"{noun}JobName"])
    record = {
        "TrialComponentName": name,
        "DisplayName": config.get("TrialComponentDisplayName", name),
        "TrialComponentArn": COMPONENT.arn(cloud, name),
        "Source": {"SourceArn": job[f"{noun}JobArn"], "SourceType": f"SageMaker{noun}Job"},
        **description(cloud, kind, job),
        "Parents": _parents(cloud, name, config),
        **pick(config, "RunName"),
        "CreatedBy": {},
        "LastModifiedBy": {},
        "CreationTime": now,
        "LastModifiedTime": now,
    }
    metrics.forget(cloud, record)  # those of a deleted job that had its name
    cloud.store.put(COMPONENT.kind, name.lower(), record | _progress(kind, job))


def _parents(cloud: Cloud, name: str, config: Record) -> list[Record]:
    if "TrialName" in config:
        trial = TRIAL.find(cloud, config["TrialName"])
    elif "ExperimentName" in config:
        create_trial(cloud, {"TrialName": name, "ExperimentName": config["ExperimentName"]})
        trial = TRIAL.find(cloud, name)
    else:
        return []
    return [pick(trial, "TrialName", "ExperimentName")]


def follow(cloud: Cloud, kind: str, name: str) -> None:
    """Brings the component to what has become of its job; one that is deleted stays so."""
    job = cloud.store.get(kind, name)
    component = cloud.store.get(COMPONENT.kind, name_of(kind, name).lower())
    if job is None or component is None:
        return
    changes = _progress(kind, job)
    made = job.get("ModelArtifacts", {}).get("S3ModelArtifacts")
    if made:
        artefact = {"SageMaker.ModelArtifact": {"Value": made}}
        changes["OutputArtifacts"] = component["OutputArtifacts"] | artefact
    if any(component.get(field) != value for field, value in changes.items()):
        cloud.store.update(
            COMPONENT.kind, name_of(kind, name).lower(), LastModifiedTime=time.time(), **changes
        )


def add_metrics(cloud: Cloud, kind: str, name: str, points: Iterable[Mapping[str, Any]]) -> None:
    """Keeps what a job has printed: MetricName, Timestamp and Value of each point."""
    if cloud.store.get(COMPONENT.kind, name_of(kind, name).lower()):
        for point in points:
            metric = {field: point[field] for field in ("MetricName", "Timestamp", "Value")}
            metrics.add(cloud, name_of(kind, name).lower(), metric)


def metric_values(cloud: Cloud, kind: str, name: str, metric: str) -> list[float]:
    """The values of one metric that a job has printed, in their order."""
    return metrics.values(cloud, name_of(kind, name).lower(), metric)


def _progress(kind: str, job: Record) -> Record:
    noun = _NOUNS[kind]
    status = job[f"{noun}JobStatus"]
    reason, message = job.get("FailureReason", "null"), job.get("ExitMessage", "null")
    words = {
        "processing-job": f"Status: {status}, exit message: {message}, failure reason: {reason}",
        "transform-job": f"Status: {status}, failure reason: {reason}",
    }
    times = {edge: job[f"{noun}{edge}"] for edge in ("StartTime", "EndTime") if noun + edge in job}
    return times | {"Status": {"PrimaryStatus": status, **_message(words.get(kind))}}


def _message(text: str | None) -> Record:
    return {"Message": text[:1024]} if text else {}
