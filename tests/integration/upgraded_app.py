"""The CDK app of a team that has changed its mind: other thresholds, machines and features, and a
person who is asked."""

import sys
from dataclasses import replace

from aws_cdk import App

from contract import features

_COUNTRY = features.Feature("country", features.STRING, nullable=True)
# Before the modules of the app read the schema.
features.SCHEMA = replace(features.SCHEMA, features=(_COUNTRY, *features.SCHEMA.features))

from infra.settings import settings_for  # noqa: E402
from infra.stage import ReviewsStage  # noqa: E402


def main() -> None:
    app = App()
    (settings,) = settings_for(app.node.try_get_context("env"))
    changed = replace(
        settings,
        gate=replace(settings.gate, min_accuracy=0.5),
        approval=True,
        endpoint=replace(settings.endpoint, instance_type="ml.c5.large", instance_count=2),
    )
    ReviewsStage(app, settings=changed)
    app.synth()


if __name__ == "__main__":
    sys.exit(main())
