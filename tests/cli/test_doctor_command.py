from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cli import checks, embedded, processes
from cli.aws import Environment, find_settings
from infra.quotas import needed
from tests.cli.conftest import Said
from tests.cli.endpoint_world import NAME, OUTPUTS, Refused
from tests.cli.runs_world import RunsWorld

Reviews = Callable[..., Said]
QUOTAS = {quota.name: float(quota.wanted) for quota in needed(find_settings("dev"))}
(ENDPOINT,) = [name for name in QUOTAS if name.endswith("for endpoint usage")]
(TRAINING,) = [name for name in QUOTAS if name.endswith("for training job usage")]


@pytest.fixture
def account(runs: RunsWorld, monkeypatch: pytest.MonkeyPatch) -> RunsWorld:
    """One in which nothing is missing."""
    versions = {"node": "v24.1.0", "cdk": "2.1148.1"}
    monkeypatch.setattr(processes, "find", lambda program: program)
    monkeypatch.setattr(processes, "ask", lambda command: versions[command[0]])
    for part in ("Storage", "Features", "Pipeline"):
        runs.stacks[f"{NAME}-{part}"] = "UPDATE_COMPLETE"
    runs.stacks["CDKToolkit"] = "CREATE_COMPLETE"
    runs.quotas = dict(QUOTAS)
    return runs


def missing(said: Said) -> dict[str, str]:
    """What is missing, with the command that mends it."""
    found = said.json["findings"]
    return {item["check"]: item["fix"] for item in found if item["verdict"] == "missing"}


def test_where_nothing_is_missing_it_exits_with_0(account: RunsWorld, reviews: Reviews) -> None:
    said = reviews("doctor")
    assert said.code == 0
    assert said.out.count("✓") == len(said.out.splitlines()) == 7 + len(QUOTAS)
    assert "Credentials: arn:aws:iam::123456789012:user/me" in said.out
    assert reviews("doctor", "--json").json["fine"] is True


def test_what_is_missing_comes_with_the_command_that_mends_it(
    account: RunsWorld, reviews: Reviews
) -> None:
    account.stacks = {f"{NAME}-Storage": "ROLLBACK_COMPLETE"}
    said = reviews("doctor", "--json")
    assert said.code == 1
    assert missing(said) == {
        "CDK bootstrap": "npx cdk bootstrap aws://123456789012/us-east-1",
        "Stacks": "reviews deploy --env dev",
    }
    shown = reviews("doctor").out
    assert f"✗ Stacks: {NAME}-Storage: ROLLBACK_COMPLETE; {NAME}-Features: not there" in shown
    assert "\n    reviews deploy --env dev\n" in shown


@pytest.mark.parametrize(("node", "cdk"), [("v16.0.0", ""), ("", "")])
def test_programs_that_are_missing_or_too_old_are_installed(
    account: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch, node: str, cdk: str
) -> None:
    monkeypatch.setattr(processes, "ask", lambda command: {"node": node, "cdk": cdk}[command[0]])
    said = reviews("doctor", "--json")
    assert missing(said) == {"Node.js": "make install", "CDK command line": "make install"}


def test_without_credentials_nothing_is_asked_of_aws(
    account: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise Refused("ExpiredToken", "The security token included in the request is expired")

    monkeypatch.setattr(account, "get_caller_identity", refuse)
    said = reviews("doctor", "--json")
    assert said.code == 1
    assert missing(said) == {"Credentials": "aws configure"}
    assert len(said.json["findings"]) == 4


def test_local_wants_an_embedded_aws_that_runs(
    account: RunsWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "find", lambda: None)
    *_, last = checks.examine(Environment("local"))
    assert (last.check, last.found) == ("Embedded AWS", "not running")
    assert last.fix == "reviews deploy --env local"


def test_a_quota_below_what_a_first_run_needs_is_missing(
    account: RunsWorld, reviews: Reviews
) -> None:
    account.quotas[TRAINING] = 0.0
    said = reviews("doctor", "--json")
    number = list(QUOTAS).index(TRAINING)
    assert missing(said) == {
        f"Quota: {TRAINING}": (
            "aws service-quotas request-service-quota-increase --service-code sagemaker "
            f"--quota-code L-{number} --desired-value 1 --region us-east-1"
        )
    }
    assert said.code == 1


def test_a_quota_below_what_an_update_needs_is_a_warning(
    account: RunsWorld, reviews: Reviews
) -> None:
    account.quotas[ENDPOINT] = 1.0
    said = reviews("doctor", "--json")
    (found,) = [item for item in said.json["findings"] if item["verdict"] == "warning"]
    assert found["check"] == f"Quota: {ENDPOINT}"
    assert found["found"] == "1 of 1 needed; an update of the endpoint needs 2"
    assert "--desired-value 2" in found["fix"]
    assert said.code == 0


def test_a_quota_that_was_never_applied_has_the_default_of_aws(
    account: RunsWorld, reviews: Reviews
) -> None:
    del account.quotas[TRAINING]
    account.default_quotas = {TRAINING: 0.0, ENDPOINT: 0.0}
    assert [*missing(reviews("doctor", "--json"))] == [f"Quota: {TRAINING}"]


def test_a_quota_that_aws_does_not_list_is_unknown(account: RunsWorld, reviews: Reviews) -> None:
    del account.quotas[TRAINING]
    said = reviews("doctor", "--json")
    (found,) = [item for item in said.json["findings"] if item["verdict"] == "unknown"]
    assert (found["check"], found["found"]) == (f"Quota: {TRAINING}", "not listed")
    assert said.code == 0


def test_quotas_that_may_not_be_read_are_no_fault(account: RunsWorld, reviews: Reviews) -> None:
    account.quotas = {}
    said = reviews("doctor", "--json")
    assert (said.code, said.json["findings"][-1]["verdict"]) == (0, "unknown")


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
