"""Where the objects of a run are."""

from contract.s3_keys import run_prefix


def test_a_run_has_its_own_prefix() -> None:
    assert run_prefix("run-1") == "runs/run-1"
