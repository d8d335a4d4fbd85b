"""The session of a role: a notebook of SageMaker has one, and get_execution_role() asks for it."""

import contextlib
import json
from typing import Any

from localcloud.core.clients import make_client
from localcloud.core.cloud import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY

_NAME = "SageMaker"  # of the session: SageMaker's own, in notebooks and jobs
_SECONDS = 12 * 60 * 60  # the longest that a role allows
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {
                "Service": "sagemaker.amazonaws.com",
                "AWS": f"arn:aws:iam::{ACCOUNT}:root",
            },
            "Action": "sts:AssumeRole",
        }
    ],
}
_EVERYTHING = "arn:aws:iam::aws:policy/AdministratorAccess"


def variables(endpoint_url: str, role: str) -> dict[str, str]:
    """The credentials of a session of twelve hours, as environment variables.

    A role that does not exist is made; it may do everything, also while IAM is enforced.
    """
    iam = _client("iam", endpoint_url)
    with contextlib.suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(
            RoleName=role,
            AssumeRolePolicyDocument=json.dumps(_TRUST),
            MaxSessionDuration=_SECONDS,
        )
        iam.attach_role_policy(RoleName=role, PolicyArn=_EVERYTHING)
    arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    credentials = _client("sts", endpoint_url).assume_role(
        RoleArn=arn, RoleSessionName=_NAME, DurationSeconds=_SECONDS
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def _client(service: str, endpoint_url: str) -> Any:
    return make_client(
        service,
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=ACCESS_KEY,
        aws_secret_access_key=SECRET_KEY,
    )
