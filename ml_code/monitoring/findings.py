"""Compares each quantity of a period with the baseline, and says the result in a sentence."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from common.baseline import Baseline, Distribution
from contract.drift import (
    ACCURACY,
    OTHER_LANGUAGES,
    QUANTITIES,
    UNKNOWN_WORDS,
    Bin,
    Finding,
    Quantity,
)
from monitoring.clustered_sums import ClusteredSums
from monitoring.comparison import (
    Comparison,
    compare_means,
    compare_rates,
    compare_shares,
    holm,
)

_DIGITS = 6
_RATES = (ACCURACY.name, OTHER_LANGUAGES.name)
_IN_PERCENT = (*_RATES, UNKNOWN_WORDS.name)
_NAMED_BINS = 3  # in a sentence, those that moved most


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """`least_shifts` by the name of the quantity."""

    significance: float
    least_requests: int
    least_shifts: Mapping[str, float]


def find(
    baseline: Baseline, sums: Mapping[str, ClusteredSums], thresholds: Thresholds
) -> list[Finding]:
    """A finding for each quantity that has sums, in the order of QUANTITIES."""
    compared = {name: _compare(name, baseline, sums[name]) for name in QUANTITIES if name in sums}
    p_values = holm({name: one.p_value for name, one in compared.items()})
    return [
        _finding(QUANTITIES[name], one, p_values[name], baseline, sums[name], thresholds)
        for name, one in compared.items()
    ]


def _compare(name: str, baseline: Baseline, sums: ClusteredSums) -> Comparison:
    rows = baseline.effective_rows
    if name in baseline.means:
        return compare_means(baseline.means[name], rows, sums)
    compare = compare_rates if name in _RATES else compare_shares
    return compare(baseline.distributions[name], rows, sums)


def _finding(
    quantity: Quantity,
    compared: Comparison,
    p_value: float,
    baseline: Baseline,
    sums: ClusteredSums,
    thresholds: Thresholds,
) -> Finding:
    name, least = quantity.name, thresholds.least_shifts[quantity.name]
    # An accuracy that is higher than that of the training needs nobody's attention.
    size = -compared.shift if name == ACCURACY.name else abs(compared.shift)
    before, after = _means(name, baseline, sums)
    bins = _bins(name, baseline, sums)
    return Finding(
        quantity=name,
        title=quantity.title,
        unit=quantity.unit,
        drifted=p_value < thresholds.significance and size >= least,
        shift=round(compared.shift, _DIGITS),
        least_shift=least,
        p_value=p_value,
        requests=sums.requests,
        texts=sums.texts,
        baseline=before,
        period=after,
        bins=bins,
        sentence=f"{_result(quantity, compared, bins, before, after)} ({_number(sums)})",
    )


def _means(name: str, baseline: Baseline, sums: ClusteredSums) -> tuple[float | None, float | None]:
    if name in baseline.means:
        return baseline.means[name].mean, round(float(sums.means[0]), _DIGITS)
    if name in _RATES:
        return baseline.distributions[name].shares[-1], round(float(sums.means[-1]), _DIGITS)
    return None, None


def _bins(name: str, baseline: Baseline, sums: ClusteredSums) -> list[Bin]:
    distribution: Distribution | None = baseline.distributions.get(name)
    if distribution is None:
        return []
    return [
        Bin(name=bin_name, baseline=before, period=round(float(after), _DIGITS))
        for bin_name, before, after in zip(
            distribution.names, distribution.shares, sums.means, strict=True
        )
    ]


def _result(
    quantity: Quantity,
    compared: Comparison,
    bins: list[Bin],
    before: float | None,
    after: float | None,
) -> str:
    if before is None or after is None:
        moved = ", ".join(_most_moved(bins))
        return f"{quantity.title}: {compared.shift:.1%} of the texts fall elsewhere: {moved}"
    if quantity.name in _IN_PERCENT:
        return (
            f"{quantity.title}: {after:.1%} of the {quantity.unit.split()[-1]}, {before:.1%} before"
        )
    return f"{quantity.title}: {quantity.unit} {after:+.3f}, {before:+.3f} before"


def _most_moved(bins: list[Bin]) -> Iterator[str]:
    ordered = sorted(bins, key=lambda one: -abs(one.period - one.baseline))
    for one in ordered[:_NAMED_BINS]:
        yield f"{one.name} {one.baseline:.0%} → {one.period:.0%}"


def _number(sums: ClusteredSums) -> str:
    return f"{sums.texts:,} texts in {sums.requests:,} requests"
