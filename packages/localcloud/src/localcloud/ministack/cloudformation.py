"""SageMaker's resources in templates, and stacks whose deletion failed."""

from contextvars import ContextVar
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.features import template as feature_group
from localcloud.hosting import template as hosting
from localcloud.ministack.seam import require
from localcloud.registry import template as model_package_group

_FEATURE_GROUP = "AWS::SageMaker::FeatureGroup"
_MODEL_PACKAGE_GROUP = "AWS::SageMaker::ModelPackageGroup"
_HOSTING = {
    f"AWS::SageMaker::{resource.word}": resource
    for resource in (hosting.MODEL, hosting.ENDPOINT_CONFIG, hosting.ENDPOINT)
}
_LONGEST_NAME = 63
Properties = dict[str, Any]
# What the stack that is being deleted has and may not lose; None where nothing is kept.
_KEPT: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)


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


def keep_what_failed_resources_need(stacks: Any, handlers: Any) -> None:
    """A stack's resources are deleted after those that depend on them, so that where one cannot be
    deleted, what it depends on stays, and a second DeleteStack finds it: the function of a custom
    resource, say. ministack goes on with the others, whatever depends on them.
    """
    require(stacks, "_delete_resource", "_delete_stack_async", "_with_dependencies")
    require(handlers, "_delete_stack_async")
    delete_resource, delete_stack = stacks._delete_resource, stacks._delete_stack_async

    def delete_or_keep(kind: str, physical_id: str, properties: Properties, *where: str) -> None:
        try:
            delete_resource(kind, physical_id, properties, *where)
        except Exception:
            _set_aside(stacks, *where)
            raise

    async def delete_and_put_back(
        name: str, stack_id: str, retain_resources: Any = (), force: bool = False
    ) -> None:
        kept: dict[str, Any] = {}
        _KEPT.set(None if force else kept)  # of this task alone
        await delete_stack(name, stack_id, retain_resources, force=force)
        stack = _stack(name)
        if kept and stack:
            stack["_resources"].update(kept)

    stacks._delete_resource = delete_or_keep
    stacks._delete_stack_async = handlers._delete_stack_async = delete_and_put_back


def _set_aside(stacks: Any, stack_name: str, failed: str) -> None:
    """Out of sight of the deletion that goes on."""
    kept, stack = _KEPT.get(), _stack(stack_name)
    if kept is None or not stack:
        return
    resources = stack["_resources"]
    needed = stacks._with_dependencies([failed], stack["_template"]["Resources"], {*resources})
    kept.update({name: resources.pop(name) for name in needed - {failed} if name in resources})


def _stack(name: str) -> Any:
    from ministack.services.cloudformation import _stacks

    return _stacks.get(name)


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
