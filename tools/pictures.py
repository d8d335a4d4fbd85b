"""Pictures of a run of `local`, for the README: `make pictures`, after `make demo`.

It is the newest one unless another is named: a run that has reused a training has no curves.
Opens the console and the evaluation page in Chromium (Debian: chromium and chromium-driver) and
writes docs/pictures/*.png.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast
from urllib.request import ProxyHandler, build_opener

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tools.assembly import PROJECT

FOLDER = PROJECT / "docs" / "pictures"
_WIDTH = 1100  # pixels
_REVIEWS = (sys.executable, "-m", "reviews.cli.main")
_FLAGS = ("--headless", "--no-sandbox", "--hide-scrollbars", f"--window-size={_WIDTH},900")
_SECONDS = 60
_TALLEST = 1300  # of a picture; the rest of a page is left out


@contextmanager
def console() -> Iterator[str]:
    """The address of the console of `local`."""
    command = [*_REVIEWS, "console", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=PROJECT, text=True) as process:
        try:
            line = cast("IO[str]", process.stdout).readline()
            if not line:
                sys.exit("There is no local environment: run `make demo` first.")
            yield str(json.loads(line)["url"])
        finally:
            process.terminate()


@contextmanager
def chromium() -> Iterator[Any]:
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        sys.exit("chromium and chromedriver are needed; on Debian: apt-get install chromium-driver")
    with tempfile.TemporaryDirectory() as profile:
        options = webdriver.ChromeOptions()
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        options.binary_location = binary
        browser = webdriver.Chrome(options=options, service=Service(driver))
        try:
            yield browser
        finally:
            browser.quit()


def newest_run(address: str) -> str:
    """The newest execution that succeeded; ends with a sentence where there is none."""
    opener = build_opener(ProxyHandler({}))  # loopback is not asked for through a proxy
    with opener.open(f"{address}api/executions", timeout=_SECONDS) as answer:
        executions = json.load(answer)["executions"]
    found = [one["name"] for one in executions if one["status"] == "SUCCEEDED"]
    if not found:
        sys.exit("No run of the local environment has succeeded yet: run `make demo` first.")
    return str(found[0])


def take(browser: Any, address: str, ready: str, file: Path) -> None:
    """A picture of the whole page, once the expression `ready` holds in it."""
    browser.get(address)
    deadline = time.monotonic() + _SECONDS
    while not browser.execute_script(f"return {ready}"):
        if time.monotonic() > deadline:
            sys.exit(f"{address}: not ready after {_SECONDS} seconds ({ready})")
        time.sleep(0.2)
    height = int(browser.execute_script("return document.documentElement.scrollHeight"))
    browser.set_window_size(_WIDTH, min(height, _TALLEST))
    file.parent.mkdir(parents=True, exist_ok=True)
    browser.save_screenshot(str(file))
    print(file.relative_to(PROJECT))


def main() -> None:
    with console() as address, chromium() as browser:
        name = sys.argv[1] if len(sys.argv) > 1 else newest_run(address)
        take(
            browser,
            f"{address}executions/{name}",
            "document.querySelector('#curves svg') && !document.querySelector('#reports p.note')",
            FOLDER / "console.png",
        )
        take(
            browser,
            f"{address}reports/{name}/evaluation",
            "document.querySelector('svg')",
            FOLDER / "evaluation.png",
        )


if __name__ == "__main__":
    main()
