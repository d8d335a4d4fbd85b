"""A promotion: a version that another environment has approved is copied and deployed here."""

from collections.abc import Mapping
from typing import Any

import model_version
from botocore.exceptions import ClientError
from model_version import ModelVersion

from contract import s3_keys, s3_uri
from contract.execution_input import InvalidInput
from contract.names import run_id
from shared.model_packages import arn_of_run, version_arn
from shared.source_environment import Source, unavailable


def open_source(
    sts: Any, sources: Mapping[str, Mapping[str, str]], name: str, session: str
) -> Source:
    """The environment `name`. Raises InvalidInput for one whose models may not come here, and
    SourceUnavailable."""
    if name not in sources:
        allowed = ", ".join(sources) or "none, by the settings of this environment"
        rule = f"no models of {name!r} may be promoted here; allowed: {allowed}"
        raise InvalidInput("from_environment", rule, value=name)
    found = sources[name]
    return Source.open(sts, name=name, role=found["role"], region=found["region"], session=session)


def promote(
    source: Source, chosen: Mapping[str, Any], *, group: str, prefix: str, image: str
) -> dict[str, Any]:
    """The fields of the run that come from the version; CopyModel copies what they name.

    `group` is the source's, `prefix` that of the run, `image` that of the endpoint in the settings.
    Raises InvalidInput, NotApproved and SourceUnavailable.
    """
    try:
        version = _find(source.sagemaker, chosen, group)
        run = model_version.read_run(source.s3, version)
        artefact = _describe_artefact(source.s3, version)
    except ClientError as error:
        raise unavailable(source.name, source.role, error) from error
    _check_image(version, image)
    return {
        **model_version.of_the_training(run),
        # Those of the training are in the bucket of the other environment.
        "features": "",
        "model_data": f"{prefix}/{s3_keys.PROMOTED_MODEL}/{s3_keys.MODEL_ARCHIVE}",
        "promoted_from": {
            "environment": source.name,
            "role": source.role,
            "region": source.region,
            "run": version.run,
            "prefix": version.prefix,
            "version": version.number,
            "package": version.arn,
            "code": _code(version, run),
            "model_data": version.model_data,
            "sha256": version.sha256,  # of a model that was promoted before; else by CopyModel
            **artefact,
        },
    }


def _find(sagemaker: Any, chosen: Mapping[str, Any], group: str) -> ModelVersion:
    if "from_version" in chosen:
        field, what = "from_version", f"version {chosen['from_version']}"
        arn = version_arn(sagemaker, group, chosen["from_version"])
    else:
        field, what = "from_run", f"version of run {chosen['from_run']!r}"
        arn = arn_of_run(sagemaker, group, run_id(chosen["from_run"]))
    if not arn:
        raise InvalidInput(field, f"{group} has no {what}", value=chosen[field])
    return model_version.describe(sagemaker, arn, group=group, field=field)


def _code(version: ModelVersion, run: Mapping[str, Any]) -> str:
    """The code of the training, in the bucket of the other environment; a run that was promoted
    itself has another one for its evaluation."""
    code = run.get("promoted_from", run)["code"]
    bucket, _ = s3_uri.split(version.model_data)
    return f"s3://{bucket}/{s3_keys.CODE}/{code.rpartition('/')[2]}"


def _describe_artefact(client: Any, version: ModelVersion) -> dict[str, Any]:
    """Raises InvalidInput for an artefact that was written after its registration: it is not what
    was evaluated and approved. The ETag makes sure that CopyModel copies this one."""
    bucket, key = s3_uri.split(version.model_data)
    found = client.head_object(Bucket=bucket, Key=key)
    if found["LastModified"] > version.registered:
        raise version.refusal(
            f"is not what was approved: {version.model_data} was written at "
            f"{found['LastModified']:%Y-%m-%d %H:%M:%S}, after its registration at "
            f"{version.registered:%Y-%m-%d %H:%M:%S}"
        )
    return {"etag": found["ETag"], "bytes": found["ContentLength"]}


def _check_image(version: ModelVersion, image: str) -> None:
    """The packages in the artefact are for the Python of one image; accounts and regions have
    registries of their own."""
    made_for, deployed = (uri.partition("/")[2] for uri in (version.image, image))
    if made_for != deployed:
        raise version.refusal(
            f"is for the image {made_for}, and this environment deploys {deployed}: both need the "
            "same images.serving, or endpoints on the same kind of instance"
        )
