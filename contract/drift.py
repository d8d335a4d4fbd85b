"""Drift: what is compared, the input of an execution that compares, and the report that it writes.

The report is the JSON of `Report`, with lists for sequences; ml_code/monitoring writes it, and
reviews/client/drift reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from typing import Any, Self

from contract.execution_input import InvalidInput, check_names, without_ignored_fields

FIELDS = ("last_hours",)
MOST_HOURS = 24 * 92
REPORT_VERSION = 1
DRIFTED_METRIC = "DriftedQuantities"  # how many have drifted, once a report
REQUESTS_METRIC = "CapturedRequests"  # that a report has compared


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number that a report compares between the requests of a period and the training's baseline.

    `least_shift` is the default of the smallest shift that counts as drift, in `unit`.
    """

    name: str
    title: str
    unit: str
    least_shift: float
    of_ratings: bool = False  # of the requests for which ratings have arrived


CLASS_MIX = Quantity(
    name="class_mix", title="Predicted classes", unit="share of texts", least_shift=0.1
)
CONFIDENCE = Quantity(
    name="confidence", title="Confidence", unit="share of texts", least_shift=0.15
)
LENGTH = Quantity(name="length", title="Length in tokens", unit="share of texts", least_shift=0.15)
UNKNOWN_WORDS = Quantity(
    name="unknown_words", title="Unknown words", unit="share of words", least_shift=0.05
)
OTHER_LANGUAGES = Quantity(
    name="other_languages", title="Other languages", unit="share of texts", least_shift=0.05
)
ACCURACY = Quantity(
    name="accuracy", title="Accuracy", unit="share of texts", least_shift=0.05, of_ratings=True
)
CALIBRATION = Quantity(
    name="calibration",
    title="Calibration",
    unit="mean confidence minus accuracy",
    least_shift=0.05,
    of_ratings=True,
)
QUANTITIES: Mapping[str, Quantity] = {
    one.name: one
    for one in (
        CLASS_MIX,
        CONFIDENCE,
        LENGTH,
        UNKNOWN_WORDS,
        OTHER_LANGUAGES,
        ACCURACY,
        CALIBRATION,
    )
}


class Verdict(Enum):
    """The result of a report."""

    DRIFT = "drift"
    NO_DRIFT = "no drift"
    TOO_FEW_REQUESTS = "too few requests"


@dataclass(frozen=True, kw_only=True)
class Bin:
    """A class or an interval of values, with its share of the texts on both sides, from 0 to 1."""

    name: str
    baseline: float
    period: float


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The result of comparing one quantity.

    `shift` is by how much it moved, in the quantity's unit: of shares the total variation distance,
    which is the share of texts that fall elsewhere (0 to 1); of a mean the difference, period minus
    baseline. `p_value` is the probability of such a shift by chance, corrected by Holm's method for
    all quantities of the report. It has drifted if the probability is below the report's
    `significance` and the shift at least `least_shift`, and, of accuracy, downwards.
    `baseline` and `period` are the means, or None for a quantity of many bins.
    """

    quantity: str
    title: str
    unit: str
    drifted: bool
    shift: float
    least_shift: float
    p_value: float
    requests: int
    texts: int
    baseline: float | None
    period: float | None
    bins: Sequence[Bin]
    sentence: str

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        return cls(**{**document, "bins": [Bin(**one) for one in document["bins"]]})


@dataclass(frozen=True, kw_only=True)
class Report:
    """The comparison of one period; `start` and `end` are ISO 8601 in UTC.

    `run` is the run of the model that served. `unread` counts captured requests that were left out,
    by reason. `ratings` are those that were uploaded in time, `rated` the texts that they were
    joined with. `reliability` is that of evaluation.json for the rated texts, or None.
    """

    version: int
    environment: str
    endpoint: str
    run: str
    start: str
    end: str
    verdict: str
    requests: int
    texts: int
    least_requests: int
    significance: float
    findings: Sequence[Finding]
    unread: Mapping[str, int]
    ratings: int
    rated: int
    reliability: Mapping[str, Any] | None

    @property
    def has_drifted(self) -> bool:
        return self.verdict == Verdict.DRIFT.value

    @property
    def drifted(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.drifted]

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> Self:
        """Raises ValueError for the document of a version that is not known."""
        if document.get("version") != REPORT_VERSION:
            raise ValueError(f"version {document.get('version')!r} of a drift report is not known")
        return cls(**{**document, "findings": [Finding.read(one) for one in document["findings"]]})


def check_drift(given: Any, *, hours: int) -> int:
    """How many hours before its start an execution compares; by default `hours`.

    Raises InvalidInput for an input with another field, or another value.
    """
    request = without_ignored_fields(given)
    check_names("input of a drift report", request, FIELDS)
    found = request.get("last_hours", hours)
    is_whole = isinstance(found, int) and not isinstance(found, bool)
    if not is_whole or not 1 <= found <= MOST_HOURS:
        rule = f"{found!r} must be a whole number from 1 to {MOST_HOURS}"
        raise InvalidInput("last_hours", rule, value=found)
    return int(found)
