"""The roles of .github/workflows/deploy.yml, which GitHub's tokens assume: no stored credentials.

They may only assume the roles that `cdk bootstrap` has made: CloudFormation creates everything else
with the role that it got there.
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html
"""

from collections.abc import Sequence
from typing import Any

from aws_cdk import CfnOutput, DefaultStackSynthesizer, Stack
from aws_cdk import aws_iam as iam
from constructs import Construct

from contract.names import stack_name
from infra.permissions import allow
from infra.settings import Settings

_ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"  # of aws-actions/configure-aws-credentials
TO_READ = ("lookup",)
TO_DEPLOY = ("deploy", "file-publishing", "lookup")


class GitHubStack(Stack):
    """Stack {name}-GitHub, which an administrator deploys: no workflow changes its own rights."""

    def __init__(self, scope: Construct, *, settings: Settings, **options: Any) -> None:
        super().__init__(scope, stack_name(settings.name, "GitHub"), **options)
        self._settings = settings
        self._provider = self._find_provider()
        self._role("Plan", "pull_request", TO_READ)
        self._role("Deploy", f"environment:{settings.environment}", TO_DEPLOY)

    def _find_provider(self) -> iam.IOidcProvider:
        if arn := self._settings.github.provider:
            return iam.OidcProviderNative.from_oidc_provider_arn(self, "Provider", arn)
        return iam.OidcProviderNative(
            self, "Provider", url=f"https://{_ISSUER}", client_ids=[_AUDIENCE]
        )

    def _role(self, id_: str, what: str, bootstrapped: Sequence[str]) -> None:
        """`what` the workflow must run for, as the end of the token's subject."""
        subjects = [f"{subject}:{what}" for subject in self._settings.github.subjects()]
        conditions = {f"{_ISSUER}:aud": _AUDIENCE, f"{_ISSUER}:sub": subjects}
        role = iam.Role(
            self,
            id_,
            assumed_by=iam.WebIdentityPrincipal(
                self._provider.oidc_provider_arn, {"StringEquals": conditions}
            ),
        )
        role.add_to_policy(
            allow("sts:AssumeRole", on=[self._of_cdk(kind) for kind in bootstrapped])
        )
        CfnOutput(self, f"{id_}Role", value=role.role_arn)

    def _of_cdk(self, kind: str) -> str:
        """The ARN of a role that `cdk bootstrap` made; bootstrap-template.yaml of the CDK's command
        line has the names."""
        qualifier = DefaultStackSynthesizer.DEFAULT_QUALIFIER
        name = f"cdk-{qualifier}-{kind}-role-{self.account}-{self.region}"
        return self.format_arn(service="iam", region="", resource="role", resource_name=name)
