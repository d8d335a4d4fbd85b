"""A shop's copy of the project, its commands, and what they answered, for the docs."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from infra.settings import settings_for
from localcloud.server import LocalCloud
from tests.integration.deployment import CDK, ROOT, Deployment
from tests.layout.walks import Edit, changed_copy
from tools.write_story import RESULTS

_SECONDS = 420  # for one command
_SETTINGS = "infra/settings/environments.py"
# What the shop's engineer writes in place of `dev` and `prod`: two environments that are as small
# as `local`, in two regions; `prod` asks a person and takes the models of `dev`.
_ENVIRONMENTS = """
def _small(environment: str, **others: Any) -> Settings:
    return replace(
        local(),
        environment=environment,
        endpoint=replace(local().endpoint, max_instance_count=0),
        recipe=Recipe(epochs=2, batch_size=16, learning_rate=5e-4, max_length=32),
        debugger=False,
        **others,
    )


def dev() -> Settings:
    return _small("dev", region="eu-west-1")


def prod() -> Settings:
    return _small("prod", approval=True, drift=Drift(least_requests=30))


"""
_EDITS = (
    Edit(
        file=_SETTINGS,
        before="from functools import cache\n",
        new="from dataclasses import replace\n",
    ),
    Edit(
        file=_SETTINGS,
        before='PROMOTIONS = (("dev", "staging"), ("staging", "prod"))\n',
        new='PROMOTIONS = (("dev", "prod"),)\n',
        replaces=True,
    ),
    Edit(
        file=_SETTINGS,
        before="def settings_for(",
        new=_ENVIRONMENTS,
    ),
)
_ON_DEMAND = "approval=True, drift=Drift(least_requests=30)"
_EACH_MINUTE = (
    'approval=True, drift=Drift(least_requests=30, schedule="rate(1 minute)", retrain=True)'
)


@dataclass
class Told:
    """One step of the story: how long it took, and its commands with the lines that they said."""

    step: str
    seconds: float = 0.0
    commands: list[dict[str, Any]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)


class Story:
    """Two environments in one embedded AWS; `dev` and `prod` look at them from outside."""

    def __init__(self, cloud: LocalCloud, folder: Path) -> None:
        self.cloud = cloud
        self.folder = changed_copy(folder, *_EDITS)
        (self.folder / "app.py").write_bytes((ROOT / "app.py").read_bytes())
        (dev,), (prod,) = settings_for("dev"), settings_for("prod")
        self.dev = Deployment(cloud, folder, replace(dev, region="eu-west-1"))
        self.prod = Deployment(cloud, folder, prod)
        path = os.pathsep.join([str(Path(sys.executable).parent), str(Path(CDK).parent)])
        self._variables = {
            **self.dev.environment,
            "PATH": f"{path}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(
                [str(self.folder), str(self.folder / "packages/localcloud/src")]
            ),
        }
        self.told: list[Told] = []
        self.kept: dict[str, Any] = {}  # answers, by the model that gave them
        self._broken = ""

    @contextmanager
    def step(self, sentence: str) -> Iterator[Told]:
        """A part of the story, which ends with the first part that fails."""
        if self._broken:
            pytest.skip(f"the story has ended where {self._broken!r} failed")
        self.told.append(Told(sentence))
        began = time.monotonic()
        self._broken = sentence
        yield self.told[-1]
        self._broken = ""
        self.told[-1].seconds = time.monotonic() - began

    def reviews(self, *words: object, shows: Sequence[str] | None = None) -> str:
        """What the command says; `shows` are parts of the lines that the docs show."""
        given = [str(word) for word in words]
        said = self.run(sys.executable, "-m", "reviews.cli.main", *given)
        lines = [
            line.rstrip()
            for line in said.splitlines()
            if shows is None or any(part in line for part in shows)
        ]
        self.told[-1].commands.append({"words": ["reviews", *given], "lines": lines})
        return said

    def answer(self, *words: object) -> Any:
        """The JSON document that a command answers, which the docs do not show."""
        said = self.run(sys.executable, "-m", "reviews.cli.main", *map(str, words), "--json")
        return json.loads(said)

    def run(self, *command: str) -> str:
        """stdout. Fails with everything that was printed."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self._variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def turn_schedule_on(self) -> None:
        """The edit of the settings after which drift is looked for each minute, and answered."""
        path = self.folder / _SETTINGS
        text = path.read_text()
        assert text.count(_ON_DEMAND) == 1
        path.write_text(text.replace(_ON_DEMAND, _EACH_MINUTE))

    def write_figures(self) -> None:
        """For `python -m tools.write_story`."""
        document = {
            "date": f"{datetime.now(UTC):%d %B %Y}",
            "machine": f"{os.cpu_count()} processors ({platform.machine()}, {platform.system()})",
            "steps": [asdict(told) for told in self.told],
        }
        RESULTS.parent.mkdir(exist_ok=True)
        RESULTS.write_text(json.dumps(document, indent=2))
