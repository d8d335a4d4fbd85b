"""The settings of the roles with which a workflow of GitHub deploys."""

import re
from dataclasses import dataclass

from infra.setting_error import SettingsError

_REPOSITORY = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9])*/[\w.-]+")
_PROVIDER = re.compile(
    r"arn:aws[\w-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com"
)


@dataclass(frozen=True, kw_only=True)
class GitHub:
    """Whose workflow may deploy the environment, without stored credentials: by OpenID Connect.

    IAM takes one provider for GitHub in an account. Where it exists, `provider` names it.
    """

    repository: str = ""  # OWNER/NAME; empty: no workflow deploys
    provider: str = ""  # the ARN of the account's provider for GitHub; empty: it is made

    def __post_init__(self) -> None:
        if self.repository and not _REPOSITORY.fullmatch(self.repository):
            allowed = "OWNER/NAME, or empty"
            raise SettingsError(name="github.repository", value=self.repository, allowed=allowed)
        if self.provider and not _PROVIDER.fullmatch(self.provider):
            allowed = (
                "arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com, or empty"
            )
            raise SettingsError(name="github.provider", value=self.provider, allowed=allowed)
