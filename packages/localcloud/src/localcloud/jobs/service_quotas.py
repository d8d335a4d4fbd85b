"""Service Quotas: of SageMaker's instances, which are processes of this machine.

Each quota is LOCALCLOUD_INSTANCES. A single request for more instances is refused with SageMaker's
own message; several requests wait for their turn or share the machine, so no quota is used up.

Refused, not ignored: services other than SageMaker. Not emulated: other quotas, asking for more.
"""

import hashlib
import os
from collections.abc import Iterator
from typing import Any

import botocore.session

from localcloud.core.cloud import Cloud
from localcloud.core.errors import AwsError, ResourceLimitExceeded

INSTANCES = "LOCALCLOUD_INSTANCES"
_DEFAULT_INSTANCES = 20
# The use of instances → the shape of botocore's model that lists their types.
_USES = {
    "processing job": "ProcessingInstanceType",
    "training job": "TrainingInstanceType",
    "spot training job": "TrainingInstanceType",
    "training warm pool": "TrainingInstanceType",
    "transform job": "TransformInstanceType",
    "endpoint": "ProductionVariantInstanceType",
}
_TOTALS = (
    "Number of instances across all processing jobs",
    "Number of instances across all training jobs",
    "Number of instances across all spot training jobs",
    "Number of instances across all transform jobs",
    "Maximum number of instances per processing job",
    "Maximum number of instances per training job",
    "Maximum number of instances per spot training job",
    "Number of instances across active endpoints",
)
_CONCURRENCY = "Maximum total concurrency that can be allocated across all serverless endpoints"
_MOST_CONCURRENCY = 200  # of one serverless variant, by the constraint of SageMaker's model
Values = dict[str, Any]


def instances() -> int:
    """The quota of each instance type. Raises ValueError for a setting that is no number."""
    text = os.environ.get(INSTANCES, str(_DEFAULT_INSTANCES))
    if not text.isdecimal():
        raise ValueError(f"{INSTANCES}={text!r} must be a whole number")
    return int(text)


def check(use: str, instance_type: str, count: int) -> None:
    """Raises ResourceLimitExceeded for more instances than the quota."""
    most = instances()
    if count > most:
        raise ResourceLimitExceeded(
            f"The account-level service limit '{instance_type} for {use} usage' is {most} "
            f"Instances, with current utilization of 0 Instances and a request delta of {count} "
            "Instances. Please use AWS Service Quotas to request an increase for this quota. If "
            "AWS Service Quotas is not available, contact AWS support to request an increase for "
            "this quota."
        )


def list_service_quotas(cloud: Cloud, request: Values) -> Values:
    return {"Quotas": list(_quotas(cloud, request["ServiceCode"]))}


def list_default_service_quotas(cloud: Cloud, request: Values) -> Values:
    return {"Quotas": list(_quotas(cloud, request["ServiceCode"]))}


def get_service_quota(cloud: Cloud, request: Values) -> Values:
    for quota in _quotas(cloud, request["ServiceCode"]):
        if quota["QuotaCode"] == request["QuotaCode"]:
            return {"Quota": quota}
    raise AwsError("NoSuchResourceException", f"There is no quota {request['QuotaCode']}.")


def _quotas(cloud: Cloud, service: str) -> Iterator[Values]:
    if service != "sagemaker":
        raise AwsError("NoSuchResourceException", f"The service {service!r} has no quotas here.")
    values = {name: instances() for name in [*_names(), *_TOTALS]}
    for name, value in {**values, _CONCURRENCY: _MOST_CONCURRENCY}.items():
        code = f"L-{hashlib.sha256(name.encode()).hexdigest()[:8].upper()}"
        yield {
            "ServiceCode": service,
            "ServiceName": "Amazon SageMaker",
            "QuotaArn": f"arn:aws:servicequotas:{cloud.region}:{cloud.account}:{service}/{code}",
            "QuotaCode": code,
            "QuotaName": name,
            "Value": float(value),
            "Unit": "None",
            "Adjustable": False,
            "GlobalQuota": False,
        }


def _names() -> Iterator[str]:
    model = botocore.session.get_session().get_service_model("sagemaker")
    for use, shape in _USES.items():
        for instance_type in model.shape_for(shape).enum:
            yield f"{instance_type} for {use} usage"
