"""The CDK app of `local` with all that an organisation may ask for, and the embedded AWS has.

The argument is the ARN of an existing key. A VPC is missing: the embedded AWS has no network.
"""

import sys
from dataclasses import replace

from aws_cdk import App

from infra.settings import Budget, Capacity, Organisation, Settings, settings_for
from infra.stage import ReviewsStage

BOUNDARY = "reviews-boundary"
TAGS = {"cost-centre": "4711", "Owner of it": "toys@example.com"}


def guarded(key: str) -> Settings:
    (local,) = settings_for("local")
    return replace(
        local,
        account="000000000000",
        organisation=Organisation(
            prefix="acme-toys", tags=TAGS, permissions_boundary=BOUNDARY, kms_key=key, log_days=7
        ),
        budget=Budget(monthly_usd=300, emails=("toys@example.com",)),
        capacity=Capacity(spot=True, fallback_types=("ml.m7i.xlarge", "ml.c7i.large")),
        waiting=replace(local.waiting, capacity_s=1800),
        endpoint=replace(local.endpoint, stop_after_idle_hours=4),
        debugger=False,
    )


def main(key: str) -> None:
    app = App()
    ReviewsStage(app, settings=guarded(key))
    app.synth()


if __name__ == "__main__":
    main(sys.argv[1])
