"""Asks AWS for its prices in the region of an environment, and keeps the answers."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reviews.client.aws.connection import Connection
from reviews.client.cost import asked_prices, price_list
from reviews.client.errors import InvalidArgument


@dataclass(frozen=True, kw_only=True)
class Refreshed:
    region: str
    prices: int
    file: Path


def refresh(connection: Connection) -> Refreshed:
    """Fetches the prices of the environment's region from AWS, with the permission
    pricing:GetProducts.

    Raises InvalidArgument for an environment that is not on AWS, and PriceMissing.
    """
    region = connection.settings.region
    if not connection.is_on_aws:
        raise InvalidArgument(
            f"{connection.name} is not on AWS here, and the embedded AWS has no prices: everything "
            "in it is free. Name an environment on AWS: reviews cost --refresh --env dev"
        )
    client = connection.client_in("pricing", price_list.endpoint(region))
    found = price_list.ask(client, region, datetime.now(UTC).date().isoformat())
    file = asked_prices.save(region, found)
    return Refreshed(region=region, prices=len(found), file=file)
