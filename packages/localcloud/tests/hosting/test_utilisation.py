"""CPU, memory and disk of an endpoint's instances, measured of a real process."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.hosting.utilisation import NAMESPACE, Utilisation
from worlds.waiting import until

BUSY = """
import subprocess, sys
held = bytearray(64 * 1024 * 1024)
subprocess.run([sys.executable, "-c", "while True: pass"])
"""


@pytest.fixture
def busy() -> Iterator[int]:
    """A program whose child keeps a core busy."""
    program = subprocess.Popen([sys.executable, "-c", BUSY], start_new_session=True)
    yield program.pid
    subprocess.run(["kill", "-9", "--", f"-{program.pid}"], check=True)
    program.wait()


def traffic(pid: int | None, folder: Path, **variant: Any) -> dict[str, Any]:
    instance = SimpleNamespace(pids=(pid,) if pid else (), folder=folder)
    given = {"name": "v", "serverless": {}, "instances": [instance], **variant}
    return {"e": SimpleNamespace(fleet=SimpleNamespace(variants=[SimpleNamespace(**given)]))}


def make(answers: dict[str, Any], sent: list[Any], seconds: float = 3600) -> Utilisation:
    client = SimpleNamespace(put_metric_data=lambda **request: sent.append(request))
    cloud: Any = SimpleNamespace(client=lambda _service: client)
    return Utilisation(cloud, answers, seconds)


def test_an_instance_is_measured_with_all_its_processes(busy: int, tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"x" * 1_000_000)
    utilisation = make(traffic(busy, tmp_path), [])
    names = [datum["MetricName"] for datum in utilisation.measure()]
    assert names == ["MemoryUtilization", "DiskUtilization"]  # CPU needs two looks

    def look() -> dict[str, float]:
        time.sleep(0.2)
        return {datum["MetricName"]: datum["Value"] for datum in utilisation.measure()}

    found = until(look, lambda values: values["CPUUtilization"] > 0)
    utilisation.close()
    assert found["CPUUtilization"] > 0
    assert 0 < found["MemoryUtilization"] < 100
    assert 0 < found["DiskUtilization"] < 100


def test_metrics_have_the_dimensions_and_the_namespace_of_aws(busy: int, tmp_path: Path) -> None:
    sent: list[Any] = []
    utilisation = make(traffic(busy, tmp_path), sent, seconds=0.05)
    assert until(lambda: sent)
    utilisation.close()
    assert sent[0]["Namespace"] == NAMESPACE == "/aws/sagemaker/Endpoints"
    datum = sent[0]["MetricData"][0]
    assert {one["Name"]: one["Value"] for one in datum["Dimensions"]} == {
        "EndpointName": "e",
        "VariantName": "v",
    }
    assert datum["Unit"] == "Percent"


@pytest.mark.parametrize(
    ("pid", "variant"), [(None, {}), (1, {"serverless": {"MaxConcurrency": 1}})]
)
def test_what_has_no_instances_is_not_measured(
    pid: int | None, variant: dict[str, Any], tmp_path: Path
) -> None:
    utilisation = make(traffic(pid, tmp_path, **variant), [])
    assert list(utilisation.measure()) == []
    utilisation.close()
