"""Capacity faults: jobs and endpoints for which AWS has no machines, before anything of them runs.

Where a job or an instance of an endpoint begins to need a machine, it asks `lacks_capacity`.
"""

import json

from localcloud.core.cloud import Cloud
from localcloud.core.records import Record
from localcloud.faults.registry import Faults

NO_CAPACITY = "Unable to provision requested ML compute capacity"
ADVICE = "Please retry using a different ML instance type or after some time."


def lacks_capacity(cloud: Cloud, operation: str, record: Record) -> bool:
    """Whether a fault takes away the instances that `operation` of SageMaker needs."""
    faults = cloud.service(Faults)
    if not faults.any:
        return False
    return faults.trigger(("capacity",), f"sagemaker:{operation}", json.dumps(record)) is not None
