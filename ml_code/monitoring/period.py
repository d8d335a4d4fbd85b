"""Sums over the captured requests of a period, for every quantity that the baseline has."""

from collections.abc import Sequence

import numpy as np

from common.baseline import Baseline
from common.text_measures import TextMeter
from contract.drift import CLASS_MIX, CONFIDENCE, LENGTH, OTHER_LANGUAGES, UNKNOWN_WORDS
from monitoring.captured_requests import CapturedRequest
from monitoring.clustered_sums import ClusteredSums

_BATCH_REQUESTS = 500


class Period:
    """`sums` by the name of the quantity; no text is kept but those of the next batch."""

    def __init__(self, baseline: Baseline, meter: TextMeter) -> None:
        self._baseline, self._meter = baseline, meter
        self._class_index = {name: at for at, name in enumerate(baseline.classes)}
        self._batch: list[CapturedRequest] = []
        self.sums = {
            name: ClusteredSums(len(baseline.distributions[name].names))
            for name in (CLASS_MIX.name, CONFIDENCE.name, LENGTH.name, OTHER_LANGUAGES.name)
        }
        self.sums[UNKNOWN_WORDS.name] = ClusteredSums(1)

    @property
    def requests(self) -> int:
        return self.sums[CLASS_MIX.name].requests

    @property
    def texts(self) -> int:
        return self.sums[CLASS_MIX.name].texts

    def add(self, request: CapturedRequest) -> None:
        """Counts requests in batches; `close` counts the last batch."""
        self._batch.append(request)
        if len(self._batch) == _BATCH_REQUESTS:
            self.close()

    def close(self) -> None:
        batch, self._batch = self._batch, []
        if batch:
            self._count(batch)

    def _count(self, batch: Sequence[CapturedRequest]) -> None:
        owner = np.repeat(np.arange(len(batch)), [len(request.texts) for request in batch])
        answers = [answer for request in batch for answer in request.answers]
        measures = self._meter.measure([text for request in batch for text in request.texts])
        classes = np.array([self._class_index[name] for name, _ in answers])
        confidence = np.array([probability for _, probability in answers])
        distributions = self._baseline.distributions
        for name, bins in {
            CLASS_MIX.name: classes,
            CONFIDENCE.name: distributions[CONFIDENCE.name].bins_of(confidence),
            LENGTH.name: distributions[LENGTH.name].bins_of(measures.lengths),
            OTHER_LANGUAGES.name: self._baseline.is_other(measures.languages),
        }.items():
            self.sums[name].add_bins(owner, bins)
        self.sums[UNKNOWN_WORDS.name].add_values(owner, measures.unknown)
