"""The four functions that SageMaker's inference toolkit calls (TorchServe, Multi Model Server).

The other servers of AWS's images reach the same model by serving/wsgi_app.py (gunicorn) and
serving/ray_app.py (Ray Serve).
"""

from http import HTTPStatus
from pathlib import Path
from typing import Any

from serving.errors import RequestError
from serving.request_handler import parse, predict, to_response
from serving.request_parsing import ReviewTexts
from serving.response_formats import Predictions
from serving.review_model import ReviewModel


def model_fn(model_dir: str, context: Any = None) -> ReviewModel:
    """Loads the artefact, on the GPU that the server has chosen for this worker."""
    _keep_bodies_as_bytes()
    return ReviewModel.load(Path(model_dir), gpu=_gpu(context))


def input_fn(body: bytes | str, content_type: str | None) -> ReviewTexts | RequestError:
    """The texts of a request, or what is wrong with it.

    The error is returned and not raised, since the toolkit adds its traceback to the response of
    an error that is raised (sagemaker-inference 1.10.1, transformer.py, handle_error).
    """
    return parse(body, content_type)


def predict_fn(data: ReviewTexts | RequestError, model: ReviewModel) -> Predictions | RequestError:
    """The predictions; an error stays what it is."""
    return predict(model, data)


def output_fn(
    prediction: Predictions | RequestError, accept: str | None, context: Any = None
) -> tuple[str, str]:
    """(body, content type); the status of an error goes to the toolkit's context."""
    response = to_response(prediction, accept)
    if response.status != HTTPStatus.OK:
        if context is None:  # a toolkit without a context takes the status from an exception
            from sagemaker_inference.errors import BaseInferenceToolkitError

            raise BaseInferenceToolkitError(response.status, response.body, response.reason)
        context.set_response_status(response.status, response.reason)
    return response.body, response.content_type


def _gpu(context: Any) -> int | None:
    """The GPU that TorchServe or Multi Model Server has chosen for this worker, if any."""
    properties = getattr(context, "system_properties", None) or {}
    number = properties.get("gpu_id")
    return None if number is None else int(number)


def _keep_bodies_as_bytes() -> None:
    """Keeps the toolkit from decoding bodies before input_fn, where a wrong byte is a 500.

    sagemaker-inference 1.10.1, transformer.py: `if content_type in content_types.UTF8_TYPES`.
    """
    try:
        from sagemaker_inference import content_types
    except ModuleNotFoundError:  # outside the images that have the toolkit
        return
    content_types.UTF8_TYPES.clear()
