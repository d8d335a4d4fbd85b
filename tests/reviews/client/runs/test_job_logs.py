from typing import Any

from reviews.client.runs.job_logs import JobLog, LiveValues
from tests.fake_aws import FakeAws


class Logs(FakeAws):
    """CloudWatch Logs with one stream, or two; each hands out two events a page."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.later: list[str] = []  # of the second stream
        self.streams: list[str] = []

    def describe_log_streams(self, **arguments: Any) -> dict[str, Any]:
        prefix = arguments["logStreamNamePrefix"]
        return {
            "logStreams": [
                {"logStreamName": name} for name in self.streams if name.startswith(prefix)
            ]
        }

    def get_log_events(self, **arguments: Any) -> dict[str, Any]:
        start = int(arguments.get("nextToken", "0"))
        is_second = arguments["logStreamName"] == "job/algo-1-2"
        lines = (self.later if is_second else self.lines)[start : start + 2]
        return {
            "events": [{"message": f"{line}\n"} for line in lines],
            "nextForwardToken": str(start + len(lines)),
        }


def read(*lines: str) -> LiveValues:
    live = LiveValues()
    for line in lines:
        live.read_line(line)
    return live


def test_progress_and_metrics_are_read_from_a_line() -> None:
    live = read("train:loss=0.5321 train:progress=0.1100 epoch=1 step=20/180")
    assert live.fraction == 0.11
    assert live.values == {"train:loss": "0.5321", "epoch": "1", "step": "20/180"}


def test_a_newer_value_replaces_the_older_one() -> None:
    assert read("train:loss=0.9", "train:loss=0.3").values == {"train:loss": "0.3"}


def test_prose_with_an_equals_sign_is_no_metric() -> None:
    assert read("Installing collected packages: numpy=2", "x = 3", "").values == {}


def test_progress_stays_between_zero_and_one() -> None:
    assert read("progress=1.7").fraction == 1.0
    assert read("progress=nan?").fraction is None


def test_a_job_without_a_log_has_no_lines() -> None:
    assert JobLog(Logs().client("logs"), "group", "job").read() == []


def test_each_line_is_read_once_and_all_pages_are_read() -> None:
    logs = Logs()
    logs.streams = ["another-job/algo-1-1", "job/algo-1-1"]
    log = JobLog(logs.client("logs"), "group", "job")
    logs.lines = [f"step={index}" for index in range(5)]
    assert log.read() == ["step=0", "step=1", "step=2", "step=3", "step=4"]
    assert log.read() == []
    logs.lines.append("step=5")
    assert log.read() == ["step=5"]
    assert log.live.values == {"step": "5"}


def test_after_an_interruption_the_log_of_the_next_instance_is_read() -> None:
    """SageMaker gives each instance of a job a stream, `JOB/algo-1-TIME`."""
    logs = Logs()
    logs.streams = ["job/algo-1-1", "job/algo-2-1"]
    log = JobLog(logs.client("logs"), "group", "job")
    logs.lines = ["epoch=1"]
    assert log.read() == ["epoch=1"]
    assert log.read() == []
    logs.streams = ["job/algo-1-1", "job/algo-1-2", "job/algo-2-1", "job/algo-2-2"]
    logs.later = ["epoch=2", "epoch=3"]
    assert log.read() == ["epoch=2", "epoch=3"]
    assert log.read() == []
    logs.later.append("epoch=4")
    assert log.read() == ["epoch=4"]
    assert log.live.values == {"epoch": "4"}
