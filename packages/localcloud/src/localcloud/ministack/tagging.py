"""The tagging API and Resource Groups, which find the resources of all services by their tags."""

import json
from collections.abc import Iterator
from typing import Any

from localcloud.core import tags
from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError
from localcloud.ministack.seam import Answer, require

_SERVICE = "sagemaker"
_ALL_TYPES = "AWS::AllSupported"
_BY_TAGS = "TAG_FILTERS_1_0"


def offer(cloud: Cloud, tagging: Any, groups: Any) -> None:
    """SageMaker's resources among the others."""
    require(tagging, "_COLLECTORS", "_WRITERS", "_REMOVERS", "_ResourceNotFound")

    def write(_spec: Any, arn: str, added: dict[str, str]) -> None:
        pairs = [{"Key": key, "Value": value} for key, value in added.items()]
        _apply(tagging, tags.add_tags, cloud, {"ResourceArn": arn, "Tags": pairs})

    def remove(_spec: Any, arn: str, keys: list[str]) -> None:
        _apply(tagging, tags.delete_tags, cloud, {"ResourceArn": arn, "TagKeys": keys})

    tagging._COLLECTORS[_SERVICE] = lambda: tags.tagged(cloud)
    tagging._WRITERS[_SERVICE] = write
    tagging._REMOVERS[_SERVICE] = remove
    _search_by_tags(tagging, groups)


def _apply(tagging: Any, change: Any, cloud: Cloud, request: dict[str, Any]) -> None:
    try:
        change(cloud, request)
    except AwsError as error:
        raise tagging._ResourceNotFound(request["ResourceArn"]) from error


def _search_by_tags(tagging: Any, groups: Any) -> None:
    """ministack's groups have the members that are put in by hand, and its search finds nothing."""
    require(groups, "_POST_ROUTES", "_groups", "_group_queries", "_group_members", "_resolve_name")
    kind_of = groups._resource_type_from_arn
    groups._resource_type_from_arn = lambda arn: _type(arn) or kind_of(arn)
    routes, place, listing = groups._POST_ROUTES, "/resources/search", "/list-group-resources"
    search, members = routes[place], routes[listing]

    def found(query: dict[str, Any]) -> list[str]:
        return list(_matching(tagging, query)) if query.get("Type") == _BY_TAGS else []

    def searched(data: dict[str, Any]) -> Answer:
        answer: Answer = search(data)
        if answer[0] != 200:
            return answer
        arns = found(data["ResourceQuery"])
        page, token = groups._paginate(arns, data.get("MaxResults"), data.get("NextToken"))
        names = [
            {"ResourceArn": arn, "ResourceType": groups._resource_type_from_arn(arn)}
            for arn in page
        ]
        more = {"NextToken": token} if token else {}
        ok: Answer = groups._json({"ResourceIdentifiers": names, "QueryErrors": [], **more})
        return ok

    def listed(data: dict[str, Any]) -> Answer:
        name = groups._resolve_name(data.get("GroupName"), data.get("Group"))
        query = groups._group_queries.get(name)
        if query:
            groups._group_members[name] = found(query)
        answer: Answer = members(data)
        return answer

    routes[place], routes[listing] = searched, listed


def _matching(tagging: Any, query: dict[str, Any]) -> Iterator[str]:
    """https://docs.aws.amazon.com/ARG/latest/APIReference/API_ResourceQuery.html"""
    wanted = json.loads(query["Query"])
    kinds = wanted.get("ResourceTypeFilters", [_ALL_TYPES])
    filters = {"TagFilters": wanted.get("TagFilters", [])}
    if _ALL_TYPES not in kinds:
        filters["ResourceTypeFilters"] = [_type_filter(kind) for kind in kinds]
    answer = json.loads(tagging._get_resources(filters)[2])
    yield from (one["ResourceARN"] for one in answer["ResourceTagMappingList"])


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
