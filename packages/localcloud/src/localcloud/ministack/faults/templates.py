"""Faults of resources in templates, with the messages of CloudFormation."""

from typing import Any
from uuid import uuid4

from localcloud.faults.fault import Fault
from localcloud.faults.registry import Faults
from localcloud.faults.responses import error_of
from localcloud.ministack.modules import Ministack
from localcloud.ministack.patch import Patch

_PREFIXES = {"StepFunctions": "states"}  # where it is not the service's name in lower case
_CODES = {"throttle": "Throttling", "error": "ServiceInternalError"}


def inject_into_creations(ministack: Ministack, create: Any, kind: str) -> "_Creation":
    return _Creation(ministack.faults, kind, create)


class _Creation:
    """Creates resources of one type. A fault is set on the operation Create<resource>."""

    def __init__(self, faults: Faults, kind: str, create: Any) -> None:
        _, service, resource = kind.split("::", 2)
        self._faults, self._kind, self._create = faults, kind, create
        self._call = f"{_PREFIXES.get(service, service.lower())}:Create{resource}"

    def __call__(self, logical_id: str, properties: Any, *rest: Any) -> Any:
        text = f"{self._kind} {logical_id} {properties}" if self._faults.any else ""
        fault = self._faults.trigger(tuple(_CODES), self._call, text)
        if fault:
            raise ValueError(_message(self._kind, fault))
        return self._create(logical_id, properties, *rest)


def _message(kind: str, fault: Fault) -> str:
    failed = error_of(fault)
    service = kind.split("::")[1]
    details = f"Service: {service}, Status Code: {failed.status}, Request ID: {uuid4()}"
    return (
        f'Resource handler returned message: "{failed.message} ({details})" '
        f"(RequestToken: {uuid4()}, HandlerErrorCode: {_CODES[fault.kind]})"
    )


PATCHES = (
    Patch(
        target="services.cloudformation.provisioners:_RESOURCE_HANDLERS[*][create]",
        make=inject_into_creations,
        why="a fault that is set fails what a template creates",
        upstream="Faults on demand: resources that CloudFormation cannot create",
        test="ministack/faults/test_templates.py::test_a_template_fails_with_cloudformations_words",
    ),
)
