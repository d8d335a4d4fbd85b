"""Sessions of the SageMaker SDK: one that compiles requests, one that runs jobs."""

from functools import cache
from typing import Any

import boto3
from sagemaker.session import Session
from sagemaker.workflow.pipeline_context import PipelineSession

_NO_TELEMETRY = {
    "SchemaVersion": "1.0",
    "SageMaker": {"PythonSDK": {"Modules": {"TelemetryOptOut": True}}},
}


@cache
def offline_session(region: str) -> Any:
    """A session that compiles requests and never calls AWS; it has no credentials."""
    boto_session = boto3.Session(
        region_name=region,
        aws_access_key_id="none",
        aws_secret_access_key="none",  # noqa: S106
    )
    return PipelineSession(boto_session, default_bucket="unused", sagemaker_config=_NO_TELEMETRY)


def live_session(region: str) -> Any:
    """A session that runs the same jobs, for a notebook."""
    return Session(boto3.Session(region_name=region), sagemaker_config=_NO_TELEMETRY)
