"""The CDK app of the chaos tests: short waits, and a gate that lets every model pass.

An argument is the accuracy that the gate asks for instead, or PAIR for two environments.
"""

import sys
from dataclasses import replace

from aws_cdk import App

from infra.settings import Gate, Settings, Waiting, settings_for
from infra.settings.peers import connect
from infra.stage import ReviewsStage

PAIR = "pair"
# Seconds of a state machine, which are much shorter in these tests: environment.py.
_WAITING = Waiting(
    start_s=20, longest_s=20, growth=1, features_limit_s=6000, capacity_s=100, capacity_attempts=3
)


def chaos_settings(environment: str, least_accuracy: float = 0.0) -> Settings:
    """A file is scored by two instances."""
    (settings,) = settings_for(environment)
    return replace(
        settings,
        gate=Gate(min_accuracy=least_accuracy, min_macro_f1=0, max_drop=1),
        waiting=_WAITING,
        endpoint=replace(settings.endpoint, bake_s=0),
        scoring=replace(settings.scoring, instance_count=2),
        debugger=False,
    )


def pair() -> dict[str, Settings]:
    """Two environments, of which `prod` takes the models of `staging`."""
    local = chaos_settings("local")
    small = replace(local, endpoint=replace(local.endpoint, max_instance_count=0))
    both = [replace(small, environment=name) for name in ("staging", "prod")]
    return {one.environment: one for one in connect(both, [("staging", "prod")])}


def main(argument: str) -> None:
    app = App()
    environment = app.node.try_get_context("env")
    found = pair().values() if argument == PAIR else [chaos_settings(environment, float(argument))]
    for settings in found:
        ReviewsStage(app, settings=settings)
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "0")
