"""The requests that the Lambdas send to SageMaker, compiled at synth from infra/jobs.py.

They become part of the state machine, so that `cdk diff` shows a changed hyperparameter.
"""

import json
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from infra import jobs
from infra.jobs import CODE, RUN
from infra.settings import Settings

# infra.jobs prepares the SDK's import, so it comes first.
from sagemaker.inputs import TrainingInput
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.session import production_variant
from sagemaker.workflow.utilities import execute_job_functions

Request = dict[str, Any]

SPLITS = ("train", "validation", "test")
_INPUT, _OUTPUT = "/opt/ml/processing/input", "/opt/ml/processing/output"
_JOB = "{job}"


def processing(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/preprocess.py."""
    session = jobs.offline_session(settings.region)
    processor = jobs.processor(settings, session)
    return _processing(
        session,
        lambda: processor.run(
            code=f"{CODE}/source/preprocess.py",
            inputs=[
                _read("reviews", "s3://{reviews}"),
                _read("base_model", "s3://{base_model_path}"),
            ],
            outputs=[_write(name, f"{RUN}/features/{name}") for name in (*SPLITS, "report")],
            arguments=_preparation_arguments(settings),
            job_name=_JOB,
        ),
    )


def evaluation(settings: Settings) -> Request:
    """CreateProcessingJob for ml_code/evaluate.py."""
    session = jobs.offline_session(settings.region)
    evaluator = jobs.evaluator(settings, session)
    return _processing(
        session,
        lambda: evaluator.run(
            code=f"{CODE}/source/evaluate.py",
            inputs=[
                _read("model", "s3://{model_data}"),
                _read("test", f"{RUN}/features/test"),
            ],
            outputs=[_write("evaluation", f"{RUN}/evaluation")],
            arguments=["--output-data", f"{_OUTPUT}/evaluation"],
            job_name=_JOB,
        ),
    )


def training(settings: Settings) -> Request:
    """CreateTrainingJob for ml_code/train.py."""
    session = jobs.offline_session(settings.region)
    estimator = jobs.estimator(settings, session)
    channels = {
        "train": TrainingInput(f"{RUN}/features/train"),
        "validation": TrainingInput(f"{RUN}/features/validation"),
        "base_model": TrainingInput("s3://{base_model_path}"),
    }
    _compile(lambda: execute_job_functions(estimator.fit(channels, job_name=_JOB)))
    return _with_role(session.context.args, "RoleArn")


def model(settings: Settings) -> Request:
    """CreateModel for the artefact of a training."""
    session = jobs.offline_session(settings.region)
    _compile(
        lambda: jobs.model(settings, session).create(
            instance_type=settings.endpoint.instance_type
        )
    )
    return _with_role(session.context.create_model_request, "ExecutionRoleArn")


def endpoint_config(settings: Settings) -> Request:
    """CreateEndpointConfig with one variant, which takes all traffic."""
    fleet = settings.endpoint
    variant = production_variant(
        model_name="{model}",
        instance_type=fleet.instance_type,
        initial_instance_count=fleet.instance_count,
    )
    request = {"EndpointConfigName": "{endpoint_config}", "ProductionVariants": [variant]}
    return request if fleet.has_local_disk else {**request, "KmsKeyId": "{key}"}


def fill(request: Request, values: Mapping[str, str]) -> Request:
    """Replaces the placeholders named in `values`; the others stay for the run time."""

    def walk(node: Any) -> Any:
        if isinstance(node, str):
            return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], found[0]), node)
        if isinstance(node, list):
            return [walk(item) for item in node]
        if isinstance(node, dict):
            return {key: walk(item) for key, item in node.items()}
        return node

    return {key: walk(item) for key, item in request.items()}


def _preparation_arguments(settings: Settings) -> list[str]:
    columns, shares = settings.columns, settings.shares
    arguments = {
        "base-model": "{base_model}",
        "text-column": columns.text,
        "rating-column": columns.rating,
        # An argument may not be empty, and without it there is no title.
        **({"title-column": columns.title} if columns.title else {}),
        "max-length": settings.recipe.max_length,
        "train-share": shares.train,
        "validation-share": shares.validation,
        "test-share": shares.test,
        "seed": settings.recipe.seed,
        "feature-group-name": "{feature_group}",
        "event-time": "{event_time}",
    }
    return [text for name, value in arguments.items() for text in (f"--{name}", str(value))]


def _read(name: str, source: str) -> Any:
    return ProcessingInput(input_name=name, source=source, destination=f"{_INPUT}/{name}")


def _write(name: str, destination: str) -> Any:
    return ProcessingOutput(output_name=name, source=f"{_OUTPUT}/{name}", destination=destination)


def _processing(session: Any, run: Callable[[], Any]) -> Request:
    _compile(lambda: execute_job_functions(run()))
    request = _with_role(session.context.args, "RoleArn")
    for item in request["ProcessingInputs"]:
        # The SDK brings the script alone; its modules lie beside it in the same folder.
        if item["InputName"] == "code":
            item["S3Input"]["S3Uri"] = item["S3Input"]["S3Uri"].rpartition("/")[0] + "/"
    return request


def _compile(step: Callable[[], Any]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that nothing is run is the point
        step()


def _with_role(request: Request, field: str) -> Request:
    plain: Request = json.loads(json.dumps(request))  # a copy without the SDK's own types
    return {**plain, field: "{role}"}
