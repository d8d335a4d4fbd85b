from types import SimpleNamespace

import pytest

from benchmarks import __main__ as program
from benchmarks import quiet


@pytest.fixture
def processors(monkeypatch):
    """Makes the processors busy by a share, and takes steal time of this many seconds from them."""

    def be(percent: float, steal: float = 0.0) -> None:
        times = iter([SimpleNamespace(steal=100.0), SimpleNamespace(steal=100.0 + steal)])
        monkeypatch.setattr(quiet.psutil, "cpu_times", lambda: next(times))
        monkeypatch.setattr(quiet.psutil, "cpu_percent", lambda interval: percent)
        monkeypatch.setattr(quiet.os, "cpu_count", lambda: 2)

    return be


def test_a_quiet_machine_is_measured_on(processors):
    processors(3.0)
    quiet.require_quiet_machine()


def test_a_busy_machine_is_refused_with_the_figure_and_what_helps(processors):
    processors(42.0)
    with pytest.raises(SystemExit) as refused:
        quiet.require_quiet_machine()
    assert refused.value.code == (
        "The machine is too busy to measure on: other programs took 0.84 of 2 cores for 5 seconds, "
        "and 0.15 are allowed. Nothing is published. `top` lists them: end them, or wait, and "
        "start again."
    )


def test_time_that_the_host_took_is_busy_too(processors):
    processors(1.0, steal=4.0)
    with pytest.raises(SystemExit, match=r"took 0\.80 of 2 cores"):
        quiet.require_quiet_machine()


def _measure_alone(monkeypatch, tmp_path, measure) -> None:
    """Makes `memory` the only benchmark that is published."""
    monkeypatch.setattr(program, "PUBLISHED", {"memory": measure})
    monkeypatch.setitem(program.BENCHMARKS, "memory", measure)
    monkeypatch.setattr("sys.argv", ["benchmarks", "--reviews", str(tmp_path / "r.csv")])


def test_a_machine_that_became_busy_meanwhile_publishes_nothing(monkeypatch, tmp_path, processors):
    written = []
    _measure_alone(monkeypatch, tmp_path, lambda _: processors(99.0))
    monkeypatch.setattr(program, "write_section", lambda *section: written.append(section))
    processors(1.0)
    with pytest.raises(SystemExit, match="too busy"):
        program.main()
    assert written == []


def test_a_table_is_written_with_its_day_its_machine_and_its_command(
    monkeypatch, tmp_path, processors
):
    def measure(_):
        print("| table |")
        processors(1.0)

    written = []
    _measure_alone(monkeypatch, tmp_path, measure)
    monkeypatch.setattr(program, "write_section", lambda *section: written.append(section))
    monkeypatch.setattr(program, "_processor", lambda: "a processor with 2 cores")
    processors(1.0)
    program.main()
    ((name, content),) = written
    assert name == "memory"
    assert content.startswith("| table |\n\n")
    assert content.endswith(
        "a processor with 2 cores, 0 min, `python -m benchmarks memory --reviews r.csv`"
    )
