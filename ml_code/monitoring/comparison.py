"""Whether a quantity of a period differs from the baseline: tests of SciPy, with their conditions.

A shift counts if it is both certain and large enough. Certain: its probability by chance is below
the significance, corrected for all quantities of the report (Holm, Scandinavian Journal of
Statistics 6, 1979), so that a report of a stream that has not moved has an alarm with that
probability at most. Large enough: with much traffic every trifle is certain.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from common.baseline import Distribution, Mean
from monitoring.clustered_sums import ClusteredSums

_FEWEST_EXPECTED = 5.0  # of a cell, for the chi-squared distribution to hold (Cochran, 1954)

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """`shift` as in contract.drift.Finding; `p_value` is not corrected yet."""

    shift: float
    p_value: float


def compare_shares(baseline: Distribution, baseline_rows: float, sums: ClusteredSums) -> Comparison:
    """The total variation distance of two distributions, and the probability of such a difference.

    Two bins are compared by Fisher's exact test, more by the chi-squared test of homogeneity, both
    on the numbers that would be as certain if texts came one by one.
    """
    shares, found = np.array(baseline.shares), sums.means
    table = np.array([shares * baseline_rows, found * sums.effective_texts])
    return Comparison(shift=float(np.abs(found - shares).sum() / 2), p_value=_probability(table))


def compare_rates(baseline: Distribution, baseline_rows: float, sums: ClusteredSums) -> Comparison:
    """Compares the share of the second of two bins; the shift has the sign of the difference."""
    compared = compare_shares(baseline, baseline_rows, sums)
    shift = float(sums.means[-1]) - baseline.shares[-1]
    return Comparison(shift=shift, p_value=compared.p_value)


def compare_means(baseline: Mean, baseline_rows: float, sums: ClusteredSums) -> Comparison:
    """The difference of two means, by Welch's t-test on the requests' own variance."""
    mean, error = float(sums.means[0]), float(np.sqrt(sums.variances[0]))
    # The test takes standard deviations: that of as many requests as there were.
    found = stats.ttest_ind_from_stats(
        baseline.mean,
        baseline.deviation,
        max(2.0, baseline_rows),
        mean,
        error * np.sqrt(sums.requests),
        sums.requests,
        equal_var=False,
    )
    p_value = float(found.pvalue)
    # Two constants have no variance: they are equal, or certainly different.
    if np.isnan(p_value):
        p_value = 1.0 if np.isclose(mean, baseline.mean) else 0.0
    return Comparison(shift=mean - baseline.mean, p_value=p_value)


def _probability(table: Floats) -> float:
    """The p-value of a table [2, bins] if both rows have the same distribution."""
    merged = _merged(table[:, table.sum(axis=0) > 0])
    if merged.shape[1] < 2:
        return 1.0
    if merged.shape[1] == 2:
        return float(stats.fisher_exact(merged.round().astype(int)).pvalue)
    return float(stats.chi2_contingency(merged, correction=False).pvalue)


def _merged(table: Floats) -> Floats:
    """The bins that are too rare for the chi-squared distribution are one with their neighbour."""
    while table.shape[1] > 2:
        expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
        rarest = int(expected.min(axis=0).argmin())
        if expected[:, rarest].min() >= _FEWEST_EXPECTED:
            break
        neighbours = [at for at in (rarest - 1, rarest + 1) if 0 <= at < table.shape[1]]
        other = min(neighbours, key=lambda at: table[:, at].sum())
        table = table.copy()
        table[:, other] += table[:, rarest]
        table = np.delete(table, rarest, axis=1)
    return table


def holm(p_values: Mapping[str, float]) -> dict[str, float]:
    """The corrected probabilities, by name."""
    corrected, highest = {}, 0.0
    ordered: Sequence[tuple[str, float]] = sorted(p_values.items(), key=lambda item: item[1])
    for position, (name, p_value) in enumerate(ordered):
        highest = max(highest, min(1.0, p_value * (len(ordered) - position)))
        corrected[name] = highest
    return corrected
