"""Reports about drift."""

from contract.drift import REPORT_VERSION, Bin, Finding, Report, Verdict

_DRIFTED = Finding(
    quantity="class_mix",
    title="Predicted classes",
    unit="share of texts",
    drifted=True,
    shift=0.31,
    least_shift=0.1,
    p_value=0.00012,
    requests=420,
    texts=900,
    baseline=None,
    period=None,
    bins=[Bin(name="negative", baseline=0.33, period=0.64)],
    sentence="31 % of the texts fall into other classes.",
)


def drifted() -> Report:
    return Report(
        version=REPORT_VERSION,
        environment="dev",
        endpoint="reviews-dev",
        run="run-20261124-120000",
        start="2026-11-23T12:00:00+00:00",
        end="2026-11-24T12:00:00+00:00",
        verdict=Verdict.DRIFT.value,
        requests=420,
        texts=900,
        least_requests=100,
        significance=0.01,
        findings=[_DRIFTED],
        unread={},
        ratings=0,
        rated=0,
        reliability=None,
    )
