"""How long retries wait, and what is not retried."""

import time

from localcloud.ministack.retries import delay
from worlds.machines import Machines, look_up
from worlds.waiting import until


def test_a_retrier_waits_longer_each_time_up_to_its_longest() -> None:
    retrier = {"IntervalSeconds": 3, "BackoffRate": 10, "MaxDelaySeconds": 100}
    assert [delay(retrier, count) for count in range(4)] == [3, 30, 100, 100]
    assert delay({}, 7) == 128  # no longest delay of its own


def test_full_jitter_waits_any_time_up_to_the_delay() -> None:
    retrier = {"IntervalSeconds": 4, "MaxDelaySeconds": 10, "JitterStrategy": "FULL"}
    delays = [delay(retrier, 5) for _ in range(200)]
    assert all(0 <= seconds <= 10 for seconds in delays)
    assert min(delays) < 3 < 7 < max(delays)


def test_a_task_is_retried_after_the_longest_delay(machines: Machines) -> None:
    retrier = {
        "ErrorEquals": ["SageMaker.SageMakerException"],
        "IntervalSeconds": 1,
        "BackoffRate": 1000,
        "MaxDelaySeconds": 1,
        "MaxAttempts": 2,
    }
    arn = machines.start("retried", {"Look": look_up("nobody", Retry=[retrier], End=True)})
    assert machines.end(arn)["status"] == "FAILED"
    assert machines.events(arn).count("TaskFailed") == 3


def test_what_was_stopped_is_not_retried(machines: Machines) -> None:
    states = machines.client
    retrier = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 9}
    arn = machines.start("given-up", {"Look": look_up("nobody", Retry=[retrier], End=True)})
    until(lambda: "TaskFailed" in machines.events(arn))
    states.stop_execution(executionArn=arn)
    time.sleep(1.5)  # longer than the retrier waits
    assert machines.events(arn)[-2:] == ["TaskFailed", "ExecutionAborted"]
