"""ministack's evaluation of policies: decisions are logged, denials are worded as AWS's."""

import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from localcloud.iam.authorization import EvaluatePolicies, RequiredAction
from localcloud.iam.decisions import Decision, DecisionLog
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

# Evaluations of the request that is being authorized: (context, policies).
_TRACE: ContextVar[list[tuple[Any, Any]] | None] = ContextVar("evaluations", default=None)
_Statements = list[list[Any]]
Evaluate = Callable[..., Any]
# How a service spells its actions in a denial.
_SPELLED = {"sns": "SNS"}


def trace_evaluations(_ministack: Ministack, evaluate: Evaluate) -> Evaluate:
    def traced(context: Any, policies: _Statements, *limits: Any) -> Any:
        trace = _TRACE.get()
        if trace is not None:
            trace.append((context, policies))
        return evaluate(context, policies, *limits)

    return traced


def log_decisions(ministack: Ministack, enforce: Evaluate) -> Evaluate:
    """Logs the decisions about sessions of roles, with the statements that allow them."""
    evaluator, log = ministack.evaluator, ministack.decisions

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

    return decide


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


def name_statements(ministack: Ministack, _gather: Any) -> Callable[[str, str], _Statements]:
    """Gives each statement of a role the name <policy>#<number>; CDK's have no Sid."""
    evaluator, iam = ministack.evaluator, ministack.iam

    def gather(role_name: str, account: str) -> _Statements:
        role = iam._roles.get_scoped(account, None, role_name) or {}
        documents = dict(role.get("InlinePolicies") or {})
        for arn in role.get("AttachedPolicies", []):
            documents[arn] = evaluator._resolve_managed_policy_document(arn, account)
        return [_named(evaluator, name, document) for name, document in documents.items()]

    return gather


def _named(evaluator: Any, name: str, document: Any) -> list[Any]:
    statements = evaluator.parse_policy_document(document) if document else []
    return [
        replace(statement, sid=f"{name}#{number}") for number, statement in enumerate(statements)
    ]


def name_the_role(_ministack: Ministack, resolve: Evaluate) -> Evaluate:
    """For a session of a role, `aws:PrincipalArn` is the ARN of the role, not of the session:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""

    def resolved(key: str, context: Any) -> Any:
        found = resolve(key, context)
        if key.lower() != "aws:principalarn" or ":assumed-role/" not in str(found):
            return found
        account, role = found.split(":")[4], found.split("/")[1]
        return f"arn:aws:iam::{account}:role/{role}"

    return resolved


# `aws:SecureTransport` is true for requests within this machine.


def treat_services_as_secure(_ministack: Ministack, _origin: Any) -> ContextVar[tuple[str, bool]]:
    """Services, such as SageMaker with the role of a job, act without a request of their own."""
    return ContextVar("origin", default=("127.0.0.1", True))


def treat_loopback_as_secure(
    _ministack: Ministack, pin: Callable[[str, bool], Any]
) -> Callable[[str, bool], Any]:
    return lambda address, _secure: pin(address, True)


def name_the_resource(ministack: Ministack, respond: Evaluate) -> Evaluate:
    """Names the resource in every denial."""
    actions = ministack.iam_actions

    def with_resource(
        service: str, action: str, principal: str, request_id: str, **options: Any
    ) -> Any:
        by_resource = options.get("explicit_deny") and options.get("resource_policy_arn")
        if not (by_resource or options.get("message") or options.get("error_code")):
            resource = options.get("resource_arn", "*")
            explicit = bool(options.get("explicit_deny"))
            options["message"] = message(actions, service, action, principal, resource, explicit)
        return respond(service, action, principal, request_id, **options)

    return with_resource


def message(
    actions: Any, service: str, action: str, principal: str, resource: str, explicit: bool
) -> str:
    prefix, _, name = action.partition(":")
    spelled = f"{_SPELLED.get(prefix, prefix)}:{name}"
    named = json.dumps(resource) if service == "s3" and prefix == "s3" else resource
    text: str = actions.identity_denial_message(spelled, principal, named, explicit)
    return text


def policy_evaluation(ministack: Ministack) -> EvaluatePolicies:
    """A function that evaluates the policies of the caller with an access key."""
    evaluator, actions = ministack.evaluator, ministack.iam_actions

    def evaluate(access_key: str, required: RequiredAction, region: str) -> str | None:
        # Policies of resources, and keys, are those of the account and the region.
        with ministack.responses.request_scope(ministack.account, region):
            service, resource = required.action.partition(":")[0], required.resource
            if service == "kms":
                found = _key_arn(ministack, resource)
                if found is None:  # AWS's own key, which everybody in the account may use
                    return None
                resource = found
            denied = evaluator.enforce(
                access_key,
                required.action,
                service,
                region,
                resource_arn=resource,
                service_context=dict(required.context),
            )
        if denied is None or isinstance(denied, evaluator.AuthError):
            return denied and str(denied.message)
        if denied.resource_policy_arn:
            text: str = actions._resource_policy_denial(
                service, required.action, denied.principal_arn, resource
            )
            return text
        explicit = denied.decision == "Deny"
        return message(actions, service, required.action, denied.principal_arn, resource, explicit)

    return evaluate


def _key_arn(ministack: Ministack, key: str) -> str | None:
    """The ARN of a key by ARN, id or alias; None for AWS's own keys."""
    if "alias/aws/" in key:
        return None
    record = ministack.kms._resolve_key(key)
    if record:
        return str(record["Arn"])
    return key if key.startswith("arn:") else ministack.arn("kms", f"key/{key}")


_DECISIONS = "ministack/iam/test_decisions.py::test_decisions_tell_which_statements_are_used"
_SECURE = "ministack/iam/test_objects.py::test_a_bucket_that_wants_tls_is_open_on_loopback"
PATCHES = (
    Patch(
        target="core.iam_evaluator:evaluate",
        make=trace_evaluations,
        why="a decision knows the policies that it was made by",
        upstream="IAM: no record of decisions, and of the statements that allow them",
        test=_DECISIONS,
    ),
    Patch(
        target="core.iam_evaluator:enforce",
        make=log_decisions,
        why="decisions are logged with the statements that allow them",
        upstream="IAM: no record of decisions, and of the statements that allow them",
        test=_DECISIONS,
        uses=names("core.iam_evaluator", "AuthError", "_first_match"),
    ),
    Patch(
        target="core.iam_evaluator:_gather_role_policies",
        make=name_statements,
        why="each statement has a name, also those of CDK, which have no Sid",
        upstream="IAM: no record of decisions, and of the statements that allow them",
        test=_DECISIONS,
        uses=(
            *names("core.iam_evaluator", "_resolve_managed_policy_document"),
            *names("core.iam_evaluator", "parse_policy_document"),
            *names("services.iam", "_roles"),
        ),
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
        test=_SECURE,
    ),
    Patch(
        target="core.iam_actions:access_denied_response",
        make=name_the_resource,
        why="every denial names its resource",
        upstream="IAM: denials name the resource for a few services only",
        test="ministack/iam/test_objects.py::test_a_role_reads_and_writes_where_it_may",
        uses=(
            *names("core.iam_actions", "identity_denial_message", "_resource_policy_denial"),
            *names("services.kms", "_resolve_key"),
        ),
    ),
)
