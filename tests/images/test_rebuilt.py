import re

import pytest

from tests.images import rebuilt, table
from tests.images.rebuilt import PINS, Image, PythonMissing, find_python


@pytest.mark.parametrize("name", sorted(path.stem for path in PINS.glob("*.toml")))
def test_each_pin_is_exact_and_stands_once(name: str) -> None:
    image = Image.read(name)
    pins = (*image.requirements, *image.without_compiler, *image.with_dependencies)
    assert all(re.fullmatch(r"[\w.\[\]-]+==[\w.+]+", pin) for pin in pins)
    assert len({pin.partition("==")[0] for pin in pins}) == len(pins)


def test_a_missing_python_is_named() -> None:
    with pytest.raises(PythonMissing, match=r"Python 2\.9: not on the PATH, under pyenv"):
        find_python("2.9")


def test_an_interpreter_of_another_version_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilt, "_candidates", lambda _: ["/bin/false", rebuilt.sys.executable])
    with pytest.raises(PythonMissing):
        find_python("2.9")


def report(
    name: str, outcome: str, when: str = "call", *, reason: str = "", **properties: str
) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=f"tests/images/test_x.py::test_{name}",
        location=("", None, ""),
        keywords={},
        outcome=outcome,
        longrepr=("x.py", 1, f"Skipped: {reason}") if reason else None,
        when=when,
        user_properties=list(properties.items()),
    )


def test_the_table_says_what_failed_and_what_was_skipped() -> None:
    ray = {"image": "ray:serve", "python": "3.13 missing"}
    torch = {"image": "pytorch:2.13", "python": "3.12.1", "note": "torch 2.13.0+cu130"}
    reports = [
        report("a_body_is_answered", "skipped", "setup", reason="Python 3.13: not found", **ray),
        report("a_job_succeeds", "passed", "setup", **torch),
        report("a_job_succeeds", "passed", **torch),
        report("a_job_stops", "passed", "setup", **torch),
        report("a_job_stops", "failed", **torch),
        report("something_else", "passed"),
    ]
    assert list(table.lines(table.rows(reports))) == [
        "image         Python        what ran            result",
        "pytorch:2.13  3.12.1        a job stops         FAILED; torch 2.13.0+cu130",
        "pytorch:2.13  3.12.1        a job succeeds      passed; torch 2.13.0+cu130",
        "ray:serve     3.13 missing  a body is answered  skipped: Python 3.13: not found",
    ]
