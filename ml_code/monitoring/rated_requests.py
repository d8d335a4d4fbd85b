"""Joins ratings, which arrive later, with the predictions that were captured."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from common.calibration import reliability
from contract.drift import ACCURACY, CALIBRATION
from monitoring.captured_requests import CapturedRequest
from monitoring.clustered_sums import ClusteredSums
from reading.feedback import Rating, identity_of_key, identity_of_text


@dataclass(frozen=True, kw_only=True)
class _Rated:
    moment: datetime
    request: int
    is_correct: bool
    confidence: float


class RatedRequests:
    """The captured predictions whose true class is known. Only the newest prediction of a text
    counts."""

    def __init__(self, ratings: Iterable[Rating]) -> None:
        """The last of several ratings for the same prediction counts."""
        self._class_of = {rating.identity: rating.name for rating in ratings}
        self._found: dict[str, _Rated] = {}
        self._requests = 0

    @property
    def ratings(self) -> int:
        return len(self._class_of)

    @property
    def texts(self) -> int:
        return len(self._found)

    def add(self, request: CapturedRequest) -> None:
        if not self._class_of:
            return
        self._requests += 1
        for number, (name, confidence) in enumerate(request.answers):
            for identity in _identities(request, number):
                actual = self._class_of.get(identity)
                known = self._found.get(identity)
                if actual is None or (known and known.moment > request.moment):
                    continue
                self._found[identity] = _Rated(
                    moment=request.moment,
                    request=self._requests,
                    is_correct=name == actual,
                    confidence=confidence,
                )

    def sums(self) -> Mapping[str, ClusteredSums]:
        """The sums of accuracy and calibration; there must be a rated text."""
        _, owner = np.unique([one.request for one in self._found.values()], return_inverse=True)
        correct, confidence = self._arrays()
        accuracy, calibration = ClusteredSums(2), ClusteredSums(1)
        accuracy.add_bins(owner, correct.astype(np.int64))
        calibration.add_values(owner, confidence - correct)
        return {ACCURACY.name: accuracy, CALIBRATION.name: calibration}

    def reliability(self) -> dict[str, Any] | None:
        """The reliability in the form of evaluation.json; None without a rated text."""
        if not self._found:
            return None
        correct, confidence = self._arrays()
        return reliability(confidence.astype(np.float32), correct)

    def _arrays(self) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Whether each prediction is correct, and its confidence."""
        found = self._found.values()
        correct = np.array([one.is_correct for one in found], dtype=bool)
        return correct, np.array([one.confidence for one in found], dtype=np.float64)


def _identities(request: CapturedRequest, number: int) -> Iterator[str]:
    """The identities by which a rating may name a text of the request."""
    if request.key and len(request.texts) == 1:
        yield identity_of_key(request.key)
    elif request.key:
        yield identity_of_key(f"{request.key}/{number}")
    yield identity_of_text(request.texts[number])
