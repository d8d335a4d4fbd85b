"""What the endpoint serves now: the run and the version of its model, and since when."""

from dataclasses import dataclass
from datetime import datetime

from contract.names import EXECUTION_TAG, RUN_TAG
from reviews.client.aws.connection import Connection
from reviews.client.endpoint import served_config
from reviews.client.promotion import versions
from reviews.client.promotion.versions import ModelVersion


@dataclass(frozen=True, kw_only=True)
class Serving:
    """An endpoint as SageMaker describes it; what SageMaker does not tell is None or empty.

    `deployed` is when its configuration was created, `changed` when the endpoint was modified last,
    also by its scaling. `run` is a run id, `execution` the name of the execution that made the
    configuration, `version` what that has registered.
    """

    endpoint: str
    status: str
    config: str
    deployed: datetime
    changed: datetime
    instances: int | None
    run: str
    execution: str
    version: ModelVersion | None


def read(connection: Connection) -> Serving | None:
    """What the endpoint serves; None where there is no endpoint."""
    found = served_config.find(connection)
    if found is None:
        return None
    run = found.tags.get(RUN_TAG, "")
    return Serving(
        endpoint=found.endpoint["EndpointName"],
        status=found.endpoint["EndpointStatus"],
        config=found.endpoint["EndpointConfigName"],
        deployed=found.config["CreationTime"],
        changed=found.endpoint["LastModifiedTime"],
        instances=_instances(found.endpoint.get("ProductionVariants", [])),
        run=run,
        execution=found.tags.get(EXECUTION_TAG, "").rpartition(":")[2],
        version=versions.of_run(connection.client("sagemaker"), connection.settings.name, run),
    )


def _instances(variants: list[dict[str, int]]) -> int | None:
    """The number of instances; None for a serverless endpoint, or where AWS does not tell it."""
    counts = [one["CurrentInstanceCount"] for one in variants if "CurrentInstanceCount" in one]
    return sum(counts) if counts else None
