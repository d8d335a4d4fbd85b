from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.quotas import needed, of_scoring
from infra.settings import Settings
from reviews.cli import processes
from reviews.client.aws import connection, embedded
from reviews.client.aws.connection import find_settings
from reviews.client.checks import aws_checks
from reviews.client.environment import Environment
from tests.fake_aws import Refused
from tests.reviews.cli.commands import Result, Reviews
from tests.reviews.worlds.endpoint_world import NAME, OUTPUTS
from tests.reviews.worlds.runs_world import RunsWorld

_DEV = find_settings("dev")
QUOTAS = {quota.name: float(quota.wanted) for quota in (*needed(_DEV), *of_scoring(_DEV))}
IMAGES = len(set(find_settings("dev").every_image().values()))
(ENDPOINT,) = [name for name in QUOTAS if name.endswith("for endpoint usage")]
(TRAINING,) = [name for name in QUOTAS if name.endswith("training job usage")]


@pytest.fixture
def account(runs: RunsWorld, monkeypatch: pytest.MonkeyPatch) -> RunsWorld:
    """One in which nothing is missing."""
    versions = {"node": "v24.1.0", "cdk": "2.1148.1"}
    monkeypatch.setattr(aws_checks, "today", lambda: date(2026, 11, 30))
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    monkeypatch.setattr(processes, "find", lambda program: program)
    monkeypatch.setattr(processes, "read_output", lambda command: versions[command[0]])
    for part in ("Storage", "Features", "Pipeline"):
        runs.stacks[f"{NAME}-{part}"] = "UPDATE_COMPLETE"
    runs.stacks["CDKToolkit"] = "CREATE_COMPLETE"
    runs.quotas = dict(QUOTAS)
    return runs


def missing(result: Result) -> dict[str, str]:
    """What is missing, with the command that mends it."""
    found = result.json["findings"]
    return {item["check"]: item["fix"] for item in found if item["verdict"] == "missing"}


def finding(result: Result, check: str) -> dict[str, Any]:
    (found,) = [item for item in result.json["findings"] if item["check"] == check]
    return dict(found)


def test_where_nothing_is_missing_it_exits_with_0(account: RunsWorld, reviews: Reviews) -> None:
    result = reviews("doctor")
    assert result.code == 0
    assert result.out.count("✓") == len(result.out.splitlines()) == 10 + IMAGES + len(QUOTAS)
    assert "Credentials: arn:aws:iam::123456789012:user/me" in result.out
    assert reviews("doctor", "--json").json["fine"] is True


def test_a_missing_item_has_the_command_that_corrects_it(
    account: RunsWorld, reviews: Reviews
) -> None:
    account.stacks = {f"{NAME}-Storage": "ROLLBACK_COMPLETE"}
    result = reviews("doctor", "--json")
    assert result.code == 1
    assert missing(result) == {
        "CDK bootstrap": "npx cdk bootstrap aws://123456789012/us-east-1 --app ''",
        "Stacks": "reviews deploy --env dev",
    }
    shown = reviews("doctor").out
    assert f"✗ Stacks: {NAME}-Storage: ROLLBACK_COMPLETE; {NAME}-Features: missing" in shown
    assert "\n    reviews deploy --env dev\n" in shown


@pytest.mark.parametrize(("node", "cdk"), [("v16.0.0", ""), ("", "")])
def test_programs_that_are_missing_or_too_old_are_installed(
    account: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch, node: str, cdk: str
) -> None:
    monkeypatch.setattr(
        processes, "read_output", lambda command: {"node": node, "cdk": cdk}[command[0]]
    )
    result = reviews("doctor", "--json")
    assert missing(result) == {"Node.js": "make install", "CDK command line": "make install"}


def test_from_another_folder_the_commands_go_to_the_project_first(
    account: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(processes, "read_output", lambda _: "")
    account.stacks = {}
    fixes = missing(reviews("doctor", "--json"))
    assert fixes["Node.js"] == f"(cd {embedded.PROJECT} && make install)"
    bootstrap = "npx cdk bootstrap aws://123456789012/us-east-1 --app ''"
    assert fixes["CDK bootstrap"] == f"(cd {embedded.PROJECT} && {bootstrap})"


def test_without_credentials_nothing_is_asked_of_aws(
    account: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise Refused("ExpiredToken", "The security token included in the request is expired")

    monkeypatch.setattr(account, "get_caller_identity", refuse)
    result = reviews("doctor", "--json")
    assert result.code == 1
    assert missing(result) == {"Credentials": "aws configure, or export AWS_PROFILE"}
    assert len(result.json["findings"]) == 4 + IMAGES


def test_local_wants_an_embedded_aws_that_runs(
    account: RunsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "find", lambda: None)
    *_, last = Environment("local").examine()
    assert (last.check, last.found) == ("Embedded AWS", "not running")
    assert last.fix == "reviews deploy --env local"


def test_a_quota_below_what_a_first_run_needs_is_missing(
    account: RunsWorld, reviews: Reviews
) -> None:
    account.quotas[TRAINING] = 0.0
    result = reviews("doctor", "--json")
    number = list(QUOTAS).index(TRAINING)
    fix = (
        "aws service-quotas request-service-quota-increase --service-code sagemaker "
        f"--quota-code L-{number} --desired-value 1 --region us-east-1"
    )
    assert missing(result) == {f"Quota: {TRAINING}": fix}
    assert result.code == 1
    shown = f"✗ Quota: {TRAINING}: 0; needed: 1\n    {fix}\n"
    assert shown in reviews("doctor").out


def test_a_quota_below_what_an_update_needs_is_a_warning(
    account: RunsWorld, reviews: Reviews
) -> None:
    account.quotas[ENDPOINT] = 1.0
    result = reviews("doctor", "--json")
    found = finding(result, f"Quota: {ENDPOINT}")
    assert (found["verdict"], found["found"], found["blocks"]) == ("warning", "1", False)
    assert found["needed"] == "2 for an update of the endpoint"
    assert "--desired-value 2" in found["fix"]
    assert result.code == 0


def test_a_quota_that_was_never_applied_has_the_default_of_aws(
    account: RunsWorld, reviews: Reviews
) -> None:
    del account.quotas[TRAINING]
    account.default_quotas = {TRAINING: 0.0, ENDPOINT: 0.0}
    assert [*missing(reviews("doctor", "--json"))] == [f"Quota: {TRAINING}"]


def test_a_quota_that_is_not_adjustable_needs_fewer_instances(
    account: RunsWorld, reviews: Reviews
) -> None:
    account.quotas[TRAINING], account.are_quotas_adjustable = 0.0, False
    fix = missing(reviews("doctor", "--json"))[f"Quota: {TRAINING}"]
    assert fix == "fewer instances in infra/settings/environments.py: this quota is not adjustable"


def test_a_quota_that_aws_does_not_list_is_unknown(account: RunsWorld, reviews: Reviews) -> None:
    del account.quotas[TRAINING]
    result = reviews("doctor", "--json")
    found = finding(result, f"Quota: {TRAINING}")
    assert (found["verdict"], found["found"], result.code) == (
        "unknown",
        "AWS lists none of this name in us-east-1",
        0,
    )


def test_before_the_first_deployment_nothing_blocks_it(
    account: RunsWorld, reviews: Reviews
) -> None:
    account.stacks = {"CDKToolkit": "CREATE_COMPLETE"}
    result = reviews("doctor", "--json")
    assert missing(result) == {"Stacks": "reviews deploy --env dev"}
    assert not [item for item in result.json["findings"] if item["blocks"]]


@pytest.mark.parametrize(
    ("status", "version", "found"),
    [
        ("", "28", "missing"),
        ("ROLLBACK_COMPLETE", "28", "ROLLBACK_COMPLETE, version 28"),
        ("UPDATE_COMPLETE", "5", "UPDATE_COMPLETE, version 5"),
    ],
)
def test_a_bootstrap_that_cannot_be_used_blocks(
    account: RunsWorld, reviews: Reviews, status: str, version: str, found: str
) -> None:
    account.stacks["CDKToolkit"], account.bootstrap_version = status, version
    if not status:
        del account.stacks["CDKToolkit"]
    blocking = finding(reviews("doctor", "--json"), "CDK bootstrap")
    assert (blocking["found"], blocking["blocks"]) == (found, True)
    assert blocking["fix"] == "npx cdk bootstrap aws://123456789012/us-east-1 --app ''"


def test_credentials_of_another_account_than_that_of_the_settings_block(
    account: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(find_settings("dev"), account="210987654321")
    monkeypatch.setattr(connection, "find_settings", lambda _: settings)
    found = finding(reviews("doctor", "--json"), "Account")
    assert (found["found"], found["needed"], found["blocks"]) == (
        "123456789012",
        "210987654321",
        True,
    )


def test_another_region_in_the_shell_blocks_until_there_is_a_deployment(
    account: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    assert finding(reviews("doctor", "--json"), "Region")["verdict"] == "warning"
    account.stacks = {"CDKToolkit": "CREATE_COMPLETE"}
    found = finding(reviews("doctor", "--json"), "Region")
    assert (found["found"], found["blocks"]) == ("the shell has eu-west-1", True)
    assert found["needed"] == "us-east-1 of the settings"
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-2")
    assert "eu-west-2" in finding(reviews("doctor", "--json"), "Region")["found"]


@pytest.mark.parametrize(
    ("days", "verdict", "code"),
    [(91, "fine", 0), (90, "warning", 0), (0, "warning", 0), (-1, "missing", 1)],
)
def test_an_image_is_warned_of_for_90_days_and_blocks_after_its_end_of_patches(
    account: RunsWorld,
    reviews: Reviews,
    monkeypatch: pytest.MonkeyPatch,
    days: int,
    verdict: str,
    code: int,
) -> None:
    end = date(2027, 7, 16)
    old = replace(find_settings("dev").image_of_processing(), end_of_patches=end)
    monkeypatch.setattr(Settings, "every_image", lambda _: {"processing": old, "serving": old})
    monkeypatch.setattr(aws_checks, "today", lambda: end - timedelta(days))
    result = reviews("doctor", "--json")
    found = finding(result, "Image for processing, serving")
    assert (found["verdict"], found["blocks"], result.code) == (verdict, days < 0, code)
    assert "AWS patches it until 2027-07-16" in found["found"]
    assert (verdict == "fine") == (found["fix"] == "")


def test_quotas_that_may_not_be_read_are_no_fault(account: RunsWorld, reviews: Reviews) -> None:
    account.quotas = {}
    result = reviews("doctor", "--json")
    assert (result.code, result.json["findings"][-1]["verdict"]) == (0, "unknown")


@pytest.mark.parametrize(
    ("base_model", "fix"),
    [
        ("s3://data/base-models/all-MiniLM-L6-v2/", "reviews deploy --env dev"),
        (
            "s3://data/base-models/own/",
            "aws s3 cp --recursive MODEL_FOLDER s3://data/base-models/own/",
        ),
    ],
)
def test_a_base_model_in_s3_has_to_be_there(
    account: RunsWorld,
    reviews: Reviews,
    monkeypatch: pytest.MonkeyPatch,
    base_model: str,
    fix: str,
) -> None:
    def listed(Prefix: str, **_: Any) -> dict[str, Any]:
        return {"Contents": [{"Key": key} for key in account.objects if key.startswith(Prefix)]}

    monkeypatch.setattr(account, "list_objects_v2", listed, raising=False)
    monkeypatch.setattr(Environment, "outputs", replace(OUTPUTS, base_model=base_model))
    assert missing(reviews("doctor", "--json")) == {"Base model": fix}
    account.objects[f"{base_model.removeprefix('s3://data/')}config.json"] = b"{}"
    assert reviews("doctor").code == 0


def test_a_budget_that_counts_nothing_is_missing_something(
    account: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = replace(_DEV, notify=("somebody@example.com",))
    monkeypatch.setattr(connection, "find_settings", lambda _environment: watched)
    tag = {"TagKey": "reviews:environment", "Type": "UserDefined", "Status": "Inactive"}
    answer = {"CostAllocationTags": [tag]}
    name = "list_cost_allocation_tags"
    monkeypatch.setattr(account, name, lambda TagKeys: answer, raising=False)
    fix = missing(reviews("doctor", "--json"))["Cost allocation tag"]
    assert fix.startswith("aws ce update-cost-allocation-tags-status")
    tag["Status"] = "Active"
    assert missing(reviews("doctor", "--json")) == {}
