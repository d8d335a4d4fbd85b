"""The settings of every environment: the module to edit."""

import traceback
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from infra.setting_error import SettingsError
from infra.settings.budget import Budget
from infra.settings.capacity import Capacity
from infra.settings.drift import Drift
from infra.settings.endpoint import Endpoint
from infra.settings.environment import Settings, unknown_environment
from infra.settings.instances import Instances
from infra.settings.peers import connect
from infra.settings.recipe import Recipe
from infra.settings.scoring import Scoring
from infra.settings.waiting import Waiting

# From which environment to which other one approved models may be promoted.
PROMOTIONS = (("dev", "staging"), ("staging", "prod"))


def local() -> Settings:
    small = Instances(instance_type="ml.m7i.large")
    return Settings(
        environment="local",
        base_model="s3://{data_bucket}/base-models/all-MiniLM-L6-v2/",
        processing_instances=small,
        training_instances=small,
        evaluation_instances=small,
        endpoint=Endpoint(
            instance_type="ml.m7i.large",
            bake_s=5,
            # Both instances are processes of this machine.
            max_instance_count=2,
            capture_percent=100,
        ),
        scoring=Scoring(instance_type="ml.m7i.large", concurrent_requests=2),
        drift=Drift(least_requests=30),  # a demonstration has few requests
        recipe=Recipe(learning_rate=2e-4),  # for a small model; roberta-base would diverge
        waiting=Waiting(start_s=2, longest_s=5, features_limit_s=300),
        debugger=True,
    )


def dev() -> Settings:
    return _on_aws(
        "dev",
        training_instances=Instances(instance_type="ml.c7i.4xlarge"),
        endpoint=Endpoint(instance_type="ml.m7i.large", stop_after_idle_hours=4),
        capacity=Capacity(spot=True),
        budget=Budget(monthly_usd=200),  # twice what `reviews cost` estimates, rounded
    )


def staging() -> Settings:
    return _on_aws(
        "staging",
        training_instances=Instances(instance_type="ml.c7i.8xlarge"),
        endpoint=Endpoint(instance_type="ml.m7i.xlarge", max_instance_count=2, capture_percent=10),
        budget=Budget(monthly_usd=400),
    )


def prod() -> Settings:
    return _on_aws(
        "prod",
        training_instances=Instances(instance_type="ml.c7i.8xlarge", instance_count=2),
        endpoint=Endpoint(
            instance_type="ml.m7i.xlarge",
            instance_count=2,
            max_instance_count=6,
            capture_percent=10,
        ),
        budget=Budget(monthly_usd=750),
        scoring=Scoring(instance_count=4),
        approval=True,
        keep_data=True,
    )


def _on_aws(
    environment: str, *, training_instances: Instances, endpoint: Endpoint, **others: Any
) -> Settings:
    """`others` are any more settings, also in place of those here."""
    usual: dict[str, Any] = {
        "base_model": "roberta-base",
        "processing_instances": Instances(
            instance_type="ml.m7i.2xlarge", instance_count=training_instances.instance_count
        ),
        "evaluation_instances": Instances(instance_type="ml.m7i.2xlarge"),
        # On Mondays.
        "drift": Drift(schedule="cron(0 7 ? * MON *)" if endpoint.capture_percent else ""),
    }
    return Settings(
        environment=environment,
        training_instances=training_instances,
        endpoint=endpoint,
        **(usual | others),
    )


def settings_for(environment: str | None = None) -> Sequence[Settings]:
    """The settings of one environment, or of all. Raises SettingsError for an unknown environment,
    and for an invalid value in this module, with its line."""
    every = _all()
    if environment is None:
        return every
    found = [settings for settings in every if settings.environment == environment]
    if not found:
        raise unknown_environment(environment)
    return found


@cache
def _all() -> Sequence[Settings]:
    return connect([_made(entry) for entry in (local, dev, staging, prod)], PROMOTIONS)


def _made(entry: Callable[[], Settings]) -> Settings:
    try:
        return entry()
    except SettingsError as error:
        call = traceback.extract_tb(error.__traceback__)[1]  # the line of the entry
        place = f"infra/settings/environments.py, line {call.lineno}, in {call.name}"
        raise error.at(place) from None
