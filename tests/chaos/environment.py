"""An embedded AWS in which a whole run takes seconds: a tiny base model, and hardly any waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from localcloud.server import LocalCloud
from reviews.client.files import storage
from tests.chaos.app import chaos_settings
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.ml_code.tiny_models import make_base_model

_WAIT_SCALE = "0.05"  # of a state machine's seconds


class ChaosDeployment(Deployment):
    """The app of app.py, with a base model that knows the words of the tests' reviews."""

    app = "tests/chaos/app.py"

    def deploy(self) -> None:
        self.cdk("deploy", "**", "--require-approval", "never")
        words = sorted({word for _, text in reviews.rows() for word in _words(text)})
        folder = make_base_model(self._folder / "base-model", words)
        storage.upload_directory(self.client("s3"), folder, self.outputs().base_model)


def _words(text: str) -> list[str]:
    return text.lower().replace(",", " ").replace(".", " ").split()


@contextmanager
def embedded_aws(folder: Path) -> Iterator[LocalCloud]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SFN_WAIT_SCALE", _WAIT_SCALE)
        with LocalCloud(data_dir=folder) as cloud:
            yield cloud


@contextmanager
def deployed(cloud: LocalCloud, folder: Path) -> Iterator[ChaosDeployment]:
    """After `cdk bootstrap` and `cdk deploy`, with IAM enforced."""
    deployment = ChaosDeployment(cloud, folder, chaos_settings("local"))
    deployment.set_up()
    with cloud.enforce_iam():
        yield deployment
