"""What every operation is given: where it is, what it remembers, and the other AWS services."""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from localcloud.core.clients import make_client
from localcloud.core.state import Store
from localcloud.faults.registry import Faults
from localcloud.iam.authority import Authority

ACCOUNT = "000000000000"
REGION = "us-east-1"
ACCESS_KEY = SECRET_KEY = "test"  # noqa: S105 - what ministack's own documentation uses
SCRATCH = "scratch"  # temporary files of the server, in its data folder
# Where programs run, in the data folder; what is in them means nothing to a later server.
PROGRAM_FOLDERS = ("processing-jobs", "training-jobs", "transform-jobs", "endpoints", "job-tmp")


@dataclass(frozen=True)
class Cloud:
    endpoint_url: str
    data_dir: Path
    store: Store
    account: str = ACCOUNT
    region: str = REGION
    authority: Authority = field(default_factory=Authority)

    @cached_property
    def faults(self) -> Faults:
        return Faults(self.data_dir)

    @cached_property
    def _clients(self) -> dict[str, Any]:
        return {}

    def client(self, service: str) -> Any:
        """A boto3 client of this embedded AWS, the same one for all who ask."""
        if service not in self._clients:
            self._clients[service] = make_client(
                service,
                endpoint_url=self.endpoint_url,
                region_name=self.region,
                aws_access_key_id=ACCESS_KEY,
                aws_secret_access_key=SECRET_KEY,
            )
        return self._clients[service]
