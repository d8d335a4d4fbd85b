"""Where an environment is deployed."""

import json
from dataclasses import replace

from aws_cdk import App

from infra.settings import Settings, settings_for
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
