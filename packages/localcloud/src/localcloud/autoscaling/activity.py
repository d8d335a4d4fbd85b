"""Scaling activities: the changes themselves, and DescribeScalingActivities."""

import time
import uuid

from localcloud.autoscaling.decision import Decision
from localcloud.core import records
from localcloud.core.background import Background
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.hosting import capacity
from localcloud.hosting.scalable_target import DIMENSION, NAMESPACE, TARGET

_KIND = "scaling-activity"
_KEPT_SECONDS = 6 * 7 * 24 * 3600


def scale(cloud: Cloud, target: Record, decision: Decision) -> None:
    """Changes the variant in the background, unless another change of its endpoint is under way."""
    _, endpoint, _, variant = target["ResourceId"].split("/")
    before = capacity.instance_count(cloud, endpoint, variant)
    changes = [{"VariantName": variant, "DesiredInstanceCount": decision.instances}]
    try:
        capacity.begin(cloud, endpoint, changes)
    except ValidationException:
        return
    activity = _begin(cloud, target["ResourceId"], decision)

    def scale_in_background() -> None:
        failure = capacity.perform(cloud, endpoint, changes)
        _end(cloud, activity, failure)
        if failure is None:
            field = "ScaledOut" if decision.instances > before else "ScaledIn"
            cloud.store.update(TARGET, target["ResourceId"], **{field: time.time()})

    cloud.service(Background).run(scale_in_background)


def _begin(cloud: Cloud, resource: str, decision: Decision) -> Record:
    what = f"desired instance count to {decision.instances}"
    record: Record = {
        "ActivityId": str(uuid.uuid4()),
        "ServiceNamespace": NAMESPACE,
        "ResourceId": resource,
        "ScalableDimension": DIMENSION,
        "Description": f"Setting {what}.",
        "Cause": decision.cause,
        "StartTime": time.time(),
        "StatusCode": "InProgress",
        "StatusMessage": f"Successfully set {what}. Waiting for change to be fulfilled by "
        "sagemaker.",
    }
    cloud.store.put(_KIND, record["ActivityId"], record)
    return record


def _end(cloud: Cloud, record: Record, failure: str | None) -> None:
    what = record["Description"].removeprefix("Setting ").removesuffix(".")
    message = f"Successfully set {what}. Change successfully fulfilled by sagemaker."
    if failure is not None:
        message = f"Failed to set {what}. Reason: {failure}"
    cloud.store.update(
        _KIND,
        record["ActivityId"],
        EndTime=time.time(),
        StatusCode="Successful" if failure is None else "Failed",
        StatusMessage=message,
    )


def fail_interrupted(cloud: Cloud) -> None:
    """Makes activities Failed that an earlier server did not finish."""
    for record in cloud.store.list(_KIND):
        if record["StatusCode"] == "InProgress":
            _end(cloud, record, "the embedded AWS was stopped")


def describe_scaling_activities(cloud: Cloud, request: Record) -> Record:
    records.refuse(request, ["IncludeNotScaledActivities"])
    since = time.time() - _KEPT_SECONDS
    found = [
        record
        for record in cloud.store.list(_KIND)
        if record["StartTime"] >= since
        and all(
            request.get(field, record[field]) == record[field]
            for field in ("ServiceNamespace", "ResourceId", "ScalableDimension")
        )
    ]
    return {"ScalingActivities": sorted(found, key=lambda r: r["StartTime"], reverse=True)}
