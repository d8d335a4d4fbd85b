"""Checks that SageMaker has the instance types of an environment for their purpose."""

from functools import cache
from operator import attrgetter

import botocore.session

from infra.instances import family
from infra.setting_error import SettingsError
from infra.settings import Settings

# The shapes in botocore's model of SageMaker that enumerate the types.
_SHAPES = {
    "processing_instances": "ProcessingInstanceType",
    "training_instances": "TrainingInstanceType",
    "evaluation_instances": "ProcessingInstanceType",
    "endpoint": "ProductionVariantInstanceType",
    "scoring": "TransformInstanceType",
    "drift.instances": "ProcessingInstanceType",
}


def check_instance_types(settings: Settings) -> None:
    """Raises SettingsError for a type that SageMaker does not have, or has for other purposes only.

    It reads botocore's model, which takes half a second, so it is called at synth only.
    """
    for name, shape in _SHAPES.items():
        if name == "endpoint" and settings.endpoint.serverless_memory_mb:
            continue
        _check(f"{name}.instance_type", attrgetter(name)(settings).instance_type, shape)
    for wanted in settings.capacity.fallback_types:
        _check("capacity.fallback_types", wanted, _SHAPES["training_instances"])


def _check(name: str, wanted: str, shape: str) -> None:
    known = _known(shape)
    if wanted not in known:
        near = [other for other in known if family(other) == family(wanted)]
        allowed = ", ".join(near or sorted({f"ml.{family(other)}.*" for other in known}))
        raise SettingsError(name=name, value=wanted, allowed=allowed)


@cache
def _known(shape: str) -> tuple[str, ...]:
    service = botocore.session.get_session().get_service_model("sagemaker")
    return tuple(service.shape_for(shape).enum)
