"""The prices that AWS has answered, in a file of the user for each region."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from reviews.client.cost.prices import Price, Prices
from reviews.client.errors import InvalidArgument
from reviews.client.files.cache import folder


def file(region: str) -> Path:
    return folder() / "prices" / f"{region}.json"


def load(region: str) -> Prices:
    """The prices of a region: those of its file, and else those that are shipped.

    Raises InvalidArgument for a file that is no such one.
    """
    path = file(region)
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Prices(region=region)
    try:
        asked = {product: Price(**price) for product, price in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError) as error:
        remedy = f"delete it, or write it anew: reviews cost --refresh ({error})"
        raise InvalidArgument(f"{path} has no prices: {remedy}") from error
    return Prices(region=region, asked=asked)


def save(region: str, asked: Mapping[str, Price]) -> Path:
    """Replaces the file with the prices of a region, and returns its path."""
    path = file(region)
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {product: asdict(price) for product, price in sorted(asked.items())}
    new = path.with_suffix(".new")
    new.write_text(json.dumps(document, indent=1), encoding="utf-8")
    new.replace(path)
    return path
