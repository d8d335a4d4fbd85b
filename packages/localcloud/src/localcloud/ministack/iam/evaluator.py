"""ministack's evaluator of policies: what it decides is written down, and said in AWS's words."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from localcloud.core.cloud import REGION
from localcloud.iam.authority import Need
from localcloud.iam.decisions import Decision, DecisionLog
from localcloud.ministack.seam import require

# Evaluations of the request that is being authorised: (context, policies).
_TRACE: ContextVar[list[tuple[Any, Any]] | None] = ContextVar("evaluations", default=None)
_Statements = list[list[Any]]
# How a service spells its actions in a denial.
_SPELLED = {"sns": "SNS"}


def write_down(evaluator: Any, log: DecisionLog) -> None:
    """Every decision about the session of a role, with the statements that allow it."""
    require(evaluator, "enforce", "evaluate", "AuthError", "_first_match", "_request_origin")
    enforce, evaluate = evaluator.enforce, evaluator.evaluate

    def traced(context: Any, policies: _Statements, *limits: Any) -> Any:
        trace = _TRACE.get()
        if trace is not None:
            trace.append((context, policies))
        return evaluate(context, policies, *limits)

    def decide(*request: Any, **options: Any) -> Any:
        trace: list[tuple[Any, Any]] = []
        token = _TRACE.set(trace)
        try:
            denied = enforce(*request, **options)
        finally:
            _TRACE.reset(token)
        # The first evaluation is that of the caller's own policies; a root caller has none.
        if trace and not isinstance(denied, evaluator.AuthError):
            _write(evaluator, log, *trace[0], denied)
        return denied

    evaluator.evaluate, evaluator.enforce = traced, decide


def _write(
    evaluator: Any, log: DecisionLog, context: Any, policies: _Statements, denied: Any
) -> None:
    kind, _, rest = context.principal_arn.rpartition(":")[2].partition("/")
    if kind != "assumed-role":
        return
    role, _, session = rest.partition("/")
    allowing = (
        statement.sid
        for document in policies
        for statement in document
        if evaluator._first_match(context, [statement], "Allow")
    )
    decision = Decision(
        role=role,
        session=session,
        action=context.action,
        resource=context.resource_arn,
        allowed=denied is None,
        statements=tuple(allowing) if denied is None else (),
        reason=_reason(denied) if denied else "",
    )
    log.write(decision)


def _reason(denied: Any) -> str:
    if denied.resource_policy_arn:
        return "explicit deny in a resource-based policy"
    return "explicit deny" if denied.decision == "Deny" else "no statement allows it"


def name_statements(evaluator: Any) -> None:
    """Gives each statement of a role the name <policy>#<number>; CDK's have no Sid."""
    require(evaluator, "_gather_role_policies", "_resolve_managed_policy_document")
    from ministack.services import iam

    def gather(role_name: str, account: str) -> _Statements:
        role = iam._roles.get_scoped(account, None, role_name) or {}
        documents = dict(role.get("InlinePolicies") or {})
        for arn in role.get("AttachedPolicies", []):
            documents[arn] = evaluator._resolve_managed_policy_document(arn, account)
        return [_named(evaluator, name, document) for name, document in documents.items()]

    evaluator._gather_role_policies = gather


def _named(evaluator: Any, name: str, document: Any) -> list[Any]:
    statements = evaluator.parse_policy_document(document) if document else []
    return [
        replace(statement, sid=f"{name}#{number}") for number, statement in enumerate(statements)
    ]


def loopback_is_secure(app: Any, evaluator: Any) -> None:
    """As good as TLS: `aws:SecureTransport` is true for what never leaves this machine."""
    require(app, "pin_request_origin")
    pin = app.pin_request_origin
    # Services act without a request of their own, as state machines do.
    evaluator._request_origin = ContextVar("origin", default=("127.0.0.1", True))
    app.pin_request_origin = lambda address, _secure: pin(address, True)


def say_what_is_denied(actions: Any) -> None:
    """Names the resource in every denial; ministack does so for a few services only."""
    require(actions, "access_denied_response", "identity_denial_message")
    respond = actions.access_denied_response

    def with_resource(
        service: str, action: str, principal: str, request_id: str, **options: Any
    ) -> Any:
        by_resource = options.get("explicit_deny") and options.get("resource_policy_arn")
        if not (by_resource or options.get("message") or options.get("error_code")):
            resource = options.get("resource_arn", "*")
            explicit = bool(options.get("explicit_deny"))
            options["message"] = message(actions, service, action, principal, resource, explicit)
        return respond(service, action, principal, request_id, **options)

    actions.access_denied_response = with_resource


def message(
    actions: Any, service: str, action: str, principal: str, resource: str, explicit: bool
) -> str:
    prefix, _, name = action.partition(":")
    spelled = f"{_SPELLED.get(prefix, prefix)}:{name}"
    named = json.dumps(resource) if service == "s3" and prefix == "s3" else resource
    text: str = actions.identity_denial_message(spelled, principal, named, explicit)
    return text


def make_judge(
    app: Any, evaluator: Any, actions: Any, key_arn: Callable[[str], str | None]
) -> Callable[[str, Need], str | None]:
    """Decides about one need of a caller; the words of the denial, or None."""

    def judge(access_key: str, need: Need) -> str | None:
        if not app.AUTH:
            return None
        service, resource = need.action.partition(":")[0], need.resource
        if service == "kms":
            found = key_arn(resource)
            if found is None:  # a key of AWS's own, which lets everybody in the account use it
                return None
            resource = found
        denied = evaluator.enforce(
            access_key,
            need.action,
            service,
            REGION,
            resource_arn=resource,
            service_context=dict(need.context),
        )
        if denied is None or isinstance(denied, evaluator.AuthError):
            return denied and str(denied.message)
        if denied.resource_policy_arn:
            text: str = actions._resource_policy_denial(
                service, need.action, denied.principal_arn, resource
            )
            return text
        explicit = denied.decision == "Deny"
        return message(actions, service, need.action, denied.principal_arn, resource, explicit)

    return judge


def make_key_arn(kms: Any, region: str, account: str) -> Callable[[str], str | None]:
    """The ARN of a key by ARN, id or alias; None for AWS's own keys."""
    require(kms, "_resolve_key")

    def key_arn(key: str) -> str | None:
        if "alias/aws/" in key:
            return None
        record = kms._resolve_key(key)
        if record:
            return str(record["Arn"])
        return key if key.startswith("arn:") else f"arn:aws:kms:{region}:{account}:key/{key}"

    return key_arn
