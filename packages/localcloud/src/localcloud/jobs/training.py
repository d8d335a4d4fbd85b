"""Operations on training jobs.

Refused, not ignored: algorithms by name, Pipe mode, augmented manifests, shuffled and compressed
channels, file-system and data-set channels, heterogeneous clusters, training plans,
framework profiling of images before PyTorch 2.0, Debugger rules other than ProfilerReport,
TensorBoard, uncompressed output, serverless jobs. Kept and shown without effect: instance type and
volume, VPC, network isolation, encryption between containers, DebugHookConfig (its library is in no
current container), and ProfilingParameters: framework profiling ended with PyTorch 2.0 and
TensorFlow 2.11.
"""

from pathlib import Path
from typing import Any

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ResourceNotFound, ValidationException
from localcloud.core.records import Record
from localcloud.core.s3 import check_uri
from localcloud.experiments import job_component
from localcloud.iam.role import check_role
from localcloud.jobs import job_operations, secondary_status, service_quotas
from localcloud.jobs.checkpoints import LOCAL_PATH
from localcloud.jobs.images import PYTORCH, PYTORCH_TRAINING, repository
from localcloud.jobs.job_queue import JobQueue
from localcloud.jobs.layout import CONTAINER_ROOT, Layout
from localcloud.jobs.metrics import check_definitions
from localcloud.jobs.profiler import check_parameters, check_rules
from localcloud.jobs.spot import check_spot
from localcloud.jobs.training_job import DEFAULT_MAX_SECONDS, KIND, TrainingJob
from localcloud.jobs.warm_pools import WarmPools, check_warm_pool, shown

_UNSUPPORTED = (
    "DebugRuleConfigurations",
    "TensorBoardOutputConfig",
    "InfraCheckConfig",
    "ServerlessJobConfig",
    "MlflowConfig",
    "ModelPackageConfig",
    "SessionChainingConfig",
    "RemoteDebugConfig",
)
_FLAGS = (
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
)
_ALGORITHM = ("TrainingImageConfig",)
_RESOURCES = (
    "InstanceGroups",
    "TrainingPlanArn",
    "InstancePlacementConfig",
    "InstancePreferences",
)
_SOURCE = ("AttributeNames", "InstanceGroupNames", "ModelAccessConfig", "HubAccessConfig")


def create_training_job(cloud: Cloud, request: Record) -> Record:
    name = request["TrainingJobName"]
    check_training_job(cloud, request)
    arn = records.arn(cloud, "training-job", name)
    record = {
        **_complete(request),
        "TrainingJobArn": arn,
        "TrainingJobStatus": "InProgress",
        **secondary_status.enter([], "Starting"),
    }
    if request.get("ProfilerRuleConfigurations"):
        record["ProfilerRuleEvaluationStatuses"] = [
            {
                "RuleConfigurationName": rule["RuleConfigurationName"],
                "RuleEvaluationStatus": "InProgress",
            }
            for rule in request["ProfilerRuleConfigurations"]
        ]
    records.create(cloud, KIND, name, record, job_operations.name_taken(arn))
    cloud.service(WarmPools).take(record)
    job_component.create(cloud, KIND, record)
    cloud.service(JobQueue).submit(TrainingJob(cloud, name))
    return {"TrainingJobArn": arn}


def _complete(request: Record) -> Record:
    """The request with the defaults that Describe shows.

    Those of stopping, metrics and channels are in the API reference. The flags have none there,
    but are never missing in answers: the SDK for Rust has them as plain booleans (docs.rs,
    aws-sdk-sagemaker 0.8.0, DescribeTrainingJobOutput).
    """
    algorithm, profiler = request["AlgorithmSpecification"], request.get("ProfilerConfig", {})
    profiles = "S3OutputPath" in profiler and not profiler.get("DisableProfiler")
    charts = repository(algorithm["TrainingImage"]) in (PYTORCH, PYTORCH_TRAINING)
    return {
        **dict.fromkeys(_FLAGS, False),
        "ProfilingStatus": "Enabled" if profiles else "Disabled",
        **request,
        "AlgorithmSpecification": {"EnableSageMakerMetricsTimeSeries": charts, **algorithm},
        **records.each(request, "InputDataConfig", {"CompressionType": "None"}),
        "OutputDataConfig": {"KmsKeyId": "", **request["OutputDataConfig"]},
        "StoppingCondition": {
            "MaxRuntimeInSeconds": DEFAULT_MAX_SECONDS,
            **request.get("StoppingCondition", {}),
        },
    }


def check_training_job(cloud: Cloud, request: Record) -> None:
    """Raises an AwsError for a request that CreateTrainingJob refuses for what is in it."""
    records.refuse(request, _UNSUPPORTED)
    algorithm = _required(request, "AlgorithmSpecification")
    if "TrainingImage" not in algorithm:
        raise ValidationException(
            "AlgorithmSpecification.TrainingImage is required by localcloud: "
            "algorithms by name are not supported"
        )
    records.refuse(algorithm, _ALGORITHM)
    repository(algorithm["TrainingImage"])
    _check_mode("AlgorithmSpecification", algorithm.get("TrainingInputMode", "File"))
    check_definitions(algorithm.get("MetricDefinitions", []))
    check_rules(request.get("ProfilerRuleConfigurations", []))
    check_parameters(algorithm["TrainingImage"], request.get("ProfilerConfig", {}))
    use = "spot training job" if request.get("EnableManagedSpotTraining") else "training job"
    _check_resources(_required(request, "ResourceConfig"), use)
    check_warm_pool(request)
    check_spot(request, DEFAULT_MAX_SECONDS)
    records.refuse(request.get("StoppingCondition", {}), ["MaxPendingTimeInSeconds"])
    for channel in request.get("InputDataConfig", []):
        _check_channel(channel)
    output = request["OutputDataConfig"]
    check_uri("OutputDataConfig.S3OutputPath", output["S3OutputPath"])
    if output.get("CompressionType", "GZIP") != "GZIP":
        raise ValidationException(
            "OutputDataConfig.CompressionType NONE is not supported by localcloud"
        )
    _check_checkpoints(request.get("CheckpointConfig"))
    job_component.check(cloud, request)
    check_role(cloud, request["RoleArn"])


def _required(request: Record, field: str) -> Any:
    if field not in request:
        raise ValidationException(f"{field} is required by localcloud")
    return request[field]


def _check_resources(resources: Record, use: str) -> None:
    records.refuse(resources, _RESOURCES)
    if not resources.get("InstanceCount") or "InstanceType" not in resources:
        raise ValidationException("ResourceConfig needs InstanceType and InstanceCount")
    service_quotas.check(use, resources["InstanceType"], resources["InstanceCount"])


def _check_channel(channel: Record) -> None:
    name = channel["ChannelName"]
    _check_mode(f"Channel {name!r}", channel.get("InputMode", "File"))
    records.refuse(channel, ["ShuffleConfig"])
    for field in ("CompressionType", "RecordWrapperType"):
        if channel.get(field, "None") != "None":
            raise ValidationException(
                f"Channel {name!r}: {field} {channel[field]} is not supported by localcloud"
            )
    source = channel["DataSource"].get("S3DataSource")
    if source is None or source["S3DataType"] not in ("S3Prefix", "ManifestFile"):
        raise ValidationException(
            f"Channel {name!r}: only S3DataSource with S3Prefix or ManifestFile is supported "
            "by localcloud"
        )
    records.refuse(source, _SOURCE)
    check_uri(f"Channel {name!r}", source["S3Uri"])


def _check_mode(what: str, mode: str) -> None:
    if mode not in ("File", "FastFile"):
        raise ValidationException(
            f"{what}: input mode {mode!r} is not supported by localcloud, only File and FastFile"
        )


def _check_checkpoints(config: Record | None) -> None:
    if config:
        check_uri("CheckpointConfig.S3Uri", config["S3Uri"])
        try:
            Layout(Path(CONTAINER_ROOT)).path(config.get("LocalPath", LOCAL_PATH))
        except ValueError as error:
            raise ValidationException(f"CheckpointConfig.LocalPath: {error}") from error


def describe_training_job(cloud: Cloud, request: Record) -> Record:
    name = request["TrainingJobName"]
    return shown(records.find(cloud, KIND, name, "Requested resource not found."))


def list_training_jobs(cloud: Cloud, request: Record) -> Record:
    records.refuse(request, ["TrainingPlanArnEquals"])
    pool = request.get("WarmPoolStatusEquals")
    found = records.select(
        map(shown, cloud.store.list(KIND)),
        request,
        name="TrainingJobName",
        status="TrainingJobStatus",
        summary=records.picker(
            "TrainingJobName",
            "TrainingJobArn",
            "CreationTime",
            "TrainingEndTime",
            "LastModifiedTime",
            "TrainingJobStatus",
            "SecondaryStatus",
            "WarmPoolStatus",
        ),
        shows=lambda record: pool in (None, record.get("WarmPoolStatus", {}).get("Status")),
    )
    return {"TrainingJobSummaries": found}


def update_training_job(cloud: Cloud, request: Record) -> Record:
    records.refuse(request, ["ProfilerConfig", "ProfilerRuleConfigurations", "RemoteDebugConfig"])
    name = request["TrainingJobName"]
    record = cloud.store.get(KIND, name)
    if record is None:
        raise ResourceNotFound("Requested resource not found.")
    if "ResourceConfig" in request:
        seconds = request["ResourceConfig"]["KeepAlivePeriodInSeconds"]
        cloud.service(WarmPools).change(name, seconds)
    return records.pick(record, "TrainingJobArn")


def stop_training_job(cloud: Cloud, request: Record) -> Record:
    name = request["TrainingJobName"]
    job_operations.stop(cloud, TrainingJob, name, "Requested resource not found.")
    return {}


def delete_training_job(cloud: Cloud, request: Record) -> Record:
    name = request["TrainingJobName"]
    job_operations.delete(cloud, TrainingJob, name, "Requested resource not found.")
    return {}
