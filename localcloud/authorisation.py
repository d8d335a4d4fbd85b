"""Which permissions each operation of localcloud's services takes, and each job that it runs.

By the Service Authorization Reference and, for what SageMaker does on behalf of others, by
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html.

Not emulated: condition keys other than those of `_CONDITIONS` and of tags.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.authority import Need

Find = Callable[[str, str], dict[str, Any] | None]  # a record by kind and name
_SERVICE = "sagemaker.amazonaws.com"
_ECR_IMAGE = re.compile(r"(\d+)\.dkr\.ecr\.([\w-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)")
# The resource type and the member of the request that names it.
_BY_NAME: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("processing-job", "ProcessingJobName"): (
        "CreateProcessingJob",
        "DescribeProcessingJob",
        "StopProcessingJob",
        "DeleteProcessingJob",
    ),
    ("training-job", "TrainingJobName"): (
        "CreateTrainingJob",
        "DescribeTrainingJob",
        "StopTrainingJob",
        "DeleteTrainingJob",
    ),
    ("transform-job", "TransformJobName"): (
        "CreateTransformJob",
        "DescribeTransformJob",
        "StopTransformJob",
    ),
    ("model", "ModelName"): ("CreateModel", "DescribeModel", "DeleteModel"),
    ("endpoint-config", "EndpointConfigName"): (
        "CreateEndpointConfig",
        "DescribeEndpointConfig",
        "DeleteEndpointConfig",
    ),
    ("endpoint", "EndpointName"): (
        "CreateEndpoint",
        "DescribeEndpoint",
        "UpdateEndpoint",
        "UpdateEndpointWeightsAndCapacities",
        "DeleteEndpoint",
        "InvokeEndpoint",
    ),
    ("feature-group", "FeatureGroupName"): (
        "CreateFeatureGroup",
        "DescribeFeatureGroup",
        "UpdateFeatureGroup",
        "DeleteFeatureGroup",
        "DescribeFeatureMetadata",
        "UpdateFeatureMetadata",
        "PutRecord",
        "GetRecord",
        "DeleteRecord",
        "ListRecords",
    ),
    ("model-package-group", "ModelPackageGroupName"): (
        "CreateModelPackageGroup",
        "DescribeModelPackageGroup",
        "DeleteModelPackageGroup",
        "PutModelPackageGroupPolicy",
        "GetModelPackageGroupPolicy",
        "DeleteModelPackageGroupPolicy",
    ),
    ("model-package", "ModelPackageName"): ("DescribeModelPackage", "DeleteModelPackage"),
    ("model-package", "ModelPackageArn"): ("UpdateModelPackage",),
    ("experiment", "ExperimentName"): (
        "CreateExperiment",
        "DescribeExperiment",
        "UpdateExperiment",
        "DeleteExperiment",
    ),
    ("experiment-trial", "TrialName"): (
        "CreateTrial",
        "DescribeTrial",
        "UpdateTrial",
        "DeleteTrial",
    ),
    ("experiment-trial-component", "TrialComponentName"): (
        "CreateTrialComponent",
        "DescribeTrialComponent",
        "UpdateTrialComponent",
        "DeleteTrialComponent",
        "BatchPutMetrics",
    ),
}
_NAMES = {name: place for place, names in _BY_NAME.items() for name in names}
_BY_ARN = ("AddTags", "ListTags", "DeleteTags")
_OF_ALL = (
    "ListProcessingJobs",
    "ListTrainingJobs",
    "ListTransformJobs",
    "ListModels",
    "ListEndpointConfigs",
    "ListEndpoints",
    "ListFeatureGroups",
    "ListModelPackageGroups",
    "ListExperiments",
    "ListTrials",
    "ListTrialComponents",
    "Search",
)
# OnlineStoreSecurityConfig of the API reference lists them, for the caller.
_ONLINE_STORE = (
    "Encrypt",
    "Decrypt",
    "DescribeKey",
    "CreateGrant",
    "RetireGrant",
    "ReEncryptFrom",
    "ReEncryptTo",
    "GenerateDataKey",
    "ListGrants",
    "RevokeGrant",
)
_VOLUME_KEYS = (
    ("ProcessingResources", "ClusterConfig", "VolumeKmsKeyId"),
    ("ResourceConfig", "VolumeKmsKeyId"),
    ("TransformResources", "VolumeKmsKeyId"),
)
_CONDITIONS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "sagemaker:InstanceTypes": (
        ("ProcessingResources", "ClusterConfig", "InstanceType"),
        ("ResourceConfig", "InstanceType"),
        ("TransformResources", "InstanceType"),
    ),
    "sagemaker:VolumeKmsKey": (*_VOLUME_KEYS, ("KmsKeyId",)),
    "sagemaker:OutputKmsKey": (
        ("ProcessingOutputConfig", "KmsKeyId"),
        ("OutputDataConfig", "KmsKeyId"),
        ("TransformOutput", "KmsKeyId"),
    ),
    "sagemaker:MaxRuntimeInSeconds": (("StoppingCondition", "MaxRuntimeInSeconds"),),
    "sagemaker:NetworkIsolation": (
        ("EnableNetworkIsolation",),
        ("NetworkConfig", "EnableNetworkIsolation"),
    ),
    "sagemaker:ModelApprovalStatus": (("ModelApprovalStatus",),),
}


_SCALING = "application-autoscaling"
_SCALING_OF_ALL = (
    "DescribeScalableTargets",
    "DescribeScalingActivities",
    "DescribeScalingPolicies",
)
_SCALING_ROLE = (
    "sagemaker.application-autoscaling.amazonaws.com/"
    "AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"
)
_SCALED: Mapping[str, tuple[str, ...]] = {
    "RegisterScalableTarget": (
        "sagemaker:DescribeEndpoint",
        "sagemaker:DescribeEndpointConfig",
        "sagemaker:UpdateEndpointWeightsAndCapacities",
        "iam:CreateServiceLinkedRole",
    ),
    "PutScalingPolicy": ("cloudwatch:PutMetricAlarm", "cloudwatch:DescribeAlarms"),
    # What these remove, the service-linked role removes.
    "DeleteScalingPolicy": (),
    "DeregisterScalableTarget": (),
}


@dataclass(frozen=True)
class Call:
    """One request, where it is made and what is known of the resources it names."""

    service: str
    operation: str
    request: Mapping[str, Any]
    region: str
    account: str
    find: Find

    def arn(self, kind: str, name: str) -> str:
        """SageMaker writes names in lower case; a name may also be an ARN already."""
        resource = name.rpartition(f":{kind}/")[2] if name.startswith("arn:") else name
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{kind}/{resource.lower()}"

    def own(self, resource: str) -> Need:
        """The action that has the operation's name."""
        return Need(f"sagemaker:{self.operation}", resource, self.context(resource))

    def context(self, resource: str) -> dict[str, Any]:
        tags = self.find("tags", resource) or {}
        return (
            {key: value for key, paths in _CONDITIONS.items() if (value := self._first(paths))}
            | {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
            | self._request_tags()
        )

    def _first(self, paths: tuple[tuple[str, ...], ...]) -> Any:
        return next((value for path in paths if (value := look(self.request, *path))), None)

    def _request_tags(self) -> dict[str, Any]:
        tags = {tag["Key"]: tag["Value"] for tag in self.request.get("Tags", [])}
        keys = [*tags, *self.request.get("TagKeys", [])]
        context: dict[str, Any] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        return context | ({"aws:TagKeys": keys} if keys else {})


def look(request: Mapping[str, Any], *path: str) -> Any:
    """The value at the end of the path, or None."""
    value: Any = request
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def is_known(service: str, operation: str) -> bool:
    if service == _SCALING:
        return operation in (*_SCALED, *_SCALING_OF_ALL)
    return operation in (*_NAMES, *_BY_ARN, *_OF_ALL, *_RESOURCES)


def needs(call: Call) -> Iterator[Need]:
    """Every permission that the call takes."""
    if call.service == _SCALING:
        yield from _scaling(call)
        return
    resources = list(_resources(call))
    yield from (call.own(resource) for resource in resources)
    yield from _tagging(call, resources[0])
    yield from _passing(call)
    yield from _keys(call)
    yield from _deregistering(call)


def _resources(call: Call) -> Iterator[str]:
    if call.operation in _RESOURCES:
        yield from _RESOURCES[call.operation](call)
    elif call.operation in _NAMES:
        kind, member = _NAMES[call.operation]
        yield call.arn(kind, call.request[member])
    elif call.operation in _BY_ARN:
        yield call.request["ResourceArn"]
    else:
        yield "*"


def _endpoint(call: Call) -> Iterator[str]:
    """To create or update an endpoint is an action on its configuration, too."""
    yield call.arn("endpoint", call.request["EndpointName"])
    yield call.arn("endpoint-config", call.request["EndpointConfigName"])


def _feature_groups(call: Call) -> Iterator[str]:
    for name in _group_names(call):
        yield call.arn("feature-group", name)


def _group_names(call: Call) -> list[str]:
    """Each group of a batch once."""
    parts = call.request.get("Identifiers") or call.request["Entries"]
    return list(dict.fromkeys(part["FeatureGroupName"] for part in parts))


def _model_packages(call: Call) -> Iterator[str]:
    """A group's versions are resources below its name; a new one has no number yet."""
    group = call.request.get("ModelPackageGroupName")
    if group:
        name = group.rpartition("/")[2]
        yield call.arn("model-package-group", name)
        yield call.arn("model-package", f"{name}/*")
    else:
        yield call.arn("model-package", call.request.get("ModelPackageName", "*"))


def _association(call: Call) -> Iterator[str]:
    yield call.arn("experiment-trial", call.request["TrialName"])
    yield call.arn("experiment-trial-component", call.request["TrialComponentName"])


def _queried(call: Call) -> Iterator[str]:
    for query in call.request["MetricQueries"]:
        yield query["ResourceArn"]


def _described_packages(call: Call) -> Iterator[str]:
    yield from call.request["ModelPackageArnList"]


_RESOURCES: Mapping[str, Callable[[Call], Iterator[str]]] = {
    "BatchDescribeModelPackage": _described_packages,
    "AssociateTrialComponent": _association,
    "DisassociateTrialComponent": _association,
    "BatchGetMetrics": _queried,
    "CreateEndpoint": _endpoint,
    "UpdateEndpoint": _endpoint,
    "BatchGetRecord": _feature_groups,
    "BatchWriteRecord": _feature_groups,
    "CreateModelPackage": _model_packages,
    "ListModelPackages": _model_packages,
}


def _tagging(call: Call, resource: str) -> Iterator[Need]:
    if call.request.get("Tags") and call.operation.startswith("Create"):
        yield Need("sagemaker:AddTags", resource, call.context(resource))


def _passing(call: Call) -> Iterator[Need]:
    role = call.request.get("RoleArn") or call.request.get("ExecutionRoleArn")
    if role and call.operation.startswith("Create"):
        yield Need("iam:PassRole", role, {"iam:PassedToService": _SERVICE})


# -- keys ----------------------------------------------------------------------------------------


def _keys(call: Call) -> Iterator[Need]:
    """Volumes are encrypted through grants that the caller makes, and records with its rights."""
    if call.operation in ("CreateProcessingJob", "CreateTrainingJob", "CreateTransformJob"):
        yield from _grants(volume_key(call.request))
    elif call.operation in ("CreateEndpoint", "UpdateEndpoint"):
        config = call.find("endpoint-config", call.request["EndpointConfigName"]) or {}
        yield from _grants(config.get("KmsKeyId"))
    elif call.operation == "CreateFeatureGroup":
        key = look(call.request, "OnlineStoreConfig", "SecurityConfig", "KmsKeyId")
        yield from (Need(f"kms:{action}", key) for action in _ONLINE_STORE if key)
    elif call.operation in ("PutRecord", "GetRecord", "DeleteRecord", "ListRecords"):
        yield from _record_key(call, call.request["FeatureGroupName"])
    elif call.operation in ("BatchGetRecord", "BatchWriteRecord"):
        for name in _group_names(call):
            yield from _record_key(call, name)


def volume_key(request: Mapping[str, Any]) -> str | None:
    """The key of a job's volumes."""
    return next((key for path in _VOLUME_KEYS if (key := look(request, *path))), None)


def _grants(key: str | None) -> Iterator[Need]:
    if key:
        yield Need("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"})
        yield Need("kms:DescribeKey", key)


def _record_key(call: Call, group: str) -> Iterator[Need]:
    record = call.find("feature-group", group.rpartition("/")[2]) or {}
    key = look(record, "OnlineStoreConfig", "SecurityConfig", "KmsKeyId")
    if key:
        yield Need("kms:Decrypt", key)


# -- Application Auto Scaling --------------------------------------------------------------------


def _scaling(call: Call) -> Iterator[Need]:
    """It acts on the endpoint and its alarms with the permissions of its caller:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-prerequisites.html"""
    action = f"{_SCALING}:{call.operation}"
    if call.operation in _SCALING_OF_ALL:
        yield Need(action)
        return
    yield Need(action, _target(call))
    resource: str = call.request["ResourceId"]
    endpoint = resource.split("/")[1]
    described = call.find("endpoint", endpoint) or {}
    config = call.arn("endpoint-config", described.get("EndpointConfigName", "*"))
    place = f"{call.region}:{call.account}"
    alarm = f"arn:aws:cloudwatch:{place}:alarm:TargetTracking-{resource}-*"
    role = f"arn:aws:iam::{call.account}:role/aws-service-role/{_SCALING_ROLE}"
    for name in _SCALED[call.operation]:
        match name.partition(":")[0]:
            case "iam":
                yield Need(name, role, {"iam:AWSServiceName": _SCALING_ROLE.partition("/")[0]})
            case "cloudwatch":
                yield Need(name, alarm)
            case _:
                is_config = name.endswith("Config")
                yield Need(name, config if is_config else call.arn("endpoint", endpoint))


def _target(call: Call) -> str:
    return f"arn:aws:{_SCALING}:{call.region}:{call.account}:scalable-target/*"


def _deregistering(call: Call) -> Iterator[Need]:
    """Who deletes an endpoint that scales must be allowed to end its scaling, too:
    https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-delete-with-scaling.html"""
    if call.operation != "DeleteEndpoint":
        return
    name = call.request["EndpointName"]
    deployed = (call.find("endpoint", name) or {}).get("EndpointConfigName", "")
    config = call.find("endpoint-config", deployed) or {}
    variants = (variant["VariantName"] for variant in config.get("ProductionVariants", []))
    if any(call.find("scalable-target", f"endpoint/{name}/variant/{one}") for one in variants):
        yield Need(f"{_SCALING}:DeregisterScalableTarget", _target(call))


# -- what the execution role of a job or an endpoint needs besides its data ----------------------


def pulling(image: str) -> Iterator[Need]:
    """`123.dkr.ecr.us-east-1.amazonaws.com/name:tag`; to log in knows no resource."""
    found = _ECR_IMAGE.match(image)
    if found is None:
        return
    account, region, name = found.groups()
    yield Need("ecr:GetAuthorizationToken")
    for action in ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"):
        yield Need(f"ecr:{action}", f"arn:aws:ecr:{region}:{account}:repository/{name}")


def log_group(region: str, account: str, name: str) -> str:
    return f"arn:aws:logs:{region}:{account}:log-group:{name}:log-stream:"


def watching(group: str) -> Iterator[Need]:
    """What SageMaker documents beyond the calls that are really made with the role."""
    yield Need("logs:DescribeLogStreams", group)
    yield Need("cloudwatch:PutMetricData")


def encrypting(key: str | None) -> Iterator[Need]:
    """The volumes of a job."""
    if key:
        yield Need("kms:CreateGrant", key, {"kms:GrantIsForAWSResource": "true"})


def waiting_for(region: str, account: str, job: str) -> Iterator[Need]:
    """What Step Functions needs for `.sync`: a managed rule brings it the events of such jobs."""
    rule = f"StepFunctionsGetEventsForSageMaker{job}sRule"
    for action in ("PutTargets", "PutRule", "DescribeRule"):
        yield Need(f"events:{action}", f"arn:aws:events:{region}:{account}:rule/{rule}")
