"""Runs notebooks/classic.ipynb, with IAM enforced for the roles of its jobs."""

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode

from tests.integration import reviews
from tests.integration.deployment import ROOT, Deployment
from tests.integration.executions import TRAINING

NOTEBOOK = ROOT / "notebooks" / "classic.ipynb"
_CELL_SECONDS = 400
# IPython runs it first. The SDK and boto3 look for the end of what runs each 5 to 30 seconds.
_SHORT_PAUSES = """\
import time
_pause = time.sleep
time.sleep = lambda seconds: _pause(min(seconds, 2))
"""


def read() -> NotebookNode:
    return nbformat.read(NOTEBOOK, as_version=4)


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    (found,) = [cell for cell in notebook.cells if cell.id == name]
    return found


def shown(notebook: NotebookNode, name: str) -> str:
    """What the last line of a cell came to."""
    return str(cell(notebook, name).outputs[-1].data["text/plain"])


@pytest.fixture(scope="module")
def executed(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> NotebookNode:
    folder = tmp_path_factory.mktemp("notebook")
    csv = folder / "notebook.csv"
    csv.write_bytes(reviews.to_csv(reviews.rows()))
    notebook = read()
    training = {**TRAINING, "epochs": 1}
    values = f'ENVIRONMENT = "local"\nREVIEWS = {str(csv)!r}\nTRAINING = {training!r}'
    cell(notebook, "parameters").source = values
    startup = folder / "profile_default" / "startup" / "pauses.py"
    startup.parent.mkdir(parents=True)
    startup.write_text(_SHORT_PAUSES)
    place = {"metadata": {"path": str(NOTEBOOK.parent)}}
    environment = {**deployment.environment, "IPYTHONDIR": str(folder)}
    NotebookClient(notebook, timeout=_CELL_SECONDS, resources=place).execute(env=environment)
    return notebook


def test_the_notebook_is_stored_without_outputs() -> None:
    code = [cell for cell in read().cells if cell.cell_type == "code"]
    assert [cell.id for cell in code if cell.outputs or cell.execution_count] == []


def test_all_rows_that_were_ingested_are_found_by_athena(executed: NotebookNode) -> None:
    assert shown(executed, "processing") == "'Completed'"
    assert shown(executed, "report") == "240"  # of 160, 80 and 160, balanced
    counted = [int(row.split()[-1]) for row in shown(executed, "query").splitlines()[1:]]
    assert sum(counted) == 240


def test_a_group_of_its_own_is_made_and_trained_from(
    deployment: Deployment, executed: NotebookNode
) -> None:
    assert shown(executed, "own-group") == "'Created'"
    chosen = int(shown(executed, "own-rows"))
    assert 0 < chosen < 240  # the longer reviews
    printed = "".join(output.text for output in cell(executed, "own-files").outputs)
    by_split = dict(line.split() for line in printed.splitlines())
    assert sorted(by_split) == ["train", "validation"]
    assert 0 < sum(map(int, by_split.values())) < chosen  # the others are for a test
    (job,) = deployment.client("sagemaker").list_training_jobs(NameContains="train-notebook")[
        "TrainingJobSummaries"
    ]
    described = deployment.client("sagemaker").describe_training_job(
        TrainingJobName=job["TrainingJobName"]
    )
    read = [one["DataSource"]["S3DataSource"]["S3Uri"] for one in described["InputDataConfig"]]
    assert [uri.rpartition("/")[2] for uri in read if "/own-features/" in uri] == [
        "train",
        "validation",
    ]


def test_the_training_has_metrics(executed: NotebookNode) -> None:
    for name in ("train:loss", "validation:accuracy"):
        assert name in shown(executed, "metrics")


def test_the_endpoint_answered(executed: NotebookNode) -> None:
    rows = [row.split() for row in shown(executed, "prediction").splitlines()[1:]]
    labels = [label for *_, label, _ in rows]
    assert (labels[0], labels[2]) == ("positive", "negative")


def test_the_notebook_deletes_what_costs_money(
    deployment: Deployment, executed: NotebookNode
) -> None:
    sagemaker = deployment.client("sagemaker")
    for operation, key in (
        ("list_endpoints", "Endpoints"),
        ("list_endpoint_configs", "EndpointConfigs"),
        ("list_models", "Models"),
        ("list_feature_groups", "FeatureGroupSummaries"),
    ):
        pages = sagemaker.get_paginator(operation).paginate(NameContains="notebook")
        assert [item for page in pages for item in page[key]] == []
