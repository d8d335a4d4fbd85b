"""A request to the endpoint and its response, whatever server is in front.

No error is raised: one of the client is a response with its status, and one of the model is a 500
whose reason is in the endpoint's log alone.
"""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from serving.errors import RequestError
from serving.request_parsing import ReviewTexts, parse_request
from serving.response_formats import Predictions, choose_media_type, serialise
from serving.review_model import ReviewModel

Result = TypeVar("Result")


@dataclass(frozen=True)
class Response:
    """The answer to a request: status, text and media type."""

    status: int
    body: str
    content_type: str

    @property
    def reason(self) -> str:
        """The reason phrase of the status, such as Bad Request."""
        return HTTPStatus(self.status).phrase


def respond(
    model: ReviewModel, body: bytes | str, content_type: str | None, accept: str | None
) -> Response:
    """The response to a request with these headers; None for a header that is not there."""
    return to_response(predict(model, parse(body, content_type)), accept)


def parse(body: bytes | str, content_type: str | None) -> ReviewTexts | RequestError:
    """The texts of a request, or what is wrong with it."""
    return _without_raising(lambda: parse_request(body, content_type))


def predict(model: ReviewModel, request: ReviewTexts | RequestError) -> Predictions | RequestError:
    """The predictions; an error of the request stays what it is."""
    if isinstance(request, RequestError):
        return request
    return _without_raising(lambda: model.predict(request))


def to_response(predictions: Predictions | RequestError, accept: str | None) -> Response:
    """The response in the media type that the client prefers; an error is plain text."""
    if isinstance(predictions, RequestError):
        return _error_response(predictions)
    try:
        media_type = choose_media_type(accept)
    except RequestError as error:
        return _error_response(error)
    return Response(HTTPStatus.OK, serialise(predictions, media_type), media_type)


def _without_raising(act: Callable[[], Result]) -> Result | RequestError:
    try:
        return act()
    except RequestError as error:
        return error
    except Exception:
        traceback.print_exc()
        return RequestError(500, "the model failed; the log of the endpoint says why")


def _error_response(error: RequestError) -> Response:
    return Response(error.status_code, error.message, "text/plain")
