"""The environment whose model is promoted, read with a role of its own.

Its account and its region may be others than those of the function.
"""

from dataclasses import dataclass
from typing import Any, Self

import boto3
from botocore.exceptions import ClientError

from shared.errors import is_transient


class SourceUnavailable(Exception):
    """The other environment does not exist (any more), or does not let this one read its models."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """`name` is that of the environment; the clients have a session of its role."""

    name: str
    role: str
    region: str
    s3: Any
    sagemaker: Any

    @classmethod
    def open(cls, sts: Any, *, name: str, role: str, region: str, session: str) -> Self:
        """`session` ends the name of the session in the other account's CloudTrail, which has
        two characters at least. Raises SourceUnavailable."""
        try:
            found = sts.assume_role(RoleArn=role, RoleSessionName=f"run-{session}")["Credentials"]
        except ClientError as error:
            raise unavailable(name, role, error) from error
        credentials = {
            "aws_access_key_id": found["AccessKeyId"],
            "aws_secret_access_key": found["SecretAccessKey"],
            "aws_session_token": found["SessionToken"],
            "region_name": region,
        }
        return cls(
            name=name,
            role=role,
            region=region,
            s3=boto3.client("s3", **credentials),
            sagemaker=boto3.client("sagemaker", **credentials),
        )


def unavailable(name: str, role: str, error: ClientError) -> Exception:
    """SourceUnavailable, or the error itself where a retry may succeed."""
    if is_transient(error):
        same: Exception = error  # botocore has no types
        return same
    return SourceUnavailable(
        f"{name} cannot be read as {role.rpartition('/')[2]}: {error}. Is it deployed, and does "
        "infra/settings/environments.py promote from there?"
    )
