"""The settings of the roles with which a workflow of GitHub deploys."""

import re

from infra.setting_error import SettingsError
from infra.setting_group import settings_group

_REPOSITORY = re.compile(r"[A-Za-z0-9](-?[A-Za-z0-9])*/[\w.-]+")
_ID = re.compile(r"\d*")
_PROVIDER = re.compile(
    r"arn:aws[\w-]*:iam::\d{12}:oidc-provider/token\.actions\.githubusercontent\.com"
)


@settings_group
class GitHub:
    """Whose workflow may deploy the environment, without stored credentials: by OpenID Connect.

    IAM takes one provider for GitHub in an account. Where it exists, `provider` names it.
    """

    repository: str = ""  # OWNER/NAME; empty: no workflow deploys
    owner_id: str = ""  # GitHub's number of OWNER: for repositories since 15 July 2026
    repository_id: str = ""  # GitHub's number of the repository, likewise
    provider: str = ""  # the ARN of the account's provider for GitHub; empty: it is made

    def __post_init__(self) -> None:
        if self.repository and not _REPOSITORY.fullmatch(self.repository):
            allowed = "OWNER/NAME, or empty"
            raise SettingsError(name="github.repository", value=self.repository, allowed=allowed)
        for name in ("owner_id", "repository_id"):
            value, other = getattr(self, name), self.owner_id + self.repository_id
            if not _ID.fullmatch(value) or bool(value) != bool(other):
                allowed = "digits, or empty like the other of owner_id and repository_id"
                raise SettingsError(name=f"github.{name}", value=value, allowed=allowed)
        if self.provider and not _PROVIDER.fullmatch(self.provider):
            allowed = (
                "arn:aws:iam::ACCOUNT:oidc-provider/token.actions.githubusercontent.com, or empty"
            )
            raise SettingsError(name="github.provider", value=self.provider, allowed=allowed)

    def subjects(self) -> list[str]:
        """How tokens of the repository's workflows begin, as `sub`: with its name, and where its
        numbers are known also with these, which are never used again:
        https://docs.github.com/en/actions/reference/security/oidc"""
        if not self.repository_id:
            return [f"repo:{self.repository}"]
        owner, _, name = self.repository.partition("/")
        immutable = f"repo:{owner}@{self.owner_id}/{name}@{self.repository_id}"
        return [f"repo:{self.repository}", immutable]
