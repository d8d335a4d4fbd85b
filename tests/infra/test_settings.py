"""Invalid settings are refused with what is allowed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from infra.setting_error import SettingsError
from infra.settings import (
    Capacity,
    Columns,
    Endpoint,
    Instances,
    Network,
    Recipe,
    Shares,
    Waiting,
    environments,
    settings_for,
)

_PLACE = r"infra/settings/environments\.py, line \d+, in dev: capacity\.spot_wait_s=-1: allowed"
VPC, SUBNETS = "vpc-0123456789abcdef0", ["subnet-1", "subnet-2"]
ISOLATED = Network(isolated=True, wheels="wheels/")


@pytest.mark.parametrize(
    ("make", "values", "message"),
    [
        (Instances, {"instance_type": "m5.large"}, "instance_type='m5.large': allowed is ml."),
        (Instances, {"instance_type": "ml.m5.large", "instance_count": 0}, "1 to 100"),
        (Instances, {"instance_type": "ml.m5.large", "volume_gb": 0}, "volume_gb=0"),
        (Recipe, {"epochs": 0}, "recipe.epochs=0: allowed is a whole number from 1 to 100"),
        (Recipe, {"learning_rate": 1.5}, "learning_rate=1.5"),
        (Shares, {"train": 0.9}, "adding up to 1"),
        (Shares, {"train": float("nan")}, "adding up to 1"),
        (Columns, {"text": ""}, "columns.text"),
        (Instances, {"instance_type": "ml.m5 large.x"}, "instance_type='ml.m5 large.x'"),
        (
            Endpoint,
            {"instance_type": "ml.t2.medium", "max_instance_count": 2},
            "endpoint.max_instance_count=2: allowed is 0 for ml.t2.medium: burstable instances",
        ),
        (Capacity, {"spot_wait_s": -1}, "capacity.spot_wait_s=-1: allowed is 0 to 604800"),
        (Capacity, {"fallback_types": ["ml.m5.large"] * 5}, "a list of 4 instance types at most"),
        (Waiting, {"start_s": 60, "longest_s": 30}, "waiting.longest_s=30"),
    ],
)
def test_a_wrong_setting_is_named(make: Any, values: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        make(**values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"account": 123456789012}, "account=123456789012: allowed is a text in quotation marks"),
        ({"notify": "me@example.com"}, r"notify='me@example.com': allowed is a list, such as"),
        ({"notify": [3]}, "notify=3: allowed is a text in quotation marks"),
        ({"approval": "no"}, "approval='no': allowed is True or False"),
        ({"max_rejected_share": "0.2"}, "max_rejected_share='0.2': allowed is a number"),
        ({"gate": 3}, "gate=3: allowed is an instance of Gate"),
        ({"gates": 3}, "gates=3: allowed is one of environment, base_model, "),
    ],
)
def test_a_value_of_another_type_is_named(values: dict[str, Any], message: str) -> None:
    (dev,) = settings_for("dev")
    with pytest.raises(SettingsError, match=message):
        replace(dev, **values)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"columns": Columns(text="Rating")}, "columns.rating='Rating': allowed is another column"),
        ({"columns": Columns(title="Rating")}, "columns.rating='Rating': allowed is another"),
        ({"columns": Columns(text=" ")}, "columns.text=' ': allowed is a column's name in one"),
        ({"columns": Columns(title="a\nb")}, "columns.title='a.*nb': allowed is a column's name"),
        ({"columns": Columns(rating="x" * 241)}, "columns.rating='x*': allowed is"),
        ({"notify": ["@"]}, "notify='@': allowed is mail addresses, each once"),
        ({"notify": ["a@b.org, c@b.org"]}, "notify='a@b.org, c@b.org': allowed is mail"),
        ({"notify": ["a@b.org", "a@b.org"]}, "notify='a@b.org': allowed is mail addresses, each o"),
        ({"region": "mars-1"}, "region='mars-1': allowed is af-south-1, ap-east-1, "),
        ({"region": "ap-south-2"}, "region='ap-south-2': allowed is af-south-1, "),
        ({"region": "cn-north-1"}, "region='cn-north-1': allowed is af-south-1, "),
        (
            {"region": "eu-north-1", "notify": ["a@b.org"]},
            "budget.monthly_usd=200.0: allowed is 0 in eu-north-1, where CloudFormation makes no",
        ),
        ({"scheduled_reviews": " "}, "scheduled_reviews=' ': allowed is the key"),
        ({"scheduled_reviews": "a\nb.csv"}, "scheduled_reviews=.*: allowed is the key"),
        (
            {"endpoint": Endpoint(instance_type="ml.m5.large", max_class_share=0.3)},
            "endpoint.max_class_share=0.3: allowed is 0.33 to 1",
        ),
        (
            {"endpoint": Endpoint(instance_type="ml.m5.large", max_class_share=90.0)},
            "endpoint.max_class_share=90.0: allowed is 0.33 to 1",
        ),
    ],
)
def test_a_value_that_would_fail_later_is_refused(values: dict[str, Any], message: str) -> None:
    (dev,) = settings_for("dev")
    with pytest.raises(SettingsError, match=message):
        replace(dev, **values)


def test_a_setting_without_its_name_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"Capacity=\(True,\): allowed is NAME=VALUE for each"):
        Capacity(True)  # type: ignore[misc]


def test_instances_are_counted_in_whole_numbers() -> None:
    for count in (1.5, "1", True):
        with pytest.raises(SettingsError, match="allowed is a whole number"):
            Instances(instance_type="ml.m5.large", instance_count=count)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="instance_type=None: allowed is a value"):
        Instances()  # type: ignore[call-arg]


def test_a_wrong_value_is_told_with_its_line_and_its_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(environments, "Capacity", lambda **_: Capacity(spot_wait_s=-1))
    environments._all.cache_clear()
    try:
        with pytest.raises(SettingsError, match=_PLACE) as found:
            settings_for("prod")
    finally:
        environments._all.cache_clear()
    line = int(str(found.value).split()[2].rstrip(","))
    source = Path(environments.__file__).read_text().splitlines()
    assert "Capacity(spot=True)" in source[line - 1]


@pytest.mark.parametrize("network", [Network(vpc=VPC, subnets=SUBNETS), ISOLATED])
def test_a_serverless_endpoint_is_in_no_vpc_and_not_isolated(network: Network) -> None:
    (dev,) = settings_for("dev")
    serverless = replace(dev.endpoint, stop_after_idle_hours=0, serverless_memory_mb=2048)
    assert replace(dev, endpoint=serverless).endpoint is serverless
    message = (
        "endpoint.serverless_memory_mb=2048: allowed is 0 with network.vpc or network.isolated"
    )
    with pytest.raises(SettingsError, match=message):
        replace(dev, endpoint=serverless, network=network, base_model="s3://{data_bucket}/model/")


def test_a_single_machine_evaluates() -> None:
    (dev,) = settings_for("dev")
    with pytest.raises(
        SettingsError, match=r"evaluation_instances\.instance_count=2: allowed is 1"
    ):
        replace(dev, evaluation_instances=replace(dev.evaluation_instances, instance_count=2))


@pytest.mark.parametrize("account", ["12345678901", "1234-5678-9012"])
def test_an_account_is_twelve_digits(account: str) -> None:
    (dev,) = settings_for("dev")
    with pytest.raises(SettingsError, match=f"account='{account}': allowed is 12 digits, or empty"):
        replace(dev, account=account)
    assert replace(dev, account="123456789012").account == "123456789012"


def test_an_unknown_environment_is_answered_with_the_known_ones() -> None:
    with pytest.raises(SettingsError, match="env='test': allowed is local, dev, staging, prod"):
        settings_for("test")


def test_a_volume_key_is_for_instances_without_a_disk_of_their_own() -> None:
    assert Instances(instance_type="ml.g5.xlarge").has_local_disk
    assert Instances(instance_type="ml.m5d.large").has_local_disk
    assert not Instances(instance_type="ml.m5.large").has_local_disk


@pytest.mark.parametrize(
    "base_model",
    [
        *("", "s3://bucket", "s3://bucket/", "s3:bucket/model", "s3:///m", "https://hub/m"),
        *(
            "my model",
            "s3://my bucket/m/",
            "s3://My_Bucket/m/",
            "s3://{bucket}/m/",
            "s3://data/{m}/",
        ),
    ],
)
def test_a_base_model_is_a_name_or_in_s3_with_a_bucket_and_a_prefix(base_model: str) -> None:
    (dev,) = settings_for("dev")
    with pytest.raises(SettingsError, match=f"base_model={base_model!r}: allowed is a name, such"):
        replace(dev, base_model=base_model)


@pytest.mark.parametrize(
    "other",
    [
        "ml.c7i.4xlarge",  # the first itself
        "ml.g5.xlarge",  # another image
        "ml.m5d.4xlarge",  # encrypts its own disks
    ],
)
def test_another_type_of_instances_must_fit_the_request_of_the_training(other: str) -> None:
    (dev,) = settings_for("dev")
    message = f"capacity.fallback_types='{other}': allowed is another type that trains like ml.c7i"
    with pytest.raises(SettingsError, match=message):
        replace(dev, capacity=Capacity(fallback_types=(other,)))
