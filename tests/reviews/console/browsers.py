"""Debian's Chromium, driven by selenium, with its accessibility tree."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from worlds.waiting import until

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_NAMED = {
    "button",
    "checkbox",
    "combobox",
    "image",
    "link",
    "textbox",
    "Iframe",
    "DisclosureTriangle",
}
_FOCUSABLE = """
return [...document.querySelectorAll(
    'a[href], button, input, textarea, summary, iframe, [tabindex="0"]')]
  .filter(node => node.checkVisibility()).map(node => node.outerHTML.slice(0, 120))"""
_FOCUSED = "return document.activeElement.outerHTML.slice(0, 120)"


class Browser:
    def __init__(self, driver: Any, address: str) -> None:
        self._driver, self._address = driver, address

    def open(self, path: str) -> None:
        self._driver.get(self._address + path)

    def resize(self, width: int) -> None:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self._driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def find(self, selector: str) -> WebElement:
        """The first element, once there is one."""
        found = until(lambda: self.all(selector))
        assert found, f"no {selector} in {self.text('body')}"
        return found[0]

    def all(self, selector: str) -> list[WebElement]:
        found: list[WebElement] = self._driver.find_elements(By.CSS_SELECTOR, selector)
        return found

    def text(self, selector: str) -> str:
        """In one step: the page may put another element in its place at any time."""
        script = "return document.querySelector(arguments[0])?.innerText ?? ''"
        return str(self._driver.execute_script(script, selector))

    def says(self, selector: str, words: str) -> None:
        """Waits for words in an element."""
        found = until(lambda: self.text(selector), lambda text: words in text)
        assert words in found, f"{selector}: {found}"

    def press(self, *keys: str) -> None:
        ActionChains(self._driver).send_keys(*keys).perform()

    def run(self, script: str, *arguments: Any) -> Any:
        return self._driver.execute_script(script, *arguments)

    @property
    def focused(self) -> str:
        return str(self.run(_FOCUSED))

    @contextmanager
    def inside(self, frame: WebElement) -> Iterator[None]:
        self._driver.switch_to.frame(frame)
        yield
        self._driver.switch_to.default_content()

    def messages(self) -> list[str]:
        """Of the browser: errors of scripts and of the content's policy."""
        return [entry["message"] for entry in self._driver.get_log("browser")]

    # -- accessibility -------------------------------------------------------------------------

    def roles(self) -> list[str]:
        return [role for role, _ in self._tree()]

    def nameless(self) -> list[str]:
        """Roles of what can be used or is a picture, and has no name."""
        return [role for role, name in self._tree() if role in _NAMED and not name]

    def unreached(self) -> list[str]:
        """What can have the focus and does not get it by Tab."""
        wanted: list[str] = self.run(_FOCUSABLE)
        self.run("document.activeElement.blur(); scrollTo(0, 0)")
        reached = set()
        for _ in range(len(wanted) + 1):
            self.press(Keys.TAB)
            reached.add(self.focused)
        return [node for node in wanted if node not in reached]

    def overflow(self) -> int:
        """By how many pixels the page is wider than the window."""
        return int(self.run("return document.documentElement.scrollWidth - innerWidth"))

    def _tree(self) -> list[tuple[str, str]]:
        nodes = self._driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        return [
            (node["role"]["value"], node.get("name", {}).get("value", ""))
            for node in nodes
            if not node["ignored"]
        ]


@contextmanager
def chromium(address: str, profile: Path) -> Iterator[Browser]:
    options = webdriver.ChromeOptions()
    for flag in (*_FLAGS, f"--user-data-dir={profile}", "--window-size=1280,900"):
        options.add_argument(flag)
    options.binary_location = str(CHROMIUM)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        yield Browser(driver, address)
    finally:
        driver.quit()
