"""What AWS's Price List API is asked, and what is taken from its answers.

SKU, usage type and price of USE1-Train:ml.m5.large, USE1-Host:ml.m5.xlarge and
USE1-ServerlessInf:Mem-3GB are those of answers of 2026 that are quoted in public code; the form of
the answers is that of AWS's documentation of GetProducts.
"""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from reviews.client.cost import price_list, prices
from reviews.client.cost.price_list import QUESTIONS, endpoint
from reviews.client.errors import PriceMissing

TODAY = "2026-11-30"


def product(
    sku: str,
    usage: str,
    *tiers: tuple[str, str],
    family: str = "ML Instance",
    unit: str = "Hrs",
    currency: str = "USD",
) -> str:
    """An item of PriceList, which is JSON in a text; `tiers`: where each begins, and its price."""
    code = f"{sku}.JRTCKXETXF"
    dimensions = {
        f"{code}.{number}": {
            "unit": unit,
            "beginRange": begin,
            "endRange": "Inf",
            "description": f"${amount} per {unit}",
            "rateCode": f"{code}.{number}",
            "appliesTo": [],
            "pricePerUnit": {currency: amount},
        }
        for number, (begin, amount) in enumerate(tiers)
    }
    term = {
        "priceDimensions": dimensions,
        "sku": sku,
        "effectiveDate": "2026-11-01T00:00:00Z",
        "offerTermCode": "JRTCKXETXF",
        "termAttributes": {},
    }
    attributes = {
        "servicecode": "AmazonSageMaker",
        "regionCode": "us-east-1",
        "usagetype": usage,
        "operation": "RunInstance",
    }
    document = {
        "product": {"productFamily": family, "attributes": attributes, "sku": sku},
        "serviceCode": "AmazonSageMaker",
        "terms": {"OnDemand": {code: term}},
        "version": "20261130000000",
        "publicationDate": "2026-11-30T00:00:00Z",
    }
    return json.dumps(document)


INSTANCES = [
    product("JMCWJEAPVJNFJ5P4", "USE1-Train:ml.m5.large", ("0", "0.1150000000")),
    product("JDZQJFUVUR8SUWHS", "USE1-Host:ml.m5.xlarge", ("0", "0.2300000000")),
    product("PROCESSING000001", "USE1-Processing:ml.m5.xlarge", ("0", "0.2300000000")),
    product("TRANSFORM0000001", "USE1-Tsform:ml.m5.large", ("0", "0.1150000000")),
    # What is no price on demand of these four uses:
    product("SPOT000000000001", "USE1-TrSpt:ml.m5.large", ("0", "0.0400000000")),
    product("STUDIO0000000001", "USE1-Studio:JupyterLab-ml.m5.large", ("0", "0.1150000000")),
    product("NOTEBOOK00000001", "USE1-Notebk:ml.m5.large", ("0", "0.1150000000")),
    product("OTHERUNIT0000001", "USE1-Host:ml.m5.large", ("0", "9"), unit="Quantity"),
]
# By the place of their question.
ANSWERS: dict[int, list[str]] = {
    0: INSTANCES,
    1: [
        product(
            "PUE6HBQ8KFHBUN5T",
            "USE1-ServerlessInf:Mem-3GB",
            ("0", "0.0000600000"),
            family="ML Serverless",
            unit="Second",
        ),
        product("PROVISIONED00001", "USE1-ServerlessInf:ProvCon:Mem-3GB", ("0", "1"), family=""),
    ],
    2: [product("DATA000000000001", "USE1-Hst:Data-Bytes-Out", ("0", "0.016"), family="")],
    3: [
        product(
            "S300000000000001",
            "TimedStorage-ByteHrs",
            ("512000", "0.021"),
            ("0", "0.023"),
            ("51200", "0.022"),
            family="Storage",
        ),
        product("TABLES0000000001", "USE1-Tables-TimedStorage-ByteHrs", ("0", "9"), family=""),
    ],
    4: [product("KEY0000000000001", "us-east-1-KMS-Keys", ("0", "1.0"), family="")],
    5: [
        product("ALARM00000000001", "CW:AlarmMonitorUsage", ("0", "0.10"), family=""),
        product("HIGHRES000000001", "CW:HighResAlarmMonitorUsage", ("0", "0.30"), family=""),
        product("METRIC0000000001", "CW:MetricMonitorUsage", ("0", "0.30"), family=""),
        product("LOGS000000000001", "USE1-DataProcessing-Bytes", ("0", "0.50"), family=""),
    ],
    6: [product("DASH000000000001", "DashboardsUsageHour", ("0", "0"), ("3", "3.0"), family="")],
    7: [
        product(
            "STEPS00000000001",
            "USE1-StateTransition",
            ("0", "0.0"),
            ("4000", "0.000025"),
            family="",
        )
    ],
    8: [product("VPC0000000000001", "USE1-VpcEndpoint-Hours", ("0", "0.01"), family="")],
}


def ask(answers: dict[int, list[str]], region: str = "us-east-1") -> dict[str, prices.Price]:
    """Each question in its order, by a real client; the first answer has two pages."""
    client = boto3.client(
        "pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        for number, question in enumerate(QUESTIONS):
            _expect(stub, question, region, answers.get(number, []), pages=2 if number == 0 else 1)
        found = price_list.ask(client, region, TODAY)
        stub.assert_no_pending_responses()
    return found


def _expect(
    stub: Stubber, question: price_list.Question, region: str, items: list[str], *, pages: int
) -> None:
    fields = dict(question.fields)
    if not question.is_global:
        fields["regionCode"] = region
    request: dict[str, Any] = {
        "ServiceCode": question.service,
        "MaxResults": 100,
        "Filters": [
            {"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in fields.items()
        ],
    }
    size = -(-len(items) // pages) or 1
    for page in range(pages):
        answer: dict[str, Any] = {"PriceList": items[page * size : (page + 1) * size]}
        if page + 1 < pages:
            answer["NextToken"] = "more"
        stub.add_response("get_products", answer, request | ({"NextToken": "more"} if page else {}))


def test_every_answer_becomes_the_price_of_its_product() -> None:
    found = ask(ANSWERS)
    assert {name: price.usd for name, price in found.items()} == {
        "Train:ml.m5.large": 0.115,
        "Host:ml.m5.xlarge": 0.23,
        "Processing:ml.m5.xlarge": 0.23,
        "Tsform:ml.m5.large": 0.115,
        "ServerlessInf:Mem-3GB": 0.00006,
        prices.ENDPOINT_DATA: 0.016,
        prices.STORAGE: 0.023,  # the first tier
        prices.KEY: 1,
        prices.ALARMS: 0.10,
        prices.METRICS: 0.30,
        prices.LOGS: 0.50,
        prices.DASHBOARD: 3,  # after those that are free
        prices.TRANSITIONS: pytest.approx(0.025),  # of a thousand
        prices.VPC_ENDPOINTS: 0.01,
    }


def test_a_price_says_where_it_is_from_and_of_which_day() -> None:
    price = ask(ANSWERS)["Train:ml.m5.large"]
    assert price.source == ("AWS's Price List API, USE1-Train:ml.m5.large, SKU JMCWJEAPVJNFJ5P4")
    assert (price.read, price.unit) == (TODAY, "hour")


def test_the_estimate_needs_no_product_that_is_not_asked_for() -> None:
    asked = ask(ANSWERS).keys()
    not_asked = {name for name in prices.UNITS if name not in asked}
    other_sizes = {prices.serverless(1024 * size) for size in (1, 2, 4, 5, 6)}
    assert not_asked == {prices.FEATURE_WRITES} | other_sizes


@pytest.mark.parametrize(
    ("usage", "region"),
    [
        ("EU-Host:ml.m5.large", "eu-west-1"),
        ("EUC1-Host:ml.m5.large", "eu-central-1"),
        ("APS3-Host:ml.m5.large", "ap-south-1"),
        ("CAN1-Host:ml.m5.large", "ca-central-1"),
    ],
)
def test_usage_types_of_other_regions_are_the_same_products(usage: str, region: str) -> None:
    answers = {0: [product("SKU", usage, ("0", "0.128"))]}
    assert ask(answers, region)["Host:ml.m5.large"].usd == 0.128


def test_of_two_prices_the_higher_is_the_most_that_it_may_cost() -> None:
    both = [
        product("A", "USE1-Host:ml.a.b", ("0", "1")),
        product("B", "USE1-Host:ml.a.b", ("0", "2")),
    ]
    assert ask({0: both})["Host:ml.a.b"].usd == 2


def test_a_region_without_sagemaker_is_named() -> None:
    with pytest.raises(PriceMissing, match="mx-central-1: AWS's price list has no instances"):
        ask({}, "mx-central-1")


def test_another_currency_is_refused_and_not_taken_for_dollars() -> None:
    client = boto3.client(
        "pricing", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    item = product("A", "CNN1-Host:ml.m5.large", ("0", "1.2"), currency="CNY")
    with Stubber(client) as stub:
        _expect(stub, QUESTIONS[0], "cn-north-1", [item], pages=1)
        with pytest.raises(PriceMissing, match="cn-north-1: AWS's prices there are in CNY"):
            price_list.ask(client, "cn-north-1", TODAY)


@pytest.mark.parametrize(
    ("region", "asked"),
    [
        ("us-east-1", "us-east-1"),
        ("us-west-2", "us-east-1"),
        ("eu-west-1", "eu-central-1"),
        ("ap-southeast-2", "ap-south-1"),
        ("sa-east-1", "us-east-1"),
        ("cn-north-1", "cn-northwest-1"),
    ],
)
def test_the_api_is_asked_where_aws_offers_it(region: str, asked: str) -> None:
    assert endpoint(region) == asked


def test_a_partition_without_the_api_is_named() -> None:
    with pytest.raises(PriceMissing, match="no Price List API in the partition aws-us-gov"):
        endpoint("us-gov-west-1")
