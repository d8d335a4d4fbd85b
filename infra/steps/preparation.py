"""Prepare and features: the steps before and after the processing job, without jobs, and the copy
of a model from another environment."""

from aws_cdk import aws_stepfunctions as sfn

from contract import states as names
from contract.steps import Step
from infra import prepare_event
from infra.jsonata import EXECUTION, RESULT, condition, queries, query
from infra.states import Fragment
from infra.steps.context import Context


def prepare(context: Context) -> Fragment:
    task = context.states(Step.PREPARE, entry=names.PREPARE).call(
        names.PREPARE,
        context.functions.prepare,
        payload={
            "input": query("$states.context.Execution.Input"),
            "execution": EXECUTION,
            **prepare_event.of_settings(
                context.settings,
                processing=context.requests.processing,
                training=context.requests.training,
                # Set by `reviews deploy --force`.
                force=context.scope.node.try_get_context("force") == "true",
            ),
        },
        assign={"run": RESULT, "model_data": f"{RESULT}.model_data"},
    )
    return Fragment(entry=task, then=task.next)


def copy_model(context: Context) -> list[Fragment]:
    """The artefact of another environment, with its code and its evaluation. Empty where the
    settings name no such environment."""
    if not context.settings.promotion.sources:
        return []
    task = context.states(Step.PREPARE, entry=names.COPY_MODEL).call(
        names.COPY_MODEL,
        context.functions.copy_model,
        payload={"run": query("$run")},
        assign={"run": RESULT},
    )
    return [Fragment(entry=task, then=task.next)]


def features(context: Context) -> Fragment:
    """Waits until the offline store, which lags by minutes, has all rows, so that the features of
    the training can be queried from then on."""
    states = context.states(Step.FEATURES, entry=names.BEGIN_FEATURES)
    begin = sfn.Pass.jsonata(
        context.scope,
        names.BEGIN_FEATURES,
        assign={**states.position, "job": {}, **queries(states.first_wait())},
    )
    check = states.call(
        names.CHECK_FEATURES,
        context.functions.check_features,
        payload={"run": query("$run")},
        assign={
            "described": RESULT,
            "reason": f"'the offline store has ' & {RESULT}.found & ' of ' & "
            f"{RESULT}.expected & ' rows after ' & $waited & ' s'",
        },
    )
    choice = sfn.Choice.jsonata(context.scope, names.FEATURES_READY)
    begin.next(check).next(choice)
    limit = context.settings.waiting.features_limit_s
    is_late = condition(f"$not($described.ready) and $waited >= {limit}")
    choice.when(is_late, states.failure)
    choice.otherwise(states.wait(names.WAIT_FOR_FEATURES).next(check))
    return Fragment(
        entry=begin, then=lambda following: choice.when(condition("$described.ready"), following)
    )
