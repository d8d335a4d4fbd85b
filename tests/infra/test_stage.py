"""The account and the region to which an environment is deployed."""

import json
from dataclasses import replace

import pytest
from aws_cdk import App

from infra.setting_error import SettingsError
from infra.settings import Endpoint, Instances, Settings, settings_for
from infra.stage import ReviewsStage
from tests.infra.conftest import ROOT

(DEV,) = settings_for("dev")


def stage(settings: Settings) -> ReviewsStage:
    context = json.loads((ROOT / "cdk.json").read_text())["context"]
    return ReviewsStage(App(context=context), settings=settings)


def test_an_account_in_the_settings_is_that_of_the_stage() -> None:
    made = stage(replace(DEV, account="123456789012", region="eu-west-1"))
    assert (made.account, made.region) == ("123456789012", "eu-west-1")


def test_without_one_the_credentials_that_deploy_decide() -> None:
    assert stage(DEV).account is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"processing_instances": Instances(instance_type="ml.m5d.2xlarge")},
            r"processing_instances.instance_type='ml.m5d.2xlarge': allowed is .*ml\.m7i\.\*",
        ),
        (
            {"training_instances": Instances(instance_type="ml.m7i.3xlarge")},
            r"training_instances.instance_type='ml.m7i.3xlarge': allowed is ml.m7i.large, ",
        ),
        (
            {"endpoint": Endpoint(instance_type="ml.m9x.large")},
            r"endpoint.instance_type='ml.m9x.large': allowed is ",
        ),
    ],
)
def test_instances_that_sagemaker_has_not_for_this_are_refused(
    changes: dict[str, Instances], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        stage(replace(DEV, **changes))


def test_a_serverless_endpoint_has_no_instances_to_check() -> None:
    serverless = Endpoint(instance_type="ml.m9x.large", serverless_memory_mb=4096)
    assert stage(replace(DEV, endpoint=serverless)).account is None
