"""The state machine that scores a file in batch, with a transform job and without an endpoint.

Variables: `scoring`, what the start made; `attempt`, in which the names of job and model end;
`wait` and `waited` in seconds; `capacity_waits` and `redrives` as in infra/state_machine.py.
Whatever fails leads to HandleScoringFailure, after which a redrive starts anew.
"""

from typing import Any

from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from contract import states as names
from contract.names import TRANSFORM, scoring_name
from contract.scoring import ScoringStep
from infra.jsonata import ATTEMPT, RESULT, first, queries, query
from infra.logged_state_machine import logged_state_machine
from infra.permissions import arn
from infra.pipeline_functions import PipelineFunctions
from infra.requests import Request
from infra.settings import Settings
from infra.states import REDRIVES, Describe, States, invoke
from infra.steps.jobs import DONE, ERROR, FAILED
from infra.storage import Storage

_EXECUTION = {
    "id": query("$states.context.Execution.Id"),
    "name": query("$states.context.Execution.Name"),
    "start_time": query("$states.context.Execution.StartTime"),
}


class ScoringStateMachine(Construct):
    """`model` and `transform` are compiled requests (infra/requests.py)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        functions: PipelineFunctions,
        storage: Storage,
        model: Request,
        transform: Request,
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._functions = settings, functions
        failure = self._handle_failure()
        # CDK allows every version of a function.
        resources = [f"{functions.end_scoring.function_arn}:*"]
        states = States(
            self,
            step=ScoringStep.SCORE,
            entry=names.TRANSFORM.start,
            waiting=settings.waiting,
            failure=failure,
            resources=resources,
        )
        start = self._start(states, {"model": model, "transform": transform})
        loop = states.loop(names.TRANSFORM, start, self._describe())
        end = self._end(states)
        loop.then(end)
        end.next(sfn.Succeed.jsonata(self, names.SCORED))
        failure.next(start)
        begin = self._begin()
        begin.next(start)
        self.state_machine = logged_state_machine(
            self,
            settings=settings,
            name=scoring_name(settings.name),
            key=storage.key,
            start=begin,
            resources=resources,
        )

    def _begin(self) -> sfn.Pass:
        """Sets the variables that the handling of a failure reads, whatever fails."""
        variables = {"reason": "", "error": "", "redrives": 0, "attempt": 1, "capacity_waits": 0}
        return sfn.Pass.jsonata(self, names.BEGIN_SCORING, assign=variables)

    def _start(self, states: States, requests: dict[str, Any]) -> tasks.LambdaInvoke:
        return states.call(
            names.TRANSFORM.start,
            self._functions.start_scoring,
            payload={
                "input": query("$states.context.Execution.Input"),
                "execution": _EXECUTION,
                "attempt": ATTEMPT,
                **requests,
            },
            assign={"scoring": RESULT, **states.first_wait()},
        )

    def _describe(self) -> Describe:
        stopped = "'the transform job was stopped'"
        return Describe(
            action="describeTransformJob",
            parameters={"TransformJobName": query("$scoring.job")},
            resource=arn(self, "sagemaker", f"transform-job/{self._settings.name}-{TRANSFORM}-*"),
            described={"status": "$states.result.TransformJobStatus", "error": ERROR},
            done=DONE,
            failed=FAILED,
            assign={"reason": first("FailureReason", otherwise=stopped)},
        )

    def _end(self, states: States) -> tasks.LambdaInvoke:
        return states.call(
            names.END_SCORING,
            self._functions.end_scoring,
            payload=self._ending(failed=False),
            result="$scoring",
        )

    def _handle_failure(self) -> tasks.LambdaInvoke:
        again = {
            "redrives": f"{RESULT}.redrives",
            "error": "''",
            "attempt": "$attempt + 1",
            "capacity_waits": "0",
        }
        return invoke(
            self,
            names.HANDLE_SCORING_FAILURE,
            self._functions.end_scoring,
            payload=self._ending(failed=True),
            assign=queries(again),
        )

    def _ending(self, *, failed: bool) -> dict[str, Any]:
        return {
            "failed": failed,
            "execution": query("$states.context.Execution.Name"),
            "attempt": ATTEMPT,
            "reason": query("$reason"),
            "error": query("$error"),
            "redrives": query("$redrives"),
            "redrive_count": query(REDRIVES),
        }
