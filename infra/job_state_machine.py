"""A state machine of one SageMaker job: a function starts it, another one ends it.

Variables: `started`, what the start made; `attempt`, in which the names of jobs end; `wait` and
`waited` in seconds; `capacity_waits` and `redrives` as in infra/state_machine.py. Whatever fails
leads to the function that ends it; after a redrive the execution starts anew, or, where the job had
come to its end, with what follows it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from contract.states import RESUME, Loop
from infra.jsonata import ATTEMPT, EXECUTION, RESULT, condition, query
from infra.logged_state_machine import logged_state_machine
from infra.settings import Settings
from infra.states import NEXT_ATTEMPT, REDRIVES, Describe, States, invoke
from infra.storage import Storage


@dataclass(frozen=True, kw_only=True)
class StateNames:
    """`step` is the value that its variables have for what people see of it."""

    step: str
    begin: str
    loop: Loop
    end: str
    done: str
    failure: str


@dataclass(frozen=True, kw_only=True)
class Calls:
    """The functions, and what they get beside the execution's input, name and attempt."""

    start: lambda_.IFunction
    end: lambda_.IFunction
    start_payload: Mapping[str, Any]
    end_payload: Mapping[str, Any]
    result: str  # JSONata for the output of the execution


class JobStateMachine(Construct):
    """`state_machine` is the L2 construct. `describe` makes what a loop needs (infra/states.py)."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        storage: Storage,
        name: str,
        names: StateNames,
        calls: Calls,
        describe: Describe,
    ) -> None:
        super().__init__(scope, id_)
        self._names, self._calls = names, calls
        failure = self._handle_failure()
        # CDK allows every version of a function.
        resources = [f"{calls.end.function_arn}:*"]

        def states_of(entry: str) -> States:
            return States(
                self,
                step=names.step,
                entry=entry,
                waiting=settings.waiting,
                failure=failure,
                resources=resources,
            )

        states = states_of(names.loop.start)
        start = self._start(states)
        loop = states.loop(names.loop, start, describe)
        end = states_of(names.end).call(
            names.end, calls.end, payload=self._ending(failed=False), result=calls.result
        )
        loop.then(end)
        end.next(sfn.Succeed.jsonata(self, names.done))
        failure.next(self._resume(start, end))
        begin = self._begin()
        begin.next(start)
        self.state_machine = logged_state_machine(
            self,
            settings=settings,
            name=name,
            key=storage.key,
            start=begin,
            resources=resources,
        )

    def _begin(self) -> sfn.Pass:
        """Sets the variables that the handling of a failure reads, whatever fails."""
        variables = {
            "started": {},
            "resume_at": self._names.loop.start,
            "reason": "",
            "error": "",
            "redrives": 0,
            "attempt": 1,
            "capacity_waits": 0,
        }
        return sfn.Pass.jsonata(self, self._names.begin, assign=variables)

    def _start(self, states: States) -> tasks.LambdaInvoke:
        return states.call(
            self._names.loop.start,
            self._calls.start,
            payload={
                "input": query("$states.context.Execution.Input"),
                "execution": EXECUTION,
                "attempt": ATTEMPT,
                **self._calls.start_payload,
            },
            assign={"started": RESULT, **states.first_wait()},
        )

    def _resume(self, start: sfn.State, end: sfn.State) -> sfn.State:
        """The choice after a redrive: where only the end has failed, the job's result is still
        there."""
        choice = sfn.Choice.jsonata(self, RESUME)
        choice.when(condition(f"$resume_at = '{end.state_id}'"), end)
        return choice.otherwise(start)

    def _handle_failure(self) -> tasks.LambdaInvoke:
        return invoke(
            self,
            self._names.failure,
            self._calls.end,
            payload=self._ending(failed=True),
            assign=NEXT_ATTEMPT,
        )

    def _ending(self, *, failed: bool) -> dict[str, Any]:
        return {
            "failed": failed,
            "execution": query("$states.context.Execution.Name"),
            "started": query("$started"),
            "attempt": ATTEMPT,
            "reason": query("$reason"),
            "error": query("$error"),
            "redrives": query("$redrives"),
            "redrive_count": query(REDRIVES),
            **self._calls.end_payload,
        }
