from reviews.console.live import LiveExecution
from tests.reviews.worlds.console_world import AwsWorld, arn_of


def test_a_look_is_good_for_a_second(world: AwsWorld) -> None:
    now = 10.0
    run = world.runs[0]
    states, logs = world.client("stepfunctions"), world.client("logs")
    live = LiveExecution(states, logs=logs, sagemaker=None, arn=arn_of(run), clock=lambda: now)
    before = len(live.snapshot().visits)
    run.history.leave("WaitForTraining").visit("DescribeTraining")
    assert len(live.snapshot().visits) == before
    now += 1
    assert len(live.snapshot().visits) == before + 1
