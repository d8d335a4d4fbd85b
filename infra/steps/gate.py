"""The gate: whether the model may be deployed, by its metrics and, optionally, an approval.

Every model is registered. One that the gate or the person rejects is not deployed. The model of a
rollback was approved before: it passes, nobody is asked, and it is registered as a new version, so
that the newest approved version is always the one that was deployed last.
"""

from dataclasses import asdict

from aws_cdk import Duration
from aws_cdk import aws_stepfunctions as sfn

from contract import states as names
from contract.steps import StartAt, Step
from infra.jsonata import RESULT, condition, query
from infra.states import CAUGHT, Fragment, States
from infra.steps.context import Context

# Any caller with the task token can send any output: all but `true` is a rejection, and the comment
# is made one line, which UpdateModelPackage requires.
_IS_APPROVED = "$answer.approved = true"
_COMMENT = "$substring($replace($answer.comment & '', /\\s+/, ' '), 0, 1024)"


def gate(context: Context) -> Fragment:
    states = context.states(Step.GATE, entry=names.CHECK_GATE)
    check = states.call(
        names.CHECK_GATE,
        context.functions.check_gate,
        payload={"run": query("$run"), "gate": asdict(context.settings.gate)},
        assign={"gate": RESULT, "job": "{}"},
    )
    choice = sfn.Choice.jsonata(context.scope, names.APPROVED)
    check.next(_register(context, states)).next(choice)
    choice.when(condition("$package.status = 'Rejected'"), states.failure)
    if not context.settings.approval:
        return Fragment(entry=check, then=choice.otherwise)
    approval = _approval(context, states)
    choice.otherwise(approval.entry)

    def then(following: sfn.State) -> None:
        choice.when(condition("$package.status = 'Approved'"), following)
        approval.then(following)

    return Fragment(entry=check, then=then)


def _register(context: Context, states: States) -> sfn.TaskStateBase:
    return states.call(
        names.REGISTER_MODEL,
        context.functions.register_model,
        payload={
            "run": query("$run"),
            "gate": query("$gate"),
            "needs_approval": query(f"$run.start_at != '{StartAt.ROLLBACK.value}'")
            if context.settings.approval
            else False,
            "model_data": query("$model_data"),
            "request": context.requests.model_package,
        },
        assign={
            "package": RESULT,
            "reason": f"$join($gate.missed, '; ') & '; registered as version ' & "
            f"{RESULT}.version & ', rejected'",
        },
    )


def _approval(context: Context, states: States) -> Fragment:
    ask = _ask(context, states)
    record = states.call_service(
        names.RECORD_ANSWER,
        service="sagemaker",
        action="updateModelPackage",
        parameters={
            "ModelPackageArn": query("$package.arn"),
            "ModelApprovalStatus": query(f"{_IS_APPROVED} ? 'Approved' : 'Rejected'"),
            "ApprovalDescription": query(_COMMENT),
        },
        resource=context.sagemaker_arn(f"model-package/{context.settings.name}/*"),
    )
    choice = sfn.Choice.jsonata(context.scope, names.ANSWER)
    choice.otherwise(states.failure)
    ask.next(record).next(choice)
    return Fragment(
        entry=ask, then=lambda following: choice.when(condition(_IS_APPROVED), following)
    )


def _ask(context: Context, states: States) -> sfn.TaskStateBase:
    """A task that waits until `reviews approve` sends {approved, comment}."""
    limit = context.settings.waiting.approval_limit_s
    return states.call(
        names.ASK_APPROVAL,
        context.functions.ask_approval,
        payload={
            "run": query("$run"),
            "gate": query("$gate"),
            "package": query("$package"),
            "token": query("$states.context.Task.Token"),
        },
        result="$states.result",
        assign={
            "answer": "$states.result",
            "reason": "'version ' & $package.version & ' was not approved: ' & "
            "$states.result.comment",
        },
        assign_on_error={
            "reason": f"$states.errorOutput.Error = 'States.Timeout' ? "
            f"'nobody answered within {limit} s' : {CAUGHT}"
        },
        integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
        task_timeout=sfn.Timeout.duration(Duration.seconds(limit)),
    )
