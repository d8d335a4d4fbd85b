from dataclasses import replace

import pytest
from typer.testing import CliRunner

from reviews.cli import checks, processes, stack_commands
from reviews.cli.main import app
from reviews.client.aws import embedded
from reviews.client.checks.findings import Finding, Verdict
from reviews.client.environment import Environment
from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.endpoint_world import NAME
from tests.reviews.worlds.runs_world import RunsWorld


@pytest.fixture(autouse=True)
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been done."""
    found: list[str] = []

    class Deployment:
        def __init__(self, here: object) -> None: ...

        def deploy(self, *, ask: bool, force: bool) -> None:
            found.append("deploy and ask" if ask else "deploy")

        def destroy(self) -> None:
            found.append("destroy")

    monkeypatch.setattr(stack_commands, "Deployment", Deployment)
    monkeypatch.setattr(checks, "examine", lambda _: iter(()))
    monkeypatch.setattr(processes, "end_by_exception", lambda: None)
    return found


@pytest.fixture
def deployed(runs: RunsWorld) -> RunsWorld:
    for part in ("Storage", "Pipeline"):
        runs.stacks[f"{NAME}-{part}"] = "CREATE_COMPLETE"
    return runs


def test_deploy_prints_the_result_and_the_next_command(
    runs: RunsWorld, reviews: Reviews, done: list[str]
) -> None:
    result = reviews("deploy")
    assert (result.code, done) == (0, ["deploy and ask"])
    assert result.out == f"{NAME} is deployed. Next: reviews run FILE --env dev --wait\n"
    found = reviews("deploy", "--yes", "--json").json
    assert (found["environment"], found["endpoint_name"]) == ("dev", NAME)
    assert done[1] == "deploy"


BLOCKING = Finding(
    check="Quota: ml.m7i.large for endpoint usage",
    verdict=Verdict.MISSING,
    found="0",
    needed="1",
    fix="aws service-quotas request-service-quota-increase",
    blocks=True,
)
LATER = replace(BLOCKING, verdict=Verdict.WARNING, found="1", needed="2", blocks=False)
NOT_DEPLOYED = Finding(check="Stacks", verdict=Verdict.MISSING, found="missing")


def test_deploy_refuses_a_finding_that_blocks_it(
    runs: RunsWorld, reviews: Reviews, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "examine", lambda _: iter([NOT_DEPLOYED, BLOCKING, LATER]))
    result = reviews("deploy", "--yes")
    assert (result.code, done) == (1, [])
    assert result.err == (
        f"{NAME} cannot be deployed and run yet (--force deploys anyway):\n"
        "- Quota: ml.m7i.large for endpoint usage: 0; needed: 1. "
        "To fix it: aws service-quotas request-service-quota-increase\n"
    )
    assert reviews("deploy", "--yes", "--json").json["error"]["kind"] == "DeploymentBlocked"


def test_deploy_with_force_continues_and_prints_the_findings(
    runs: RunsWorld, reviews: Reviews, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "examine", lambda _: iter([BLOCKING, LATER]))
    result = reviews("deploy", "--yes", "--force")
    assert (result.code, done) == (0, ["deploy"])
    assert result.err.splitlines() == [BLOCKING.sentence, LATER.sentence]


def test_nothing_is_looked_at_for_an_aws_that_is_no_account(
    runs: RunsWorld, reviews: Reviews, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Environment, "is_on_aws", False)
    monkeypatch.setattr(checks, "examine", lambda _: iter([BLOCKING]))
    assert reviews("deploy").code == 0


def test_destroy_shows_what_it_will_delete_and_asks(
    deployed: RunsWorld, reviews: Reviews, done: list[str]
) -> None:
    deployed.deploy()
    result = reviews("destroy", answer="y\n")
    assert (result.code, done) == (0, ["destroy"])
    assert result.out.endswith(f"{NAME} is destroyed.\n")
    rows = [line.split() for line in result.err.splitlines()]
    assert [f"{NAME}-Storage", "CREATE_COMPLETE", "2"] in rows
    assert [f"{NAME}-Storage-bucket"] in rows
    assert f"Also, made by runs: endpoint {NAME} (InService), 1 registered models" in result.err


def test_without_a_yes_nothing_is_destroyed(
    deployed: RunsWorld, reviews: Reviews, done: list[str]
) -> None:
    result = reviews("destroy", answer="n\n")
    assert (result.code, done) == (1, [])
    assert "Destroy dev?" in result.err


def test_a_program_has_to_say_yes_beforehand(
    deployed: RunsWorld, reviews: Reviews, done: list[str]
) -> None:
    result = reviews("destroy", "--json")
    assert (result.code, result.json["error"]["message"]) == (
        1,
        "--json asks no questions: add --yes",
    )
    assert done == []
    found = reviews("destroy", "--json", "--yes").json
    assert found["destroyed"]["stacks"] == [f"{NAME}-Storage", f"{NAME}-Pipeline"]
    assert found["destroyed"]["resources"] == 4


def test_where_nothing_is_deployed_there_is_nothing_to_destroy(
    runs: RunsWorld, reviews: Reviews, done: list[str]
) -> None:
    result = reviews("destroy")
    reason = f"{NAME} is not deployed here, so there is nothing to destroy.\n"
    assert (result.code, result.out, done) == (0, reason, [])


def test_where_no_embedded_aws_runs_there_is_nothing_to_destroy(
    runs: RunsWorld, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "find", lambda: None)
    result = CliRunner().invoke(app, ["destroy"])
    assert result.exit_code == 0
    assert result.stdout == ("No embedded AWS is running here, so there is nothing to destroy.\n")
    assert done == []
