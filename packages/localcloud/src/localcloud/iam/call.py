"""One request, with the condition keys of policies that describe it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from localcloud.iam.authorization import RequiredAction

FindRecord = Callable[[str, str], dict[str, Any] | None]  # a record by kind and name
_DEFINITION = "TrainingJobDefinition"  # of a tuning job, which has no settings of its own
_VOLUME_KEYS = (
    ("ProcessingResources", "ClusterConfig", "VolumeKmsKeyId"),
    ("ResourceConfig", "VolumeKmsKeyId"),
    ("HyperParameterTuningResourceConfig", "VolumeKmsKeyId"),
    ("TransformResources", "VolumeKmsKeyId"),
)
_CONDITIONS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "sagemaker:InstanceTypes": (
        ("ProcessingResources", "ClusterConfig", "InstanceType"),
        ("ResourceConfig", "InstanceType"),
        ("HyperParameterTuningResourceConfig", "InstanceType"),
        ("TransformResources", "InstanceType"),
    ),
    "sagemaker:VolumeKmsKey": (*_VOLUME_KEYS, ("KmsKeyId",)),
    "sagemaker:OutputKmsKey": (
        ("ProcessingOutputConfig", "KmsKeyId"),
        ("OutputDataConfig", "KmsKeyId"),
        ("TransformOutput", "KmsKeyId"),
    ),
    "sagemaker:MaxRuntimeInSeconds": (("StoppingCondition", "MaxRuntimeInSeconds"),),
    "sagemaker:KeepAlivePeriod": (("ResourceConfig", "KeepAlivePeriodInSeconds"),),
    "sagemaker:NetworkIsolation": (
        ("EnableNetworkIsolation",),
        ("NetworkConfig", "EnableNetworkIsolation"),
    ),
    "sagemaker:ModelApprovalStatus": (("ModelApprovalStatus",),),
    "sagemaker:TargetContainerHostname": (("TargetContainerHostname",),),
}


@dataclass(frozen=True)
class Call:
    """One request, where it is made and what is known of the resources it names."""

    service: str
    operation: str
    request: Mapping[str, Any]
    region: str
    account: str
    find: FindRecord

    def arn(self, kind: str, name: str) -> str:
        """SageMaker writes names in lower case; a name may also be an ARN already."""
        resource = name.rpartition(f":{kind}/")[2] if name.startswith("arn:") else name
        return f"arn:aws:sagemaker:{self.region}:{self.account}:{kind}/{resource.lower()}"

    def own(self, resource: str) -> RequiredAction:
        """The action that has the operation's name."""
        return RequiredAction(f"sagemaker:{self.operation}", resource, self.context(resource))

    def context(self, resource: str) -> dict[str, Any]:
        tags = self.find("tags", resource) or {}
        return (
            {key: value for key, paths in _CONDITIONS.items() if (value := self._first(paths))}
            | {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
            | self._request_tags()
        )

    @property
    def settings(self) -> Mapping[str, Any]:
        """The part of the request that describes what is made."""
        described: Mapping[str, Any] = self.request.get(_DEFINITION, self.request)
        return described

    def _first(self, paths: tuple[tuple[str, ...], ...]) -> Any:
        return next((value for path in paths if (value := value_at(self.settings, *path))), None)

    def _request_tags(self) -> dict[str, Any]:
        tags = {tag["Key"]: tag["Value"] for tag in self.request.get("Tags", [])}
        keys = [*tags, *self.request.get("TagKeys", [])]
        context: dict[str, Any] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
        return context | ({"aws:TagKeys": keys} if keys else {})


def value_at(request: Mapping[str, Any], *path: str) -> Any:
    """The value at the end of the path, or None."""
    value: Any = request
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def volume_key(request: Mapping[str, Any]) -> str | None:
    """The key of a job's volumes."""
    return next((key for path in _VOLUME_KEYS if (key := value_at(request, *path))), None)
