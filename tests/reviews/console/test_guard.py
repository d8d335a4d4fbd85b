import re

import pytest
from starlette.routing import Route
from starlette.testclient import TestClient

from reviews.console.app import make_app
from reviews.console.guard import POLICY
from tests.reviews.console.conftest import PORT
from tests.reviews.worlds.console_world import OUTPUTS
from tests.reviews.worlds.environment import FakeEnvironment
from tests.reviews.worlds.team_world import TeamWorld

OWN = f"http://127.0.0.1:{PORT}"
TEXT = {"text": "Soft and warm."}
READABLE = ("/api/executions", "/api/drift")  # a GET lists what there is
# What a form of a web page can send.
OF_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain")


def posts() -> list[str]:
    """The paths of all routes that take a POST, with values in place of their parameters."""
    app = make_app(FakeEnvironment(TeamWorld(), OUTPUTS), port=PORT)
    return [
        re.sub(r"\{.+?\}", "too-few-epochs", route.path)
        for route in app.routes
        if isinstance(route, Route) and "POST" in (route.methods or ())
    ]


POSTS = posts()


@pytest.mark.parametrize("host", [f"127.0.0.1:{PORT}", f"localhost:{PORT}"])
def test_the_own_host_names_are_answered(client: TestClient, host: str) -> None:
    assert client.get("/", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1:80", ""])
def test_another_host_is_refused(client: TestClient, world: TeamWorld, host: str) -> None:
    answer = client.get("/api/executions", headers={"Host": host})
    assert answer.status_code == 403
    assert answer.json() == {"error": f"This server is 127.0.0.1:{PORT}, not {host}."}
    assert world.calls == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("mode", ["cors", "no-cors", "navigate"])
def test_no_other_site_reaches_the_api(
    client: TestClient, world: TeamWorld, site: str, mode: str
) -> None:
    headers = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode}
    for answer in (
        client.get("/api/features", headers=headers),
        client.post("/api/predictions", json=TEXT, headers=headers),
    ):
        assert answer.status_code == 403
        assert answer.json() == {"error": "Requests of other sites are refused."}
    assert world.calls == []


def test_a_link_on_another_site_may_lead_to_a_page(client: TestClient) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert client.get("/features", headers=headers).status_code == 200
    assert client.post("/features", headers=headers).status_code == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", f"https://127.0.0.1:{PORT}"])
def test_a_post_of_another_origin_is_refused(
    client: TestClient, world: TeamWorld, origin: str
) -> None:
    answer = client.post("/api/predictions", json=TEXT, headers={"Origin": origin})
    assert answer.status_code == 403
    assert answer.json() == {"error": f"Requests of {origin} are refused."}
    assert world.calls == []


@pytest.mark.parametrize("kind", [None, *OF_FORMS])
@pytest.mark.parametrize("path", POSTS)
def test_a_form_cannot_post(
    client: TestClient, world: TeamWorld, path: str, kind: str | None
) -> None:
    headers = {"Origin": OWN, **({"Content-Type": kind} if kind else {})}
    answer = client.post(path, content='{"text": "x"}', headers=headers)
    reason = "Send application/json or application/octet-stream."
    assert (answer.status_code, answer.json()) == (403, {"error": reason})
    assert world.calls == []


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate"},
        {"Host": f"evil.example:{PORT}"},
    ],
    ids=["origin", "null", "cross-site", "another port", "rebound name"],
)
def test_another_site_changes_nothing(
    client: TestClient, world: TeamWorld, path: str, headers: dict[str, str]
) -> None:
    for kind in ("application/json", "application/octet-stream"):
        answer = client.post(path, content="{}", headers={"Content-Type": kind, **headers})
        assert answer.status_code == 403
    assert world.calls == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", POSTS)
def test_what_changes_something_is_a_post(
    client: TestClient, world: TeamWorld, path: str, method: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == 405 or (path in READABLE and method in ("GET", "HEAD"))
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert world.changes == []


def test_the_own_pages_may_post(client: TestClient) -> None:
    headers = {"Origin": OWN, "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}
    assert client.post("/api/predictions", json=TEXT, headers=headers).status_code == 200


@pytest.mark.parametrize("path", ["/", "/static/style.css", "/api/executions", "/nowhere"])
def test_every_answer_has_the_policy(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"] == POLICY
    assert POLICY.startswith("default-src 'self';")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in headers
