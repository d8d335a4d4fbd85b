"""The requests that the Lambdas send to SageMaker, compiled at synth from infra/jobs.py.

They become part of the state machine, so that `cdk diff` shows a changed instance or argument.
"""

import json
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sagemaker import utils
from sagemaker.session import production_variant
from sagemaker.workflow.utilities import execute_job_functions

from infra import jobs
from infra.jobs import Values
from infra.settings import Settings

Request = dict[str, Any]
_JOB = "{job}"  # the Lambda names the job, so this goes no further


def processing(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/preprocess.py."""
    session, values = jobs.offline_session(settings.region), Values()
    processor = jobs.processor(settings, session, values)
    return _processing(
        session, lambda: processor.run(**jobs.preparation(settings, values), job_name=_JOB)
    )


def evaluation(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/evaluate.py."""
    session, values = jobs.offline_session(settings.region), Values()
    evaluator = jobs.evaluator(settings, session, values)
    return _processing(session, lambda: evaluator.run(**jobs.evaluation(values), job_name=_JOB))


def training(settings: Settings) -> Request:
    """CreateTrainingJob for ml_code/train.py."""
    session, values = jobs.offline_session(settings.region), Values()
    _compile(
        lambda: execute_job_functions(
            jobs.estimator(settings, session, values).fit(jobs.channels(values), job_name=_JOB)
        )
    )
    return _plain(session.context.args)


def model(settings: Settings) -> Request:
    """CreateModel for the artefact of a training."""
    session = jobs.offline_session(settings.region)
    created = _compile(
        lambda: jobs.model(session, Values(), name="{model}").create(
            instance_type=settings.endpoint.instance_type
        )
    )
    return _plain(created.create_model_request)


def endpoint_config(settings: Settings) -> Request:
    """CreateEndpointConfig with one variant, which takes all traffic."""
    fleet = settings.endpoint
    variant = production_variant(
        model_name="{model}",
        instance_type=fleet.instance_type,
        initial_instance_count=fleet.instance_count,
    )
    request = {"EndpointConfigName": "{endpoint_config}", "ProductionVariants": [variant]}
    return request if fleet.has_local_disk else {**request, "KmsKeyId": Values().key}


def fill(request: Request, **values: str) -> Request:
    """Replaces the placeholders that are known at synth; the others stay for the run time."""

    def walk(node: Any) -> Any:
        if isinstance(node, str):
            return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), node)
        if isinstance(node, list):
            return [walk(item) for item in node]
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
