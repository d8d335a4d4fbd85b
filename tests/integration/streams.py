"""Requests that an endpoint has captured."""

from contract.names import VARIANT
from contract.s3_keys import capture_prefix
from tests.integration.deployment import Deployment


def captured(deployment: Deployment) -> int:
    """How many requests are in the bucket."""
    s3, outputs = deployment.client("s3"), deployment.outputs()
    place = {"Bucket": outputs.artefact_bucket}
    pages = s3.get_paginator("list_objects_v2").paginate(
        **place, Prefix=f"{capture_prefix(outputs.endpoint_name, VARIANT)}/"
    )
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", [])]
    bodies = (s3.get_object(**place, Key=key)["Body"].read() for key in keys)
    return sum(len(body.splitlines()) for body in bodies)
