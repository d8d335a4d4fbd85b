"""The CDK app of `local` with an endpoint that is stopped when idle, and started by a schedule."""

import sys
from dataclasses import replace

from aws_cdk import App

from infra.settings import Settings, settings_for
from infra.stage import ReviewsStage


def stopping() -> Settings:
    """The schedules are those of the settings; the tests set another pace by Scheduler's API."""
    (local,) = settings_for("local")
    endpoint = replace(
        local.endpoint,
        stop_after_idle_hours=4,
        start_schedule="cron(0 7 ? * MON-FRI *)",
        start_time_zone="Europe/Berlin",
    )
    return replace(local, endpoint=endpoint, debugger=False)


def main() -> None:
    app = App()
    ReviewsStage(app, settings=stopping())
    app.synth()


if __name__ == "__main__":
    sys.exit(main())
