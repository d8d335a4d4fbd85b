import re
from pathlib import Path

import pytest

from reviews.client.cost import prices
from reviews.client.cost.prices import Price

EVERY = {name: value for name, value in vars(prices).items() if isinstance(value, Price)}
EVERY |= prices.INSTANCES


@pytest.mark.parametrize("name", EVERY)
def test_a_price_has_a_source_and_a_date_or_is_unknown(name: str) -> None:
    price = EVERY[name]
    assert price.unit
    assert price.source
    assert (price.usd is None) == (price.read == "")
    assert re.fullmatch(r"(20\d\d(-\d\d-\d\d)?)?", price.read)


def test_messages_name_the_file_of_the_table() -> None:
    assert Path(prices.__file__).as_posix().endswith(prices.FILE)
