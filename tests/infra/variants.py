"""Named settings that templates and judges are checked with: every environment, and what users may
set in one of them. Each is synthesised once in a test run, whoever asks for it first."""

import fcntl
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from infra.images import RAY, OwnImage, OwnImages
from infra.settings import (
    Budget,
    Capacity,
    Drift,
    Endpoint,
    Gate,
    GitHub,
    Instances,
    Network,
    Organisation,
    Peer,
    Promotion,
    Settings,
    settings_for,
)
from tests.infra.synthesis import synthesise

_ENVIRONMENTS = {settings.environment: settings for settings in settings_for()}
_DEV, _STAGING, _PROD = (_ENVIRONMENTS[name] for name in ("dev", "staging", "prod"))
_OWN_REGISTRY = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
BASE_MODEL = "s3://{data_bucket}/base-models/roberta-base/"
VPC_ID = "vpc-0123456789abcdef0"
SUBNETS = ("subnet-0123456789abcdef0", "subnet-0123456789abcdef1")


def closed(settings: Settings, network: Network) -> Settings:
    """`settings` with a network that has no way to a model hub."""
    return replace(settings, network=network, base_model=BASE_MODEL)


def on_gpus(settings: Settings, family: str, hosts: int) -> Settings:
    """`settings` with a training, an evaluation and an endpoint on GPUs."""
    return replace(
        settings,
        training_instances=Instances(instance_type=f"ml.{family}.xlarge", instance_count=hosts),
        evaluation_instances=Instances(instance_type=f"ml.{family}.xlarge"),
        endpoint=Endpoint(
            instance_type=f"ml.{family}.xlarge",
            max_instance_count=2,
            capture_percent=settings.endpoint.capture_percent,
        ),
    )


VARIANTS: Mapping[str, Settings] = {
    **_ENVIRONMENTS,
    "new-vpc": closed(_PROD, Network(vpc="new", wheels="wheels/")),
    "new-vpc-isolated": closed(_STAGING, Network(vpc="new", isolated=True, wheels="wheels/")),
    "own-vpc": replace(_DEV, network=Network(vpc=VPC_ID, subnets=SUBNETS)),
    "own-vpc-isolated": closed(
        _DEV, Network(vpc=VPC_ID, subnets=SUBNETS, isolated=True, wheels="wheels/")
    ),
    "isolated": closed(_DEV, Network(isolated=True, wheels="wheels/")),
    "serverless": replace(
        _DEV, endpoint=Endpoint(instance_type="ml.m7i.large", serverless_memory_mb=4096)
    ),
    # What adds a state, a statement or a resource to an environment with instances.
    "everything": replace(
        _DEV,
        endpoint=Endpoint(
            instance_type="ml.m7i.large",
            max_instance_count=2,
            capture_percent=100,
            stop_after_idle_hours=12,
            start_schedule="cron(0 7 ? * MON-FRI *)",
            start_time_zone="Europe/Berlin",
        ),
        approval=True,
        promotion=Promotion(
            sources=(
                Peer(
                    environment="staging",
                    name="reviews-staging",
                    account="210987654321",
                    region="eu-west-1",
                ),
            ),
            targets=(
                Peer(
                    environment="prod",
                    name="reviews-prod",
                    account="321098765432",
                    region="us-east-1",
                ),
            ),
            evaluation=True,
        ),
        notify=("somebody@example.com",),
        schedule="cron(0 6 ? * MON *)",
        gate=Gate(mode="report"),
        features_format="parquet",
        drift=Drift(schedule="rate(1 day)", period_hours=24, retrain=True),
        debugger=True,
        keep_data=True,
    ),
    # What an organisation may ask for, all of it.
    "guarded": replace(
        _DEV,
        account="123456789012",
        organisation=Organisation(
            prefix="acme-toys",
            tags={"cost-centre": "4711", "owner": "toys@example.com"},
            feature_group_tags={"team": "toys"},
            permissions_boundary="reviews-boundary",
            kms_key="arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef",
            log_days=365,
        ),
        github=GitHub(
            repository="acme/reviews",
            owner_id="123456",
            repository_id="456789",
            provider="arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com",
        ),
        network=Network(vpc=VPC_ID, subnets=SUBNETS),
        budget=Budget(monthly_usd=300, emails=("toys@example.com",), forecast_percents=(100, 150)),
        capacity=Capacity(spot=True, fallback_types=("ml.c6i.4xlarge", "ml.m7i.4xlarge")),
    ),
    "gpu-g4dn": on_gpus(_DEV, "g4dn", hosts=1),
    "gpu-g5": on_gpus(_DEV, "g5", hosts=2),
    "gpu-g6-new-vpc": on_gpus(closed(_PROD, Network(vpc="new", wheels="wheels/")), "g6", hosts=2),
    "own-images": replace(
        _DEV,
        images=OwnImages(
            training=OwnImage(uri=f"{_OWN_REGISTRY}/reviews-training:1"),
            serving=OwnImage(uri=f"{_OWN_REGISTRY}/reviews-serving:1", contract=RAY),
        ),
    ),
    "another-region-local-disks": replace(
        _DEV,
        region="eu-central-1",
        processing_instances=Instances(instance_type="ml.r5d.2xlarge", instance_count=2),
        training_instances=Instances(instance_type="ml.r5d.2xlarge", instance_count=2),
    ),
}


def synthesised(name: str, root: Path) -> Path:
    """The assembly of a variant; cdk-nag looks on.

    `root` is of the whole test run: what one process has made there the others read.
    """
    folder = root / "variants" / name
    folder.mkdir(parents=True, exist_ok=True)
    done, assembly = folder / "done", folder / "cdk.out"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            synthesise(assembly, VARIANTS[name])
            done.touch()
    return assembly / f"assembly-{VARIANTS[name].name}"
