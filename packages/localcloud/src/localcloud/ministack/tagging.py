"""The tagging API and Resource Groups, which find the resources of all services by their tags."""

import json
from collections.abc import Callable, Iterator
from typing import Any

from localcloud.core import tags
from localcloud.core.errors import AwsError
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, Response, names

_SERVICE = "sagemaker"
_ALL_TYPES = "AWS::AllSupported"
_BY_TAGS = "TAG_FILTERS_1_0"
Route = Callable[[dict[str, Any]], Response]


def list_tagged(ministack: Ministack) -> Callable[[], Any]:
    return lambda: tags.tagged(ministack.cloud)


def add_tags(ministack: Ministack) -> Callable[[Any, str, dict[str, str]], None]:
    def add(_spec: Any, arn: str, added: dict[str, str]) -> None:
        pairs = [{"Key": key, "Value": value} for key, value in added.items()]
        _change(ministack, tags.add_tags, {"ResourceArn": arn, "Tags": pairs})

    return add


def remove_tags(ministack: Ministack) -> Callable[[Any, str, list[str]], None]:
    def remove(_spec: Any, arn: str, keys: list[str]) -> None:
        _change(ministack, tags.delete_tags, {"ResourceArn": arn, "TagKeys": keys})

    return remove


def _change(ministack: Ministack, change: Any, request: dict[str, Any]) -> None:
    try:
        change(ministack.cloud, request)
    except AwsError as error:
        raise ministack.tagging._ResourceNotFound(request["ResourceArn"]) from error


# -- Resource Groups -----------------------------------------------------------------------------


def name_types(_ministack: Ministack, type_of: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda arn: _type(arn) or type_of(arn)


def search_by_tags(ministack: Ministack, search: Route) -> Route:
    groups = ministack.groups

    def search_tagged(data: dict[str, Any]) -> Response:
        response = search(data)
        if response[0] != 200:
            return response
        arns = _found(ministack, data["ResourceQuery"])
        page, token = groups._paginate(arns, data.get("MaxResults"), data.get("NextToken"))
        names = [
            {"ResourceArn": arn, "ResourceType": groups._resource_type_from_arn(arn)}
            for arn in page
        ]
        more = {"NextToken": token} if token else {}
        ok: Response = groups._json({"ResourceIdentifiers": names, "QueryErrors": [], **more})
        return ok

    return search_tagged


def list_members_by_tags(ministack: Ministack, list_members: Route) -> Route:
    groups = ministack.groups

    def list_tagged_members(data: dict[str, Any]) -> Response:
        name = groups._resolve_name(data.get("GroupName"), data.get("Group"))
        query = groups._group_queries.get(name)
        if query:
            groups._group_members[name] = _found(ministack, query)
        return list_members(data)

    return list_tagged_members


def _found(ministack: Ministack, query: dict[str, Any]) -> list[str]:
    return list(_matching(ministack.tagging, query)) if query.get("Type") == _BY_TAGS else []


def _matching(tagging: Any, query: dict[str, Any]) -> Iterator[str]:
    """The ARNs that a query finds:
    https://docs.aws.amazon.com/ARG/latest/APIReference/API_ResourceQuery.html"""
    wanted = json.loads(query["Query"])
    kinds = wanted.get("ResourceTypeFilters", [_ALL_TYPES])
    filters = {"TagFilters": wanted.get("TagFilters", [])}
    if _ALL_TYPES not in kinds:
        filters["ResourceTypeFilters"] = [_type_filter(kind) for kind in kinds]
    response = json.loads(tagging._get_resources(filters)[2])
    yield from (one["ResourceARN"] for one in response["ResourceTagMappingList"])


def _type(arn: str) -> str | None:
    """CloudFormation's name of one of SageMaker's resources."""
    _, _, service, _, _, resource = arn.split(":", 5)
    words = resource.partition("/")[0].split("-")
    kind = "".join(word.capitalize() for word in words)
    return f"AWS::SageMaker::{kind}" if service == _SERVICE else None


def _type_filter(kind: str) -> str:
    """`AWS::SageMaker::EndpointConfig` -> `sagemaker:endpoint-config`."""
    _, service, resource = kind.split("::")
    words = "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in resource)
    return f"{service.lower()}:{words.lstrip('-')}"


_TAGGED = "The tagging API lacks SageMaker"
_SEARCH = "Resource Groups: groups and searches by TAG_FILTERS_1_0 find nothing"
_BY_TYPE = "ministack/test_tagging.py::test_resources_are_found_by_tag_and_type"
_CHANGED = (
    "ministack/test_tagging.py::test_tags_come_and_go_and_a_resource_that_is_not_there_is_a_failure"
)
_SEARCHED = "ministack/test_tagging.py::test_resource_groups_search_by_tag"
PATCHES = (
    Patch(
        target=f"services.tagging:_COLLECTORS[{_SERVICE}]",
        make=list_tagged,
        why="the tagging API finds SageMaker's resources",
        upstream=_TAGGED,
        test=_BY_TYPE,
        uses=names("services.tagging", "_get_resources"),
        is_new=True,
    ),
    Patch(
        target=f"services.tagging:_WRITERS[{_SERVICE}]",
        make=add_tags,
        why="the tagging API adds tags to SageMaker's resources",
        upstream=_TAGGED,
        test=_CHANGED,
        uses=names("services.tagging", "_ResourceNotFound"),
        is_new=True,
    ),
    Patch(
        target=f"services.tagging:_REMOVERS[{_SERVICE}]",
        make=remove_tags,
        why="the tagging API removes tags of SageMaker's resources",
        upstream=_TAGGED,
        test=_CHANGED,
        is_new=True,
    ),
    Patch(
        target="services.resource_groups:_resource_type_from_arn",
        make=name_types,
        why="SageMaker's resources have types of CloudFormation",
        upstream=_SEARCH,
        test=_SEARCHED,
    ),
    Patch(
        target="services.resource_groups:_POST_ROUTES[/resources/search]",
        make=search_by_tags,
        why="a search by tags finds the resources that have them",
        upstream=_SEARCH,
        test=_SEARCHED,
        uses=names("services.resource_groups", "_paginate", "_json"),
    ),
    Patch(
        target="services.resource_groups:_POST_ROUTES[/list-group-resources]",
        make=list_members_by_tags,
        why="a group by tags has the resources that have them",
        upstream=_SEARCH,
        test=_SEARCHED,
        uses=names(
            "services.resource_groups",
            "_groups",
            "_group_queries",
            "_group_members",
            "_resolve_name",
        ),
    ),
)
