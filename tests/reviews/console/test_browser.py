"""The pages in a real browser."""

import threading
from collections.abc import Iterator

import pytest
from selenium.webdriver.common.keys import Keys

from reviews.console.server import listen, make_server
from tests.drift_reports import report
from tests.reviews.console.browsers import CHROMIUM, DRIVER, Browser, chromium
from tests.reviews.worlds import recorded_runs
from tests.reviews.worlds.console_world import OUTPUTS, SYNTAX_ERROR
from tests.reviews.worlds.environment import FakeEnvironment
from tests.reviews.worlds.recorded_runs import FAILED, RUNNING, SUCCEEDED
from tests.reviews.worlds.team_world import TeamWorld
from worlds.waiting import until

pytestmark = pytest.mark.skipif(not (CHROMIUM and DRIVER), reason="there is no Chromium here")
# A page, and what is there once it is complete.
PAGES = {
    "/": "#executions a",
    "/executions": "#executions a",
    "/start": "#training input",
    "/models": "#versions button",
    "/drift": "#quantities td",
    f"/compare?first={SUCCEEDED}&second={FAILED}": "#metrics td",
    f"/executions/{SUCCEEDED}#state=StartTraining": "#state h3",
    f"/executions/{FAILED}": "#graph a.failed",
    "/features": "#first td",
    "/endpoint": "#ask",
}


@pytest.fixture(scope="module")
def world() -> TeamWorld:
    made = TeamWorld()
    made.add_drift_report("20261124T120000Z-b", report("class_mix"))
    return made


@pytest.fixture(scope="module")
def browser(world: TeamWorld, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with listen(0) as listener:
        port = listener.getsockname()[1]
        server = make_server(FakeEnvironment(world, OUTPUTS), port)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with chromium(f"http://127.0.0.1:{port}", tmp_path_factory.mktemp("profile")) as running:
            yield running
        server.should_exit = True
        thread.join()


@pytest.fixture(autouse=True)
def _is_silent(browser: Browser) -> Iterator[None]:
    """Nothing that a test does makes a script fail or violates the page's policy."""
    browser.resize(1280)
    yield
    expected = "status of 400"  # a refusal, as the browser sees it
    assert [message for message in browser.messages() if expected not in message] == []


def test_an_execution_is_opened_and_its_states_are_shown(browser: Browser) -> None:
    browser.open("/executions")
    browser.says("#status", "1 is running.")
    browser.says("#executions", "sample.csv\troberta-base\t0.809\t0.808")
    browser.find(f"a[href='/executions/{SUCCEEDED}']").click()
    browser.says("#status", "✓ SUCCEEDED")
    assert browser.text("nav [aria-current=true]") == "Executions"
    browser.says("#steps", "accuracy=0.8095")
    browser.find("#graph a[aria-label='StartTraining, Task: done, 1 visit']").click()
    browser.says("#state", f'"name": "reviews-dev-train-{SUCCEEDED}-1"')
    assert until(lambda: browser.focused.startswith("<h3")), browser.focused


def test_curves_are_pictures_with_words_and_numbers(browser: Browser) -> None:
    browser.open(f"/executions/{SUCCEEDED}")
    label = browser.find("#curves svg[role=img]").get_attribute("aria-label")
    assert label == (
        "Loss by step; newest: train:loss 0.2038 at step 240, validation:loss 0.6105 at step 240"
    )
    browser.find("#curves details:last-of-type summary").click()
    browser.says("#curves details[open]", "0.7012")


def test_reports_are_shown_in_a_sandbox(browser: Browser) -> None:
    browser.open(f"/executions/{SUCCEEDED}")
    browser.find("[data-report=evaluation] summary").click()
    frame = browser.find("iframe[title=Evaluation]")
    assert frame.get_attribute("sandbox") == ""
    with browser.inside(frame):
        browser.says("h1", "Evaluation")
    browser.find("[data-report=training] summary").click()
    with browser.inside(browser.find("iframe[title='Profile of the training']")):
        browser.says("body", "aten::addmm")


def test_a_failure_says_its_error_and_cause(browser: Browser) -> None:
    browser.open(f"/executions/{FAILED}")
    browser.says("#failure", recorded_runs.TROUBLE)
    browser.find("#graph a.failed").click()
    browser.says("#state", "✗ Visit 1: failed")
    browser.says("#state .problem", recorded_runs.TROUBLE)


def test_a_running_execution_is_refreshed_and_keeps_the_focus(
    browser: Browser, world: TeamWorld
) -> None:
    browser.open(f"/executions/{RUNNING}")
    browser.says("#status", "▸ RUNNING: Train")
    browser.run("arguments[0].focus()", browser.find("#graph a.running"))
    assert "WaitForTraining" in browser.focused
    history = world.runs[0].history
    history.leave("WaitForTraining")
    recorded_runs.wait(history, "Training")
    recorded_runs.job(history, "Evaluation", f"reviews-dev-evaluate-{RUNNING}-1", waits=1)
    history.enter("CheckGate")
    browser.says("#status", "▸ RUNNING: Gate")
    browser.find("#graph a.running[aria-label='CheckGate, Task: running, 1 visit']")
    assert "WaitForTraining" in browser.focused


def test_a_query_shows_rows_or_athenas_own_words(browser: Browser) -> None:
    browser.open("/features")
    browser.says("#first-status", "20 rows, 7 columns")
    browser.says("#first", "the <colour> is lovely")
    browser.find("#query button").click()
    browser.says("#answer", "105")
    browser.find("#sql").clear()
    browser.find("#sql").send_keys("SELEKT 1")
    browser.find("#query button").click()
    browser.says("#query-problem", SYNTAX_ERROR)
    assert browser.text("#answer") == ""


def test_the_endpoint_is_asked_by_keyboard(browser: Browser) -> None:
    browser.open("/endpoint")
    browser.find("#text").send_keys("I love it but it is boxy", Keys.TAB, Keys.ENTER)
    browser.says("#status", "It is positive, with a probability of 0.830.")
    browser.says("#probabilities", "positive, predicted")
    browser.says("#words", "love")
    assert browser.text("#words tr").startswith("love\t+")
    assert browser.text("#text-marked .against") == "boxy"
    widths = [bar.size["width"] for bar in browser.all("#probabilities .bar")]
    assert widths == sorted(widths)


def test_an_endpoint_that_is_not_there_is_an_alert(browser: Browser, world: TeamWorld) -> None:
    browser.open("/endpoint")
    world.has_endpoint = False
    browser.find("#text").send_keys("Soft.", Keys.TAB, Keys.ENTER)
    browser.says("[role=alert]", "The endpoint reviews-dev does not exist yet")
    world.has_endpoint = True


@pytest.mark.parametrize("path", PAGES)
def test_a_page_can_be_used_without_seeing_it_or_a_mouse(browser: Browser, path: str) -> None:
    browser.open(path)
    browser.find(PAGES[path])
    assert {"banner", "navigation", "main"} <= set(browser.roles())
    assert browser.roles().count("heading") >= 1
    assert len(browser.all("h1")) == 1
    assert browser.nameless() == []
    assert browser.unreached() == []


@pytest.mark.parametrize("path", PAGES)
def test_a_page_fits_a_narrow_window(browser: Browser, path: str) -> None:
    browser.resize(360)
    browser.open(path)
    browser.find(PAGES[path])
    assert browser.overflow() <= 0


@pytest.mark.parametrize("name", ["evaluation", "training"])
def test_a_report_fits_a_narrow_window(browser: Browser, name: str) -> None:
    browser.resize(360)
    browser.open(f"/executions/{SUCCEEDED}")
    browser.find(f"[data-report={name}] summary").click()
    with browser.inside(browser.find(f"[data-report={name}] iframe")):
        browser.says("table", "reviews" if name == "evaluation" else "share")
        assert browser.overflow() <= 0
