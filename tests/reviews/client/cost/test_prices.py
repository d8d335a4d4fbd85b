import re
from pathlib import Path

import pytest

from infra.settings import settings_for
from reviews.client.cost import asked_prices, prices
from reviews.client.cost.prices import Price, Prices, Use
from reviews.client.errors import InvalidArgument, PriceMissing
from tests.docs.pages import ROOT, read

SHIPPED = Prices(region=prices.REGION)
ASKED = Price(usd=0.2, unit="hour", source="AWS's Price List API", read="2026-11-30")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("product", prices.SHIPPED)
def test_a_shipped_price_has_a_source_and_a_date(product: str) -> None:
    price = prices.SHIPPED[product]
    assert price.usd
    assert price.unit
    assert price.source
    assert re.fullmatch(r"20\d\d-\d\d-\d\d", price.read)


def test_every_instance_type_of_the_settings_reference_has_a_price() -> None:
    page = read(ROOT / "docs" / "settings.md")
    named = set(re.findall(r"\bml\.[a-z0-9]+\.[a-z0-9]+\b", page))
    for settings in settings_for():
        named |= {settings.training_instances.instance_type, *settings.capacity.fallback_types}
    assert len(named) > 4
    for instance_type in named:
        for use in Use:
            assert SHIPPED.of_instance(use, instance_type, "").usd


def test_what_is_not_known_is_none_and_a_missing_instance_is_named() -> None:
    assert SHIPPED.of(prices.FEATURE_WRITES).usd is None
    message = r"ml\.x1\.large \(training of dev\) has no price for training in us-east-1 here"
    with pytest.raises(PriceMissing, match=message):
        SHIPPED.of_instance(Use.TRAINING, "ml.x1.large", "training of dev")


def test_a_region_that_aws_was_not_asked_about_has_no_prices() -> None:
    elsewhere = asked_prices.load("eu-west-1")
    message = r"eu-west-1 \(dev\) has no prices in .* AWS has them: reviews cost --refresh"
    with pytest.raises(PriceMissing, match=message):
        elsewhere.check("dev")
    with pytest.raises(PriceMissing):
        elsewhere.of_instance(Use.HOSTING, "ml.m5.large", "")


def test_what_aws_has_answered_is_kept_and_comes_before_what_is_shipped(folder: Path) -> None:
    before = asked_prices.load("us-east-1")
    assert before.of_instance(Use.HOSTING, "ml.m5.large", "").usd == 0.115
    file = asked_prices.save("us-east-1", {"Host:ml.m5.large": ASKED})
    assert file == folder / "reviews-on-sagemaker" / "prices" / "us-east-1.json"
    known = asked_prices.load("us-east-1")
    known.check("dev")
    assert known.of_instance(Use.HOSTING, "ml.m5.large", "") == ASKED
    assert known.of_instance(Use.TRAINING, "ml.m5.large", "").usd == 0.115
    asked_prices.save("eu-west-1", {"Host:ml.m5.large": ASKED})
    elsewhere = asked_prices.load("eu-west-1")
    elsewhere.check("dev")
    assert elsewhere.of(prices.KEY).usd is None  # and not that of another region


@pytest.mark.parametrize("text", ["", "[]", '{"Host:ml.m5.large": 3}', '{"a": {"usd": 1}}'])
def test_a_file_that_is_no_such_one_is_named_with_the_remedy(text: str) -> None:
    file = asked_prices.save("us-east-1", {})
    file.write_text(text)
    with pytest.raises(
        InvalidArgument, match=r"us-east-1\.json has no prices: delete it, or write"
    ):
        asked_prices.load("us-east-1")


def test_messages_name_the_file_of_the_table() -> None:
    assert Path(prices.__file__).as_posix().endswith(prices.FILE)
