"""Decisions about sessions of roles are logged, with the statements that allow them."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import replace
from typing import Any

from localcloud.iam.decisions import Decision, DecisionLog
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, names

# Evaluations of the request that is being authorized: (context, policies).
_TRACE: ContextVar[list[tuple[Any, Any]] | None] = ContextVar("evaluations", default=None)
_Statements = list[list[Any]]
Evaluate = Callable[..., Any]


def trace_evaluations(_ministack: Ministack, evaluate: Evaluate) -> Evaluate:
    """Keeps the policies of each evaluation for `log_decisions`."""

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


_UPSTREAM = "IAM: no record of decisions, and of the statements that allow them"
_TEST = "ministack/iam/test_decisions.py::test_decisions_tell_which_statements_are_used"
PATCHES = (
    Patch(
        target="core.iam_evaluator:evaluate",
        make=trace_evaluations,
        why="a decision knows the policies that it was made by",
        upstream=_UPSTREAM,
        test=_TEST,
    ),
    Patch(
        target="core.iam_evaluator:enforce",
        make=log_decisions,
        why="decisions are logged with the statements that allow them",
        upstream=_UPSTREAM,
        test=_TEST,
        uses=names("core.iam_evaluator", "AuthError", "_first_match"),
    ),
    Patch(
        target="core.iam_evaluator:_gather_role_policies",
        make=name_statements,
        why="each statement has a name, also those of CDK, which have no Sid",
        upstream=_UPSTREAM,
        test=_TEST,
        uses=(
            *names("core.iam_evaluator", "_resolve_managed_policy_document"),
            *names("core.iam_evaluator", "parse_policy_document"),
            *names("services.iam", "_roles"),
        ),
    ),
)
