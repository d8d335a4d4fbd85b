"""Facts about AWS that botocore's service models state, such as

    sagemaker CreateTrainingJob takes ResourceConfig.VolumeKmsKeyId
    sagemaker DescribeTrainingJob answers FailureReason
    sagemaker CreateTrainingJob raises ResourceLimitExceeded
    sagemaker TrainingJobStatus includes Completed
    sagemaker ContainerArguments holds 100
    sagemaker VariantPropertyType says Not currently supported
    sagemaker endpoint_deleted waits for ValidationException

AWS makes the models from its own services' definitions; docs/aws-truth.md counts them as a check.
"""

import html
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import botocore.session
from botocore.exceptions import UnknownServiceError
from botocore.model import ListShape, MapShape, OperationNotFoundError, Shape, StructureShape

_SESSION = botocore.session.get_session()


class UnknownFact(ValueError):
    """The fact is of no form that the models can answer, or names what no model has."""


def holds(fact: str) -> bool:
    """Raises UnknownFact."""
    service, subject, verb, rest = (*fact.split(maxsplit=3), "", "", "")[:4]
    if verb not in _VERBS:
        raise UnknownFact(f"{fact}: allowed is {', '.join(_VERBS)}")
    try:
        return _VERBS[verb](service, subject, rest)
    except UnknownServiceError as error:
        raise UnknownFact(f"{fact}: {error}") from error


@cache
def _model(service: str) -> Any:
    return _SESSION.get_service_model(service)


def _takes(service: str, operation: str, path: str) -> bool:
    return _reaches(_operation(service, operation).input_shape, path)


def _answers(service: str, operation: str, path: str) -> bool:
    return _reaches(_operation(service, operation).output_shape, path)


def _raises(service: str, operation: str, error: str) -> bool:
    return error in [shape.name for shape in _operation(service, operation).error_shapes]


def _includes(service: str, shape: str, value: str) -> bool:
    return value in getattr(_shape(service, shape), "enum", ())


def _holds(service: str, shape: str, most: str) -> bool:
    """Whether `most` is the shape's greatest length or number."""
    return str(_shape(service, shape).metadata.get("max")) == most


def _says(service: str, subject: str, words: str) -> bool:
    """Whether the words are in the documentation of an operation or a shape, or of one of its
    members."""
    described = _described(service, subject)
    members = getattr(described, "members", {}).values()
    texts = [described.documentation, *(member.documentation for member in members)]
    return any(words in _plain(text) for text in texts)


def _waits(service: str, waiter: str, rest: str) -> bool:
    name = "".join(word.capitalize() for word in waiter.split("_"))
    acceptors = _SESSION.get_waiter_model(service).get_waiter(name).acceptors
    return rest.removeprefix("for ") in [str(acceptor.expected) for acceptor in acceptors]


def _operation(service: str, name: str) -> Any:
    try:
        return _model(service).operation_model(name)
    except OperationNotFoundError as error:
        raise UnknownFact(f"{service} has no operation {name}") from error


def _shape(service: str, name: str) -> Any:
    if name not in _model(service).shape_names:
        raise UnknownFact(f"{service} has no shape {name}")
    return _model(service).shape_for(name)


def _described(service: str, name: str) -> Any:
    model = _model(service)
    return model.operation_model(name) if name in model.operation_names else _shape(service, name)


def _reaches(shape: Shape | None, path: str) -> bool:
    """Through the members of structures, the items of lists and the values of maps."""
    for name in path.split("."):
        while isinstance(shape, ListShape | MapShape):
            shape = shape.member if isinstance(shape, ListShape) else shape.value
        if not isinstance(shape, StructureShape) or name not in shape.members:
            return False
        shape = shape.members[name]
    return True


def _plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


_VERBS: dict[str, Callable[[str, str, str], bool]] = {
    "takes": _takes,
    "answers": _answers,
    "raises": _raises,
    "includes": _includes,
    "holds": _holds,
    "says": _says,
    "waits": _waits,
}
