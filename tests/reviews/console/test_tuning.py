"""The page of an execution that tunes."""

from reviews.client.runs.steps import State
from reviews.console import documents
from reviews.console.live import LiveExecution
from tests.reviews.worlds.runs_world import ARN
from tests.reviews.worlds.tuning_world import TuningWorld


def live(world: TuningWorld, name: str) -> LiveExecution:
    clients = {service: world.client(service) for service in ("logs", "sagemaker")}
    return LiveExecution(world.client("stepfunctions"), arn=f"{ARN}{name}", **clients)


def test_it_has_each_training_job_with_its_values() -> None:
    world = TuningWorld()
    job = world.tune("mine")
    found = live(world, "mine")
    document = documents.tuning(found.tuning())
    assert document is not None
    assert (document["name"], document["strategy"], document["most"]) == (job, "random", 3)
    rows = [(row["name"], row["macro_f1"], row["best"]) for row in document["jobs"]]
    assert rows == [
        ("001-aaaaaaaa", 0.71, False),
        ("002-bbbbbbbb", 0.79, True),
        ("003-cccccccc", None, False),
    ]
    assert document["jobs"][1]["values"] == {"learning_rate": 2.4e-5, "batch_size": 32}
    (step,) = [view for view in found.snapshot().steps if view.step.tunes]
    assert step.step.state is State.DONE
    assert step.text == "jobs=3/3 best=0.7900"
    assert found.curves().points == {}


def test_an_execution_that_trains_once_has_no_search() -> None:
    world = TuningWorld()
    world.add("plain")
    assert documents.tuning(live(world, "plain").tuning()) is None
