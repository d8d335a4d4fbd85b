"""The pages of the console: the content of each in the same frame."""

from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Page:
    """A page: its content is pages/<name>.html, its script static/<name>.js."""

    name: str
    path: str
    title: str

    def html(self, environment: str) -> str:
        """`environment`: its name, such as reviews-dev."""
        return Template(_read("frame")).substitute(
            title=escape(f"{self.title} of {environment}"),
            environment=escape(environment),
            navigation="".join(_link(page, self) for page in NAVIGATION),
            content=_read(self.name),
            script=f"/static/{self.name}.js",
        )


NAVIGATION = (
    Page("overview", "/", "Overview"),
    Page("executions", "/executions", "Executions"),
    Page("start", "/start", "Start a run"),
    Page("compare", "/compare", "Compare runs"),
    Page("models", "/models", "Models"),
    Page("drift", "/drift", "Drift"),
    Page("features", "/features", "Features"),
    Page("endpoint", "/endpoint", "Endpoint"),
)
PAGES = (*NAVIGATION, Page("execution", "/executions/{name}", "Execution"))


def _link(page: Page, shown: Page) -> str:
    current = ""
    if page is shown:
        current = ' aria-current="page"'
    elif shown.path.startswith(f"/{page.name}/"):
        current = ' aria-current="true"'
    return f'<li><a href="{page.path}"{current}>{page.title}</a></li>'


@cache
def _read(name: str) -> str:
    return (FOLDER / "pages" / f"{name}.html").read_text(encoding="utf-8")
