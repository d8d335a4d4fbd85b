"""The CDK app of the roles for a workflow; docs/organisation.md says when it is deployed.

cdk deploy -c env=dev --app "python -m infra.github_app"
"""

import sys

from aws_cdk import App, Environment

from infra.boundary import boundary
from infra.github_stack import GitHubStack
from infra.setting_error import SettingsError
from infra.settings import Settings, settings_for


def add_stack(app: App, settings: Settings) -> GitHubStack:
    """Raises SettingsError for an environment that no workflow deploys."""
    if not settings.github.repository:
        allowed = "OWNER/NAME of the repository whose workflow deploys this environment"
        raise SettingsError(name="github.repository", value="", allowed=allowed)
    return GitHubStack(
        app,
        settings=settings,
        env=Environment(account=settings.account or None, region=settings.region),
        permissions_boundary=boundary(settings),
        tags=settings.organisation.tags,
    )


def main() -> None:
    app = App()
    try:
        for settings in settings_for(app.node.try_get_context("env")):
            add_stack(app, settings)
    except SettingsError as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
