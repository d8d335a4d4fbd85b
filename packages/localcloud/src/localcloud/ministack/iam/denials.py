"""Denials are worded as AWS's, and name their resource."""

import json
from collections.abc import Callable
from typing import Any

from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

Respond = Callable[..., Any]
# How a service spells its actions in a denial.
_SPELLED = {"sns": "SNS"}


def name_the_resource(ministack: Ministack, respond: Respond) -> Respond:
    """Names the resource in every denial."""
    actions = ministack.iam_actions

    def with_resource(
        service: str, action: str, principal: str, request_id: str, **options: Any
    ) -> Any:
        by_resource = options.get("explicit_deny") and options.get("resource_policy_arn")
        if not (by_resource or options.get("message") or options.get("error_code")):
            resource = options.get("resource_arn", "*")
            explicit = bool(options.get("explicit_deny"))
            options["message"] = denial_message(
                actions, service, action, principal, resource, explicit
            )
        return respond(service, action, principal, request_id, **options)

    return with_resource


def denial_message(
    actions: Any, service: str, action: str, principal: str, resource: str, explicit: bool
) -> str:
    """The message for an action that policies of identities deny; `explicit` by a Deny."""
    prefix, _, name = action.partition(":")
    spelled = f"{_SPELLED.get(prefix, prefix)}:{name}"
    named = json.dumps(resource) if service == "s3" and prefix == "s3" else resource
    text: str = actions.identity_denial_message(spelled, principal, named, explicit)
    return text


PATCHES = (
    Patch(
        target="core.iam_actions:access_denied_response",
        make=name_the_resource,
        why="every denial names its resource",
        upstream="IAM: denials name the resource for a few services only",
        test="ministack/iam/test_objects.py::test_a_role_reads_and_writes_where_it_may",
        uses=(
            *names("core.iam_actions", "identity_denial_message", "_resource_policy_denial"),
            *names("services.kms", "_resolve_key"),  # of policy_evaluation.py, which has no patch
        ),
    ),
)
