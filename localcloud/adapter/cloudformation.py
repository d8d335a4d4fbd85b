"""SageMaker's resources in templates."""

from typing import Any

from localcloud.adapter.seam import require
from localcloud.cloud import Cloud
from localcloud.execution import template as hosting
from localcloud.features import template as feature_group
from localcloud.registry import template as model_package_group

_FEATURE_GROUP = "AWS::SageMaker::FeatureGroup"
_MODEL_PACKAGE_GROUP = "AWS::SageMaker::ModelPackageGroup"
_HOSTING = {
    f"AWS::SageMaker::{resource.word}": resource
    for resource in (hosting.MODEL, hosting.ENDPOINT_CONFIG, hosting.ENDPOINT)
}
_LONGEST_NAME = 63
Properties = dict[str, Any]


def provide_resources(cloud: Cloud, provisioners: Any, stacks: Any) -> None:
    require(
        provisioners,
        "_CUSTOM_NAME_REPLACEMENT",
        "_physical_name",
        "_REPLACING_PROPERTIES",
        "_RESOURCE_HANDLERS",
        "_STACK_TAG_PROPERTY",
    )
    provisioners._RESOURCE_HANDLERS[_FEATURE_GROUP] = _feature_group(cloud)
    provisioners._RESOURCE_HANDLERS[_MODEL_PACKAGE_GROUP] = _model_package_group(cloud)
    for kind, resource in _HOSTING.items():
        provisioners._RESOURCE_HANDLERS[kind] = _hosted(cloud, resource, provisioners)
        provisioners._REPLACING_PROPERTIES[kind] = resource.replacing
        provisioners._CUSTOM_NAME_REPLACEMENT[kind] = {"name": resource.name_property}
        provisioners._STACK_TAG_PROPERTY[kind] = ("Tags", "list")
    _off_the_event_loop(stacks)


def _off_the_event_loop(stacks: Any) -> None:
    """They are made by calls back into this server, which the event loop must go on serving."""
    own, runs_on_thread = {_FEATURE_GROUP, *_HOSTING}, stacks._runs_on_worker_thread
    stacks._runs_on_worker_thread = lambda kind: kind in own or runs_on_thread(kind)


def _hosted(cloud: Cloud, resource: hosting.Resource, provisioners: Any) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        name = provisioners._physical_name(stack, logical_id, max_len=_LONGEST_NAME)
        return resource.create(cloud, properties, name)

    def update(physical_id: str, _old: Properties, new: Properties, _stack: str) -> Any:
        return resource.update(cloud, physical_id, new)

    def delete(physical_id: str, _properties: Properties) -> None:
        resource.delete(cloud, physical_id)

    return {"create": create, "update": update, "delete": delete}


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
