"""What an endpoint runs: a configuration, with the counts and weights its variants have come to.

All of it is pure; the endpoint's record keeps the description, so that a restart finds it again.
"""

from collections.abc import Collection, Sequence

from localcloud.core import records
from localcloud.core.records import Record

# The fields of a variant that hold what UpdateEndpoint may retain.
_RETAINED = {
    "DesiredInstanceCount": "InitialInstanceCount",
    "DesiredWeight": "InitialVariantWeight",
}
_CAPTURE = "DataCaptureConfig"
ASYNC_CONFIG = "AsyncInferenceConfig"
DEFAULT_WEIGHT = 1.0


def describe(config: Record) -> Record:
    """What a new endpoint of this configuration runs."""
    return {
        **records.pick(config, "EndpointConfigName", _CAPTURE, ASYNC_CONFIG),
        "ProductionVariants": [_complete(variant) for variant in config["ProductionVariants"]],
    }


def _complete(variant: Record) -> Record:
    count = {} if "ServerlessConfig" in variant else {"InitialInstanceCount": 1}
    return {**count, "InitialVariantWeight": DEFAULT_WEIGHT, **variant}


def retain(new: Record, running: Record, excluded: Collection[str] = ()) -> Record:
    """`new`, with what the running variants of the same names have come to."""
    fields = [field for name, field in _RETAINED.items() if name not in excluded]
    variants = [
        variant | {field: before[field] for field in fields if field in variant and field in before}
        for variant in new["ProductionVariants"]
        for before in [variant_of(running, variant["VariantName"]) or {}]
    ]
    return {
        "EndpointConfigName": new["EndpointConfigName"],
        "ProductionVariants": variants,
        **records.pick(running, _CAPTURE),
        **records.pick(new, ASYNC_CONFIG),
    }


def desire(running: Record, changes: Sequence[Record]) -> Record:
    """`running`, with the changes of UpdateEndpointWeightsAndCapacities fulfilled."""
    wanted = {change["VariantName"]: change for change in changes}
    variants = [
        variant
        | {
            field: wanted[variant["VariantName"]][name]
            for name, field in _RETAINED.items()
            if name in wanted.get(variant["VariantName"], {})
        }
        for variant in running["ProductionVariants"]
    ]
    return {**running, "ProductionVariants": variants}


def variant_of(deployed: Record, name: str) -> Record | None:
    """The variant of this name; None if there is none."""
    variants = deployed["ProductionVariants"]
    return next((variant for variant in variants if variant["VariantName"] == name), None)


def capture_summary(deployed: Record) -> Record:
    """DataCaptureConfig as DescribeEndpoint shows it; nothing where there is none."""
    config = deployed.get(_CAPTURE)
    if config is None:
        return {}
    enabled = config.get("EnableCapture", True)
    summary = {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }
    return {_CAPTURE: summary}
