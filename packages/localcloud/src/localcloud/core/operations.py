"""The table of supported operations. A module registers its own by decorating functions."""

from collections.abc import Callable
from typing import Any

from localcloud.core.cloud import Cloud

Handler = Callable[[Cloud, dict[str, Any]], dict[str, Any]]
OPERATIONS: dict[tuple[str, str], Handler] = {}  # by (service, operation)


def operation(name: str, service: str = "sagemaker") -> Callable[[Handler], Handler]:
    """Registers the decorated function as the implementation of one API operation."""

    def register(handler: Handler) -> Handler:
        OPERATIONS[service, name] = handler
        return handler

    return register
