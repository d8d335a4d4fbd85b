import json

import pytest
from typer.testing import CliRunner

from infra.settings import ENVIRONMENTS
from reviews.cli import main


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main.app, ["cost", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_without_an_environment_each_has_its_table() -> None:
    output = run()
    for environment in ENVIRONMENTS:
        assert f"{environment}, a month in us-east-1" in output


def test_a_row_has_quantity_unit_price_and_sum() -> None:
    rows = [line.split() for line in run("--env", "dev").splitlines()]
    assert ["Endpoint,", "1", "x", "ml.m7i.large", "730", "hour", "0.121", "88.33"] in rows
    assert ["Feature", "Store", "80,000", "write", "unknown", "unknown"] in rows


def test_the_assumptions_are_printed_and_can_be_changed() -> None:
    assert "Assumed: 4 executions a month on 20,000 reviews" in run("--env", "dev")
    changed = run("--env", "dev", "--runs", "30", "--reviews", "5", "--office-hours", "40")
    assert "Assumed: 30 executions a month on 5 reviews" in changed
    assert "stopped outside 40 of 168 hours a week: " in changed


def test_json_has_the_same_with_sources() -> None:
    (found,) = json.loads(run("--env", "prod", "--json", "--office-hours", "84"))
    endpoint = found["items"][0]
    assert endpoint["item"] == "Endpoint, 2 x ml.m7i.xlarge"
    assert endpoint["usd"] == pytest.approx(endpoint["quantity"] * endpoint["unit_usd"])
    assert endpoint["source"]
    assert endpoint["read"]
    assert found["usd"] - found["office_usd"] == pytest.approx(endpoint["usd"] / 2)
    assert found["assumed"]["office_hours"] == 84


def test_an_unknown_environment_is_answered_with_the_known_ones() -> None:
    result = CliRunner().invoke(main.app, ["cost", "--env", "nowhere"])
    assert result.exit_code == 1
    assert result.stderr == "--env nowhere: allowed is local, dev, staging, prod\n"
