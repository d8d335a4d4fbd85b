"""Made-up traffic with known shifts: what a model of three classes answers to texts of an endpoint.

The numbers are drawn, no text is made, so that hundreds of periods take seconds.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from common.baseline import Baseline, make_baseline
from common.text_measures import TextMeasures
from contract.drift import (
    ACCURACY,
    CALIBRATION,
    CLASS_MIX,
    CONFIDENCE,
    LENGTH,
    OTHER_LANGUAGES,
    QUANTITIES,
    UNKNOWN_WORDS,
)
from monitoring.clustered_sums import ClusteredSums
from monitoring.findings import Thresholds

CLASSES = ("negative", "neutral", "positive")
# Rows: actual classes, columns: predicted ones. An accuracy of 0.78 on the mix of the stream.
_ANSWERS = np.array([[0.8, 0.15, 0.05], [0.2, 0.6, 0.2], [0.05, 0.15, 0.8]])
THRESHOLDS = Thresholds(
    significance=0.001,
    least_requests=100,
    least_shifts={name: one.least_shift for name, one in QUANTITIES.items()},
)


@dataclass(frozen=True, kw_only=True)
class Stream:
    """Texts and answers: `mix` of the actual classes; `confidence` its mean; `length` the mean in
    tokens; shares of unknown words and of other languages; `errors` multiplies wrong answers."""

    mix: tuple[float, float, float] = (0.2, 0.1, 0.7)
    confidence: float = 0.75
    length: float = 45.0
    unknown: float = 0.06
    other: float = 0.02
    errors: float = 1.0


@dataclass(frozen=True)
class Texts:
    """Each [texts]."""

    actual: NDArray[np.int64]
    predicted: NDArray[np.int64]
    confidence: NDArray[np.float64]
    measures: TextMeasures


STREAM = Stream()


def draw(generator: np.random.Generator, texts: int, stream: Stream) -> Texts:
    actual = generator.choice(3, size=texts, p=stream.mix)
    wrong = _ANSWERS * stream.errors * (1 - np.eye(3))
    answers = wrong + np.diag(1 - wrong.sum(axis=1))
    predicted = (generator.random((texts, 1)) > answers[actual].cumsum(axis=1)).sum(axis=1)
    confidence = generator.beta(8 * stream.confidence, 8 * (1 - stream.confidence), size=texts)
    lengths = np.maximum(1, generator.gamma(3, stream.length / 3, size=texts)).astype(np.int64)
    words = np.maximum(1, lengths // 2)
    other = generator.random(texts) < stream.other
    return Texts(
        actual=actual,
        predicted=np.minimum(predicted, 2),
        confidence=np.maximum(confidence, 0.34).round(6),
        measures=TextMeasures(
            lengths=lengths,
            unknown=generator.binomial(words, stream.unknown) / words,
            languages=["fr" if one else "en" for one in other],
        ),
    )


def baseline(generator: np.random.Generator, rows: int) -> Baseline:
    """Of a balanced test split of the usual stream."""
    found = draw(generator, rows, replace(STREAM, mix=(1 / 3, 1 / 3, 1 / 3)))
    counts = {name: int(10_000 * share) for name, share in zip(CLASSES, STREAM.mix, strict=True)}
    return make_baseline(
        classes=CLASSES,
        actual=found.actual,
        predicted=found.predicted,
        confidence=found.confidence,
        measures=found.measures,
        class_counts=counts,
    )


def period(
    generator: np.random.Generator,
    known: Baseline,
    requests: int,
    stream: Stream = STREAM,
    *,
    texts_a_request: float = 1.0,
    rated: int = 0,
) -> dict[str, ClusteredSums]:
    """The sums of a period; of the first requests `rated` are rated."""
    sizes = 1 + generator.poisson(texts_a_request - 1, size=requests)
    owner = np.repeat(np.arange(requests), sizes)
    found = draw(generator, len(owner), stream)
    distributions = known.distributions
    sums = {}
    for name, bins in {
        CLASS_MIX.name: found.predicted,
        CONFIDENCE.name: distributions[CONFIDENCE.name].bins_of(found.confidence),
        LENGTH.name: distributions[LENGTH.name].bins_of(found.measures.lengths),
        OTHER_LANGUAGES.name: known.is_other(found.measures.languages),
    }.items():
        sums[name] = ClusteredSums(len(distributions[name].names))
        sums[name].add_bins(owner, bins)
    sums[UNKNOWN_WORDS.name] = ClusteredSums(1)
    sums[UNKNOWN_WORDS.name].add_values(owner, found.measures.unknown)
    if rated:
        some = owner < rated
        correct = (found.predicted == found.actual)[some]
        sums[ACCURACY.name], sums[CALIBRATION.name] = ClusteredSums(2), ClusteredSums(1)
        sums[ACCURACY.name].add_bins(owner[some], correct.astype(np.int64))
        sums[CALIBRATION.name].add_values(owner[some], found.confidence[some] - correct)
    return sums
