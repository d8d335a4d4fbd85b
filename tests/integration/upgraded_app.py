"""The CDK app of a team that has changed its mind: other thresholds, machines and features, and a
person who is asked."""

import sys
from dataclasses import replace

from aws_cdk import App

from infra.features import FEATURES
from infra.settings import settings_for
from infra.stage import ReviewsStage


def main() -> None:
    app = App()
    FEATURES["country"] = "String"
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
