"""The state machine: from reviews to a live endpoint, one step after the other.

The steps are those of infra/steps.py; here they are put in order. What is kept in variables over
all of them: `attempt`, which names of jobs end in, `redrives` that were noticed, and how often AWS
lacked machines.

Whatever fails leads to HandleFailure, whose function stops the job, tells people and fails. After a
redrive it succeeds instead, and the failed step begins again with the next attempt.
"""

from collections.abc import Mapping
from itertools import pairwise

from aws_cdk import RemovalPolicy
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.permissions import acknowledge_wildcards, allow
from infra.pipeline_functions import PipelineFunctions
from infra.settings import Settings
from infra.states import (
    RESULT,
    States,
    Step,
    condition,
    invoke,
    queries,
    query,
)
from infra.steps import Requests, Steps
from infra.storage import Storage

# "RedriveTime Context object is only available if you've redriven an execution"; the count is there
# from the beginning, and is not waited for, as that of DescribeExecution would have to be, which is
# eventually consistent.
# https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
REDRIVES = (
    "$exists($states.context.Execution.RedriveCount) ? $states.context.Execution.RedriveCount : 0"
)


class PipelineStateMachine(Construct):
    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        functions: PipelineFunctions,
        requests: Requests,
        storage: Storage,
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, id_)
        self._settings, self._functions, self._key = settings, functions, storage.key
        failure = self._handle_failure()
        self._states = States(self, settings.waiting, failure)
        make = Steps(
            self,
            self._states,
            settings=settings,
            functions=functions,
            requests=requests,
            topic=topic,
        )
        prepare = make.prepare()
        # In this order; a step has the name that its states give to a failure.
        steps = {
            "Processing": make.processing(),
            "Features": make.features(),
            "Training": make.training(),
            "Evaluation": make.evaluation(),
            "Gate": make.gate(),
            "Endpoint": make.endpoint(),
            **make.scaling(),
            "SmokeTest": make.smoke_test(),
        }
        start = self._begin().next(prepare.entry)
        prepare.then(self._start_at(steps))
        for step, following in pairwise(steps.values()):
            step.then(following.entry)
        steps["SmokeTest"].then(make.tell())
        failure.next(self._resume({"Prepare": prepare, **steps}))
        self.state_machine = self._state_machine(start)
        may_tell = allow("kms:Decrypt", "kms:GenerateDataKey", on=[self._key.key_arn])
        self.state_machine.add_to_role_policy(may_tell)

    # -- the way through -----------------------------------------------------------------------

    def _begin(self) -> sfn.Pass:
        """Variables that the handling of a failure reads, whatever fails."""
        return sfn.Pass.jsonata(
            self,
            "Begin",
            assign={
                "run": {},
                "job": {},
                "step": "Prepare",
                "reason": "",
                "error": "",
                "redrives": 0,
                "attempt": 1,
                "capacity_waits": 0,
            },
        )

    def _start_at(self, steps: Mapping[str, Step]) -> sfn.State:
        choice = sfn.Choice.jsonata(self, "StartAt?")
        for name in ("Training", "Evaluation"):
            choice.when(condition(f"$run.start_at = '{name.lower()}'"), steps[name].entry)
        return choice.otherwise(steps["Processing"].entry)

    def _resume(self, steps: Mapping[str, Step]) -> sfn.State:
        """After a redrive: the step that failed, from its beginning."""
        choice = sfn.Choice.jsonata(self, "Resume?")
        *others, last = steps
        for name in others:
            choice.when(condition(f"$step = '{name}'"), steps[name].entry)
        return choice.otherwise(steps[last].entry)

    def _handle_failure(self) -> tasks.LambdaInvoke:
        return invoke(
            self,
            "HandleFailure",
            self._functions.handle_failure,
            payload={
                "execution": query("$states.context.Execution.Id"),
                "run": query("$run"),
                "step": query("$step"),
                "reason": query("$reason"),
                "error": query("$error"),
                "job": query("$job"),
                "redrives": query("$redrives"),
                "redrive_count": query(REDRIVES),
            },
            assign=queries(
                {
                    "redrives": f"{RESULT}.redrives",
                    "error": "''",
                    "attempt": "$attempt + 1",
                    "capacity_waits": "0",
                }
            ),
        )

    # -- the machine ---------------------------------------------------------------------------

    def _state_machine(self, start: sfn.IChainable) -> sfn.StateMachine:
        name = self._settings.name
        log_group = logs.LogGroup(
            self,
            "Logs",
            log_group_name=f"/aws/vendedlogs/states/{name}",
            retention=logs.RetentionDays.THREE_MONTHS,
            removal_policy=RemovalPolicy.DESTROY,
            encryption_key=self._key,
        )
        machine = sfn.StateMachine(
            self,
            "StateMachine",
            state_machine_name=name,
            definition_body=sfn.DefinitionBody.from_chainable(start),
            query_language=sfn.QueryLanguage.JSONATA,
            tracing_enabled=True,
            logs=sfn.LogOptions(
                destination=log_group, level=sfn.LogLevel.ALL, include_execution_data=True
            ),
        )
        # Log delivery and tracing know no resources; CDK allows every version of a function.
        handle_failure = f"{self._functions.handle_failure.function_arn}:*"
        acknowledge_wildcards(machine, ["*", handle_failure, *self._states.resources])
        return machine
