"""Copies a model of another environment: its artefact, the code that trained it, its evaluation.

The bytes pass through this function, so that another account or region needs nothing but the role
of the other environment, the copy is encrypted with the key of this one, and their SHA-256 is that
of what arrives.
"""

from typing import Any

import boto3
from botocore.exceptions import ClientError
from copies import changed, copy_artefact, copy_code

from contract import s3_keys, s3_uri
from shared import s3
from shared.errors import translate_errors
from shared.source_environment import Source, unavailable

S3 = boto3.client("s3")
STS = boto3.client("sts")
# In this environment objects are only looked for (HeadObject) and written.
_OF_THE_SOURCE = ("GetObject", "ListObjectsV2")


@translate_errors
def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    run = event["run"]
    found = run["promoted_from"]
    source = Source.open(
        STS,
        name=found["environment"],
        role=found["role"],
        region=found["region"],
        session=run["id"],
    )
    copied = copy_model(S3, source, run)
    s3.write_json(S3, f"{copied['prefix']}/{s3_keys.RUN}", copied)
    return copied


def copy_model(client: Any, source: Source, run: dict[str, Any]) -> dict[str, Any]:
    """The run, with the SHA-256 of its artefact. Raises SourceUnavailable, and InvalidInput
    for an artefact that is not the one at which Prepare has looked.

    A repeated call copies once more: the objects are the same, and their keys are those of the run.
    """
    found = run["promoted_from"]
    try:
        digest = copy_artefact(client, source.s3, found, run["model_data"])
        copy_code(client, source.s3, found["code"], s3_uri.split(run["prefix"])[0])
        copy_documents(client, source.s3, run)
    except ClientError as error:
        if error.operation_name not in _OF_THE_SOURCE:
            raise
        raise unavailable(source.name, source.role, error) from error
    if found["sha256"] not in ("", digest):
        raise changed(
            found, f"has the SHA-256 {digest}, and came to {source.name} with another one"
        )
    return {**run, "promoted_from": {**found, "sha256": digest}}


def copy_documents(client: Any, source: Any, run: dict[str, Any]) -> None:
    """run.json and the evaluation of the other environment. Without an evaluation here that one is
    also the evaluation of the run."""
    prefix, theirs = run["prefix"], run["promoted_from"]["prefix"]
    kept = f"{prefix}/{s3_keys.SOURCE_DOCUMENTS}"
    s3.copy_small(client, source, f"{theirs}/{s3_keys.RUN}", f"{kept}/{s3_keys.RUN}")
    for uri in s3.list_uris(source, f"{theirs}/{s3_keys.EVALUATION}/"):
        name = uri.removeprefix(f"{theirs}/")
        s3.copy_small(client, source, uri, f"{kept}/{name}")
        if not run["features"]:
            s3.copy_small(client, source, uri, f"{prefix}/{name}")
