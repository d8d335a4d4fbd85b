"""Two runs side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from contract.metrics import METRICS
from reviews.client.runs.run import Run

Pair = tuple[Any, Any]
# The fields of run.json that differ between any two runs.
_IDENTITY = ("id", "execution", "started", "event_time", "prefix", "features")
_OVERALL = (*(metric.name for metric in METRICS), "majority_accuracy", "rows", "engine")


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The settings that differ, and the metrics; None where a run has no value."""

    runs: tuple[Run, Run]
    settings: dict[str, Pair]
    metrics: dict[str, Pair]

    def document(self) -> dict[str, Any]:
        """The comparison as JSON, for a program."""
        names = [run.name for run in self.runs]
        return {"runs": names, "settings": self.settings, "metrics": self.metrics}


def compare(first: Run, second: Run) -> Comparison:
    settings = _pairs(_flat(_settings(first)), _flat(_settings(second)))
    return Comparison(
        runs=(first, second),
        settings={name: pair for name, pair in settings.items() if pair[0] != pair[1]},
        metrics=_pairs(metrics(first.evaluation), metrics(second.evaluation)),
    )


def metrics(evaluation: Mapping[str, Any]) -> dict[str, Any]:
    """The metrics of evaluation.json, without nested documents."""
    found = {name: evaluation[name] for name in _OVERALL if name in evaluation}
    error = "expected_calibration_error"
    if error in evaluation.get("reliability", {}):
        found[error] = evaluation["reliability"][error]
    for label, scores in evaluation.get("per_class", {}).items():
        found[f"f1 of {label}"] = scores.get("f1")
    return found


def _settings(run: Run) -> dict[str, Any]:
    return {name: value for name, value in run.document.items() if name not in _IDENTITY}


def _flat(document: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found


def _pairs(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Pair]:
    names = [*first, *(name for name in second if name not in first)]
    return {name: (first.get(name), second.get(name)) for name in names}
