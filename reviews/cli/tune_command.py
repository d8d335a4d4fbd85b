"""`reviews tune`: a run that searches for better hyperparameters, and goes on with the best."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from contract.tuning import BAYESIAN, JOBS, PARALLEL, STRATEGIES
from reviews.cli import starting
from reviews.cli.answers import Answer, with_json_option
from reviews.cli.options import Env, Wait
from reviews.cli.output import note
from reviews.cli.starting import DetectColumns, Fields, NoReuse, Reviews, RunName
from reviews.client.cost import tuning_costs
from reviews.client.environment import Environment
from reviews.client.errors import InvalidArgument, PriceMissing
from reviews.client.runs import tuning_input


@with_json_option
def tune(
    reviews: Reviews = "",
    env: Env = "local",
    strategy: Annotated[str, typer.Option(help=f"{', '.join(STRATEGIES)}.")] = BAYESIAN,
    over: Annotated[
        list[str] | None,
        typer.Option(help="NAME=LEAST..MOST or NAME=VALUE,VALUE; default: around the settings."),
    ] = None,
    max_jobs: Annotated[
        int | None, typer.Option(help=f"The most training jobs; default: {JOBS}; grid: all.")
    ] = None,
    parallel: Annotated[
        int | None, typer.Option(help=f"Training jobs at a time; default: {PARALLEL}.")
    ] = None,
    max_cost: Annotated[
        float | None, typer.Option(metavar="USD", help="What all training jobs may cost.")
    ] = None,
    name: RunName = "",
    fields: Fields = None,
    detect_columns: DetectColumns = False,
    no_reuse: NoReuse = False,
    wait: Wait = False,
) -> Answer:
    """Start a run that tries several hyperparameters, and goes on with the best model.

    What is searched must not be in --set training.NAME=VALUE; other fields are as for `run`.
    """
    search = tuning_input.parse(over or [], strategy=strategy, max_jobs=max_jobs, parallel=parallel)
    document = starting.document_of(fields, no_reuse=no_reuse)
    request = starting.StartRequest(
        reviews=reviews,
        name=name,
        document={**document, "tuning": search},
        detect_columns=detect_columns,
    )
    return starting.start(
        request,
        env,
        wait=wait,
        complete=lambda environment, given: _with_limits(environment, given, max_cost),
    )


def _with_limits(
    environment: Environment, document: dict[str, Any], max_cost: float | None
) -> dict[str, Any]:
    """The input with the limit of time that `max_cost` needs; tells what will be started."""
    search = document["tuning"]
    found = tuning_input.resolve(search, _training(environment, document))
    jobs, parallel = found["max_jobs"], found["parallel"]
    note(f"Tuning over {_described(found['over'])}: {found['strategy']}, {jobs} training jobs")
    try:
        rate = tuning_costs.rate(environment.settings)
    except PriceMissing as error:
        if max_cost is not None:
            raise InvalidArgument(f"--max-cost {max_cost:g}: {error}") from error
        note(f"{parallel} at a time; their costs are unknown: {error}")
        return document
    free = "" if environment.is_on_aws else " on AWS (the embedded AWS is free)"
    each = f"{parallel} at a time, each {rate.instances} for {rate.usd:.3f} USD an hour{free}"
    if max_cost is None:
        longest = environment.settings.training_instances.max_runtime_s
        usd = tuning_costs.without_limit(rate, jobs=jobs, seconds=longest)
        note(f"{each}; at most {usd:.2f} USD if all take {longest} s. --max-cost sets a limit.")
        return document
    seconds = tuning_costs.most_seconds(rate, usd=max_cost, parallel=parallel)
    usd = tuning_costs.most_usd(rate, parallel=parallel, seconds=seconds)
    note(f"{each}; stopped after {seconds} s, so that they cost at most {usd:.2f} USD")
    return {**document, "tuning": {**search, "max_runtime_s": seconds}}


def _training(environment: Environment, document: dict[str, Any]) -> dict[str, Any]:
    """The hyperparameters of the run before they are tuned, as Prepare has them."""
    found = asdict(environment.settings.recipe)
    if "from_run" in document:
        found |= environment.runs.named(document["from_run"]).document.get("training", {})
    return found | dict(document.get("training", {}))


def _described(over: dict[str, Any]) -> str:
    """The search in words, such as learning_rate 1e-05..3e-05, batch_size 16,32."""
    return ", ".join(
        f"{name} {search['min']}..{search['max']}"
        if isinstance(search, dict)
        else f"{name} {','.join(map(str, search))}"
        for name, search in over.items()
    )
