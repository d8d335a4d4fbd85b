"""The requests that the Lambdas send to SageMaker, compiled at synth from infra/jobs.

They become part of the state machine, so that `cdk diff` shows a changed instance or argument.
"""

import json
import math
import re
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sagemaker import utils
from sagemaker.workflow.utilities import execute_job_functions

from infra import jobs
from infra.jobs import Values
from infra.settings import Settings

Request = dict[str, Any]
_ROLLOUT_SECONDS = 3600  # for the new instances to start
_JOB = "{job}"  # the Lambda names the job, so this goes no further


def processing(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/preprocess.py."""
    session, values = jobs.offline_session(settings.region), Values()
    return _processing(
        session,
        lambda: jobs.processor(settings, session, values).run(
            **jobs.preparation(settings, values), job_name=_JOB
        ),
    )


def evaluation(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/evaluate.py."""
    session, values = jobs.offline_session(settings.region), Values()
    return _processing(
        session,
        lambda: jobs.evaluator(settings, session, values).run(
            **jobs.evaluation(settings, values), job_name=_JOB
        ),
    )


def training(settings: Settings) -> Request:
    """CreateTrainingJob for ml_code/train.py."""
    session, values = jobs.offline_session(settings.region), Values()
    _compile(
        lambda: execute_job_functions(
            jobs.estimator(settings, session, values).fit(
                jobs.channels(settings, values), job_name=_JOB
            )
        )
    )
    return _plain(session.context.args)


def model(settings: Settings) -> Request:
    """CreateModel for the artefact of a training."""
    session = jobs.offline_session(settings.region)
    created = _compile(
        lambda: jobs.model(settings, session, Values(), name="{model}").create(
            instance_type=settings.endpoint.instance_type
        )
    )
    return _plain(created.create_model_request)


def model_package(settings: Settings) -> Request:
    """CreateModelPackage for the same artefact; the Lambda adds approval, metrics and lineage."""
    session, values = jobs.offline_session(settings.region), Values()
    registered = _compile(
        lambda: jobs.model(settings, session, values, name="{model}").register(
            **jobs.registration(settings, values)
        )
    )
    request = _plain(registered.create_model_package_request)
    for container in request["InferenceSpecification"]["Containers"]:
        # Optional, and guessed by the SDK, which does not know the image.
        container.pop("Framework", None)
        container.pop("FrameworkVersion", None)
    return request


def endpoint_config(settings: Settings) -> Request:
    """CreateEndpointConfig with one variant, which takes all traffic."""
    endpoint, session = settings.endpoint, jobs.offline_session(settings.region)
    request = {
        "EndpointConfigName": "{endpoint_config}",
        "ProductionVariants": [jobs.variant(settings)],
    }
    if endpoint.capture_percent:
        capture = jobs.data_capture(endpoint, session, Values())
        request["DataCaptureConfig"] = capture._to_request_dict()
    if not endpoint.has_local_disk and not endpoint.serverless_memory_mb:
        request["KmsKeyId"] = Values().key
    return _plain(request)


def update(settings: Settings, alarms: Sequence[str]) -> Request:
    """How UpdateEndpoint deploys: blue/green, and rolled back when one of the alarms goes off.

    A share of the traffic goes to the new instances first, where there is more than one instance to
    share it among. Serverless endpoints are changed by AWS, all at once.
    """
    endpoint = settings.endpoint
    if endpoint.serverless_memory_mb:
        return {}
    routing: Request = {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": endpoint.bake_s}
    if endpoint.instance_count > 1:
        routing["Type"] = "CANARY"
        size = max(endpoint.canary_percent, math.ceil(100 / endpoint.instance_count))
        routing["CanarySize"] = {"Type": "CAPACITY_PERCENT", "Value": size}
    policy = {
        "TrafficRoutingConfiguration": routing,
        "TerminationWaitInSeconds": endpoint.bake_s,
        "MaximumExecutionTimeoutInSeconds": _ROLLOUT_SECONDS + 2 * endpoint.bake_s,
    }
    request: Request = {
        "DeploymentConfig": {
            "BlueGreenUpdatePolicy": policy,
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name} for name in alarms]},
        }
    }
    if endpoint.max_instance_count:
        # As many instances as scaling has come to. What is captured cannot be left out of it
        # (VariantPropertyType DataCaptureConfig: "Not currently supported"), so the function
        # retains nothing where that has changed.
        request["RetainAllVariantProperties"] = True
    return request


def fill(
    request: Request, *, lists: Mapping[str, Sequence[str]] | None = None, **values: str
) -> Request:
    """Replaces the placeholders that are known at synth; the others stay for the run time.

    An item of a list may stand for those of `lists`.
    """
    many = {f"{{{name}}}": list(items) for name, items in (lists or {}).items()}

    def walk(node: Any) -> Any:
        if isinstance(node, str):
            return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), node)
        if isinstance(node, list):
            return [
                part
                for item in node
                for part in (many[item] if isinstance(item, str) and item in many else [walk(item)])
            ]
        if isinstance(node, dict):
            return {key: walk(item) for key, item in node.items()}
        return node

    return {key: walk(item) for key, item in request.items()}


def _processing(session: Any, run: Callable[[], Any]) -> Request:
    _compile(lambda: execute_job_functions(run()))
    return _plain(session.context.args)


def _compile(step: Callable[[], Any]) -> Any:
    with warnings.catch_warnings(), _configuration_trusted():
        warnings.simplefilter("ignore", UserWarning)  # that nothing is run is the point
        return step()


@contextmanager
def _configuration_trusted() -> Iterator[None]:
    """The SDK validates its configuration, which is ours and constant, at each of 60 look-ups of a
    job: four fifths of the time of a synth (21 s instead of 4 s for four environments)."""
    validate = utils.validate_sagemaker_config
    utils.validate_sagemaker_config = lambda _: None
    try:
        yield
    finally:
        utils.validate_sagemaker_config = validate


def _plain(request: Any) -> Request:
    """A copy without the SDK's own types, whose placeholders stand for whole URIs and ARNs."""
    text = json.dumps(request).replace("s3://{", "{").replace(Values().role, "{role}")
    plain: Request = json.loads(text)
    return plain
