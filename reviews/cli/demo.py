"""The demonstration after `cdk deploy`: one execution, and its results.

    python -m reviews.cli.demo --env local --reviews reviews.csv

It runs against AWS as well as against the embedded AWS; tools/demo chooses the values.
"""

import shlex
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from reviews.cli import feature_views, prediction_views, processes, run_views
from reviews.cli.answers import with_error_messages
from reviews.cli.following import follow
from reviews.cli.output import note, reading
from reviews.client.aws import embedded
from reviews.client.environment import Environment
from reviews.client.files import samples
from reviews.client.runs import execution, run_input

SENTENCES = (
    "I love this dress, it fits perfectly and the fabric feels wonderful.",
    "It is fine, nothing special. The colour is okay but the cut is a bit boxy.",
    "Terrible quality. It fell apart after one wash and I returned it.",
)
console = Console()


@with_error_messages
def main(
    env: Annotated[str, typer.Option()] = "local",
    reviews: Annotated[Path | None, typer.Option(help="Empty: the installable sample.")] = None,
) -> None:
    """Upload, execute, evaluate, predict, query."""
    processes.end_by_exception()
    environment = Environment(env)
    arn = start(environment, reviews)
    result = follow(environment, arn, console=console)

    heading("Result")
    run_views.evaluation(console, result["evaluation"])
    heading(f"Three sentences to the endpoint {environment.endpoint.name}")
    prediction_views.predictions(console, environment.endpoint.predict(SENTENCES))
    heading("The features, by Athena: reviews by split and sentiment")
    feature_views.rows(console, environment.features.query(environment.features.counts_query))
    heading("The embedded AWS keeps running, with the live endpoint")
    console.print(next_steps(), markup=False, highlight=False, soft_wrap=True)


def start(environment: Environment, reviews: Path | None) -> str:
    """Uploads the reviews, starts an execution and returns its ARN."""
    with tempfile.TemporaryDirectory() as folder:
        file = reviews or samples.installable_reviews(Path(folder) / "sample.csv")
        with reading(file) as progress:
            document = run_input.with_reviews(environment, file, {}, tell=note, progress=progress)
    console.print(f"Reviews: {document['reviews']}", highlight=False, soft_wrap=True)
    name = execution.default_name()
    console.print(f"Execution: {name}\n", highlight=False)
    return environment.runs.start(document, name)


def heading(text: str) -> None:
    console.print(f"\n[bold]{text}[/]", highlight=False)


def next_steps() -> str:
    """The commands to try next; they name the folder of the embedded AWS if it is not the default
    one."""
    bin_ = ".venv/bin"
    export, option, variable = "", "", ""
    if embedded.data_dir() != embedded.DEFAULT_DATA_DIR:
        folder = shlex.quote(str(embedded.data_dir()))
        export = f"  export REVIEWS_DATA_DIR={folder}\n"
        option, variable = f" --data-dir {folder}", f" DATA_DIR={folder}"
    return (
        "Continue with this command line or with any AWS client:\n"
        f"{export}"
        f"  {bin_}/reviews console\n"
        f'  {bin_}/reviews predict "Soft, warm and true to size."\n'
        f"  {bin_}/python -m localcloud exec{option} -- aws sagemaker list-training-jobs\n"
        f"Tear down: make destroy{variable}"
    )


if __name__ == "__main__":
    typer.run(main)
