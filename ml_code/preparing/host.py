"""This host among the hosts of a processing job."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from preparing.text_hashes import Hashes


@dataclass(frozen=True, kw_only=True)
class Host:
    """One of `count` hosts. It takes the reviews whose hash, modulo `count`, is its position."""

    name: str = "algo-1"
    position: int = 0
    count: int = 1

    def owns(self, hashes: Hashes) -> NDArray[np.bool_]:
        """Whether each review [reviews] is this host's."""
        owned: NDArray[np.bool_] = hashes % np.uint64(self.count) == np.uint64(self.position)
        return owned


def read_host(resource_config: Path) -> Host:
    """This host by SageMaker's resourceconfig.json; the only one where there is no such file.

    https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
    """
    if not resource_config.is_file():
        return Host()
    config = json.loads(resource_config.read_text())
    hosts, name = sorted(config["hosts"]), config["current_host"]
    return Host(name=name, position=hosts.index(name), count=len(hosts))
