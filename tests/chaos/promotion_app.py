"""The CDK app of the chaos tests for two environments: `prod` takes the models of `staging`."""

from dataclasses import replace

from aws_cdk import App

from infra.settings import Settings
from infra.settings.peers import connect
from infra.stage import ReviewsStage
from tests.chaos.app import chaos_settings


def environments() -> dict[str, Settings]:
    local = chaos_settings("local")
    small = replace(local, endpoint=replace(local.endpoint, max_instance_count=0))
    both = [replace(small, environment=name) for name in ("staging", "prod")]
    return {one.environment: one for one in connect(both, [("staging", "prod")])}


def main() -> None:
    app = App()
    for settings in environments().values():
        ReviewsStage(app, settings=settings)
    app.synth()


if __name__ == "__main__":
    main()
