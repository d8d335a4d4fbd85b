"""The search of an execution that tunes hyperparameters."""

from typing import Any

from contract import tuning
from contract.execution_input import refused_search
from contract.names import tuning_job_prefix
from shared.run import Document


def searched(run: Document, chosen: dict[str, Any]) -> Document:
    """The field `tuning` of the run, if its input has one; empty for other runs.

    `job` is the prefix of the names of its tuning jobs. Raises InvalidInput.
    """
    if "tuning" not in chosen:
        return {}
    try:
        found = tuning.resolve(chosen["tuning"], run["training"])
    except tuning.Refused as refused:
        raise refused_search(refused.problem) from refused
    return {"tuning": {"job": tuning_job_prefix(run["environment_name"], run["id"]), **found}}
