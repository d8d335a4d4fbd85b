"""The calls of a course's notebooks, one after the other, as a newcomer writes them.

From processing to an endpoint with two variants: the lab cells of "Practical Data Science on AWS"
(public repository jseluis/data_science_and_analytics, read on 30 November 2026) make these calls,
with this version of the SDK's signatures. Nothing here knows that AWS is a local one.

Usage: python labs.py FOLDER; prints one JSON object as its last line. FOLDER is a copy of src/ with
base_model/ in it, and reviews.csv.
"""

import json
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import ab_endpoint
import boto3
import sagemaker
from botocore.config import Config

import features
import training


@dataclass
class Lab:
    """What the notebooks set up in their first cells."""

    source: Path
    stamp: int = field(default_factory=lambda: int(time.time()))

    def __post_init__(self):
        config = Config(user_agent_extra="labs")
        self.sm = boto3.client("sagemaker", config=config)
        self.runtime = boto3.client("sagemaker-runtime", config=config)
        self.records = boto3.client("sagemaker-featurestore-runtime", config=config)
        self.cloudwatch = boto3.client("cloudwatch", config=config)
        self.scaling = boto3.client("application-autoscaling", config=config)
        self.session = sagemaker.Session(
            sagemaker_client=self.sm,
            sagemaker_runtime_client=self.runtime,
            sagemaker_featurestore_runtime_client=self.records,
        )
        self.bucket = self.session.default_bucket()
        self.role = sagemaker.get_execution_role()
        self.region = self.session.boto_region_name

    def aws(self, *arguments):
        """`!aws …` of a notebook: the lines that it prints."""
        return subprocess.run(
            ["aws", *map(str, arguments)], check=True, capture_output=True, text=True, timeout=120
        ).stdout.splitlines()


def main(source):
    lab = Lab(Path(source))
    found = {"role": lab.role, "bucket": lab.bucket}
    for module in (features, training, ab_endpoint):
        started = time.monotonic()
        found |= module.run(lab, found)
        print(f"{module.__name__}: {time.monotonic() - started:.0f} s", flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
