"""The execution role of a job, assumed for real: its transfers and its program use the credentials.

Not emulated: refreshing. The session lasts 12 hours where SageMaker would renew it.
"""

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from localcloud.core.clients import make_client
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException

_PRINCIPAL = "sagemaker.amazonaws.com"
_SESSION_SECONDS = 12 * 3600


@dataclass(frozen=True)
class Role:
    """Temporary credentials of an assumed role, bound to the embedded AWS."""

    access_key: str
    secret_key: str
    token: str
    region: str
    endpoint_url: str

    @classmethod
    def assume(cls, cloud: Cloud, arn: str, session_name: str) -> "Role":
        response = cloud.client("sts").assume_role(
            RoleArn=arn, RoleSessionName=session_name[:64], DurationSeconds=_SESSION_SECONDS
        )
        credentials = response["Credentials"]
        return cls(
            access_key=credentials["AccessKeyId"],
            secret_key=credentials["SecretAccessKey"],
            token=credentials["SessionToken"],
            region=cloud.region,
            endpoint_url=cloud.endpoint_url,
        )

    def client(self, service: str) -> Any:
        return make_client(
            service,
            region_name=self.region,
            endpoint_url=self.endpoint_url,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            aws_session_token=self.token,
        )

    def environment(self) -> dict[str, str]:
        return {
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": self.token,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ENDPOINT_URL": self.endpoint_url,
        }


def check_role(cloud: Cloud, arn: str) -> None:
    """Raises ValidationException unless the role exists and trusts SageMaker."""
    name = arn.rpartition("/")[2]
    try:
        role = cloud.client("iam").get_role(RoleName=name)["Role"]
    except ClientError as error:
        raise _cannot_assume(arn) from error
    statements = role["AssumeRolePolicyDocument"]["Statement"]
    if isinstance(statements, dict):  # a single one needs no list
        statements = [statements]
    if not any(_trusts(statement) for statement in statements):
        raise _cannot_assume(arn)


def _trusts(statement: dict[str, Any]) -> bool:
    principal = statement.get("Principal", {})
    services = principal.get("Service", []) if isinstance(principal, dict) else principal
    return statement.get("Effect") == "Allow" and _PRINCIPAL in (
        [services] if isinstance(services, str) else services
    )


def _cannot_assume(arn: str) -> ValidationException:
    return ValidationException(
        f"Could not assume role {arn}. Please ensure that the role exists and allows principal "
        f"'{_PRINCIPAL}' to assume the role."
    )
