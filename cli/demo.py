"""The demonstration after `cdk deploy`: one execution, and what came of it.

    python -m cli.demo --env local --reviews reviews.csv

Nothing here is special to the embedded AWS; tools/demo chooses the values.
"""

import signal
import sys
import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from cli import endpoint, execution, features, report, samples, storage
from cli.aws import Environment
from cli.commands import plain_errors
from cli.main import follow

SENTENCES = (
    "I love this dress, it fits perfectly and the fabric feels wonderful.",
    "It is fine, nothing special. The colour is okay but the cut is a bit boxy.",
    "Terrible quality. It fell apart after one wash and I returned it.",
)
console = Console()


@plain_errors
def main(
    env: Annotated[str, typer.Option()] = "local",
    reviews: Annotated[Path | None, typer.Option(help="Empty: the installable sample.")] = None,
) -> None:
    """Upload, execute, evaluate, predict, query."""
    # Ends by an exception, so that the terminal gets its cursor back.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    here = Environment(env)
    arn = start(here, reviews)
    result = follow(here, arn)

    heading("Result")
    report.evaluation(console, result["evaluation"])
    heading(f"Three sentences to the endpoint {here.outputs.endpoint_name}")
    runtime = here.client("sagemaker-runtime")
    report.predictions(console, endpoint.predict(runtime, here.outputs.endpoint_name, SENTENCES))
    heading("The features, by Athena: reviews by split and sentiment")
    sql = features.counts_query(here.outputs.glue_table)
    report.rows(console, features.query(here.client("athena"), here.outputs, sql))
    heading("The embedded AWS keeps running, with the live endpoint")
    console.print(next_steps(), markup=False, highlight=False, soft_wrap=True)


def start(here: Environment, reviews: Path | None) -> str:
    """Uploads the base model and the reviews, starts an execution and returns its ARN."""
    s3, outputs = here.client("s3"), here.outputs
    upload_base_model(s3, outputs.base_model)
    with tempfile.TemporaryDirectory() as folder:
        file = reviews or samples.installable_reviews(Path(folder) / "sample.csv")
        uri = storage.upload_reviews(s3, file, outputs.data_bucket)
    console.print(f"Reviews: {uri}", highlight=False, soft_wrap=True)
    name = execution.default_name()
    console.print(f"Execution: {name}\n", highlight=False)
    states = here.client("stepfunctions")
    return execution.start(states, outputs.state_machine_arn, name, {"reviews": uri})


def upload_base_model(s3: Any, base_model: str) -> None:
    """Brings the installed pretrained model to where the environment expects it.

    Nothing to do where the base model is a name that a model hub knows.
    """
    if base_model.startswith("s3://"):
        storage.upload_directory(s3, samples.installed_base_model(), base_model)
        console.print(f"Base model: {base_model}", highlight=False, soft_wrap=True)


def heading(text: str) -> None:
    console.print(f"\n[bold]{text}[/]", highlight=False)


def next_steps() -> str:
    python = ".venv/bin/python -m localcloud exec --"
    return (
        f"Look further, with any AWS client:\n"
        f"  {python} reviews status\n"
        f'  {python} reviews predict "Soft, warm and true to size."\n'
        f"  {python} aws sagemaker list-training-jobs\n"
        f"Tear down: make destroy"
    )


if __name__ == "__main__":
    typer.run(main)
