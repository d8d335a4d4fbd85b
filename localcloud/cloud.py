"""What every operation is given: where it is, what it remembers, and the other AWS services."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from localcloud.authority import Authority
from localcloud.state import Store

ACCOUNT = "000000000000"
REGION = "us-east-1"
ACCESS_KEY = SECRET_KEY = "test"  # noqa: S105 - what ministack's own documentation uses
# Where programs run, in the data folder; what is in them means nothing to a later server.
PROGRAM_FOLDERS = ("processing-jobs", "training-jobs", "endpoints")


@dataclass(frozen=True)
class Cloud:
    endpoint_url: str
    data_dir: Path
    store: Store
    account: str = ACCOUNT
    region: str = REGION
    authority: Authority = field(default_factory=Authority)

    def client(self, service: str) -> Any:
        """A boto3 client of this embedded AWS, with its own session: those are not thread-safe."""
        return boto3.session.Session().client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            config=Config(s3={"addressing_style": "path"}),
        )
