"""The requests that SageMaker sends to a container: /ping and /invocations.

https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-inference-code.html
"""

from dataclasses import dataclass

import urllib3

from localcloud.hosting.model_containers import PRIMARY

INVOCATION_SECONDS = 60  # SageMaker's limit for a container's answer
_PING_SECONDS = 2
_CONNECTIONS = 16
_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container {}. Review the "
    "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)


@dataclass(frozen=True)
class Answer:
    """What a container answered, or status 0 when it did not answer in time."""

    status: int
    body: bytes
    content_type: str
    container: str = PRIMARY


class ContainerClient:
    """Keeps connections to the port of the container of this name."""

    def __init__(self, port: int, container: str) -> None:
        self._container = container
        self._pool = urllib3.HTTPConnectionPool(
            "127.0.0.1", port, maxsize=_CONNECTIONS, retries=False
        )

    def ping(self) -> bool:
        """Whether the container is healthy."""
        try:
            return self._pool.request("GET", "/ping", timeout=_PING_SECONDS).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def invoke(self, body: bytes, headers: dict[str, str], seconds: float) -> Answer:
        """Waits for at most so many seconds."""
        try:
            response = self._pool.request(
                "POST", "/invocations", body=body, headers=headers, timeout=seconds
            )
        except urllib3.exceptions.ReadTimeoutError:
            return no_answer(self._container, _TIMED_OUT.format(self._container))
        except urllib3.exceptions.HTTPError as error:
            return no_answer(self._container, f"the container closed the connection: {error}")
        content_type = response.headers.get("Content-Type", "application/octet-stream")
        return Answer(response.status, response.data, content_type, self._container)

    def close(self) -> None:
        self._pool.close()


def no_answer(container: str, why: str) -> Answer:
    """The Answer of a container that gave none."""
    return Answer(0, why.encode(), "text/plain", container)
