"""Who calls when there is no request from outside: functions' logs, and state machines."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from localcloud.core.cloud import ACCOUNT, REGION
from localcloud.iam.authority import Judge, Need
from localcloud.ministack.iam.guards import own_request
from localcloud.ministack.seam import Answer, Handler, require

_SESSION: ContextVar[str | None] = ContextVar("session of a state machine", default=None)
# As the SDK for Java names them.
_TOPIC_ERRORS = {
    "AuthorizationError": "AuthorizationErrorException",
    "KMSAccessDenied": "KmsAccessDeniedException",
}
_NAMESPACE = re.compile(rb' xmlns="[^"]*"')


def session() -> str | None:
    """The access key with which the task at hand calls; None where IAM decides nothing."""
    return _SESSION.get()


def functions_log_with_their_role(lambda_svc: Any, lambda_runtime: Any, judge: Judge) -> None:
    """A function that may not write its log runs, and leaves none, as on AWS."""
    require(lambda_svc, "_emit_lambda_logs")
    require(lambda_runtime, "execution_credentials")
    emit = lambda_svc._emit_lambda_logs

    def emit_if_allowed(function: dict[str, Any], *details: Any, **options: Any) -> None:
        config = function.get("config") or function
        name = (config.get("LoggingConfig") or {}).get("LogGroup")
        group = name or f"/aws/lambda/{config.get('FunctionName')}"
        stream = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{group}:log-stream:{uuid4().hex}"
        key = lambda_runtime.execution_credentials(config)["AWS_ACCESS_KEY_ID"]
        actions = ("logs:CreateLogStream", "logs:PutLogEvents")
        if not any(judge(key, Need(action, stream)) for action in actions):
            emit(function, *details, **options)

    lambda_svc._emit_lambda_logs = emit_if_allowed


class StateMachines:
    """Every call of a task is made by a session of the state machine's role."""

    def __init__(self, app: Any, stepfunctions: Any, sts: Any, judge: Judge) -> None:
        require(app, "call_service_handler_sync", "_dispatch_service_request")
        require(stepfunctions, "_execute_task", "_call_lambda", "_ExecutionError")
        require(stepfunctions, "_SERVICE_DISPATCH", "_AWS_SDK_ERROR_CODE_OVERRIDES")
        require(sts, "register_session")
        self._app, self._machines, self._sts, self._judge = app, stepfunctions, sts, judge

    def install(self) -> None:
        machines = self._machines
        machines._execute_task = self._with_session(machines._execute_task)
        machines._AWS_SDK_ERROR_CODE_OVERRIDES["sns"] = _TOPIC_ERRORS
        machines._call_lambda = self._if_allowed(machines._call_lambda)
        self._app.call_service_handler_sync = self._as_role(self._app.call_service_handler_sync)
        for prefix, call in machines._SERVICE_DISPATCH.items():
            machines._SERVICE_DISPATCH[prefix] = self._refused(call)
        for name in ("_invoke_nested_start_execution", "_invoke_nested_start_execution_sync"):
            setattr(machines, name, self._refused(getattr(machines, name)))

    def _with_session(self, execute: Callable[..., Any]) -> Callable[..., Any]:
        def execute_as_role(state: Any, raw: Any, execution: Any, context: Any) -> Any:
            started = context["Execution"]
            token = _SESSION.set(self._session(started["RoleArn"], started["Name"]))
            try:
                return execute(state, raw, execution, context)
            finally:
                _SESSION.reset(token)

        return execute_as_role

    def _session(self, role: str, execution: str) -> str:
        """Registered in STS; a key of its own for each role and execution."""
        name = role.rpartition("/")[2]
        key = f"ASIA-STATES-{name}-{execution}"
        self._sts.register_session(
            key,
            {
                "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}/{execution[:64]}",
                "UserId": f"{name}:{execution[:64]}",
                "SecretAccessKey": uuid4().hex,  # nothing signs with it
                "SessionToken": uuid4().hex,
            },
        )
        return key

    # -- what a task calls ---------------------------------------------------------------------

    def _if_allowed(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def call_if_allowed(function: str, event: Any) -> Any:
            self._check_invoke(function)
            return call(function, event)

        return call_if_allowed

    def _check_invoke(self, function: str) -> None:
        session = _SESSION.get()
        if session is None:
            return
        name = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{function}"
        arn = function if function.startswith("arn:") else name
        denial = self._judge(session, Need("lambda:InvokeFunction", arn))
        if denial:
            details = "Service: AWSLambda; Status Code: 403; Error Code: AccessDeniedException"
            raise self._machines._ExecutionError(
                "Lambda.AWSLambdaException", f"{denial} ({details}; Request ID: {uuid4()})"
            )

    def _as_role(self, call: Callable[..., Answer]) -> Callable[..., Answer]:
        """As if the call came from outside, so that it meets the same checks."""

        async def dispatch(
            method: str, path: str, headers: dict[str, str], body: Any, query: Any
        ) -> Answer:
            content = body.encode() if isinstance(body, str) else body
            answer: Answer = await self._app._dispatch_service_request(
                method, path, headers, content, query, str(uuid4())
            )
            return answer

        def call_as_role(
            handler: Handler,
            method: str,
            path: str,
            headers: dict[str, str],
            *rest: Any,
            **options: Any,
        ) -> Answer:
            session = _SESSION.get()
            if session is None or not self._app.AUTH:
                return call(handler, method, path, headers, *rest, **options)
            service = headers["authorization"].split("/")[-2]
            headers = headers | own_request(service, session)
            status, found, body = call(dispatch, method, path, headers, *rest, **options)
            # ministack reads the errors of a query service only without a namespace.
            return status, found, _NAMESPACE.sub(b"", body) if status >= 400 else body

        return call_as_role

    def _refused(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def refuse_or_call(resource: str, data: Any) -> Any:
            if self._app.AUTH:
                raise self._machines._ExecutionError(
                    "States.Runtime",
                    f"{resource} cannot be authorised by localcloud; use aws-sdk:",
                )
            return call(resource, data)

        return refuse_or_call
