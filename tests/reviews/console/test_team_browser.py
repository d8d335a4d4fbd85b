"""The pages that steer the environment, in a real browser."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from selenium.webdriver.common.keys import Keys

from infra.settings import Peer, Promotion
from reviews.console.server import listen, make_server
from tests.drift_reports import report
from tests.reviews.console.browsers import CHROMIUM, DRIVER, Browser, chromium
from tests.reviews.worlds.console_world import OUTPUTS
from tests.reviews.worlds.environment import FakeEnvironment
from tests.reviews.worlds.recorded_runs import FAILED, RUNNING, WAITING
from tests.reviews.worlds.team_world import CALLER, SERVING, TeamWorld
from worlds.waiting import until

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="there is no Chromium here")
TABLE = "Review Text,Rating\n" + "".join(
    f"text {n}{rating},{rating}\n" for n in range(8) for rating in (1, 3, 5)
)


@pytest.fixture(scope="module")
def world() -> TeamWorld:
    made = TeamWorld()
    made.wait_for_approval()
    return made


@pytest.fixture(scope="module")
def environment(world: TeamWorld) -> FakeEnvironment:
    return FakeEnvironment(world, OUTPUTS)


@pytest.fixture(scope="module")
def running(
    environment: FakeEnvironment, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    with listen(0) as listener:
        port = listener.getsockname()[1]
        server = make_server(environment, port)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with chromium(f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("profile")) as made:
            yield made
        server.should_exit = True
        thread.join()


@pytest.fixture
def browser(running: Browser, world: TeamWorld) -> Iterator[Browser]:
    """Nothing that a test does makes a script fail or violates the page's policy."""
    world.changes.clear()
    running.resize(1280)
    yield running
    expected = ("status of 400", "status of 502")  # a refusal, as the browser sees it
    unexpected = [
        message for message in running.messages() if not any(one in message for one in expected)
    ]
    assert unexpected == []


def test_the_first_page_says_what_serves_and_what_waits(browser: Browser) -> None:
    browser.open("/")
    browser.says("#serving-status", "reviews-dev is InService.")
    browser.says("#serving", "model version\n2 (Approved, trained here)")
    browser.says("#serving", "accuracy\n0.820")
    assert browser.find(f"#serving a[href='/executions/{SERVING}']").text == SERVING
    browser.says("#alarms-status", "In alarm: EndpointErrors.")
    browser.says("#traffic-status", "CloudWatch has no data points of the last day")
    browser.says("#executions-status", "2 are running. 1 waits for approval.")
    browser.says("#executions", "RUNNING: waits for approval")


def test_a_stopped_endpoint_is_started_from_the_first_page(
    browser: Browser, world: TeamWorld
) -> None:
    world.stop_endpoint()
    browser.open("/")
    browser.says("#serving-status", "reviews-dev is stopped since 2026-11-24 12:00 UTC")
    browser.find("#start-endpoint").click()
    browser.find("dialog button:last-of-type").click()
    browser.says("#action-status", "reviews-dev is being created")
    assert world.changes == ["create reviews-dev"]


def test_a_part_that_aws_refuses_is_unknown_and_the_others_are_shown(
    browser: Browser, world: TeamWorld
) -> None:
    world.denied = {"DescribeAlarms"}
    browser.open("/")
    browser.says("#alarms-status", "Unknown: An error occurred (AccessDeniedException)")
    browser.says("#serving-status", "reviews-dev is InService.")
    assert browser.all("#alarms:not([hidden])") == []
    world.denied = set()


def test_an_approval_is_given_by_keyboard_after_a_question(
    browser: Browser, world: TeamWorld
) -> None:
    browser.open(f"/executions/{WAITING}")
    browser.says("#run", "accuracy\n0.809")
    browser.find("#approve:not([hidden])").send_keys(Keys.ENTER)
    browser.says("dialog", f"Approve the model of {WAITING}?")
    browser.says("dialog", "Its accuracy is 0.809, its macro-F1 0.808.")
    browser.press("looks good", Keys.TAB, Keys.TAB, Keys.ENTER)
    browser.says("#action-status", f"Approved by {CALLER}.")
    assert 'id="action-status"' in browser.focused
    (change,) = world.changes
    assert f"approved by {CALLER}: looks good" in change


@pytest.mark.parametrize("close", [Keys.ESCAPE, Keys.ENTER], ids=["escape", "cancel"])
def test_a_question_that_is_cancelled_changes_nothing_and_gives_the_focus_back(
    browser: Browser, world: TeamWorld, close: str
) -> None:
    browser.open(f"/executions/{RUNNING}")
    browser.find("#stop:not([hidden])").send_keys(Keys.ENTER)
    browser.says("dialog", f"Stop {RUNNING}?")
    assert "dialog" in browser.roles()
    assert browser.nameless() == []
    assert ">Cancel<" in browser.focused
    browser.press(close)
    assert until(lambda: browser.all("dialog") == [])
    assert 'id="stop"' in browser.focused
    assert world.changes == []


def test_a_run_is_stopped_and_another_redriven(browser: Browser, world: TeamWorld) -> None:
    job = f"reviews-dev-train-{RUNNING}-1"
    world.running_jobs = [job]
    browser.open(f"/executions/{RUNNING}")
    browser.find("#stop:not([hidden])").click()
    browser.find("dialog button:last-of-type").click()
    browser.says(
        "#action-status", f"{RUNNING} is stopped, and so is reviews-dev-train-{RUNNING}-1."
    )
    browser.open(f"/executions/{FAILED}")
    browser.find("#redrive:not([hidden])").click()
    browser.find("dialog button:last-of-type").click()
    browser.says("#action-status", f"{FAILED} continues.")
    assert world.changes == [f"stop {RUNNING}", f"stop {job}", f"redrive {FAILED}"]


def test_what_is_refused_is_an_alert(browser: Browser, world: TeamWorld) -> None:
    world.denied = {"RedriveExecution"}
    browser.open(f"/executions/{FAILED}")
    browser.find("#redrive:not([hidden])").click()
    browser.find("dialog button:last-of-type").click()
    browser.says("#action-problem[role=alert]", "not authorized to RedriveExecution")
    world.denied = set()


def test_a_run_is_started_with_a_file_and_its_invalid_fields_are_named(
    browser: Browser, world: TeamWorld, tmp_path: Path
) -> None:
    file = tmp_path / "mine.csv"
    file.write_text(TABLE)
    browser.open("/start")
    browser.find("#start button[type=submit]").click()
    browser.says("#wrong-file", "Choose a file of reviews.")
    browser.find("#file").send_keys(str(file))
    browser.run("document.getElementById('training.epochs').value = '0'")
    browser.find("#start button[type=submit]").click()
    browser.says("[id='wrong-training.epochs']", "0 must be a whole number from 1 to 100")
    browser.says("#start-problem", "Not started: 1 field is invalid.")
    assert 'id="training.epochs"' in browser.focused
    assert world.changes == []
    browser.run("document.getElementById('training.epochs').value = '5'")
    browser.find("#name").send_keys("mine")
    browser.find("#start button[type=submit]").click()
    browser.says("#status", "Started mine.")
    browser.says("#started", "24 of 24 rows can be used")
    assert world.changes[-1].startswith("start mine ")
    assert '"training": {"epochs": 5}}' in world.changes[-1]
    browser.press(Keys.ENTER)  # the link has the focus
    browser.says("#name", "mine")


def test_two_runs_are_chosen_and_compared(browser: Browser) -> None:
    browser.open(f"/executions/{SERVING}")
    browser.find("#compare").click()
    browser.find("#second").send_keys(WAITING, Keys.ENTER)
    browser.says("#status", f"{SERVING} and {WAITING} differ in 0 settings.")
    browser.says("#metrics", "accuracy\t0.8095\t0.8095\t+0")


def test_an_earlier_version_is_deployed_after_a_question(
    browser: Browser, world: TeamWorld
) -> None:
    browser.open("/models")
    browser.says("#versions tr:nth-of-type(2)", "serves now")
    browser.find("[aria-label='Roll back to version 1']").click()
    browser.says("dialog", "Version 2 serves now (accuracy 0.820, macro-F1 0.800).")
    browser.says("dialog", "Version 1 (accuracy 0.810, macro-F1 0.800) is deployed again")
    assert browser.nameless() == []
    browser.find("dialog button:last-of-type").click()
    browser.says("#action-status", "Started rollback-")
    (change,) = world.changes
    assert change.endswith('{"start_at": "rollback", "version": 1}')


def test_a_model_of_another_environment_is_promoted_after_a_question(
    browser: Browser, world: TeamWorld, environment: FakeEnvironment
) -> None:
    staging = Peer(
        name="reviews-staging", environment="staging", account="999999999999", region="us-east-1"
    )
    promotion = Promotion(sources=(staging,))
    environment.settings = replace(
        environment.settings, account="000000000001", promotion=promotion
    )
    browser.open("/models")
    browser.find("#promotion:not([hidden])")
    browser.find("#model").send_keys("7", Keys.ENTER)
    browser.says("dialog", "Promote 7 of staging?")
    browser.find("dialog button:last-of-type").click()
    browser.says("#action-status", "Started promote-")
    assert '"from_environment": "staging", "from_version": 7}' in world.changes[0]
    assert browser.nameless() == []


def test_drift_is_shown_with_its_reports(browser: Browser, world: TeamWorld) -> None:
    browser.open("/drift")
    browser.says("#status", "There is no report yet")
    world.add_drift_report("20261123T120000Z-a", replace(report("class_mix"), verdict="no drift"))
    world.add_drift_report("20261124T120000Z-b", report("class_mix"))
    browser.open("/drift")
    browser.says("#status", "✗ drift in the 500 requests from")
    browser.says("#quantities", "Predicted classes: 35.0% of the texts fall elsewhere")
    names = [one.text for one in browser.all("#reports summary")]
    assert names == ["Report 20261124T120000Z-b", "Report 20261123T120000Z-a"]
    browser.find("[data-report='20261124T120000Z-b'] summary").click()
    with browser.inside(browser.find("#reports iframe")):
        browser.says("h1", "Drift")
    browser.open("/")
    browser.says("#drift-status", "Predicted classes.")


def test_what_cannot_be_compared_says_why(browser: Browser, world: TeamWorld) -> None:
    browser.open("/drift")
    browser.find("#compare").click()
    browser.find("dialog button:last-of-type").click()
    browser.says("#action-problem", "dev captures no requests")
    assert world.changes == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_question_fits_the_window(browser: Browser, width: int) -> None:
    browser.resize(width)
    browser.open(f"/executions/{WAITING}")
    browser.find("#reject:not([hidden])").click()
    box = browser.find("dialog").rect
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert browser.overflow() <= 0
    browser.press(Keys.ESCAPE)
