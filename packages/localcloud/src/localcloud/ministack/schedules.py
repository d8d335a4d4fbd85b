"""EventBridge Scheduler: a schedule has a role that trusts it, and starts what this role may.

Not emulated: retries, dead-letter queues, flexible windows, and the service's metrics.
"""

import json
import logging
from collections.abc import Callable, Iterable
from typing import Any

from localcloud.iam.authorization import RequiredAction
from localcloud.ministack.iam.callers import register_session
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch, Response, names

Values = dict[str, Any]
Save = Callable[[str, Values], Response]
_LOGGER = logging.getLogger(__name__)
_SERVICE = "scheduler.amazonaws.com"
GROUP = "default"
# https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html
_ACTIONS = {
    "states": "states:StartExecution",
    "lambda": "lambda:InvokeFunction",
    "sns": "sns:Publish",
    "sqs": "sqs:SendMessage",
}
_UNTRUSTED = (
    "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
)


class UntrustedRole(Exception):
    """The role of a template's schedule does not exist, or does not trust EventBridge Scheduler."""

    def __init__(self) -> None:
        super().__init__(_UNTRUSTED)


def trusts(ministack: Ministack, role: str, group: str) -> bool:
    """Whether the role exists and may be assumed by the schedules of a group.

    EventBridge Scheduler says of which account and of which group it is:
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    """
    evaluator, found = ministack.evaluator, ministack.iam._roles.get(role.rpartition("/")[2])
    if found is None:
        return False
    keys = {
        "aws:sourceaccount": ministack.account,
        "aws:sourcearn": ministack.arn("scheduler", f"schedule-group/{group}"),
    }
    context = evaluator.EvalContext(
        principal_arn=_SERVICE,
        principal_type="Service",
        principal_account=ministack.account,
        action="sts:AssumeRole",
        resource_arn=role,
        region=ministack.region,
        service_context=keys,
    )
    # A service is the caller of its own name: ministack would take the account for one, too.
    principals = {"AWS": _SERVICE}
    statements = json.loads(found["AssumeRolePolicyDocument"])["Statement"]
    statements = [statements] if isinstance(statements, dict) else statements
    own = [
        {**statement, "Principal": principals}
        for statement in statements
        if evaluator._service_principal_matches(statement.get("Principal"), _SERVICE)
    ]
    return bool(evaluator.evaluate_trust_policy({"Statement": own}, _SERVICE, context))


def check_role(ministack: Ministack, save: Save) -> Save:
    """Checks the role of a schedule in CreateSchedule and UpdateSchedule."""

    def save_if_trusted(name: str, body: Values) -> Response:
        role = (body.get("Target") or {}).get("RoleArn")
        if role and not trusts(ministack, role, body.get("GroupName", GROUP)):
            refused: Response = ministack.scheduler._error(400, "ValidationException", _UNTRUSTED)
            return refused
        return save(name, body)

    return save_if_trusted


def begin_anew(ministack: Ministack, create: Save) -> Save:
    """A schedule that is made again counts from then on, not from its namesake's last start."""

    def create_anew(name: str, body: Values) -> Response:
        key = f"{body.get('GroupName', GROUP)}/{name}"
        if key not in ministack.scheduler._schedules:
            place = (ministack.account, ministack.region, key)
            ministack.scheduler._schedule_last_fired.pop(place, None)
        return create(name, body)

    return create_anew


def new_properties(given: Iterable[Any]) -> Values:
    """The properties of a template's schedule, which are the last ones that its handler is
    given."""
    properties: Values = [one for one in given if isinstance(one, dict)][-1]
    return properties


def check_template(ministack: Ministack, handle: Callable[..., Any]) -> Callable[..., Any]:
    """Checks the role of a template's schedule."""

    def handle_if_trusted(*given: Any) -> Any:
        properties = new_properties(given)
        role = properties["Target"]["RoleArn"]
        if not trusts(ministack, role, properties.get("GroupName", GROUP)):
            raise UntrustedRole
        return handle(*given)

    return handle_if_trusted


def invoke_as_role(ministack: Ministack, invoke: Callable[..., None]) -> Callable[..., None]:
    """A schedule whose role may not start its target starts nothing."""

    def invoke_if_allowed(target: Values, event: Values, schedule: Values, *rest: Any) -> None:
        if event["Source"] == "aws.scheduler":
            if not trusts(ministack, target["RoleArn"], schedule["GroupName"]):
                _LOGGER.warning("%s starts nothing: %s", schedule["Arn"], _UNTRUSTED)
                return
            if reason := _denial(ministack, target, schedule["Name"]):
                _LOGGER.warning("%s starts nothing: %s", schedule["Arn"], reason)
                return
        invoke(target, event, schedule, *rest)

    return invoke_if_allowed


def _denial(ministack: Ministack, target: Values, schedule: str) -> str | None:
    arn = target["Arn"]
    action = _ACTIONS.get(arn.split(":")[2])
    if action is None:
        return f"localcloud cannot authorize {arn}" if ministack.is_enforced else None
    session = register_session(ministack, target["RoleArn"], schedule)
    return ministack.authorization.denial(session, [RequiredAction(action, arn)])


_ROLES = "Scheduler: the role of a schedule is neither checked nor used"
_TESTS = "ministack/test_schedules.py"
_UNTRUSTED_TEST = f"{_TESTS}::test_a_role_that_does_not_trust_the_scheduler_is_refused"
TEMPLATE = "services.cloudformation.provisioners:_RESOURCE_HANDLERS[AWS::Scheduler::Schedule]"
_EVALUATION = names(
    "core.iam_evaluator", "EvalContext", "_service_principal_matches", "evaluate_trust_policy"
)
PATCHES = (
    *(
        Patch(
            target=f"services.scheduler:{name}",
            make=check_role,
            why="a schedule has a role that EventBridge Scheduler may assume",
            upstream=_ROLES,
            test=_UNTRUSTED_TEST,
            uses=(*_EVALUATION, *names("services.scheduler", "_error")),
        )
        for name in ("_create_schedule", "_update_schedule")
    ),
    Patch(
        target="services.scheduler:_create_schedule",
        make=begin_anew,
        why="a schedule that is made again counts from then on",
        upstream="Scheduler: a schedule made again counts from the last start of its namesake",
        test=f"{_TESTS}::test_a_schedule_that_is_made_again_counts_from_then_on",
        uses=names("services.scheduler", "_schedules", "_schedule_last_fired"),
    ),
    *(
        Patch(
            target=f"{TEMPLATE}[{kind}]",
            make=check_template,
            why="a schedule of a template has a role that EventBridge Scheduler may assume",
            upstream=_ROLES,
            test=f"{_TESTS}::test_a_template_whose_role_does_not_trust_the_scheduler_fails",
        )
        for kind in ("create", "update")
    ),
    Patch(
        target="services.eventbridge:_invoke_target",
        make=invoke_as_role,
        why="a schedule starts only what its role may",
        upstream=_ROLES,
        test=f"{_TESTS}::test_a_schedule_starts_only_what_its_role_may",
    ),
)
