"""The containers of a model: those of its request, or those of the model packages that it names.

Several run in a row, each with the answer of the one before it, or are asked one by one (Direct):
https://docs.aws.amazon.com/sagemaker/latest/dg/inference-pipelines.html and
https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html. A version of a group
has to be approved; the SDK's ModelPackage.deploy approves it first (sagemaker/model.py, 2.257).
"""

from collections.abc import Mapping
from typing import Any

from localcloud.core import records
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.jobs.images import check_serving
from localcloud.registry.package import find_package

SERVED = "Served"  # in a model's record, where the request does not say what is served
PRIMARY = "primary"  # what AWS calls the only container
_UNSUPPORTED = (
    "MultiModelConfig",
    "ModelDataSource",
    "AdditionalModelDataSources",
    "InferenceSpecificationName",
)


def containers(model: Mapping[str, Any]) -> dict[str, Record]:
    """The containers of a model's record, by host name."""
    served = model.get(SERVED) or [model["PrimaryContainer"]]
    if len(served) == 1:
        return {PRIMARY: served[0]}
    return {one["ContainerHostname"]: one for one in served}


def resolve(cloud: Cloud, request: Record) -> Record:
    """The fields of a model's record that tell its containers. Raises ValidationException."""
    requested = request.get("Containers") or [request.get("PrimaryContainer")]
    if requested[0] is None or ("Containers" in request and "PrimaryContainer" in request):
        raise ValidationException("A model needs either PrimaryContainer or Containers")
    served = [container for one in requested for container in _serving(cloud, one)]
    for container in served:
        check_serving(container["Image"])
    direct = request.get("InferenceExecutionConfig", {}).get("Mode") == "Direct"
    if len(served) == 1 and direct:
        raise ValidationException("InferenceExecutionConfig.Mode Direct needs several containers")
    if len(served) > 1:
        return {**records.pick(request, "Containers", "PrimaryContainer"), SERVED: _named(served)}
    packaged = {SERVED: served} if "ModelPackageName" in requested[0] else {}
    return {"PrimaryContainer": requested[0], **packaged}


def _serving(cloud: Cloud, container: Record) -> list[Record]:
    records.refuse(container, _UNSUPPORTED)
    if container.get("Mode", "SingleModel") != "SingleModel":
        raise ValidationException("Mode MultiModel is not supported by localcloud")
    if "ModelPackageName" in container:
        return _packaged(cloud, container)
    if "Image" not in container:
        raise ValidationException("A container needs Image in localcloud, or ModelPackageName")
    return [container]


def _packaged(cloud: Cloud, container: Record) -> list[Record]:
    """The containers of a package, with the variables of the request before those of their own."""
    if "Image" in container or "ModelDataUrl" in container:
        raise ValidationException("Image and ModelDataUrl are not allowed beside ModelPackageName")
    package = find_package(cloud, container["ModelPackageName"])
    arn = package["ModelPackageArn"]
    approval = package.get("ModelApprovalStatus", "Approved")
    if approval != "Approved":
        raise ValidationException(
            f"ModelPackage {arn} cannot be deployed: its ModelApprovalStatus is {approval}, and "
            "must be Approved"
        )
    if "InferenceSpecification" not in package:
        raise ValidationException(f"ModelPackage {arn} has no InferenceSpecification to deploy")
    return [
        records.pick(one, "Image", "ModelDataUrl", "ContainerHostname")
        | {"Environment": one.get("Environment", {}) | container.get("Environment", {})}
        for one in package["InferenceSpecification"]["Containers"]
    ]


def _named(served: list[Record]) -> list[Record]:
    """Each with its host name, by its place if none has one, as the API reference says."""
    names = [one["ContainerHostname"] for one in served if "ContainerHostname" in one]
    if not names:
        return [
            {**one, "ContainerHostname": f"container-{place}"}
            for place, one in enumerate(served, 1)
        ]
    if len(names) < len(served) or len(set(names)) < len(names):
        raise ValidationException(
            "ContainerHostname must be given for every container or for none, and no name twice; "
            f"it is given as {', '.join(names)}"
        )
    return served
