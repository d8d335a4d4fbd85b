"""The callers of requests from within: functions that write logs, and state machines."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from localcloud.iam.authorization import Authorization, RequiredAction
from localcloud.iam.role_actions import log_group
from localcloud.ministack.iam.guards import own_request
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Handler, Patch, Response, names

_SESSION: ContextVar[str | None] = ContextVar("session of a state machine", default=None)
# The names in the SDK for Java.
_TOPIC_ERRORS = {
    "AuthorizationError": "AuthorizationErrorException",
    "KMSAccessDenied": "KmsAccessDeniedException",
}
# Of an error of a query service, which ministack's state machines cannot parse with a namespace.
NAMESPACE = re.compile(rb' xmlns="[^"]*"')
Call = Callable[..., Any]


def session() -> str | None:
    """The access key of the state machine's session; None outside of tasks."""
    return _SESSION.get()


def write_logs_as_role(ministack: Ministack, emit: Call) -> Call:
    """A function without the permission to write logs runs without a log, as on AWS."""

    def emit_if_allowed(function: dict[str, Any], *details: Any, **options: Any) -> None:
        config = function.get("config") or function
        name = (config.get("LoggingConfig") or {}).get("LogGroup")
        group = name or f"/aws/lambda/{config.get('FunctionName')}"
        region = config["FunctionArn"].split(":")[3]
        stream = log_group(region, ministack.account, group) + uuid4().hex
        key = ministack.runtime.execution_credentials(config)["AWS_ACCESS_KEY_ID"]
        actions = ("logs:CreateLogStream", "logs:PutLogEvents")
        authorization = ministack.regions.cloud(region).service(Authorization)
        if not authorization.denial(key, [RequiredAction(action, stream) for action in actions]):
            emit(function, *details, **options)

    return emit_if_allowed


# -- state machines: every call of a task is made by a session of the machine's role --------------


def execute_as_role(ministack: Ministack, execute: Call) -> Call:
    def execute_with_session(state: Any, raw: Any, execution: Any, context: Any) -> Any:
        started = context["Execution"]
        token = _SESSION.set(register_session(ministack, started["RoleArn"], started["Name"]))
        try:
            return execute(state, raw, execution, context)
        finally:
            _SESSION.reset(token)

    return execute_with_session


def register_session(ministack: Ministack, role: str, execution: str) -> str:
    """Registers the session of a role in STS, by the name of an execution or a schedule; returns
    its access key."""
    name = role.rpartition("/")[2]
    key = f"ASIA-SERVICE-{name}-{execution}"
    ministack.sts.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{ministack.account}:assumed-role/{name}/{execution[:64]}",
            "UserId": f"{name}:{execution[:64]}",
            "SecretAccessKey": uuid4().hex,  # nothing signs with it
            "SessionToken": uuid4().hex,
        },
    )
    return key


def name_topic_errors(_ministack: Ministack) -> dict[str, str]:
    return dict(_TOPIC_ERRORS)


def invoke_if_allowed(ministack: Ministack, call: Call) -> Call:
    def call_if_allowed(function: str, event: Any) -> Any:
        session, arn = _SESSION.get(), function
        if not arn.startswith("arn:"):
            arn = ministack.arn("lambda", f"function:{function}")
        invoke = RequiredAction("lambda:InvokeFunction", arn)
        denial = ministack.authorization.denial(session, [invoke]) if session else None
        if denial:
            details = "Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException"
            raise ministack.states._ExecutionError(
                "Lambda.AWSLambdaException", f"{denial} ({details}; Request ID: {uuid4()})"
            )
        return call(function, event)

    return call_if_allowed


def call_as_role(ministack: Ministack, call: Callable[..., Response]) -> Callable[..., Response]:
    """Calls a service by the dispatcher of requests, which authorizes them."""

    async def dispatch(
        method: str, path: str, headers: dict[str, str], body: Any, query: Any
    ) -> Response:
        content = body.encode() if isinstance(body, str) else body
        response: Response = await ministack.app._dispatch_service_request(
            method, path, headers, content, query, str(uuid4())
        )
        return response

    def call_with_session(
        handler: Handler,
        method: str,
        path: str,
        headers: dict[str, str],
        *rest: Any,
        **options: Any,
    ) -> Response:
        session = _SESSION.get()
        if session is None or not ministack.is_enforced:
            return call(handler, method, path, headers, *rest, **options)
        service = headers["authorization"].split("/")[-2]
        headers = headers | own_request(ministack, service, session)
        status, found, body = call(dispatch, method, path, headers, *rest, **options)
        return status, found, NAMESPACE.sub(b"", body) if status >= 400 else body

    return call_with_session


def refuse_unauthorized(ministack: Ministack, call: Call, _key: str = "") -> Call:
    def refuse_or_call(resource: str, data: Any) -> Any:
        if ministack.is_enforced:
            raise ministack.states._ExecutionError(
                "States.Runtime",
                f"{resource} cannot be authorized by localcloud; use aws-sdk:",
            )
        return call(resource, data)

    return refuse_or_call


_ROLES = "IAM: tasks of state machines are not authorized by the role of the machine"
_CALLERS = "ministack/iam/test_callers.py"
PATCHES = (
    Patch(
        target="services.lambda_svc:_emit_lambda_logs",
        make=write_logs_as_role,
        why="a function whose role may not write logs leaves none",
        upstream="IAM: functions write logs without a permission",
        test=f"{_CALLERS}::test_a_function_has_the_rights_of_its_role",
        uses=names("core.lambda_runtime", "execution_credentials"),
    ),
    Patch(
        target="services.stepfunctions:_execute_task",
        make=execute_as_role,
        why="a task has a session of the state machine's role",
        upstream=_ROLES,
        test=f"{_CALLERS}::test_a_state_machine_calls_sagemaker_with_its_role",
        uses=names("services.sts", "register_session"),
    ),
    Patch(
        target="services.stepfunctions:_AWS_SDK_ERROR_CODE_OVERRIDES[sns]",
        make=name_topic_errors,
        why="denials of SNS have the names of the SDK for Java",
        upstream="Step Functions: errors of SNS have the names of its query protocol",
        test=f"{_CALLERS}::test_a_state_machine_publishes_with_its_role",
        is_new=True,
    ),
    Patch(
        target="services.stepfunctions:_call_lambda",
        make=invoke_if_allowed,
        why="a state machine invokes only the functions that its role may",
        upstream=_ROLES,
        test=f"{_CALLERS}::test_a_state_machine_invokes_only_what_its_role_may",
        uses=names("services.stepfunctions", "_ExecutionError"),
    ),
    Patch(
        target="app:call_service_handler_sync",
        make=call_as_role,
        why="calls of tasks are authorized as requests are",
        upstream=_ROLES,
        test=f"{_CALLERS}::test_a_state_machine_calls_sagemaker_with_its_role",
        uses=names("app", "_dispatch_service_request"),
    ),
    *(
        Patch(
            target=f"services.stepfunctions:{name}",
            make=refuse_unauthorized,
            why="tasks that cannot be authorized are refused while IAM is enforced",
            upstream=_ROLES,
            test=f"{_CALLERS}::test_a_task_that_cannot_be_authorized_is_refused",
            uses=names("services.stepfunctions", "_ExecutionError"),
        )
        for name in (
            "_SERVICE_DISPATCH[*]",
            "_invoke_nested_start_execution",
            "_invoke_nested_start_execution_sync",
        )
    ),
)
