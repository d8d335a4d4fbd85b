"""The document of a run, from the events of its execution."""

import json
from collections.abc import Iterator
from typing import Any

from reviews.client.runs.run import prepared

RUN = {"id": "run-1", "prefix": "s3://artefacts/runs/run-1"}
PROMOTED = {**RUN, "promoted_from": {"environment": "dev", "sha256": ""}}
COPIED = {**RUN, "promoted_from": {"environment": "dev", "sha256": "0a"}}
FAILED = {"Error": "InvalidInput", "Cause": "{}"}


def exited(name: str, output: dict[str, Any]) -> dict[str, Any]:
    return {"stateExitedEventDetails": {"name": name, "output": json.dumps(output)}}


def read_no_further() -> Iterator[dict[str, Any]]:
    raise AssertionError("a history has thousands of events")
    yield {}


def test_the_document_of_a_run_is_that_of_its_first_prepare_that_succeeded() -> None:
    def events() -> Iterator[dict[str, Any]]:
        yield exited("Prepare", FAILED)
        yield exited("Prepare", RUN)
        yield from read_no_further()

    assert prepared(events()) == RUN


def test_the_document_of_a_promotion_has_the_digest_of_what_was_copied() -> None:
    def events() -> Iterator[dict[str, Any]]:
        yield exited("Prepare", PROMOTED)
        yield exited("CopyModel", FAILED)
        yield exited("CopyModel", COPIED)
        yield from read_no_further()

    assert prepared(events()) == COPIED


def test_a_promotion_that_was_stopped_before_has_the_document_without() -> None:
    assert prepared([exited("Prepare", PROMOTED), exited("CopyModel", FAILED)]) == PROMOTED
    assert prepared([exited("Prepare", FAILED)]) == {}
