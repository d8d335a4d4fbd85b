"""Parameters and artifacts of a trial component, read from the record of its job.

What of a job is where: answers of AWS that are quoted in tests of aws/sagemaker-core
(tst/generated/test_utils.py, a training job) and of opendatadiscovery/odd-collector-aws (a
processing and a transform job).
"""

import math
from collections.abc import Callable, Mapping

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record


def description(cloud: Cloud, kind: str, job: Record) -> Record:
    """Parameters, InputArtifacts and OutputArtifacts; `kind` is that of the job's record."""
    return {"InputArtifacts": {}, "OutputArtifacts": {}, **_DESCRIPTIONS[kind](cloud, job)}


def _processing(_cloud: Cloud, job: Record) -> Record:
    inputs = {one["InputName"]: one["S3Input"] for one in job.get("ProcessingInputs", [])}
    outputs = job.get("ProcessingOutputConfig", {}).get("Outputs", [])
    image = {"SageMaker.ImageUri": {"Value": job["AppSpecification"]["ImageUri"]}}
    return {
        "Parameters": _resources(job["ProcessingResources"]["ClusterConfig"]),
        "InputArtifacts": image | {name: {"Value": s3["S3Uri"]} for name, s3 in inputs.items()},
        "OutputArtifacts": {
            one["OutputName"]: {"Value": one["S3Output"]["S3Uri"]} for one in outputs
        },
    }


def _training(_cloud: Cloud, job: Record) -> Record:
    hyperparameters = job.get("HyperParameters", {})
    hook = job.get("DebugHookConfig", {}).get("S3OutputPath")
    return {
        "Parameters": {
            **{name: _parameter(value) for name, value in hyperparameters.items()},
            "SageMaker.ImageUri": _parameter(job["AlgorithmSpecification"]["TrainingImage"]),
            **_resources(job["ResourceConfig"]),
        },
        "InputArtifacts": {
            channel["ChannelName"]: _media_type(channel)
            | {"Value": channel["DataSource"]["S3DataSource"]["S3Uri"]}
            for channel in job.get("InputDataConfig", [])
        },
        "OutputArtifacts": {"SageMaker.DebugHookOutput": {"Value": hook}} if hook else {},
    }


def _transform(cloud: Cloud, job: Record) -> Record:
    model = cloud.store.get("model", job["ModelName"]) or {}
    container, source = model.get("PrimaryContainer", {}), job["TransformInput"]
    artifacts = {
        "SageMaker.ModelName": job["ModelName"],
        "SageMaker.ModelPrimary.DataUrl": container.get("ModelDataUrl"),
        "SageMaker.ModelPrimary.Image": container.get("Image"),
    }
    return {
        "Parameters": _resources(job["TransformResources"])
        | {name: {"StringValue": value} for name, value in artifacts.items() if value},
        "InputArtifacts": {
            "SageMaker.TransformInput": _media_type(source)
            | {"Value": source["DataSource"]["S3DataSource"]["S3Uri"]}
        },
        "OutputArtifacts": {
            "SageMaker.TransformOutput": {"Value": job["TransformOutput"]["S3OutputPath"]}
        },
    }


_DESCRIPTIONS: Mapping[str, Callable[[Cloud, Record], Record]] = {
    "processing-job": _processing,
    "training-job": _training,
    "transform-job": _transform,
}


def _resources(resources: Record) -> Record:
    fields = ("InstanceCount", "InstanceType", "VolumeSizeInGB")
    return {
        f"SageMaker.{field}": _parameter(str(resources[field]))
        for field in fields
        if field in resources
    }


def _parameter(text: str) -> Record:
    """Numbers among hyperparameters are numbers, as ExperimentAnalytics shows them."""
    try:
        number = float(text)
    except ValueError:
        return {"StringValue": text}
    return {"NumberValue": number} if math.isfinite(number) else {"StringValue": text}


def _media_type(described: Record) -> Record:
    return {"MediaType": described["ContentType"]} if "ContentType" in described else {}
