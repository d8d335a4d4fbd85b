"""Condition keys of policies that ministack lacks, or to which it gives other values than AWS."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch

_PUT = "cloudwatch:PutMetricData"
_NAMESPACE = "cloudwatch:namespace"
Resolve = Callable[[str, Any], Any]
Context = Callable[[str, str, bytes, dict[str, Any]], dict[str, Any]]


def add_namespace(_ministack: Ministack, context: Context) -> Context:
    """https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html"""

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


def name_the_role(_ministack: Ministack, resolve: Resolve) -> Resolve:
    """For a session of a role, `aws:PrincipalArn` is the ARN of the role, not of the session:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""

    def resolved(key: str, context: Any) -> Any:
        found = resolve(key, context)
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in str(found):
            return found
        account, role = found.split(":")[4], found.split("/")[1]
        return f"arn:aws:iam::{account}:role/{role}"

    return resolved


def treat_services_as_secure(_ministack: Ministack, _origin: Any) -> ContextVar[tuple[str, bool]]:
    """`aws:SecureTransport` is true for services that act without a request of their own, such as
    SageMaker with the role of a job."""
    return ContextVar("origin", default=("127.0.0.1", True))


def treat_loopback_as_secure(
    _ministack: Ministack, pin: Callable[[str, bool], Any]
) -> Callable[[str, bool], Any]:
    """`aws:SecureTransport` is true for requests within this machine."""
    return lambda address, _secure: pin(address, True)


PATCHES = (
    Patch(
        target="core.iam_actions:request_tag_context",
        make=add_namespace,
        why="PutMetricData has the condition key cloudwatch:namespace",
        upstream="IAM: cloudwatch:namespace is missing in PutMetricData",
        test="ministack/iam/test_services.py::test_metrics_may_be_limited_to_a_namespace",
    ),
    Patch(
        target="core.iam_evaluator:_resolve_condition_key",
        make=name_the_role,
        why="aws:PrincipalArn of a session is the ARN of its role",
        upstream="IAM: aws:PrincipalArn of a session is that of the session",
        test="ministack/iam/test_trust.py::test_a_trust_policy_may_name_a_role_in_a_condition",
    ),
    Patch(
        target="core.iam_evaluator:_request_origin",
        make=treat_services_as_secure,
        why="what services do without a request counts as TLS",
        upstream="IAM: aws:SecureTransport is false for what services do without a request",
        test="ministack/iam/test_sagemaker.py::test_what_sagemaker_does_with_a_role_counts_as_tls",
    ),
    Patch(
        target="app:pin_request_origin",
        make=treat_loopback_as_secure,
        why="loopback counts as TLS, which bucket policies ask for",
        upstream="IAM: a setting that makes aws:SecureTransport true on loopback",
        test="ministack/iam/test_objects.py::test_a_bucket_that_wants_tls_is_open_on_loopback",
    ),
)
