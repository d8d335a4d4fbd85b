"""AWS's Price List API: what it is asked for, and what is taken from its answers.

Where products are found: the instances by productFamily, their attribute `instanceName` and
`usagetype` as in awslabs/llmeter (llmeter/callbacks/cost/providers/sagemaker.py) and
vantage-sh/ec2instances.info (scraper/aws); the others by service and usage type as in
infracost/infracost (internal/resources/aws, 21 August 2026). The answers have the form of
https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/using-price-list-query-api.html
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.session import get_session

from reviews.client.cost import prices
from reviews.client.cost.prices import Price
from reviews.client.errors import PriceMissing

SOURCE = "AWS's Price List API"
_CURRENCY = "USD"
_PAGE = 100  # the maximum of GetProducts
_HOUR = "hrs"  # AWS's unit of instances
# Before a usage type is its region, in one of two forms, or nothing: USE1-, us-east-1-
_REGION_OF_USAGE = r"(?:[A-Z]{2,3}[A-Z0-9]{0,4}-|[a-z]+-[a-z-]+-\d-)?"


@dataclass(frozen=True, kw_only=True)
class Question:
    """Products of one service, of which those are taken whose usage type is one of `products`."""

    service: str
    products: str  # a regular expression
    fields: Mapping[str, str] = field(default_factory=dict)
    units: int = 1  # of AWS's in one of ours
    is_global: bool = False  # in no region


QUESTIONS = (
    Question(
        service="AmazonSageMaker",
        fields={"productFamily": "ML Instance"},
        products=rf"(?:{'|'.join(use.value for use in prices.Use)}):ml\.[a-z0-9.-]+",
    ),
    Question(
        service="AmazonSageMaker",
        fields={"productFamily": "ML Serverless"},
        products=r"ServerlessInf:Mem-\dGB",
    ),
    Question(
        service="AmazonSageMaker",
        fields={"operation": "Invoke-Endpoint"},
        products=prices.ENDPOINT_DATA,
    ),
    Question(service="AmazonS3", fields={"volumeType": "Standard"}, products=prices.STORAGE),
    Question(service="awskms", products=prices.KEY),
    Question(
        service="AmazonCloudWatch",
        products="|".join((prices.ALARMS, prices.METRICS, prices.LOGS)),
    ),
    Question(
        service="AmazonCloudWatch",
        fields={"usagetype": prices.DASHBOARD},
        products=prices.DASHBOARD,
        is_global=True,
    ),
    Question(service="AmazonStates", products=prices.TRANSITIONS, units=1000),
    Question(
        service="AmazonVPC",
        fields={"productFamily": "VpcEndpoint"},
        products=prices.VPC_ENDPOINTS,
    ),
)


def endpoint(region: str) -> str:
    """The region of the API that is asked for the prices of `region`.

    Raises PriceMissing for a partition that has none.
    """
    session = get_session()
    partition = session.get_partition_for_region(region)
    offered = session.get_available_regions("pricing", partition)
    if not offered:
        raise PriceMissing(f"{region}: AWS has no Price List API in the partition {partition}")
    area = region.partition("-")[0]
    near = [one for one in offered if one.partition("-")[0] == area]
    return str((near or sorted(offered, reverse=True))[0])


def ask(pricing: Any, region: str, today: str) -> dict[str, Price]:
    """Product → price, for all of QUESTIONS; `pricing` is a client in the region of `endpoint`.

    Raises PriceMissing where AWS has no instances of SageMaker in the region, or no prices in USD.
    """
    found: dict[str, Price] = {}
    for question in QUESTIONS:
        for item in _items(pricing, question, region):
            for product, price in _prices(item, question, region, today):
                # Where AWS has two prices of one product, the higher one is the most that it costs.
                other = found.get(product, price)
                found[product] = max(price, other, key=lambda one: one.usd or 0)
    if not any(":ml." in product for product in found):
        raise PriceMissing(f"{region}: AWS's price list has no instances of SageMaker there")
    return found


def _items(pricing: Any, question: Question, region: str) -> Iterator[dict[str, Any]]:
    fields = dict(question.fields)
    if not question.is_global:
        fields["regionCode"] = region
    filters = [
        {"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in fields.items()
    ]
    pages = pricing.get_paginator("get_products").paginate(
        ServiceCode=question.service, Filters=filters, PaginationConfig={"PageSize": _PAGE}
    )
    for page in pages:
        for text in page["PriceList"]:
            item: dict[str, Any] = json.loads(text)
            yield item


def _prices(
    item: dict[str, Any], question: Question, region: str, today: str
) -> Iterator[tuple[str, Price]]:
    attributes = item["product"]["attributes"]
    usage = attributes.get("usagetype", "")
    product = re.fullmatch(f"{_REGION_OF_USAGE}({question.products})", usage)
    if not product:
        return
    usd = _first_tier(item, region)
    if usd is None:
        return
    source = f"{SOURCE}, {usage}, SKU {item['product']['sku']}"
    unit = prices.UNITS.get(product[1], "hour")
    price = Price(usd=usd * question.units, unit=unit, source=source, read=today)
    yield product[1], price


def _first_tier(item: dict[str, Any], region: str) -> float | None:
    """USD of the first tier that costs something: what comes before is a free tier.

    None for a product that is not offered on demand. Raises PriceMissing for another currency.
    """
    dimensions = [
        dimension
        for offer in item["terms"].get("OnDemand", {}).values()
        for dimension in offer["priceDimensions"].values()
    ]
    is_instance = item["product"].get("productFamily") == "ML Instance"
    tiers: list[tuple[float, float]] = []
    for dimension in dimensions:
        if is_instance and dimension["unit"].lower() != _HOUR:
            continue
        amounts = dimension["pricePerUnit"]
        if _CURRENCY not in amounts:
            raise PriceMissing(f"{region}: AWS's prices there are in {', '.join(amounts)}")
        tiers.append((float(dimension.get("beginRange", 0)), float(amounts[_CURRENCY])))
    paid = sorted(tier for tier in tiers if tier[1] > 0)
    return paid[0][1] if paid else None
