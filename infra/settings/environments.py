"""The settings of every environment: the module to edit."""

from collections.abc import Sequence

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

_MONDAYS = "cron(0 7 ? * MON *)"


def _on_aws(
    environment: str,
    *,
    training_instances: Instances,
    endpoint: Endpoint,
    monthly_usd: float,
    scoring_instances: int = 1,
    spot: bool = False,
    keep: bool = False,
) -> Settings:
    return Settings(
        environment=environment,
        base_model="roberta-base",
        processing_instances=Instances(
            instance_type="ml.m7i.2xlarge", instance_count=training_instances.instance_count
        ),
        training_instances=training_instances,
        evaluation_instances=Instances(instance_type="ml.m7i.2xlarge"),
        endpoint=endpoint,
        capacity=Capacity(spot=spot),
        budget=Budget(monthly_usd=monthly_usd),  # from the first address in notify on
        scoring=Scoring(instance_count=scoring_instances),
        drift=Drift(schedule=_MONDAYS if endpoint.capture_percent else ""),
        approval=keep,
        keep_data=keep,
    )


_SMALL = Instances(instance_type="ml.m7i.large")
_SETTINGS = (
    Settings(
        environment="local",
        base_model="s3://{data_bucket}/base-models/all-MiniLM-L6-v2/",
        processing_instances=_SMALL,
        training_instances=_SMALL,
        evaluation_instances=_SMALL,
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
    ),
    _on_aws(
        "dev",
        training_instances=Instances(instance_type="ml.c7i.4xlarge"),
        endpoint=Endpoint(instance_type="ml.m7i.large", stop_after_idle_hours=4),
        monthly_usd=200,  # twice what `reviews cost` estimates, rounded
        spot=True,
    ),
    _on_aws(
        "staging",
        training_instances=Instances(instance_type="ml.c7i.8xlarge"),
        endpoint=Endpoint(instance_type="ml.m7i.xlarge", max_instance_count=2, capture_percent=10),
        monthly_usd=400,
    ),
    _on_aws(
        "prod",
        training_instances=Instances(instance_type="ml.c7i.8xlarge", instance_count=2),
        endpoint=Endpoint(
            instance_type="ml.m7i.xlarge",
            instance_count=2,
            max_instance_count=6,
            capture_percent=10,
        ),
        monthly_usd=750,
        scoring_instances=4,
        keep=True,
    ),
)
# From which environment to which other one approved models may be promoted.
PROMOTIONS = (("dev", "staging"), ("staging", "prod"))
_CONNECTED = connect(_SETTINGS, PROMOTIONS)


def settings_for(environment: str | None = None) -> Sequence[Settings]:
    """The settings of one environment, or of all; `SettingsError` when there is no such one."""
    if environment is None:
        return _CONNECTED
    found = [settings for settings in _CONNECTED if settings.environment == environment]
    if not found:
        raise unknown_environment(environment)
    return found
