"""The requests that the Lambda functions send to SageMaker, compiled at synth from infra/jobs.

They become part of the state machine's definition, so that `cdk diff` shows a changed instance or
argument.
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
_START_SECONDS = 3600  # for the new instances to start
_JOB = "{job}"  # a placeholder: the Lambda function names the job


def processing(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/preprocess.py."""
    session, values = jobs.offline_session(settings.region), Values()
    return _job(
        session,
        lambda: jobs.processor(settings, session, values).run(
            **jobs.preparation(settings, values), job_name=_JOB
        ),
    )


def evaluation(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/evaluate.py."""
    session, values = jobs.offline_session(settings.region), Values()
    return _job(
        session,
        lambda: jobs.evaluator(settings, session, values).run(
            **jobs.evaluation(settings, values), job_name=_JOB
        ),
    )


def drift(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/drift.py."""
    session, values = jobs.offline_session(settings.region), Values()
    return _job(
        session,
        lambda: jobs.comparer(settings, session, values).run(
            **jobs.comparison(settings, values), job_name=_JOB
        ),
    )


def training(settings: Settings) -> Request:
    """CreateTrainingJob for ml_code/train.py."""
    session, values = jobs.offline_session(settings.region), Values()
    return _job(
        session,
        lambda: jobs.estimator(settings, session, values).fit(
            jobs.channels(settings, values), job_name=_JOB
        ),
    )


def model(settings: Settings) -> Request:
    """CreateModel for the artefact of a training."""
    return _model(settings, jobs.model, settings.endpoint.instance_type)


def scoring_model(settings: Settings) -> Request:
    """CreateModel for the transform job that scores in batch."""
    return _model(settings, jobs.scoring_model, settings.scoring.instance_type)


def _model(settings: Settings, make: Callable[..., Any], instance_type: str) -> Request:
    session = jobs.offline_session(settings.region)
    created = _compile(
        lambda: make(settings, session, Values(), name="{model}").create(
            instance_type=instance_type, tags=jobs.tags(settings)
        )
    )
    return _plain(created.create_model_request)


def transform(settings: Settings) -> Request:
    """CreateTransformJob for the parts of a file."""
    session, values = jobs.offline_session(settings.region), Values()
    transformer = jobs.transformer(settings, session, values, name="{model}")
    return _job(session, lambda: transformer.transform(**jobs.transform(values), job_name=_JOB))


def model_package(settings: Settings) -> Request:
    """CreateModelPackage for the same artefact; the Lambda function adds approval, metrics and
    lineage."""
    session, values = jobs.offline_session(settings.region), Values()
    registered = _compile(
        lambda: jobs.model(settings, session, values, name="{model}").register(
            **jobs.registration(settings, values)
        )
    )
    request = _plain(registered.create_model_package_request)
    for container in request["InferenceSpecification"]["Containers"]:
        # Optional; the SDK guesses them, since it does not know the image.
        container.pop("Framework", None)
        container.pop("FrameworkVersion", None)
    return request


def endpoint_config(settings: Settings) -> Request:
    """CreateEndpointConfig with one production variant."""
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
    if tags := jobs.tags(settings):
        request["Tags"] = tags
    return _plain(request)


def update(settings: Settings, alarms: Sequence[str]) -> Request:
    """The deployment options of UpdateEndpoint: blue/green, with a rollback when one of the alarms
    is in ALARM.

    With several instances it is a canary deployment. Serverless endpoints have no such options.
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
        "MaximumExecutionTimeoutInSeconds": _START_SECONDS + 2 * endpoint.bake_s,
    }
    request: Request = {
        "DeploymentConfig": {
            "BlueGreenUpdatePolicy": policy,
            "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": name} for name in alarms]},
        }
    }
    if endpoint.max_instance_count:
        # Retains the instance count that scaling has reached. Data capture cannot be excluded from
        # that (VariantPropertyType DataCaptureConfig: "Not currently supported"), so the function
        # sets this to false where the capture has changed.
        request["RetainAllVariantProperties"] = True
    return request


def fill(
    request: Request, *, lists: Mapping[str, Sequence[str]] | None = None, **values: str
) -> Request:
    """Replaces the placeholders that are known at synth; the others remain for run time.

    An item `{name}` of a list is replaced by the items of `lists[name]`.
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


def _job(session: Any, start: Callable[[], Any]) -> Request:
    """The request with which `start`, a call of the SDK, would make a job of any kind."""
    _compile(lambda: execute_job_functions(start()))
    return _plain(session.context.args)


def _compile(step: Callable[[], Any]) -> Any:
    with warnings.catch_warnings(), _without_config_validation():
        warnings.simplefilter("ignore", UserWarning)  # that the job is not run is intended
        return step()


@contextmanager
def _without_config_validation() -> Iterator[None]:
    """The SDK validates its configuration, a constant of infra/jobs/sessions.py, at each of the 60
    look-ups of a job: a synth of four environments took 21 s with that, and 4 s without."""
    validate = utils.validate_sagemaker_config
    utils.validate_sagemaker_config = lambda _: None
    try:
        yield
    finally:
        utils.validate_sagemaker_config = validate


def _plain(request: Any) -> Request:
    """A copy without the SDK's own types, in which placeholders are whole URIs and ARNs."""
    text = json.dumps(request).replace("s3://{", "{").replace(Values().role, "{role}")
    plain: Request = json.loads(text)
    return plain
