"""One container of an instance: the model's files in a folder, and the program that serves them."""

import contextlib
import os
import shutil
import socket
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from localcloud.core.cloud import Cloud
from localcloud.hosting.container_client import (
    INVOCATION_SECONDS,
    Answer,
    ContainerClient,
    no_answer,
)
from localcloud.hosting.endpoint_record import FailedChange
from localcloud.hosting.instance_spec import InstanceSpec
from localcloud.iam.authorization import AccessDenied, Authorization
from localcloud.iam.role import Role
from localcloud.iam.role_actions import image_pull_actions, log_and_metric_actions, log_group
from localcloud.jobs import container_root
from localcloud.jobs.images import PYTORCH_INFERENCE, RAY, SKLEARN, repository
from localcloud.jobs.interpreter import make_environment, search_path
from localcloud.jobs.layout import Layout
from localcloud.jobs.logs import LogStream
from localcloud.jobs.process import Program, base_environment
from localcloud.jobs.transfer import download_file, extract, inside

# Run, and not imported: its programs load the toolkits of the containers.
_LAUNCH = Path(__file__).resolve().parent / "containers" / "launch.py"
_POLL_SECONDS = 0.1


class StartError(FailedChange):
    """The container did not become healthy; the text becomes the FailureReason."""


class ContainerProcess:
    """Prepares the model's folder once; `start` runs the serving program in it, again and again."""

    def __init__(
        self, cloud: Cloud, spec: InstanceSpec, role_arn: str, container: Mapping[str, Any]
    ) -> None:
        self._cloud, self.spec = cloud, spec
        self._role_arn, self._container = role_arn, container
        self._layout = Layout(spec.folder / "ml")
        self._log: LogStream | None = None
        self._program: Program | None = None
        self._client: ContainerClient | None = None

    @property
    def image(self) -> str:
        image: str = self._container["Image"]
        return image

    @property
    def alive(self) -> bool:
        return self._program is not None and self._program.exit_code is None

    @property
    def pid(self) -> int | None:
        """The process id of the serving program while it runs."""
        return self._program.pid if self._program and self.alive else None

    def prepare(self) -> None:
        """Downloads and extracts the model, and the code if it lies elsewhere."""
        container = self._container
        session = f"SageMaker-{self.spec.folder.name}"
        self._role = Role.assume(self._cloud, self._role_arn, session)
        self._log = LogStream(self._role.client("logs"), self.spec.log_group, self.spec.log_stream)
        self._check_rights()
        s3 = self._role.client("s3")
        model = self._layout.make("model")
        if "ModelDataUrl" in container:
            self._fetch(s3, container["ModelDataUrl"], model)
        submitted = self._requested.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
        if submitted.startswith("s3://"):
            self._fetch(s3, submitted, inside(model, "code"))
        self._binaries = make_environment(self.spec.folder / "python")

    def _check_rights(self) -> None:
        """Checks that SageMaker may do with the role what it does first. Raises StartError."""
        authorization, key = self._cloud.service(Authorization), self._role.access_key
        try:
            authorization.require(key, image_pull_actions(self.image))
        except AccessDenied as error:
            raise StartError(f"The image {self.image} cannot be pulled. {error.message}") from error
        group = log_group(self._cloud.region, self._cloud.account, self.spec.log_group)
        for action in log_and_metric_actions(group):  # without them it is served, too
            authorization.denial(key, [action])

    def _fetch(self, s3: Any, uri: str, folder: Path) -> None:
        archive = download_file(s3, uri, self.spec.folder / "download.tar.gz")
        extract(archive, folder)
        archive.unlink()

    def start(self) -> None:
        if self._log is None:
            raise StartError("The container is started before it is prepared.")
        # A socket bound here and inherited by the program cannot be taken by another process.
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            port = listener.getsockname()[1]
            folder, python = self._layout.make(), str(self._binaries / "python")
            command = [python, "-P", str(_LAUNCH), self._program_name()]
            self._program = Program(
                container_root.at_root(folder, command),
                folder=folder,
                environment=self._environment(listener.fileno()),
                mark=self.spec.mark,
                on_line=self._log.write,
                pass_fds=[listener.fileno()],
            )
        self._client = ContainerClient(port, self.spec.container)

    def _program_name(self) -> str:
        """The program of `containers` that stands in for the image's own server."""
        image = repository(self.image)
        if image == RAY:
            return "ray_application"
        names_application = "SAGEMAKER_SERVING_MODULE" in self._requested
        return "gunicorn_application" if image == SKLEARN and names_application else "toolkit"

    @property
    def _requested(self) -> dict[str, str]:
        variables: dict[str, str] = self._container.get("Environment", {})
        return variables

    def _environment(self, descriptor: int) -> dict[str, str]:
        return (
            base_environment()
            | {"PATH": search_path(self._binaries)}
            | self._role.environment()
            | {
                "SAGEMAKER_BASE_DIR": str(self._layout.root),
                "LOCALCLOUD_SOCKET": str(descriptor),
                "LOCALCLOUD_FRAMEWORK": (
                    "pytorch" if repository(self.image) == PYTORCH_INFERENCE else "sklearn"
                ),
            }
            | self._layout.localise_all({**self._requested, **self.spec.environment})
        )

    def wait_healthy(self, seconds: float, abort: threading.Event) -> None:
        """Raises StartError when the program ends or does not answer /ping in time."""
        deadline = time.monotonic() + seconds
        while not self._is_healthy():
            if not self.alive or time.monotonic() > deadline or abort.is_set():
                last = self._program.last_line if self._program else ""
                raise StartError(self.spec.unhealthy + (f" {last}" if last else ""))
            time.sleep(_POLL_SECONDS)

    def _is_healthy(self) -> bool:
        return self._client is not None and self.alive and self._client.ping()

    def invoke(
        self, body: bytes, headers: dict[str, str], seconds: float = INVOCATION_SECONDS
    ) -> Answer:
        if self._client is None:
            return no_answer(self.spec.container, "the container is not running")
        return self._client.invoke(body, headers, seconds)

    def close(self) -> None:
        if self._program:
            self._program.terminate()
            self._program.close()
        if self._client:
            self._client.close()
        if self._log:
            self._log.close()
        if not os.environ.get("LOCALCLOUD_KEEP_JOB_FOLDERS"):
            shutil.rmtree(self.spec.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # other instances' folders
                self.spec.folder.parent.rmdir()
