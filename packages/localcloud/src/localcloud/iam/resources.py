"""The resources of a call, by the Service Authorization Reference.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from collections.abc import Callable, Iterator, Mapping

from localcloud.core.empty_lists import EMPTY_LISTS
from localcloud.iam.call import Call

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
        "UpdateTrainingJob",
        "StopTrainingJob",
        "DeleteTrainingJob",
    ),
    ("hyper-parameter-tuning-job", "HyperParameterTuningJobName"): (
        "CreateHyperParameterTuningJob",
        "DescribeHyperParameterTuningJob",
        "StopHyperParameterTuningJob",
        "DeleteHyperParameterTuningJob",
        "ListTrainingJobsForHyperParameterTuningJob",
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
        "InvokeEndpointAsync",
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
    ("artifact", "ArtifactArn"): ("DescribeArtifact", "UpdateArtifact"),
    ("action", "ActionName"): ("CreateAction", "DescribeAction", "UpdateAction", "DeleteAction"),
    ("context", "ContextName"): (
        "CreateContext",
        "DescribeContext",
        "UpdateContext",
        "DeleteContext",
    ),
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
_WITHOUT_RESOURCE_TYPES = (
    "ListProcessingJobs",
    "ListTrainingJobs",
    "ListTransformJobs",
    "ListHyperParameterTuningJobs",
    "ListModels",
    "ListEndpointConfigs",
    "ListEndpoints",
    "ListFeatureGroups",
    "ListModelPackageGroups",
    "ListExperiments",
    "ListTrials",
    "ListTrialComponents",
    "ListArtifacts",
    "ListActions",
    "ListContexts",
    "ListAssociations",
    "Search",
    *EMPTY_LISTS,
)


def is_known(operation: str) -> bool:
    """Whether the resources of an operation of SageMaker's services are known."""
    return operation in (*_NAMES, *_BY_ARN, *_WITHOUT_RESOURCE_TYPES, *_RESOURCES)


def resource_arns(call: Call) -> Iterator[str]:
    """The ARNs of the resources of a call; `*` where the action has no resource types."""
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
    """CreateEndpoint and UpdateEndpoint require the action on the configuration, too."""
    yield call.arn("endpoint", call.request["EndpointName"])
    yield call.arn("endpoint-config", call.request["EndpointConfigName"])


def _feature_groups(call: Call) -> Iterator[str]:
    for name in group_names(call):
        yield call.arn("feature-group", name)


def group_names(call: Call) -> list[str]:
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


def _artifact(call: Call) -> Iterator[str]:
    """The artifact's ARN, unless it is named by its source, as a new one is and a deleted one may
    be: the ARN is not known then."""
    yield call.request.get("ArtifactArn") or call.arn("artifact", "*")


def _associated(call: Call) -> Iterator[str]:
    yield call.request["SourceArn"]
    yield call.request["DestinationArn"]


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
    "CreateArtifact": _artifact,
    "DeleteArtifact": _artifact,
    "AddAssociation": _associated,
    "DeleteAssociation": _associated,
    "CreateEndpoint": _endpoint,
    "UpdateEndpoint": _endpoint,
    "BatchGetRecord": _feature_groups,
    "BatchWriteRecord": _feature_groups,
    "CreateModelPackage": _model_packages,
    "ListModelPackages": _model_packages,
}
