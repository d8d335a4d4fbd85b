"""A run is started by the console, with IAM enforced."""

import pytest
from starlette.testclient import TestClient

from contract import s3_uri
from reviews.client.runs.execution import Execution
from reviews.console.app import make_app
from tests.integration import reviews
from tests.integration.deployment import Deployment
from tests.integration.executions import unique
from worlds.waiting import until

PORT = 8123
FILE = {"Content-Type": "application/octet-stream"}


@pytest.fixture
def console(deployment: Deployment) -> TestClient:
    app = make_app(deployment.facade(), port=PORT)
    return TestClient(app, base_url=f"http://127.0.0.1:{PORT}")


def listed(console: TestClient, name: str) -> dict[str, object]:
    (found,) = [
        one for one in console.get("/api/executions").json()["executions"] if one["name"] == name
    ]
    return dict(found)


def test_a_file_is_checked_and_uploaded_and_its_run_is_listed_and_stopped(
    console: TestClient, deployment: Deployment
) -> None:
    name, content = unique("by-console"), reviews.to_csv(reviews.rows()[::2])
    query = {"file": "reviews.csv", "name": name, "training.epochs": "1"}
    refused = console.post(
        "/api/executions", params={**query, "training.epochs": "0"}, content=content, headers=FILE
    )
    assert list(refused.json()["fields"]) == ["training.epochs"]
    started = console.post("/api/executions", params=query, content=content, headers=FILE)
    assert started.status_code == 200, started.text
    uri = started.json()["input"]["reviews"]
    bucket, key = s3_uri.split(uri)
    kept = deployment.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    assert kept == content

    seen = until(lambda: listed(console, name), lambda one: one["reviews"], seconds=120)
    assert (seen["reviews"], seen["status"]) == (uri, "RUNNING")
    assert seen["accuracy"] is None
    assert console.get(f"/api/executions/{name}").json()["actions"] == ["stop"]
    assert console.post(f"/api/executions/{name}/stop", json={}).status_code == 200
    ended = until(
        lambda: listed(console, name), lambda one: one["status"] != "RUNNING", seconds=120
    )
    assert ended["status"] == "ABORTED"


def test_the_first_page_says_which_run_and_version_serves(
    console: TestClient, succeeded: Execution
) -> None:
    serving = console.get("/api/serving").json()["serving"]
    version = serving["version"]
    assert (serving["status"], version["status"]) == ("InService", "Approved")
    assert version["number"] >= succeeded.result()["model_package"]["version"]
    run = console.get(f"/api/executions/{serving['execution']}/run").json()
    assert version["accuracy"] == pytest.approx(run["accuracy"])
    assert version["macro_f1"] == pytest.approx(run["macro_f1"])
    (found,) = [one for one in console.get("/api/models").json()["versions"] if one["serves"]]
    assert found["number"] == version["number"]


def test_the_first_page_counts_requests_and_has_the_alarms(
    console: TestClient, deployment: Deployment, succeeded: Execution
) -> None:
    deployment.facade().endpoint.predict(["I loved this coat."])
    hour, day = until(
        lambda: console.get("/api/traffic").json(), lambda seen: seen[0]["requests"], seconds=60
    )
    assert hour["requests"] >= 1
    assert day["requests"] >= hour["requests"]
    assert hour["errors_5xx"] is not None
    names = [alarm["name"] for alarm in console.get("/api/alarms").json()]
    assert {"EndpointErrors", "EndpointLatency", "Executions"} <= set(names)
