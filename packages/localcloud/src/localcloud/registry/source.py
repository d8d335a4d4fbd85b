"""SourceUri of a model package: what it is cloned from, or where its model was registered from.

The ARN of a model or of another package brings their containers, and goes without an
InferenceSpecification; any other place is kept and shown. So says the SageMaker SDK 2.257, which
does not send both (create_model_package_from_containers and, in sagemaker/utils.py,
can_model_package_source_uri_autopopulate). What else AWS copies of a package is not documented, and
nothing else is copied here.
"""

import re
from collections.abc import Callable

from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record, find, pick

_ARN = re.compile(r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]+:\d{12}:(model|model-package)/(.+)")
_SPECIFICATION = "InferenceSpecification"


def check(request: Record) -> None:
    """Raises ValidationException for a source that goes with nothing else."""
    if "SourceUri" in request and _SPECIFICATION in request:
        raise ValidationException(
            "SourceUri and InferenceSpecification cannot be given together; a source that is no "
            "ARN is set by UpdateModelPackage"
        )


def is_copied(uri: str) -> bool:
    """Whether a source brings containers."""
    return _ARN.fullmatch(uri) is not None


def specification(
    cloud: Cloud, request: Record, find_package: Callable[[Cloud, str], Record]
) -> Record:
    """The request's InferenceSpecification or that of its source, as a field; or nothing."""
    found = _ARN.fullmatch(request.get("SourceUri", ""))
    if found is None:
        return pick(request, _SPECIFICATION)
    kind, name = found.groups()
    if kind == "model-package":
        return pick(find_package(cloud, name), _SPECIFICATION)
    missing = f'Could not find model "{found.string}".'
    model = find(cloud, "model", _stored_name(cloud, name), missing)
    containers: list[Record] = []
    for container in model.get("Containers") or [model["PrimaryContainer"]]:
        if "ModelPackageName" in container:
            package = find_package(cloud, container["ModelPackageName"])
            containers += package.get(_SPECIFICATION, {}).get("Containers", [])
        else:
            shown = pick(container, "ContainerHostname", "Image", "ModelDataUrl", "Environment")
            containers.append(shown)
    return {_SPECIFICATION: {"Containers": containers}}


def _stored_name(cloud: Cloud, name: str) -> str:
    """The name of a model as it was given; its ARN has the name in lower case."""
    names = (model["ModelName"] for model in cloud.store.list("model"))
    return next((known for known in names if known.lower() == name.lower()), name)
