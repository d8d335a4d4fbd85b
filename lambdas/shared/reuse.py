"""Results of steps for later executions, by a key of all that a step depends on.

An object `reuse/<key>.json` names the run that has the result; lambdas/prepare/reuse.py makes the
keys. It is written when the step has succeeded.
"""

from typing import Any

from contract import s3_keys
from contract.steps import Step
from shared import s3
from shared.run import Document

Result = dict[str, Any]


def record(client: Any, bucket: str, run: Document, step: Step, **result: str) -> None:
    """Keeps what the step of this run has made; what it reused is kept already.

    Of a training that tuned, also the hyperparameters that were found.
    """
    key = run.get("keys", {}).get(step.value)
    if not key or step.value in run.get("reused", {}):
        return
    document = {"run": run["id"], "features": run["features"], **result}
    if step is Step.TRAIN and "tuning" in run:
        document["tuned"] = {name: run[name] for name in ("training", "tuning")}
    s3.write_json(client, f"s3://{bucket}/{s3_keys.reuse_key(key)}", document)


def find(client: Any, bucket: str, key: str) -> Result | None:
    """The result of the key; None if there is none."""
    found: Result | None = s3.find_json(client, f"s3://{bucket}/{s3_keys.reuse_key(key)}")
    return found
