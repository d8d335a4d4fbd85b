"""`reviews`: deploys the pipeline, starts and follows runs, and shows their results.

It works against AWS and the embedded AWS; reviews/client/aws/connection.py decides which.
"""

import os
from typing import Annotated
from urllib.parse import urlsplit

import typer

from reviews.cli import (
    console_command,
    cost_command,
    doctor_command,
    drift_command,
    endpoint_commands,
    feature_commands,
    feedback_command,
    log_command,
    prediction_command,
    promotion_commands,
    result_commands,
    run_commands,
    scoring_command,
    stack_commands,
    tune_command,
)
from reviews.cli.answers import Group

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    help="Deploy the pipeline, start and follow runs, and show their results.",
)


@app.callback()
def _choose_aws(
    endpoint: Annotated[
        str,
        typer.Option(
            "--endpoint",
            metavar="URL",
            envvar="AWS_ENDPOINT_URL",
            help="Another endpoint of AWS than that of the environment.",
        ),
    ] = "",
) -> None:
    if endpoint:
        if not _is_url(endpoint):
            raise typer.BadParameter(f"{endpoint} is not a URL, such as http://127.0.0.1:4566")
        os.environ["AWS_ENDPOINT_URL"] = endpoint


def _is_url(text: str) -> bool:
    try:
        url = urlsplit(text)
        return url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:  # an invalid port or IPv6 address
        return False


_ENVIRONMENTS, _RUNS, _RESULTS, _PREDICTIONS = "Environments", "Runs", "Results", "Predictions"
for _panel, _commands in {
    _ENVIRONMENTS: {
        "doctor": doctor_command.doctor,
        "deploy": stack_commands.deploy,
        "destroy": stack_commands.destroy,
        "cost": cost_command.cost,
    },
    _RUNS: {
        "run": run_commands.run,
        "tune": tune_command.tune,
        "status": run_commands.status,
        "logs": log_command.logs,
        "stop": run_commands.stop,
        "redrive": run_commands.redrive,
        "approve": run_commands.approve,
        "promote": promotion_commands.promote,
        "rollback": promotion_commands.rollback,
    },
    _RESULTS: {
        "runs": result_commands.runs,
        "compare": result_commands.compare,
        "report": result_commands.report_command,
        "query": feature_commands.query,
        "features": feature_commands.features_command,
        "console": console_command.console,
    },
    _PREDICTIONS: {
        "predict": prediction_command.predict,
        "score": scoring_command.score,
        "drift": drift_command.drift,
        "feedback": feedback_command.feedback,
    },
}.items():
    for _name, _command in _commands.items():
        app.command(_name, rich_help_panel=_panel)(_command)
app.add_typer(endpoint_commands.app, name="endpoint", rich_help_panel=_PREDICTIONS)


if __name__ == "__main__":
    app()
