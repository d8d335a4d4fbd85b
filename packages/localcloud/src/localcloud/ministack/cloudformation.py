"""SageMaker's resources in templates, and stacks whose deletion failed."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from localcloud.features import template as feature_group
from localcloud.hosting import template as hosting
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names
from localcloud.registry import template as model_package_group

_FEATURE_GROUP = "AWS::SageMaker::FeatureGroup"
_MODEL_PACKAGE_GROUP = "AWS::SageMaker::ModelPackageGroup"
_HOSTING = {
    f"AWS::SageMaker::{resource.word}": resource
    for resource in (hosting.MODEL, hosting.ENDPOINT_CONFIG, hosting.ENDPOINT)
}
_LONGEST_NAME = 63
Properties = dict[str, Any]
Delete = Callable[..., None]
DeleteStack = Callable[..., Awaitable[None]]
# Resources of the stack being deleted that must be kept; None where nothing is kept.
_KEPT: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)


def hosting_replacements(_ministack: Ministack, kind: str) -> Any:
    """The properties that cannot change without a replacement of the resource."""
    return _HOSTING[kind].replacing


def hosting_name(_ministack: Ministack, kind: str) -> dict[str, str]:
    """The property with the name of the resource; a named resource cannot be replaced."""
    return {"name": _HOSTING[kind].name_property}


def hosting_tags(_ministack: Ministack) -> tuple[str, str]:
    """The property that takes the tags of the stack, and its form."""
    return "Tags", "list"


def run_on_a_thread(
    _ministack: Ministack, runs_on_thread: Callable[[str], bool]
) -> Callable[[str], bool]:
    """Runs handlers that send requests to this server outside of its event loop."""
    own = {_FEATURE_GROUP, *_HOSTING}
    return lambda kind: kind in own or runs_on_thread(kind)


# -- stacks whose deletion failed ----------------------------------------------------------------


def keep_dependencies_of_failed_resources(ministack: Ministack, delete_resource: Delete) -> Delete:
    """A stack's resources are deleted after those that depend on them, so that where one cannot be
    deleted, what it depends on stays, and a second DeleteStack finds it: the function of a custom
    resource, say.
    """

    def delete_or_keep(kind: str, physical_id: str, properties: Properties, *where: str) -> None:
        try:
            delete_resource(kind, physical_id, properties, *where)
        except Exception:
            _set_aside(ministack, *where)
            raise

    return delete_or_keep


def restore_kept_resources(ministack: Ministack, delete_stack: DeleteStack) -> DeleteStack:
    async def delete_and_restore(
        name: str, stack_id: str, retain_resources: Any = (), force: bool = False
    ) -> None:
        kept: dict[str, Any] = {}
        _KEPT.set(None if force else kept)  # a context variable: of this task alone
        await delete_stack(name, stack_id, retain_resources, force=force)
        stack = ministack.stack_store._stacks.get(name)
        if kept and stack:
            stack["_resources"].update(kept)

    return delete_and_restore


def _set_aside(ministack: Ministack, stack_name: str, failed: str) -> None:
    """Hides the dependencies of a resource from the deletion that continues."""
    kept, stack = _KEPT.get(), ministack.stack_store._stacks.get(stack_name)
    if kept is None or not stack:
        return
    resources = stack["_resources"]
    template = stack["_template"]["Resources"]
    needed = ministack.stacks._with_dependencies([failed], template, {*resources})
    kept.update({name: resources.pop(name) for name in needed - {failed} if name in resources})


# -- SageMaker's resources -----------------------------------------------------------------------


def handle_hosting(ministack: Ministack, kind: str) -> dict[str, Any]:
    resource = _HOSTING[kind]

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        make_name = ministack.provisioners._physical_name
        name = make_name(stack, logical_id, max_len=_LONGEST_NAME)
        return resource.create(ministack.cloud, properties, name)

    def update(physical_id: str, _old: Properties, new: Properties, _stack: str) -> Any:
        return resource.update(ministack.cloud, physical_id, new)

    def delete(physical_id: str, _properties: Properties) -> None:
        resource.delete(ministack.cloud, physical_id)

    return {"create": create, "update": update, "delete": delete}


def handle_feature_groups(ministack: Ministack) -> dict[str, Any]:
    def create(logical_id: str, properties: Properties, _stack: str) -> Any:
        return feature_group.create_from_template(ministack.cloud, properties, logical_id)

    def delete(physical_id: str, _properties: Properties) -> None:
        feature_group.delete_from_template(ministack.cloud, physical_id)

    return {"create": create, "delete": delete}


def handle_model_package_groups(ministack: Ministack) -> dict[str, Any]:
    def create(_logical_id: str, properties: Properties, _stack: str) -> Any:
        return model_package_group.create_from_template(ministack.cloud, properties)

    def update(physical_id: str, old: Properties, new: Properties, _stack: str) -> Any:
        return model_package_group.update_from_template(ministack.cloud, physical_id, old, new)

    def delete(physical_id: str, _properties: Properties) -> None:
        model_package_group.delete_from_template(ministack.cloud, physical_id)

    return {"create": create, "update": update, "delete": delete}


_PROVISIONERS = "services.cloudformation.provisioners"
_RESOURCES = "CloudFormation: SageMaker's resources are refused"
_KEEPING = (
    "CloudFormation: when a resource cannot be deleted, its dependencies are deleted all the same"
)
_STACK = "test_a_stack_makes_an_endpoint_replaces_its_model_and_deletes_both"
_KEPT_TEST = (
    "ministack/test_cloudformation.py"
    "::test_what_a_failed_custom_resource_depends_on_stays_until_it_is_gone"
)
_MODEL, _CONFIG, _ENDPOINT = _HOSTING
_HOSTING_TABLES: tuple[tuple[str, Any, str, dict[str, str]], ...] = (
    (
        "_RESOURCE_HANDLERS",
        handle_hosting,
        "a template may have models, endpoint configurations and endpoints",
        dict.fromkeys(_HOSTING, _STACK),
    ),
    (
        "_REPLACING_PROPERTIES",
        hosting_replacements,
        "a change of some properties replaces the resource",
        {
            _MODEL: _STACK,
            _CONFIG: _STACK,
            _ENDPOINT: "test_an_endpoint_is_replaced_when_its_name_changes",
        },
    ),
    (
        "_CUSTOM_NAME_REPLACEMENT",
        hosting_name,
        "a resource with a name of its own is not replaced",
        {  # an endpoint is replaced only when its name changes
            _MODEL: "test_a_model_with_a_name_of_its_own_is_not_replaced",
            _CONFIG: "test_a_configuration_with_a_name_of_its_own_is_not_replaced",
        },
    ),
    (
        "_STACK_TAG_PROPERTY",
        hosting_tags,
        "resources have the tags of their stack",
        dict.fromkeys(_HOSTING, _STACK),
    ),
)
PATCHES = (
    Patch(
        target=f"{_PROVISIONERS}:_RESOURCE_HANDLERS[{_FEATURE_GROUP}]",
        make=handle_feature_groups,
        why="a template may have feature groups",
        upstream=_RESOURCES,
        test="ministack/test_cloudformation.py::test_a_feature_group_that_could_not_be_made_does_not_stand_in_the_way",
        is_new=True,
    ),
    Patch(
        target=f"{_PROVISIONERS}:_RESOURCE_HANDLERS[{_MODEL_PACKAGE_GROUP}]",
        make=handle_model_package_groups,
        why="a template may have groups of model packages",
        upstream=_RESOURCES,
        test="registry/test_registry.py::test_cloudformation_makes_a_group_changes_its_tags_and_deletes_it",
        is_new=True,
    ),
    *(
        Patch(
            target=f"{_PROVISIONERS}:{table}[{kind}]",
            make=make,
            options={} if make is hosting_tags else {"kind": kind},
            why=why,
            upstream=_RESOURCES,
            test=f"hosting/test_template.py::{test}",
            uses=names(_PROVISIONERS, "_physical_name") if make is handle_hosting else (),
            is_new=True,
        )
        for table, make, why, tests in _HOSTING_TABLES
        for kind, test in tests.items()
    ),
    Patch(
        target="services.cloudformation.stacks:_runs_on_worker_thread",
        make=run_on_a_thread,
        why="handlers that send requests to the server must not block its event loop",
        upstream=_RESOURCES,
        test=f"hosting/test_template.py::{_STACK}",
    ),
    Patch(
        target="services.cloudformation.stacks:_delete_resource",
        make=keep_dependencies_of_failed_resources,
        why="the dependencies of a resource that could not be deleted are kept",
        upstream=_KEEPING,
        test=_KEPT_TEST,
        uses=(
            *names("services.cloudformation.stacks", "_with_dependencies"),
            *names("services.cloudformation", "_stacks"),
        ),
    ),
    # Only DeleteStack's: OnFailure=DELETE deletes what a rollback has left.
    Patch(
        target="services.cloudformation.handlers:_delete_stack_async",
        make=restore_kept_resources,
        why="kept resources stay in the stack for the next DeleteStack",
        upstream=_KEEPING,
        test=_KEPT_TEST,
    ),
)
