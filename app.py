"""The CDK app: `cdk deploy -c env=dev "**"`; without -c env all environments are synthesised."""

import sys

from aws_cdk import App

from infra.setting_error import SettingsError
from infra.settings import settings_for
from infra.stage import ReviewsStage


def main() -> None:
    app = App()
    try:
        for settings in settings_for(app.node.try_get_context("env")):
            ReviewsStage(app, settings=settings)
    except SettingsError as error:
        sys.exit(str(error))
    app.synth()


if __name__ == "__main__":
    main()
