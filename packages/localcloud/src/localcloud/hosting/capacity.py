"""UpdateEndpointWeightsAndCapacities: more or fewer instances of what runs, and their shares.

Refused, not ignored: the concurrency of serverless variants.
"""

from collections import Counter
from collections.abc import Sequence

from localcloud.core import records
from localcloud.core.background import Background
from localcloud.core.cloud import Cloud
from localcloud.core.errors import ValidationException
from localcloud.core.records import Record
from localcloud.hosting import deployment, endpoint_record
from localcloud.hosting.endpoint_record import DEPLOYED
from localcloud.hosting.running import RunningEndpoints


def update_weights_and_capacities(cloud: Cloud, request: Record) -> Record:
    name, changes = request["EndpointName"], request["DesiredWeightsAndCapacities"]
    begin(cloud, name, changes)
    cloud.service(Background).run(perform, cloud, name, changes)
    return {"EndpointArn": endpoint_record.arn(cloud, name)}


def begin(cloud: Cloud, name: str, changes: Sequence[Record]) -> None:
    """Makes the endpoint Updating; raises ValidationException where that cannot be."""
    deployed = endpoint_record.find(cloud, name)[DEPLOYED]
    named = Counter(change["VariantName"] for change in changes)
    twice = [variant for variant, times in named.items() if times > 1]
    if twice:
        raise ValidationException(
            f'Variant "{twice[0]}" is named more than once in DesiredWeightsAndCapacities.'
        )
    for change in changes:
        _check(deployed, change)
    endpoint_record.claim(cloud, name)


def _check(deployed: Record, change: Record) -> None:
    records.refuse(change, ["ServerlessUpdateConfig"])
    variant = deployment.variant_of(deployed, change["VariantName"])
    if variant is None:
        raise ValidationException(f'Could not find variant "{change["VariantName"]}".')
    if "DesiredInstanceCount" not in change:
        return
    if "ServerlessConfig" in variant:
        raise ValidationException("DesiredInstanceCount is not allowed for a serverless variant.")
    if change["DesiredInstanceCount"] < 1:
        raise ValidationException("DesiredInstanceCount must be at least 1 for this endpoint.")


def perform(cloud: Cloud, name: str, changes: Sequence[Record]) -> str | None:
    """Makes the change that has begun; returns why it came to nothing, or None."""
    try:
        cloud.service(RunningEndpoints).traffic[name].fleet.resize(changes)
    except Exception as error:
        if cloud.stopping.is_set():
            return str(error)
        return endpoint_record.put_back(cloud, name, error)
    deployed = deployment.desire(endpoint_record.find(cloud, name)[DEPLOYED], changes)
    endpoint_record.change(cloud, name, EndpointStatus="InService", **{DEPLOYED: deployed})
    return None


def instance_count(cloud: Cloud, name: str, variant: str) -> int:
    """The desired one. Raises ValidationException for what is not there or has no instances."""
    found = deployment.variant_of(endpoint_record.find(cloud, name)[DEPLOYED], variant)
    if found is None or "InitialInstanceCount" not in found:
        raise ValidationException(f'Could not find variant "{variant}" with instances.')
    count: int = found["InitialInstanceCount"]
    return count
