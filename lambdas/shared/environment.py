"""The environment variables of a function, read once when it is initialised."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from contract.quotas import Quotas


class MissingVariable(Exception):
    """The function was deployed without a variable it needs."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Names of the resources of one environment, and the defaults of an execution."""

    environment: str  # dev
    name: str  # with which the names of its resources begin: reviews-dev
    data_bucket: str
    artefact_bucket: str
    feature_group: str
    glue_database: str
    glue_table: str
    athena_workgroup: str
    model_group: str
    endpoint: str
    topic: str
    base_model: str
    columns: dict[str, str]
    max_rejected_share: float
    labels: str
    training: dict[str, Any]
    quotas: Quotas

    @classmethod
    def read(cls, variables: Mapping[str, str] = os.environ) -> Self:
        def get(key: str) -> str:
            if key not in variables:
                raise MissingVariable(f"{key} is not set in the function's environment")
            return variables[key]

        return cls(
            environment=get("ENVIRONMENT"),
            name=get("NAME"),
            data_bucket=get("DATA_BUCKET"),
            artefact_bucket=get("ARTEFACT_BUCKET"),
            feature_group=get("FEATURE_GROUP"),
            glue_database=get("GLUE_DATABASE"),
            glue_table=get("GLUE_TABLE"),
            athena_workgroup=get("ATHENA_WORKGROUP"),
            model_group=get("MODEL_GROUP"),
            endpoint=get("ENDPOINT_NAME"),
            topic=get("TOPIC"),
            base_model=get("BASE_MODEL"),
            columns=json.loads(get("COLUMNS")),
            max_rejected_share=float(get("MAX_REJECTED_SHARE")),
            labels=get("LABELS"),
            training=json.loads(get("TRAINING")),
            quotas=Quotas.read(get("QUOTAS")),
        )
