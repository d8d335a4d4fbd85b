"""The state machine: from reviews to an endpoint, one step after the other.

infra/steps/ creates the states of the steps; this module connects them. Variables that all steps
share: `attempt`, in which the names of jobs end; `redrives`, how many were handled; and
`capacity_waits`, how often AWS lacked instances.

Every error leads to HandleFailure, whose function stops the job, publishes a notification and
fails. After a redrive it succeeds instead, and the failed step begins again with the next attempt.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from contract import states as names
from contract.steps import StartAt, Step
from infra.jsonata import condition, query
from infra.logged_state_machine import logged_state_machine
from infra.permissions import allow
from infra.pipeline_functions import PipelineFunctions
from infra.settings import Settings
from infra.states import NEXT_ATTEMPT, REDRIVES, Fragment, invoke
from infra.steps.context import Context, Requests
from infra.steps.endpoint import deploy, scale, smoke_test
from infra.steps.gate import gate
from infra.steps.jobs import evaluate, process, train
from infra.steps.preparation import copy_model, features, prepare
from infra.storage import Storage


class PipelineStateMachine(Construct):
    """`state_machine` is the L2 construct."""

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
        failure = self._handle_failure(functions)
        # CDK allows every version of a function.
        resources = [f"{functions.handle_failure.function_arn}:*"]
        context = Context(
            scope=self,
            settings=settings,
            functions=functions,
            requests=requests,
            topic=topic,
            failure=failure,
            resources=resources,
        )
        start = self._connect(context)
        self.state_machine = logged_state_machine(
            self,
            settings=settings,
            name=settings.name,
            key=storage.key,
            start=start,
            resources=resources,
        )
        may_publish = allow("kms:Decrypt", "kms:GenerateDataKey", on=[storage.key.key_arn])
        self.state_machine.add_to_role_policy(may_publish)

    def _connect(self, context: Context) -> sfn.IChainable:
        """Connects all states; returns the first one."""
        begin, preparation = self._begin(), prepare(context)
        fragments = {
            Step.PROCESS: process(context),
            Step.FEATURES: features(context),
            Step.TRAIN: train(context),
            Step.EVALUATE: evaluate(context),
            Step.GATE: gate(context),
            Step.DEPLOY: deploy(context),
        }
        copy = copy_model(context)
        begin.next(preparation.entry)
        preparation.then(self._start_at(fragments, copy))
        for fragment in copy:
            first = Step.EVALUATE if context.settings.promotion.evaluation else Step.GATE
            fragment.then(fragments[first].entry)
        in_order = [*fragments.values(), *scale(context), smoke_test(context)]
        for fragment, following in pairwise(in_order):
            fragment.then(following.entry)
        in_order[-1].then(sfn.Succeed.jsonata(self, names.SUCCEEDED))
        context.failure.next(self._resume([preparation, *copy, *in_order]))
        return begin

    def _begin(self) -> sfn.Pass:
        """Sets the variables that HandleFailure reads, also if the first step fails."""
        return sfn.Pass.jsonata(
            self,
            names.BEGIN,
            assign={
                "run": {},
                "job": {},
                "step": Step.PREPARE.value,
                "resume_at": names.PREPARE,
                "reason": "",
                "error": "",
                "described": {},
                "redrives": 0,
                "attempt": 1,
                "capacity_waits": 0,
            },
        )

    def _start_at(self, fragments: Mapping[Step, Fragment], copy: Sequence[Fragment]) -> sfn.State:
        """The choice of the first step after Prepare. Without `copy` it has none for promotions,
        which Prepare then refuses."""
        choice = sfn.Choice.jsonata(self, names.START_AT)
        starts = {
            StartAt.TRAINING: fragments[Step.TRAIN],
            StartAt.EVALUATION: fragments[Step.EVALUATE],
            StartAt.ROLLBACK: fragments[Step.GATE],
        }
        for fragment in copy:
            starts[StartAt.PROMOTION] = fragment
        for start, fragment in starts.items():
            choice.when(condition(f"$run.start_at = '{start.value}'"), fragment.entry)
        return choice.otherwise(fragments[Step.PROCESS].entry)

    def _resume(self, fragments: Sequence[Fragment]) -> sfn.State:
        """The choice after a redrive: the fragment that failed begins again."""
        choice = sfn.Choice.jsonata(self, names.RESUME)
        *others, last = fragments
        for fragment in others:
            choice.when(condition(f"$resume_at = '{fragment.entry.state_id}'"), fragment.entry)
        return choice.otherwise(last.entry)

    def _handle_failure(self, functions: PipelineFunctions) -> tasks.LambdaInvoke:
        return invoke(
            self,
            names.HANDLE_FAILURE,
            functions.handle_failure,
            payload={
                "execution": query("$states.context.Execution.Id"),
                "run": query("$run"),
                "step": query("$step"),
                "reason": query("$reason"),
                "error": query("$error"),
                "status": query("$exists($described.status) ? $described.status : ''"),
                "job_error": query("$exists($described.error) ? $described.error : ''"),
                "job": query("$job"),
                "redrives": query("$redrives"),
                "redrive_count": query(REDRIVES),
            },
            assign=NEXT_ATTEMPT,
        )
