"""The CDK app of two environments like `local`, of which `prod` takes the models of `staging`."""

import sys
from dataclasses import replace

from aws_cdk import App

from infra.settings import Promotion, Settings, settings_for
from infra.settings.peers import connect
from infra.stage import ReviewsStage


def environments() -> dict[str, Settings]:
    """`prod` evaluates what comes on its own reviews, and asks a person."""
    (local,) = settings_for("local")
    small = replace(local, endpoint=replace(local.endpoint, max_instance_count=0), debugger=False)
    both = (
        replace(small, environment="staging"),
        replace(
            small,
            environment="prod",
            promotion=Promotion(evaluation=True),
            approval=True,
            gate=replace(small.gate, max_drop=1.0),
        ),
    )
    found = connect(both, [("staging", "prod")])
    return {settings.environment: settings for settings in found}


def main() -> None:
    app = App()
    for settings in environments().values():
        ReviewsStage(app, settings=settings)
    app.synth()


if __name__ == "__main__":
    sys.exit(main())
