"""Results of steps for later executions, by a key of all that a step depends on.

An object `reuse/<key>.json` names the run that has the result; lambdas/prepare/reuse.py makes the
keys. It is written when the step has succeeded.
"""

import json
from typing import Any

from contract import s3_keys
from contract.steps import Step
from shared import s3
from shared.run import Document

Result = dict[str, str]


def record(client: Any, bucket: str, run: Document, step: Step, **result: str) -> None:
    """Keeps what the step of this run has made; what it reused is kept already."""
    key = run.get("keys", {}).get(step.value)
    if key and step.value not in run.get("reused", {}):
        body = json.dumps({"run": run["id"], "features": run["features"], **result})
        client.put_object(Bucket=bucket, Key=s3_keys.reuse_key(key), Body=body.encode())


def find(client: Any, bucket: str, key: str) -> Result | None:
    """The result of the key; None if there is none."""
    found: Result | None = s3.find_json(client, f"s3://{bucket}/{s3_keys.reuse_key(key)}")
    return found
