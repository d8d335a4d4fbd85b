import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from contract.names import tuning_job_prefix
from infra.settings import ENVIRONMENTS
from reviews.cli import main
from reviews.client.aws.connection import Connection
from reviews.client.cost import asked_prices, price_list
from reviews.client.cost.prices import Price
from reviews.client.environment import Environment
from tests.reviews.cli.commands import Reviews
from tests.reviews.worlds.runs_world import EVALUATION, RunsWorld


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's prices but those of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main.app, ["cost", *arguments])
    assert result.exit_code == 0, result.output
    return result.output


def rows(*arguments: str) -> list[list[str]]:
    return [line.split() for line in run(*arguments).splitlines()]


def test_without_an_environment_each_has_its_table() -> None:
    output = run()
    for environment in ENVIRONMENTS:
        assert f"{environment}, a month in us-east-1" in output


def test_a_row_has_quantity_unit_price_sum_and_the_number_of_its_source() -> None:
    found = rows("--env", "dev")
    endpoint = ["Endpoint,", "1", "x", "ml.m7i.large", "730", "hour", "0.121", "88.33", "[1]"]
    assert endpoint in found
    assert ["Feature", "Store", "80,000", "write", "unknown", "unknown"] in found


def test_each_price_has_its_date_and_source() -> None:
    output = run("--env", "dev")
    first = "[1] 2026-09-27, AWS's price list, AmazonSageMaker, quoted in public code"
    assert first in output.splitlines()
    assert "prices.py" not in output


def test_the_budget_is_next_to_the_estimate() -> None:
    none = "Budget: 200.00, of which this is 49%; there is none before an address is in notify"
    assert none in run("--env", "dev")
    assert "Budget: none (budget.monthly_usd)" in run("--env", "local")
    (found,) = json.loads(run("--env", "dev", "--json"))
    assert found["budget_usd"] is None


def test_the_assumptions_are_printed_and_can_be_changed() -> None:
    assert "Assumed: 4 executions a month on 20,000 reviews" in run("--env", "dev")
    changed = run("--env", "dev", "--runs", "30", "--reviews", "5", "--office-hours", "40")
    assert "Assumed: 30 executions a month on 5 reviews" in changed
    assert "stopped outside 40 of 168 hours a week: " in changed
    (found,) = json.loads(run("--env", "dev", "--json", "--request-ms", "20"))
    assert found["assumed"]["request_ms"] == 20


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


# -- --refresh -------------------------------------------------------------------------------------


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The regions whose prices AWS was asked for, each in the region of the API."""
    regions: list[str] = []

    def ask(client: str, region: str, today: str) -> dict[str, Price]:
        regions.append(f"{region} in {client}")
        source = f"{price_list.SOURCE}, USE1-Host:ml.m7i.large, SKU A"
        return {"Host:ml.m7i.large": Price(usd=1, unit="hour", source=source, read=today)}

    monkeypatch.setattr(
        Connection, "client_in", lambda _self, service, region: f"{service} {region}"
    )
    monkeypatch.setattr(price_list, "ask", ask)
    return regions


def test_refreshed_prices_are_kept_and_used_from_then_on(asked: list[str], cache: Path) -> None:
    result = CliRunner().invoke(main.app, ["cost", "--env", "dev", "--refresh"])
    assert result.exit_code == 0, result.output
    assert asked == ["us-east-1 in pricing us-east-1"]
    file = cache / "reviews-on-sagemaker" / "prices" / "us-east-1.json"
    assert result.stderr.splitlines()[-1] == f"1 prices of AWS in us-east-1, kept in {file}"
    for output in (result.stdout, run("--env", "dev")):
        assert ["ml.m7i.large", "730", "hour", "1", "730.00", "[1]"] in [
            line.split()[3:] for line in output.splitlines()
        ]
        assert ", AWS's Price List API\n" in output
        assert "AWS's price list, AmazonSageMaker, quoted in public code" in output
    assert len(asked) == 1


def test_of_all_environments_each_region_on_aws_is_asked_once(asked: list[str]) -> None:
    run("--refresh")
    assert asked == ["us-east-1 in pricing us-east-1"]


def test_the_embedded_aws_has_no_prices() -> None:
    result = CliRunner().invoke(main.app, ["cost", "--env", "local", "--refresh"])
    assert result.exit_code == 1
    assert (
        "local is not on AWS here, and the embedded AWS has no prices: everything" in result.stderr
    )
    assert "reviews cost --refresh --env dev" in result.stderr


# -- of a run --------------------------------------------------------------------------------------


def costs(reviews: Reviews, name: str) -> dict[str, Any]:
    found: dict[str, Any] = reviews("cost", name, "--json").json
    return found


def parts(reviews: Reviews, name: str) -> list[tuple[str, float]]:
    return [(one["what"], one["usd"]) for one in costs(reviews, name)["costs"]]


MINUTE_OF_PROCESSING, MINUTE_OF_TRAINING = 0.484 / 60, 0.857 / 60


def test_a_run_has_cost_what_aws_bills_of_each_job(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("first", evaluation=EVALUATION)
    spot = {"TrainingTimeInSeconds": 60, "BillableTimeInSeconds": 20}
    runs.jobs["reviews-dev-train-first-1"]["more"] = spot
    assert parts(reviews, "first") == [
        ("Process", pytest.approx(MINUTE_OF_PROCESSING)),
        ("Train", pytest.approx(MINUTE_OF_TRAINING / 3)),
        ("Evaluate", pytest.approx(MINUTE_OF_PROCESSING)),
    ]
    output = reviews("cost", "first").out
    train = ["Train", "reviews-dev-train-first-1", "1", "x", "ml.c7i.4xlarge", "0:20", "1:00"]
    assert [*train, "0.0048", "[1]"] in [line.split() for line in output.splitlines()]
    assert "first in all: USD 0.0209" in output
    assert "Spot instances: 0:40 of instances that ran are not billed." in output
    assert "[1] 2026-09-27, AWS's price list" in output


def test_every_attempt_counts_with_the_type_that_it_had(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("first")
    first = runs.jobs["reviews-dev-train-first-1"]
    runs.jobs["reviews-dev-train-first-2"] = {**first, "type": "ml.m7i.4xlarge", "instances": 2}
    first |= {"status": "Failed", "started": None}
    found = {one["name"]: one for one in costs(reviews, "first")["costs"]}
    assert found["reviews-dev-train-first-1"]["usd"] == 0
    second = found["reviews-dev-train-first-2"]
    assert (second["instance_type"], second["instances"]) == ("ml.m7i.4xlarge", 2)
    assert second["usd"] == pytest.approx(2 * 0.968 / 60)


def test_its_tunings_and_the_reports_about_its_drift_count(
    runs: RunsWorld, reviews: Reviews
) -> None:
    runs.add("first")
    trained, processed = "reviews-dev-train-first-1", "reviews-dev-process-first-1"
    own, other = (f"{tuning_job_prefix('reviews-dev', run)}1" for run in ("first", "second"))
    for name, like in {
        f"{own}-001-abc": trained,
        f"{own}-002-def": trained,
        f"{other}-001-ghi": trained,
        "reviews-dev-drift-monday-1": processed,
        "reviews-dev-drift-tuesday-1": processed,
    }.items():
        runs.jobs[name] = dict(runs.jobs[like])
    runs.tunings = {
        own: [f"{own}-001-abc", f"{own}-002-def"],
        other: [f"{other}-001-ghi"],
    }
    runs.runs_of = {
        "reviews-dev-drift-monday-1": "first",
        "reviews-dev-drift-tuesday-1": "second",
    }
    assert [what for what, _ in parts(reviews, "first")] == [
        "Process",
        "Train",
        "Evaluate",
        "Tuning",
        "Tuning",
        "Drift",
    ]


def test_the_endpoint_counts_while_it_serves_the_run(
    runs: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs.add("first")
    runs.add("second")
    runs.deploy()
    variant = {"VariantName": "AllTraffic", "InstanceType": "ml.m7i.large"}
    config, endpoint = runs.describe_endpoint_config, runs.describe_endpoint
    monkeypatch.setattr(
        runs,
        "describe_endpoint_config",
        lambda EndpointConfigName: config(EndpointConfigName) | {"ProductionVariants": [variant]},
    )
    served = [{"VariantName": "AllTraffic", "CurrentInstanceCount": 2}]
    monkeypatch.setattr(
        runs,
        "describe_endpoint",
        lambda EndpointName: endpoint(EndpointName) | {"ProductionVariants": served},
    )
    last = costs(reviews, "first")["costs"][-1]
    assert (last["what"], last["instances"]) == ("Endpoint", 2)
    assert last["usd"] == pytest.approx(2 * 0.121 * last["seconds"] / 3600)
    assert "The endpoint since it was deployed or started" in reviews("cost", "first").out
    assert "Endpoint" not in dict(parts(reviews, "second"))


def test_a_price_that_is_not_known_is_unknown(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("first")
    runs.jobs["reviews-dev-train-first-1"]["type"] = "ml.r5d.large"
    assert costs(reviews, "first")["usd"] is None
    assert "first in all: USD unknown" in reviews("cost", "first").out


def test_prices_that_aws_has_answered_count_for_runs_too(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("first")
    price = Price(usd=60, unit="hour", source=price_list.SOURCE, read="2026-11-30")
    asked_prices.save("us-east-1", {"Train:ml.c7i.4xlarge": price})
    assert dict(parts(reviews, "first"))["Train"] == 1


def test_a_run_that_reused_everything_has_cost_nothing(runs: RunsWorld, reviews: Reviews) -> None:
    runs.add("first", reached=())
    assert costs(reviews, "first") == {
        "run": "first",
        "region": "us-east-1",
        "usd": 0.0,
        "free": False,
        "costs": [],
    }
    assert reviews("cost", "first").out == "first has started nothing that is billed.\n"


def test_in_the_embedded_aws_a_run_is_free(
    runs: RunsWorld, reviews: Reviews, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Environment, "is_on_aws", False)
    runs.add("first")
    found = costs(reviews, "first")
    assert (found["free"], found["usd"]) == (True, 0.0)
    assert "first in all: free" in reviews("cost", "first").out
