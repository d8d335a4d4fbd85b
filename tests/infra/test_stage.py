"""Where an environment is deployed."""

from dataclasses import replace

from aws_cdk import App, Aws

from infra.settings import settings_for
from infra.stage import ReviewsStage

(DEV,) = settings_for("dev")


def test_an_account_in_the_settings_is_that_of_the_stage() -> None:
    stage = ReviewsStage(App(), settings=replace(DEV, account="123456789012", region="eu-west-1"))
    assert (stage.account, stage.region) == ("123456789012", "eu-west-1")


def test_without_one_the_credentials_that_deploy_decide() -> None:
    stage = ReviewsStage(App(), settings=DEV)
    assert stage.account is None
    (storage,) = [child for child in stage.node.children if child.node.id == "Storage"]
    assert storage.account == Aws.ACCOUNT_ID  # type: ignore[attr-defined] # a Stack
