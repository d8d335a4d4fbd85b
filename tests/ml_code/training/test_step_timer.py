import torch

from training.step_timer import StepTimer


class FakeGpu:
    """A GPU that is behind the program until it is waited for."""

    def __init__(self) -> None:
        self.milliseconds, self.waited = 0.0, False

    def event(self) -> "FakeEvent":
        return FakeEvent(self)


class FakeEvent:
    def __init__(self, gpu: FakeGpu) -> None:
        self.gpu, self.moment = gpu, 0.0

    def record(self) -> None:
        self.gpu.milliseconds += 250
        self.moment = self.gpu.milliseconds

    def query(self) -> bool:
        return self.gpu.waited

    def synchronize(self) -> None:
        self.gpu.waited = True

    def elapsed_time(self, other: "FakeEvent") -> float:
        return other.moment - self.moment


def test_steps_on_a_gpu_are_timed_by_the_gpu_and_waited_for_only_at_the_end() -> None:
    gpu = FakeGpu()
    timer = StepTimer(torch.device("cuda", 0), gpu.event)
    for _ in range(3):
        with timer.step():
            pass
    assert (timer.count, timer.seconds, gpu.waited) == (3, [], False)
    timer.finish()
    assert timer.seconds == [0.25] * 3


def test_steps_on_a_cpu_are_timed_at_once() -> None:
    timer = StepTimer(torch.device("cpu"))
    with timer.step():
        pass
    assert timer.count == len(timer.seconds) == 1
