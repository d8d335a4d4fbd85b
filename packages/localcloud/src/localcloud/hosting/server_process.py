"""One container of an instance of an endpoint or transform job: a model in a process of its own."""

import contextlib
import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import urllib3

from localcloud.core.cloud import Cloud
from localcloud.hosting.endpoint_record import FailedChange
from localcloud.hosting.model_containers import PRIMARY
from localcloud.iam.authorization import AccessDenied, Authorization
from localcloud.iam.role import Role
from localcloud.iam.roles import image_pull_actions, log_and_metric_actions, log_group
from localcloud.jobs import container_root
from localcloud.jobs.images import PYTORCH_INFERENCE, RAY, SKLEARN, repository
from localcloud.jobs.instance import mark
from localcloud.jobs.interpreter import make_environment, search_path
from localcloud.jobs.layout import Layout
from localcloud.jobs.logs import LogStream
from localcloud.jobs.process import Program, base_environment
from localcloud.jobs.transfer import download_file, extract, inside

# Run, and not imported: its programs load the toolkits of the containers.
_LAUNCH = Path(__file__).resolve().parent / "containers" / "launch.py"
INVOCATION_SECONDS = 60  # SageMaker's limit for a container's answer
_PING_SECONDS = 2
_POLL_SECONDS = 0.1
_CONNECTIONS = 16


class StartError(FailedChange):
    """The container did not become healthy; the text becomes the FailureReason."""


@dataclass(frozen=True)
class Answer:
    """What a container answered, or status 0 when it did not answer in time."""

    status: int
    body: bytes
    content_type: str
    container: str = PRIMARY


@dataclass(frozen=True)
class InstanceSpec:
    """The folder and log stream of an instance, and the message if it does not become healthy."""

    folder: Path
    mark: str
    log_group: str
    log_stream: str
    unhealthy: str
    environment: Mapping[str, str] = field(default_factory=dict)
    container: str = PRIMARY

    @classmethod
    def in_endpoint(cls, cloud: Cloud, endpoint: str, variant: str) -> "InstanceSpec":
        instance = instance_id()
        return cls(
            folder=cloud.data_dir / "endpoints" / endpoint / instance,
            mark=mark(cloud, "endpoint", endpoint, instance),
            log_group=f"/aws/sagemaker/Endpoints/{endpoint}",
            log_stream=f"{variant}/{instance}",
            unhealthy=(
                f"The primary container for production variant {variant} did not pass the ping "
                "health check. Please check CloudWatch logs for this endpoint."
            ),
        )

    def of_container(self, name: str) -> "InstanceSpec":
        """The specification of one of several containers:
        https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html has the log stream
        `[production-variant-name]/[instance-id]/[container-name]`."""
        return replace(
            self,
            folder=self.folder / name,
            mark=f"{self.mark}{name}|",
            log_stream=f"{self.log_stream}/{name}",
            unhealthy=self.unhealthy.replace(f"The {PRIMARY} container", f"The {name} container"),
            container=name,
        )


def instance_id() -> str:
    """A new identifier in the form of EC2."""
    return f"i-{secrets.token_hex(8)}"


class ServerProcess:
    """Prepares the model's folder once; `start` runs the serving program in it, again and again."""

    def __init__(
        self, cloud: Cloud, spec: InstanceSpec, role_arn: str, container: Mapping[str, Any]
    ) -> None:
        self._cloud, self.spec = cloud, spec
        self._role_arn, self._container = role_arn, container
        self._layout = Layout(spec.folder / "ml")
        self._log: LogStream | None = None
        self._program: Program | None = None
        self._pool: urllib3.HTTPConnectionPool | None = None

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
        """What SageMaker does with the role before it fetches the model."""
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
        self._pool = urllib3.HTTPConnectionPool(
            "127.0.0.1", port, maxsize=_CONNECTIONS, retries=False
        )

    def _program_name(self) -> str:
        """What stands in for the image's own server."""
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
        while not self._ping():
            if not self.alive or time.monotonic() > deadline or abort.is_set():
                last = self._program.last_line if self._program else ""
                raise StartError(self.spec.unhealthy + (f" {last}" if last else ""))
            time.sleep(_POLL_SECONDS)

    def _ping(self) -> bool:
        if self._pool is None or not self.alive:
            return False
        try:
            return self._pool.request("GET", "/ping", timeout=_PING_SECONDS).status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def invoke(
        self, body: bytes, headers: dict[str, str], seconds: float = INVOCATION_SECONDS
    ) -> Answer:
        if self._pool is None:
            return self._no_answer("the container is not running")
        try:
            response = self._pool.request(
                "POST", "/invocations", body=body, headers=headers, timeout=seconds
            )
        except urllib3.exceptions.ReadTimeoutError:
            return self._no_answer(_TIMED_OUT.format(self.spec.container))
        except urllib3.exceptions.HTTPError as error:
            return self._no_answer(f"the container closed the connection: {error}")
        content_type = response.headers.get("Content-Type", "application/octet-stream")
        return Answer(response.status, response.data, content_type, self.spec.container)

    def _no_answer(self, why: str) -> Answer:
        return Answer(0, why.encode(), "text/plain", self.spec.container)

    def close(self) -> None:
        if self._program:
            self._program.terminate()
            self._program.close()
        if self._pool:
            self._pool.close()
        if self._log:
            self._log.close()
        if not os.environ.get("LOCALCLOUD_KEEP_JOB_FOLDERS"):
            shutil.rmtree(self.spec.folder, ignore_errors=True)
            with contextlib.suppress(OSError):  # other instances' folders
                self.spec.folder.parent.rmdir()


_TIMED_OUT = (
    "Your invocation timed out while waiting for a response from container {}. Review the "
    "latency metrics for each container in Amazon CloudWatch, resolve the issue, and try again."
)
