"""Deploy and smoke test: the steps that deploy the model to the endpoint and invoke it."""

from aws_cdk import aws_stepfunctions as sfn

from contract import states as names
from contract.metrics import GATED
from contract.names import VARIANT
from contract.steps import Step
from infra.jsonata import ATTEMPT, RESULT, first, query
from infra.states import Describe, Fragment
from infra.steps.context import Context


def deploy(context: Context) -> Fragment:
    states = context.states(Step.DEPLOY, entry=names.ENDPOINT.start)
    start = states.call(
        names.ENDPOINT.start,
        context.functions.deploy_endpoint,
        payload={
            "run": query("$run"),
            "attempt": ATTEMPT,
            "model_data": query("$model_data"),
            "model": context.requests.model,
            "endpoint_config": context.requests.endpoint_config,
            "update": context.requests.update,
        },
        assign={"endpoint": RESULT, **states.first_wait()},
    )
    return states.loop(names.ENDPOINT, start, _endpoint(context))


def _endpoint(context: Context) -> Describe:
    return Describe(
        action="describeEndpoint",
        parameters={"EndpointName": query("$endpoint.name")},
        resource=context.sagemaker_arn(f"endpoint/{context.settings.name}"),
        described={
            "status": "$states.result.EndpointStatus",
            "config": "$states.result.EndpointConfigName",
        },
        done="$described.status = 'InService' and $described.config = $endpoint.endpoint_config",
        # In service with another configuration: rolled back, or changed by another execution.
        failed=(
            "$described.status in ['Failed', 'OutOfService', 'UpdateRollbackFailed'] or "
            "$described.status = 'InService' and $described.config != $endpoint.endpoint_config"
        ),
        assign={
            "reason": first(
                "FailureReason",
                otherwise="'another execution put ' & $states.result.EndpointConfigName & "
                "' in service'",
            )
        },
    )


def scale(context: Context) -> list[Fragment]:
    """The last state of the step Deploy, at which a redrive may resume. Empty for an endpoint that
    does not scale.

    It follows every update, since the settings of the scaling may have changed.
    """
    endpoint = context.settings.endpoint
    if not endpoint.max_instance_count:
        return []
    task = context.states(Step.DEPLOY, entry=names.SCALE_ENDPOINT).call(
        names.SCALE_ENDPOINT,
        context.functions.scale_endpoint,
        payload={
            "run": query("$run"),
            "scaling": {
                "variant": VARIANT,
                "least": endpoint.instance_count,
                "most": endpoint.max_instance_count,
                "invocations_per_instance": endpoint.invocations_per_instance,
            },
        },
    )
    return [Fragment(entry=task, then=task.next)]


def smoke_test(context: Context) -> Fragment:
    """The last step; the result of the smoke test is the output of the execution."""
    task = context.states(Step.SMOKE_TEST, entry=names.SMOKE_TEST).call(
        names.SMOKE_TEST,
        context.functions.smoke_test,
        payload={
            "run": query("$run"),
            "endpoint": query("$endpoint"),
            "package": query("$package"),
        },
    )
    notify = _notify_success(context)
    task.next(notify)
    return Fragment(entry=task, then=notify.next)


def _notify_success(context: Context) -> sfn.TaskStateBase:
    """Publishes that the endpoint serves the model."""
    name = context.settings.name
    metrics = " & ', ".join(f"{one.title} ' & $gate.metrics.{one.name}" for one in GATED)
    return context.states(Step.SMOKE_TEST, entry=names.SMOKE_TEST).call_service(
        names.NOTIFY_SUCCESS,
        service="sns",
        action="publish",
        parameters={
            "TopicArn": context.topic.topic_arn,
            "Subject": query(f"'{name}: run ' & $run.id & ' is live'"),
            "Message": query(
                f"'Endpoint {name} serves model ' & $package.version & ' of run ' & $run.id & "
                f"': {metrics} & ($count($gate.missed) = 0 ? '.' : "
                "'. Not reached: ' & $join($gate.missed, '; ') & '.')"
            ),
        },
        resource=context.topic.topic_arn,
        outputs=query("$states.input"),
    )
