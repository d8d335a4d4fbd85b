"""Requests to the console's API, and what must come back."""

from typing import Any

from starlette.testclient import TestClient


def get(client: TestClient, path: str) -> Any:
    """The document at a path such as /executions."""
    answer = client.get(f"/api{path}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: Any, status: int = 400) -> str:
    """The reason of a refusal."""
    assert answer.status_code == status, answer.text
    return str(answer.json()["error"])
