"""SageMaker's resources in templates."""

from typing import Any

from localcloud.cloud import Cloud
from localcloud.features import template as feature_group
from localcloud.registry import template as model_package_group

_FEATURE_GROUP = "AWS::SageMaker::FeatureGroup"
_MODEL_PACKAGE_GROUP = "AWS::SageMaker::ModelPackageGroup"
Properties = dict[str, Any]


def provide_resources(cloud: Cloud, provisioners: Any, stacks: Any) -> None:
    provisioners._RESOURCE_HANDLERS[_FEATURE_GROUP] = _feature_group(cloud)
    provisioners._RESOURCE_HANDLERS[_MODEL_PACKAGE_GROUP] = _model_package_group(cloud)
    _off_the_event_loop(stacks)


def _off_the_event_loop(stacks: Any) -> None:
    """A group is made by calls back into this server, which the event loop must go on serving."""
    runs_on_thread = stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: kind == _FEATURE_GROUP or runs_on_thread(kind)


def _feature_group(cloud: Cloud) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, _stack: str) -> Any:
        return feature_group.create_from_template(cloud, properties, logical_id)

    def delete(physical_id: str, _properties: Properties) -> None:
        feature_group.delete_from_template(cloud, physical_id)

    return {"create": create, "delete": delete}


def _model_package_group(cloud: Cloud) -> dict[str, Any]:
    def create(_logical_id: str, properties: Properties, _stack: str) -> Any:
        return model_package_group.create_from_template(cloud, properties)

    def update(physical_id: str, old: Properties, new: Properties, _stack: str) -> Any:
        return model_package_group.update_from_template(cloud, physical_id, old, new)

    def delete(physical_id: str, _properties: Properties) -> None:
        model_package_group.delete_from_template(cloud, physical_id)

    return {"create": create, "update": update, "delete": delete}
