"""The Lambda functions of the pipeline. Each has its own role, with the permissions of its code."""

import json
import re
from collections.abc import Mapping, Sequence

from aws_cdk import Duration
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.bundles import stage_function
from infra.log_groups import log_group
from infra.permissions import grant
from infra.setting_error import SettingsError
from infra.settings import Settings

LONGEST_CALL = Duration.minutes(15)  # the most of Lambda
_MEMORY_MB = 256
_MOST_BYTES = 4096  # of all variables of a function
_TOKEN, _LONGEST_VALUE = re.compile(r"\$\{Token\[[^]]*\]\}"), 64  # an account, or an ARN
_RETRIES = {"AWS_RETRY_MODE": "standard", "AWS_MAX_ATTEMPTS": "8"}


class Function(Construct):
    """One function of lambdas/, with its log group and its role. Where another environment must
    know the role, it has the name `role_name`."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        settings: Settings,
        folder: str,
        name: str,
        statements: Sequence[iam.PolicyStatement],
        key: kms.IKey,
        environment: dict[str, str] | None = None,
        timeout: Duration | None = None,
        memory_mb: int = _MEMORY_MB,
        role_name: str | None = None,
    ) -> None:
        super().__init__(scope, id_)
        variables = _RETRIES | (environment or {})
        check_variables(variables)
        logs = log_group(self, "Logs", settings=settings, key=key, name=f"/aws/lambda/{name}")
        role = iam.Role(
            self,
            "Role",
            role_name=role_name,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        logs.grant_write(role)
        grant(role, statements)
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            handler="handler.handler",
            code=lambda_.Code.from_asset(str(stage_function(folder))),
            environment=variables,
            log_group=logs,
            logging_format=lambda_.LoggingFormat.JSON,
            application_log_level_v2=lambda_.ApplicationLogLevel.INFO,
            role=role,
            memory_size=memory_mb,
            timeout=timeout or Duration.minutes(2),
        )


def check_variables(variables: Mapping[str, str]) -> None:
    """Raises SettingsError for more than Lambda takes, which it measures as JSON: "exceeded the 4KB
    limit. String measured: {…", in github-aws-runners/terraform-aws-github-runner, issue 3594."""
    text = json.dumps(dict(variables), ensure_ascii=False, separators=(",", ":"))
    size = len(_TOKEN.sub("x" * _LONGEST_VALUE, text).encode())
    if size > _MOST_BYTES:
        allowed = f"what makes at most {_MOST_BYTES} bytes of variables of a function"
        raise SettingsError(
            name="labels, columns, base_model", value=f"{size} bytes", allowed=allowed
        )
