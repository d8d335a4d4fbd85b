"""Condition keys of requests that ministack does not know.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
"""

import json
from collections.abc import Callable
from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch

_PUT = "cloudwatch:PutMetricData"
_NAMESPACE = "cloudwatch:namespace"
Context = Callable[[str, str, bytes, dict[str, Any]], dict[str, Any]]


def add_namespace(_ministack: Ministack, context: Context) -> Context:
    def with_namespace(
        service: str, action: str, body: bytes, parameters: dict[str, Any]
    ) -> dict[str, Any]:
        found = context(service, action, body, parameters)
        if action != _PUT:
            return found
        return {**found, _NAMESPACE: _namespace(body, parameters)}

    return with_namespace


def _namespace(body: bytes, parameters: dict[str, Any]) -> str:
    """The namespace in a request by the protocols query or JSON, which boto3 prefers to CBOR."""
    if "Namespace" in parameters:
        given = parameters["Namespace"]
        return str(given[0] if isinstance(given, list) else given)
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    return str(document.get("Namespace", "")) if isinstance(document, dict) else ""


PATCHES = (
    Patch(
        target="core.iam_actions:request_tag_context",
        make=add_namespace,
        why="PutMetricData has the condition key cloudwatch:namespace",
        upstream="IAM: cloudwatch:namespace is missing in PutMetricData",
        test="ministack/iam/test_services.py::test_metrics_may_be_limited_to_a_namespace",
    ),
)
