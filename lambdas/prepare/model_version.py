"""A version in the registry of this environment or of another one, and the run that made it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contract import s3_keys, s3_uri
from contract.execution_input import InvalidInput
from shared import s3

APPROVED = "Approved"
# What a run of the same model has from the run that trained it.
_OF_THE_TRAINING = ("reviews", "base_model", "columns", "labels", "training")


class NotApproved(Exception):
    """The version is rejected, or waits for its approval, which may come."""


@dataclass(frozen=True, kw_only=True)
class ModelVersion:
    """`name` is that of a user, such as "version 3 of reviews-dev"; `field` that of the input in
    which it was given. `prefix` is that of the run that registered it."""

    name: str
    field: str
    number: int
    arn: str
    status: str
    registered: datetime
    image: str
    model_data: str
    run: str
    sha256: str
    first: int  # of a version that a rollback has registered: the one that it deployed again

    @property
    def prefix(self) -> str:
        bucket, _ = s3_uri.split(self.model_data)
        return f"s3://{bucket}/{s3_keys.run_prefix(self.run)}"

    @property
    def evaluation(self) -> str:
        return f"{self.prefix}/{s3_keys.EVALUATION_METRICS}"

    def refusal(self, reason: str) -> InvalidInput:
        """The error of a version that no redrive makes usable."""
        return InvalidInput(self.field, f"{self.name} {reason}", value=self.number)


def describe(sagemaker: Any, arn: str, *, group: str, field: str) -> ModelVersion:
    """Raises InvalidInput for a version that no run has registered."""
    found = sagemaker.describe_model_package(ModelPackageName=arn)
    number = int(arn.rpartition("/")[2])
    name = f"version {number} of {group}"
    (container,) = found["InferenceSpecification"]["Containers"]
    properties = found.get("CustomerMetadataProperties", {})
    if not properties.get("run"):
        raise InvalidInput(field, f"{name} was registered by no run", value=number)
    return ModelVersion(
        name=name,
        field=field,
        number=number,
        arn=arn,
        status=found.get("ModelApprovalStatus", ""),
        registered=found["CreationTime"],
        image=container["Image"],
        model_data=container["ModelDataUrl"],
        run=properties["run"],
        sha256=properties.get("sha256", ""),
        first=int(properties.get("rollback_to", number)),
    )


def read_run(client: Any, version: ModelVersion) -> dict[str, Any]:
    """The run.json of the version's run. Raises NotApproved, and InvalidInput where something of
    the version is gone."""
    if version.status != APPROVED:
        raise NotApproved(f"{version.name} is {version.status}; only an approved one is deployed")
    document = f"{version.prefix}/{s3_keys.RUN}"
    for uri in (version.model_data, version.evaluation, document):
        if not s3.exists(client, uri):
            raise version.refusal(f"is not complete any more: {uri} is gone")
    run: dict[str, Any] = s3.read_json(client, document)
    return run


def of_the_training(run: dict[str, Any]) -> dict[str, Any]:
    return {name: run[name] for name in _OF_THE_TRAINING}
