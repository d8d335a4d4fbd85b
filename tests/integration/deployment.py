"""The app, deployed by the real cdk into an embedded AWS."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3

from infra.settings import Settings, settings_for
from localcloud.server import LocalCloud
from reviews.client.aws.stack_outputs import StackOutputs
from reviews.client.environment import Environment

ROOT = Path(__file__).parents[2]
CDK = str(ROOT / "node_modules" / ".bin" / "cdk")
_CDK_SECONDS = 300


class Deployment:
    """A deployed environment, by default `local`, the clients that reach it, and its cdk command
    line."""

    app = "app.py"

    def __init__(self, cloud: LocalCloud, folder: Path, settings: Settings | None = None) -> None:
        (local,) = settings_for("local")
        self.settings = settings or local
        # The Node.js of the virtual environment comes first, whatever else is installed.
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, **cloud.environment(), "CI": "true", "PATH": path}
        self._folder = folder
        self._endpoint_url = cloud.endpoint_url

    def client(self, service: str) -> Any:
        region = self.settings.region
        return boto3.client(service, endpoint_url=self._endpoint_url, region_name=region)

    def facade(self) -> Environment:
        """The client library on this deployment, with the outputs of this moment."""
        return DeployedEnvironment(self)

    def outputs(self) -> StackOutputs:
        return self.facade().outputs

    def cdk(self, *arguments: str) -> str:
        """Runs the real cdk on the real app and returns what it printed; fails when it fails."""
        return self.run(
            CDK,
            *arguments,
            *("-c", "env=local", "--no-notices", "--no-version-reporting"),
            *("--app", f'"{sys.executable}" {self.app}'),
            *("--output", str(self._folder / "cdk.out")),
        )

    def set_up(self) -> None:
        """Bootstraps, deploys, and uploads the base model."""
        self.run(CDK, "bootstrap", "aws://000000000000/us-east-1", "--no-notices")
        self.deploy()

    def deploy(self) -> None:
        self.cdk("deploy", "**", "--require-approval", "never")
        assert self.facade().upload_base_model()

    def destroy(self) -> None:
        self.cdk("destroy", "**", "--force")

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=_CDK_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}"
        return done.stdout


class DeployedEnvironment(Environment):
    """The environment of a deployment in its embedded AWS."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(deployment.settings.environment)
        self.settings = deployment.settings
        self._deployment = deployment

    def client(self, service: str) -> Any:
        return self._deployment.client(service)
