"""One instance of an endpoint or of a transform job: a model's containers, each a process.

The Accept of a request goes to the last container of a row, whose answer it is about; what AWS
tells the others is not documented. Not emulated: metrics by container.
"""

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.hosting.container_client import INVOCATION_SECONDS, Answer
from localcloud.hosting.container_process import ContainerProcess
from localcloud.hosting.instance_spec import InstanceSpec
from localcloud.hosting.model_containers import containers


class ServingInstance:
    """Prepares its containers once; `start` runs those that do not run, again and again."""

    def __init__(self, cloud: Cloud, spec: InstanceSpec, model: Mapping[str, Any]) -> None:
        self.spec = spec
        served, role = containers(model), model["ExecutionRoleArn"]
        self._is_direct = model.get("InferenceExecutionConfig", {}).get("Mode") == "Direct"
        self._processes = {
            name: ContainerProcess(
                cloud, spec if len(served) == 1 else spec.of_container(name), role, container
            )
            for name, container in served.items()
        }

    @property
    def images(self) -> list[str]:
        return [process.image for process in self._processes.values()]

    @property
    def alive(self) -> bool:
        return all(process.alive for process in self._processes.values())

    @property
    def pids(self) -> tuple[int, ...]:
        """The process ids of the serving programs that run."""
        return tuple(process.pid for process in self._processes.values() if process.pid is not None)

    @property
    def folder(self) -> Path:
        return self.spec.folder

    def prepare(self) -> None:
        """Downloads and extracts what each container serves."""
        for process in self._processes.values():
            process.prepare()

    def start(self) -> None:
        for process in self._processes.values():
            if not process.alive:
                process.start()

    def wait_healthy(self, seconds: float, abort: threading.Event) -> None:
        """Raises StartError when a program ends or does not answer /ping in time."""
        for process in self._processes.values():
            process.wait_healthy(seconds, abort)

    def refusal(self, target: str | None) -> str | None:
        """Why a request for this container, or for none, cannot be answered; None if it can."""
        if target is None:
            needed = "TargetContainerHostname is required for direct invocation."
            return needed if self._is_direct else None
        if not self._is_direct:
            return "TargetContainerHostname is not allowed: the endpoint has no direct invocation."
        return None if target in self._processes else f"Container {target} not found."

    def invoke(
        self,
        body: bytes,
        headers: Mapping[str, str],
        seconds: float = INVOCATION_SECONDS,
        target: str | None = None,
    ) -> Answer:
        """The answer of the target, or of the last container, or of the first that fails."""
        if target is not None:
            return self._processes[target].invoke(body, dict(headers), seconds)
        *before, last = self._processes.values()
        for process in before:
            answer = process.invoke(body, {**headers, "Accept": "*/*"}, seconds)
            if answer.status != 200:
                return answer
            body, headers = answer.body, {**headers, "Content-Type": answer.content_type}
        return last.invoke(body, dict(headers), seconds)

    def close(self) -> None:
        for process in self._processes.values():
            process.close()
