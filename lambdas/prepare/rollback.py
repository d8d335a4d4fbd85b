"""A rollback: an earlier approved version of this environment is deployed again."""

from typing import Any

import model_version
from model_version import ModelVersion

from contract import s3_keys
from contract.execution_input import InvalidInput
from shared import s3
from shared.model_packages import version_arn


def roll_back(
    storage: Any, sagemaker: Any, *, group: str, number: int, prefix: str, image: str
) -> dict[str, Any]:
    """The fields of the run that come from the version, whose evaluation is copied to the run's
    `prefix`. `image` is the one of the endpoint in the settings.

    Raises InvalidInput, and NotApproved.
    """
    arn = version_arn(sagemaker, group, number)
    if not arn:
        raise InvalidInput("version", f"{group} has no version {number}", value=number)
    version = model_version.describe(sagemaker, arn, group=group, field="version")
    run = model_version.read_run(storage, version)
    _check_repository(version, image)
    for uri in s3.list_uris(storage, f"{version.prefix}/{s3_keys.EVALUATION}/"):
        s3.copy_small(storage, storage, uri, f"{prefix}/{uri.removeprefix(f'{version.prefix}/')}")
    return {
        **model_version.of_the_training(run),
        "features": run["features"],
        "code": run["code"],
        "model_data": version.model_data,
        "image": version.image,
        **{name: run[name] for name in ("promoted_from",) if name in run},
        "rolled_back_to": {"version": version.first, "package": version.arn, "run": version.run},
    }


def _check_repository(version: ModelVersion, image: str) -> None:
    """The packages in an artefact are for the Python of its image, so the version is deployed with
    that. The role of the endpoint may load images of one repository only."""
    if _repository(version.image) != _repository(image):
        raise version.refusal(
            f"needs the image {version.image}, and the settings deploy {image}: set "
            "images.serving to the former, deploy the environment, and roll back then"
        )


def _repository(image: str) -> str:
    return image.partition("@")[0].rpartition(":")[0] or image
