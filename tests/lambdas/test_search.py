"""The search of an execution that tunes."""

import pytest

from contract.execution_input import InvalidInput
from contract.names import tuning_job_prefix
from tests.lambdas.runs import run


def test_a_search_is_completed_from_the_hyperparameters_of_the_run(load) -> None:
    searched = load("prepare", "search").searched
    training = {"epochs": 3, "batch_size": 32, "learning_rate": 2e-5}
    assert searched(run(), {}) == {}
    found = searched(run(training=training), {"tuning": {"strategy": "random", "parallel": 3}})
    search = found["tuning"]
    assert search["job"] == tuning_job_prefix("reviews-dev", "run-1")
    assert (search["strategy"], search["max_jobs"], search["parallel"]) == ("random", 10, 3)
    assert search["over"]["learning_rate"] == {"min": 1e-5, "max": 3e-5}
    with pytest.raises(InvalidInput, match=r"tuning.strategy: 'hyperband' needs training.epochs"):
        searched(run(training=training | {"epochs": 1}), {"tuning": {"strategy": "hyperband"}})
