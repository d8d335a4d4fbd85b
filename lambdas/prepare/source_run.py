"""What a run that skips steps inherits from an earlier run."""

from typing import Any

from contract import s3_keys
from contract.execution_input import InvalidInput
from contract.names import run_id
from contract.steps import StartAt
from shared import s3
from shared.environment import Environment

_INHERITED = ("reviews", "features", "base_model", "columns", "labels")


def inherit(client: Any, environment: Environment, chosen: dict[str, Any]) -> dict[str, Any]:
    """The fields of the run that come from `from_run`. Raises InvalidInput.

    Token ids depend on the base model and the maximum length, so both are inherited. A training
    needs features with the labels of the settings; a trained model has its own labels.
    """
    prefix = f"s3://{environment.artefact_bucket}/{s3_keys.run_prefix(run_id(chosen['from_run']))}"
    source = _read_run(client, prefix, chosen["from_run"])
    features = source["features"]  # empty for a promoted model that was not evaluated here
    if not features or not s3.list_uris(client, f"{features}/test/"):
        raise InvalidInput("from_run", f"{chosen['from_run']!r} has no features")
    inherited = {name: source[name] for name in _INHERITED}
    if chosen["start_at"] == StartAt.EVALUATION.value:
        model_data = chosen.get("model_data") or _newest_model(client, prefix, source)
        return {**inherited, "training": source["training"], "model_data": model_data}
    if source["labels"] != environment.labels:
        raise InvalidInput(
            "from_run",
            f"the features of {chosen['from_run']!r} have the labels {source['labels']}, "
            f"and those of the settings are {environment.labels}",
        )
    # A run of an earlier version may lack a hyperparameter that exists now.
    training = {**environment.training, **source["training"], **chosen.get("training", {})}
    return {**inherited, "training": training, "keys": source.get("keys", {})}


def _read_run(client: Any, prefix: str, name: str) -> dict[str, Any]:
    run: dict[str, Any] | None = s3.find_json(client, f"{prefix}/{s3_keys.RUN}")
    if run is None:
        raise InvalidInput("from_run", f"there is no run {name!r}")
    return run


def _newest_model(client: Any, prefix: str, source: dict[str, Any]) -> str:
    """The artefact of the last attempt, whose number ends its name; else the inherited one. Of a
    run that tuned, the best one."""
    if best := source.get("tuning", {}).get("model_data"):
        return str(best)
    found = [
        uri
        for uri in s3.list_uris(client, f"{prefix}/{s3_keys.TRAINING}/")
        if uri.endswith(f"/{s3_keys.MODEL_ARCHIVE}")
    ]
    if found:
        return max(found, key=lambda uri: (len(uri), uri))
    if source["model_data"]:
        return str(source["model_data"])
    raise InvalidInput("from_run", f"{source['id']!r} has no trained model")
