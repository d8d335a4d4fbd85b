"""What a model's answers look like on reviews that it was not trained on: the baseline of drift.

The evaluation writes it beside its metrics, with the tokenizer. Its rows are the test split, whose
classes are balanced; so each row is weighted by its class's share of the reviews before they were
balanced, and the baseline is that of the file as it came (post-stratification). The weights cost
precision, as if there were fewer rows: Kish's effective sample size, (sum of w)² / (sum of w²), in
Survey Sampling, 1965.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from common.text_measures import TextMeasures
from contract.drift import (
    ACCURACY,
    CALIBRATION,
    CLASS_MIX,
    CONFIDENCE,
    LENGTH,
    OTHER_LANGUAGES,
    UNKNOWN_WORDS,
)
from contract.s3_keys import BASELINE_FILE
from reading.errors import UserError
from reading.languages import UNDETERMINED

_VERSION = 1
_PARTS = 8  # into which confidence and length are divided, equally many rows in each
_FEWEST_OF_LANGUAGE = 0.05  # share of the rows, for a language to be one of the training's
_DIGITS = 6

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True)
class Distribution:
    """The shares of bins, whose sum is 1. Bins of numbers have `edges`, one fewer than bins."""

    names: Sequence[str]
    shares: Sequence[float]
    edges: Sequence[float] = field(default_factory=list)

    def bins_of(self, values: NDArray[Any]) -> Indices:
        """The index of the bin of each number."""
        found: Indices = np.searchsorted(np.array(self.edges), values, side="right")
        return found


@dataclass(frozen=True, kw_only=True)
class Mean:
    """`deviation` is the standard deviation of the rows."""

    mean: float
    deviation: float


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """`languages` are those of the training; all others count as other ones."""

    classes: Sequence[str]
    rows: int
    effective_rows: float
    languages: Sequence[str]
    distributions: Mapping[str, Distribution]  # by the name of the quantity
    means: Mapping[str, Mean]

    def is_other(self, languages: Sequence[str]) -> Indices:
        """1 for a text in another language, 0 for one of the training's or an undetermined one."""
        known = {*self.languages, UNDETERMINED}
        return np.array([language not in known for language in languages], dtype=np.int64)

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        document = {"version": _VERSION, **asdict(self)}
        (folder / BASELINE_FILE).write_text(json.dumps(document, indent=2), encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Raises UserError for a baseline that is missing or damaged."""
        path = folder / BASELINE_FILE
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
            if document.pop("version") != _VERSION:
                raise ValueError("another version")
            distributions = {
                name: Distribution(**one) for name, one in document.pop("distributions").items()
            }
            means = {name: Mean(**one) for name, one in document.pop("means").items()}
            return cls(**document, distributions=distributions, means=means)
        except (AttributeError, KeyError, OSError, TypeError, ValueError) as error:
            raise UserError(f"{BASELINE_FILE}: the baseline cannot be read: {error}") from error


def make_baseline(
    *,
    classes: Sequence[str],
    actual: Indices,
    predicted: Indices,
    confidence: NDArray[np.floating[Any]],
    measures: TextMeasures,
    class_counts: Mapping[str, int],
) -> Baseline:
    """The baseline of a test split; the arrays are [rows].

    `class_counts` are the reviews of each class before they were balanced, or empty where these are
    not known.
    """
    weights = _weights(classes, actual, class_counts)
    languages = _main_languages(measures.languages)
    other = np.array([one not in {*languages, UNDETERMINED} for one in measures.languages])
    correct = predicted == actual
    sure = confidence.astype(float).round(_DIGITS)  # as the endpoint answers
    return Baseline(
        classes=list(classes),
        rows=len(actual),
        effective_rows=round(float(weights.sum() ** 2 / (weights**2).sum()), 1),
        languages=languages,
        distributions={
            CLASS_MIX.name: _of_names(classes, predicted, weights),
            CONFIDENCE.name: _of_numbers(sure, weights, "{:.3f}"),
            LENGTH.name: _of_numbers(measures.lengths, weights, "{:.0f}"),
            OTHER_LANGUAGES.name: _of_names(
                ("of the training", "other"), other.astype(np.int64), weights
            ),
            ACCURACY.name: _of_names(("wrong", "right"), correct.astype(np.int64), weights),
        },
        means={
            UNKNOWN_WORDS.name: _mean(measures.unknown, weights),
            CALIBRATION.name: _mean(sure - correct, weights),
        },
    )


def _weights(classes: Sequence[str], actual: Indices, class_counts: Mapping[str, int]) -> Floats:
    rows = np.bincount(actual, minlength=len(classes))
    if set(class_counts) != set(classes) or not all(class_counts.values()) or not all(rows):
        return np.ones(len(actual))
    counts = np.array([class_counts[name] for name in classes], dtype=float)
    by_class = (counts / counts.sum()) / (rows / rows.sum())
    weights: Floats = by_class[actual]
    return weights


def _main_languages(found: Sequence[str]) -> list[str]:
    counts = Counter(language for language in found if language != UNDETERMINED)
    return sorted(
        language for language, count in counts.items() if count >= _FEWEST_OF_LANGUAGE * len(found)
    )


def _of_names(names: Sequence[str], bins: Indices, weights: Floats) -> Distribution:
    sums = np.bincount(bins, weights=weights, minlength=len(names))
    return Distribution(names=list(names), shares=_shares(sums))


def _of_numbers(values: NDArray[Any], weights: Floats, form: str) -> Distribution:
    """Parts of about equally many rows; fewer where many rows have the same value."""
    inner = np.quantile(values, np.linspace(0, 1, _PARTS + 1)[1:-1])
    edges = [float(edge) for edge in np.unique(np.round(inner, _DIGITS)) if edge > values.min()]
    texts = [form.format(edge) for edge in edges]
    names = [
        *([f"below {texts[0]}"] if texts else ["all"]),
        *(f"{low} to {high}" for low, high in pairwise(texts)),
        *([f"from {texts[-1]}"] if texts else []),
    ]
    empty = Distribution(names=names, shares=[], edges=edges)
    sums = np.bincount(empty.bins_of(values), weights=weights, minlength=len(names))
    return Distribution(names=names, shares=_shares(sums), edges=edges)


def _shares(sums: NDArray[Any]) -> list[float]:
    return [round(float(share), _DIGITS) for share in sums / sums.sum()]


def _mean(values: NDArray[Any], weights: Floats) -> Mean:
    mean = float(np.average(values, weights=weights))
    variance = float(np.average((values - mean) ** 2, weights=weights))
    return Mean(mean=round(mean, _DIGITS), deviation=round(variance**0.5, _DIGITS))
