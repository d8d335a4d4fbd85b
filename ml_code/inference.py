"""What the endpoint does: reviews in, classes out.

`respond` answers a request with a status, a body and a type, and never raises. The servers of
AWS's images reach it in three ways: SageMaker's inference toolkit (TorchServe, Multi Model Server)
by the four functions below, gunicorn of the scikit-learn image by serving/wsgi_app.py, Ray
Serve by serving/ray_app.py.
"""

import os
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, TypeVar

from common.labels import Labels
from serving.answer_forms import Answer, Prediction, preferred, written
from serving.classifier import Classifier
from serving.request_texts import RequestError, Texts, read
from serving.work_limit import WorkLimit

_LONGEST_MS = "30000"  # where the endpoint does not say MAX_LATENCY_MS
_SHARE = 0.5  # of it, for a request alone; the rest is for those that it waits for
Result = TypeVar("Result")


@dataclass(frozen=True)
class ReviewModel:
    """The classifier, and how much it may be asked at once."""

    classifier: Classifier
    limit: WorkLimit


@dataclass(frozen=True)
class Predicted:
    """The answers to a request, one per line, object or row."""

    answers: list[Answer]
    is_list: bool


@dataclass(frozen=True)
class Response:
    """What goes back to the client."""

    status: int
    body: str
    content_type: str

    @property
    def reason(self) -> str:
        """The words of the HTTP status."""
        return HTTPStatus(self.status).phrase


def respond(
    model: ReviewModel, body: bytes | str, content_type: str | None, accept: str | None
) -> Response:
    """The answer to any request; a fault of the model is a 500 whose reason is in the log alone."""
    data = input_fn(body, content_type)
    return _response(predict_fn(data, model), accept)


def model_fn(model_dir: str, context: Any = None) -> ReviewModel:
    """Loads the artefact, on the GPU of this worker, and measures what can be asked at once."""
    _take_bodies_as_they_are()
    classifier = Classifier(Path(model_dir), gpu=_gpu(context))
    seconds = _SHARE * int(os.environ.get("MAX_LATENCY_MS", _LONGEST_MS)) / 1000
    limit = WorkLimit.measured(classifier, seconds)
    print(
        f"serving: {classifier.engine}, at most {limit.tokens} tokens a request "
        f"({limit.full_texts} texts of full length)",
        flush=True,
    )
    return ReviewModel(classifier, limit)


def input_fn(body: bytes | str, content_type: str | None) -> Texts | RequestError:
    """The texts of a request, or what is wrong with it.

    Returned and not raised: to an error that is raised the toolkit adds its traceback
    (sagemaker-inference 1.10.1, transformer.py, handle_error).
    """
    return _caught(lambda: read(body, content_type))


def predict_fn(data: Texts | RequestError, model: ReviewModel) -> Predicted | RequestError:
    """The answers; an error stays what it is.

    Prints how many texts the request had, and how many were of each class: the endpoint's log is
    where the alarm of a drift reads it (infra/monitoring.py).
    """
    if isinstance(data, RequestError):
        return data
    return _caught(lambda: _predicted(data, model))


def output_fn(
    prediction: Predicted | RequestError, accept: str | None, context: Any = None
) -> tuple[str, str]:
    """(body, content type); the status of an error goes to the toolkit's context."""
    response = _response(prediction, accept)
    if response.status != HTTPStatus.OK:
        if context is None:  # a toolkit that hands on none knows errors by their exception alone
            from sagemaker_inference.errors import BaseInferenceToolkitError

            raise BaseInferenceToolkitError(response.status, response.body, response.reason)
        context.set_response_status(response.status, response.reason)
    return response.body, response.content_type


def _caught(act: Callable[[], Result]) -> Result | RequestError:
    try:
        return act()
    except RequestError as error:
        return error
    except Exception:
        traceback.print_exc()
        return RequestError(500, "the model failed; the log of the endpoint says why")


def _response(prediction: Predicted | RequestError, accept: str | None) -> Response:
    if isinstance(prediction, RequestError):
        return _refusal(prediction)
    try:
        form = preferred(accept)
    except RequestError as error:
        return _refusal(error)
    return Response(
        HTTPStatus.OK, written(prediction.answers, form, is_list=prediction.is_list), form
    )


def _refusal(error: RequestError) -> Response:
    return Response(error.status_code, error.message, "text/plain")


def _predicted(data: Texts, model: ReviewModel) -> Predicted:
    classifier = model.classifier
    ids = classifier.encode(data.texts)
    model.limit.check(ids)
    predictions = [_prediction(row, classifier.labels) for row in classifier.of_ids(ids).tolist()]
    counts = Counter(prediction["label"] for prediction in predictions)
    names = classifier.labels.names
    print("predicted", len(predictions), *(counts[name] for name in names), flush=True)
    answers: list[Answer] = []
    at = 0
    for size in data.sizes:
        answers.append(predictions[at : at + size] if size else predictions[at])
        at += size or 1
    return Predicted(answers, data.is_list)


def _prediction(probabilities: list[float], labels: Labels) -> Prediction:
    best = max(range(len(labels.names)), key=probabilities.__getitem__)
    return {
        "label": labels.names[best],
        **({"sentiment": labels.sentiments[best]} if labels.sentiments else {}),
        "probability": round(probabilities[best], 6),
        "probabilities": {
            name: round(value, 6) for name, value in zip(labels.names, probabilities, strict=True)
        },
    }


def _gpu(context: Any) -> int | None:
    """The GPU that TorchServe or Multi Model Server has chosen for this worker, if any."""
    properties = getattr(context, "system_properties", None) or {}
    number = properties.get("gpu_id")
    return None if number is None else int(number)


def _take_bodies_as_they_are() -> None:
    """Keeps the toolkit from decoding bodies before input_fn, where a wrong byte is a 500.

    sagemaker-inference 1.10.1, transformer.py: `if content_type in content_types.UTF8_TYPES`.
    """
    try:
        from sagemaker_inference import content_types
    except ModuleNotFoundError:  # in the images of Ray Serve, and wherever else this is tried
        return
    content_types.UTF8_TYPES.clear()
