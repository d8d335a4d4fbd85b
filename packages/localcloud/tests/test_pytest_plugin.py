"""The plug-in `localcloud.pytest`, in runs of pytest of its own."""

import os
import sys

import psutil
import pytest

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.timeout(300)

CLIENTS = """
    import os
    import boto3

    def test_a_client_of_the_fixture(aws_client):
        aws_client("s3").create_bucket(Bucket="shared")
        assert aws_client("sagemaker").list_models()["Models"] == []

    def test_a_client_of_ones_own(aws_environment):
        assert "AWS_PROFILE" not in os.environ
        names = [bucket["Name"] for bucket in boto3.client("s3").list_buckets()["Buckets"]]
        assert names == ["shared"]

    def test_the_environment_is_as_before():
        assert os.environ["AWS_PROFILE"] == "mine"
        assert "AWS_ENDPOINT_URL" not in os.environ
"""
FRESH = """
    def test_leaves_something(aws_client):
        aws_client("s3").create_bucket(Bucket="left")
        aws_client("sagemaker").create_experiment(ExperimentName="left")

    def test_finds_nothing(fresh_localcloud, aws_client):
        assert aws_client("s3").list_buckets()["Buckets"] == []
        assert aws_client("sagemaker").list_experiments()["ExperimentSummaries"] == []
        assert aws_client("s3").meta.endpoint_url == fresh_localcloud.endpoint_url

    def test_has_the_same_address(localcloud, aws_client):
        aws_client("s3").create_bucket(Bucket="again")
"""
WORKERS = """
    import json, time
    from pathlib import Path
    import pytest

    @pytest.mark.parametrize("number", range(4))
    def test_each(number, localcloud, aws_client, worker_id):
        aws_client("s3").create_bucket(Bucket=f"of-{worker_id}-{number}")
        buckets = [one["Name"] for one in aws_client("s3").list_buckets()["Buckets"]]
        assert all(name.startswith(f"of-{worker_id}-") for name in buckets)
        (Path(OUTPUT) / f"{worker_id}-{number}").write_text(str(localcloud.address.pid))
"""


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Runs a file of tests with the plug-in; it must end with so many that passed."""
    # This project's folders come first, where it is not installed.
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    monkeypatch.setenv("AWS_PROFILE", "mine")
    monkeypatch.setattr(pytester, "plugins", [])

    def runs(tests: str, passed: int, *options: str) -> None:
        pytester.makepyfile(tests)
        result = pytester.runpytest_subprocess("-p", "localcloud.pytest", *options, timeout=200)
        result.assert_outcomes(passed=passed)

    return runs


def test_clients_reach_the_server_of_the_run_and_no_real_account(run) -> None:
    run(CLIENTS, 3)


def test_a_test_may_ask_for_a_server_with_nothing_in_it(run) -> None:
    run(FRESH, 3)


def test_each_worker_of_xdist_has_a_server_that_ends_with_it(run, tmp_path) -> None:
    pids = tmp_path / "pids"
    pids.mkdir()
    run(WORKERS.replace("OUTPUT", repr(str(pids))), 4, "-n2")
    by_worker: dict[str, set[str]] = {}
    for file in pids.iterdir():
        by_worker.setdefault(file.name.partition("-")[0], set()).add(file.read_text())
    assert sorted(by_worker) == ["gw0", "gw1"]
    assert all(len(servers) == 1 for servers in by_worker.values())
    (first,), (second,) = by_worker.values()
    assert first != second
    assert not any(psutil.pid_exists(int(pid)) for pid in (first, second))
