"""An execution that would do again what an earlier one has done, with IAM enforced."""

import json

from reviews.client.runs.execution import Execution
from reviews.client.runs.steps import State
from tests.integration.deployment import Deployment
from tests.integration.executions import begin, finish, unique


def test_the_same_file_with_the_same_settings_is_neither_prepared_nor_trained_on_again(
    deployment: Deployment, succeeded: Execution
) -> None:
    first, facade = succeeded.result()["run"], deployment.facade()
    states = deployment.client("stepfunctions")
    document = json.loads(states.describe_execution(executionArn=succeeded.arn)["input"])
    found = finish(deployment, begin(deployment, unique("again"), document))
    run = found.result()["run"]
    assert run["keys"] == first["keys"]
    assert run["reused"] == dict.fromkeys(("process", "features", "train"), first["id"])
    assert run["features"] == first["features"]
    _, views = facade.runs.watch(found.arn).poll()
    shown = {view.step.key: (view.step.state, view.text) for view in views}
    assert shown["train"] == (State.REUSED, f"from {first['id']}")
    assert shown["evaluate"][0] is State.DONE
    sagemaker = deployment.client("sagemaker")
    of_this_run = sagemaker.list_training_jobs(NameContains=run["id"])["TrainingJobSummaries"]
    assert of_this_run == []
    assert found.result()["evaluation"]["accuracy"] == succeeded.result()["evaluation"]["accuracy"]
