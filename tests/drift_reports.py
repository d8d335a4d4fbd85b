"""Reports about drift, as the job writes them."""

from typing import Any

from contract.drift import QUANTITIES, REPORT_VERSION, Bin, Finding, Report


def document(*drifted: str, verdict: str = "", **changes: Any) -> dict[str, Any]:
    """The JSON of a report on which these quantities have drifted."""
    return report(*drifted, verdict=verdict).document() | changes


def report(*drifted: str, verdict: str = "") -> Report:
    found = verdict or ("drift" if drifted else "no drift")
    return Report(
        version=REPORT_VERSION,
        environment="dev",
        endpoint="reviews-dev",
        run="run-1",
        start="2026-02-01T07:00:00+00:00",
        end="2026-02-08T07:00:00+00:00",
        verdict=found,
        requests=500,
        texts=700,
        least_requests=100,
        significance=0.001,
        findings=[]
        if found == "too few requests"
        else [_finding(name, drifted) for name in QUANTITIES],
        unread={},
        ratings=0,
        rated=0,
        reliability=None,
    )


def _finding(name: str, drifted: tuple[str, ...]) -> Finding:
    quantity, has_drifted = QUANTITIES[name], name in drifted
    return Finding(
        quantity=name,
        title=quantity.title,
        unit=quantity.unit,
        drifted=has_drifted,
        shift=0.35 if has_drifted else 0.01,
        least_shift=quantity.least_shift,
        p_value=1e-12 if has_drifted else 0.4,
        requests=500,
        texts=700,
        baseline=None,
        period=None,
        bins=[Bin(name="negative", baseline=0.3, period=0.65)],
        sentence=f"{quantity.title}: 35.0% of the texts fall elsewhere",
    )
