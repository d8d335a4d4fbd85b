"""The settings of an organisation: refused with what is allowed, and in every template."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import botocore.session
import pytest

from infra.setting_error import SettingsError
from infra.settings import Organisation, Settings, settings_for
from infra.settings.organisation import DAYS
from tests.infra import variants
from tests.infra.conftest import Synthesised
from tests.infra.synthesis import folder_of_the_run

(DEV,), (STAGING,) = settings_for("dev"), settings_for("staging")
KEY = "arn:aws:kms:us-east-1:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
INNER_NAMES = ("FeatureName", "MetricName", "PolicyName")  # within something that has a name
GUARDED = variants.VARIANTS["guarded"]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Synthesised:
    folder = folder_of_the_run(tmp_path_factory)
    return Synthesised({"guarded": variants.synthesised("guarded", folder)})


def resources(synthesised: Synthesised) -> Iterator[tuple[str, dict[str, Any]]]:
    for stack in ("Storage", "Features", "Pipeline"):
        for resource in synthesised.template("guarded", stack)["Resources"].values():
            yield resource["Type"], resource.get("Properties", {})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"prefix": "Reviews"}, "organisation.prefix='Reviews': allowed is small letters"),
        ({"prefix": "two--hyphens"}, "single hyphens"),
        ({"prefix": "1st"}, "beginning with a letter"),
        ({"prefix": "sthree-team"}, "not with amzn-s3-demo- or sthree-"),
        ({"tags": {"": "x"}}, "organisation.tags='': allowed is 1 to 128 letters"),
        ({"tags": {"k" * 129: "x"}}, "1 to 128 letters, digits, spaces and"),
        ({"tags": {"team": "a" * 257}}, r"organisation.tags\['team'\]=.*at most 256 letters"),
        ({"tags": {"team": "a&b"}}, r"organisation.tags\['team'\]='a&b': allowed is at most 256"),
        ({"tags": {"AWS:team": "x"}}, "begins neither with aws: nor with reviews:"),
        ({"tags": {"reviews:run": "x"}}, "begins neither with aws: nor with reviews:"),
        ({"tags": {"team": "x", "Team": "y"}}, "differs from 'team' not in case only"),
        ({"tags": {f"key{n}": "" for n in range(48)}}, "'48 tags': allowed is at most 47"),
        ({"feature_group_tags": {"team": "a&b"}}, r"organisation.feature_group_tags\['team'\]="),
        ({"permissions_boundary": "two words"}, "the name or the ARN of a managed policy"),
        ({"kms_key": "alias/reviews"}, "organisation.kms_key='alias/reviews': allowed is arn:aws"),
        ({"log_days": 100}, "organisation.log_days=100: allowed is 1, 3, 5, 7, 14, 30, 60, 90"),
    ],
)
def test_a_wrong_setting_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Organisation(**changes)


def organised(settings: Settings, **changes: Any) -> Settings:
    return replace(settings, organisation=Organisation(**changes))


def test_a_prefix_is_as_long_as_buckets_and_jobs_allow() -> None:
    assert organised(STAGING, prefix="a" * 16).name == f"{'a' * 16}-staging"
    assert organised(DEV, prefix="a" * 20).name == f"{'a' * 20}-dev"
    with pytest.raises(SettingsError, match=r"organisation.prefix='a{17}': .*at most 16 char"):
        organised(STAGING, prefix="a" * 17)


def test_no_name_of_an_environment_begins_with_that_of_another() -> None:
    """acme-dev-… is deleted with acme-dev, and its roles may use it."""
    with pytest.raises(SettingsError, match="a prefix without the word dev behind a hyphen"):
        organised(STAGING, prefix="acme-dev")
    assert organised(DEV, prefix="dev-acme").name == "dev-acme-dev"


def test_a_key_is_in_the_region_of_the_environment() -> None:
    assert organised(DEV, kms_key=KEY).organisation.kms_key == KEY
    with pytest.raises(SettingsError, match="a key in eu-west-1, the region of the settings"):
        replace(organised(DEV, kms_key=KEY), region="eu-west-1")


def test_all_names_begin_with_the_prefix(guarded: Synthesised) -> None:
    names = [
        value
        for _, properties in resources(guarded)
        for key, value in properties.items()
        if key.endswith("Name") and isinstance(value, str) and not key.endswith(INNER_NAMES)
    ]
    assert len(names) > 20
    strangers = [name for name in names if GUARDED.name not in name.replace("_", "-")]
    assert strangers == []
    assert "reviews-dev" not in str(guarded._templates)


def test_every_role_has_the_boundary(guarded: Synthesised) -> None:
    roles = [properties for kind, properties in resources(guarded) if kind == "AWS::IAM::Role"]
    assert len(roles) > 15
    for role in roles:
        assert "policy/reviews-boundary" in str(role["PermissionsBoundary"])


def test_everything_that_can_have_tags_has_them(guarded: Synthesised) -> None:
    tagged = {
        kind
        for kind, properties in resources(guarded)
        if {"Key": "cost-centre", "Value": "4711"} in _tags(properties.get("Tags", []))
    }
    expected = {
        "AWS::Athena::WorkGroup",
        "AWS::CloudWatch::Alarm",
        "AWS::EC2::SecurityGroup",
        "AWS::IAM::Role",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::S3::Bucket",
        "AWS::SNS::Topic",
        "AWS::SageMaker::ModelPackageGroup",
        "AWS::StepFunctions::StateMachine",
    }
    assert expected <= tagged


def _tags(found: Any) -> list[dict[str, str]]:
    """A list of Key and Value, or a mapping, as some resources have it."""
    if isinstance(found, dict):
        return [{"Key": key, "Value": value} for key, value in found.items()]
    return [{"Key": item["Key"], "Value": item["Value"]} for item in found]


def test_what_executions_make_has_the_tags(guarded: Synthesised) -> None:
    """Versions of the model have those of their group: CreateModelPackage refuses others."""
    definition = guarded.definition("guarded", GUARDED.name)
    payloads = {
        (state, name): request
        for state, found in definition["States"].items()
        for name, request in found.get("Arguments", {}).get("Payload", {}).items()
        if name in ("request", "model", "endpoint_config", "transform")
        and isinstance(request, dict)
    }
    assert len(payloads) == 7
    for (state, name), request in payloads.items():
        tags = request.get("Tags", [])
        if state == "RegisterModel":
            assert tags == []
        else:
            assert {"Key": "cost-centre", "Value": "4711"} in tags, (state, name)


def test_an_existing_key_is_used_and_none_is_made(guarded: Synthesised) -> None:
    kinds = [kind for kind, _ in resources(guarded)]
    assert not {"AWS::KMS::Key", "AWS::KMS::Alias"}.intersection(kinds)
    groups = [found for kind, found in resources(guarded) if kind == "AWS::Logs::LogGroup"]
    assert {group["KmsKeyId"] for group in groups} == {KEY}


def test_logs_are_kept_as_long_as_the_settings_say(guarded: Synthesised) -> None:
    groups = [found for kind, found in resources(guarded) if kind == "AWS::Logs::LogGroup"]
    assert {group["RetentionInDays"] for group in groups} == {365}
    assert DEV.organisation.log_days == 90


def test_the_days_are_those_of_cloudwatch() -> None:
    shape = botocore.session.get_session().get_service_model("logs").shape_for("Days")
    listed = shape.documentation.partition("Possible values are:")[2]
    assert tuple(map(int, re.findall(r"\d+", listed))) == DAYS
