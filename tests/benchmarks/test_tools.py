import csv

import pytest

from benchmarks.data import grow
from benchmarks.measure import median_ms, python
from tests.ml_code.tiny import make_reviews, write_reviews


def test_a_grown_file_has_new_reviews_of_the_same_words(tmp_path):
    source = write_reviews(tmp_path / "r.csv", make_reviews(20))
    grown = grow(source, tmp_path / "grown.csv", 300)
    with grown.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 300
    assert len({row["Review Text"] for row in rows}) > 250
    assert {row["Rating"] for row in rows} == {"1", "3", "5"}


def test_a_program_is_measured_with_its_children():
    code = "import subprocess, sys; x = 'x' * 10**8; subprocess.run([sys.executable, '-c', '%s'])"
    child = "import time; y = bytearray(2 * 10**8); time.sleep(1); print(42)"
    found = python("-c", code % child)
    assert found.output.split() == ["42"]
    assert found.seconds >= 1
    assert found.peak_mb > 250


def test_a_program_that_fails_is_no_measurement():
    with pytest.raises(RuntimeError, match="no reason"):
        python("-c", "raise SystemExit('no reason')")


def test_a_call_is_made_a_few_times_before_it_counts():
    calls = []
    assert median_ms(lambda: calls.append(1), 3) >= 0
    assert len(calls) > 3
