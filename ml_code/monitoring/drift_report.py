"""Reads what was captured, compares it, and writes report.json and report.html."""

import json
from argparse import Namespace
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

from common.baseline import Baseline
from common.text_measures import TextMeter
from contract.drift import REPORT_VERSION, Finding, Report, Verdict
from contract.s3_keys import DRIFT_PAGE_FILE, DRIFT_REPORT_FILE
from monitoring.captured_requests import is_captured, read_requests
from monitoring.clustered_sums import ClusteredSums
from monitoring.drift_page import render
from monitoring.findings import Thresholds, find
from monitoring.period import Period
from monitoring.rated_requests import RatedRequests
from reading.feedback import Rating, read_line


def write_report(settings: Namespace) -> None:
    """Writes the report that the arguments of drift.py ask for. Raises UserError for a baseline
    that cannot be read."""
    baseline = Baseline.read(settings.baseline)
    meter = TextMeter(settings.baseline)
    thresholds = Thresholds(
        significance=settings.significance,
        least_requests=settings.least_requests,
        least_shifts=settings.least_shifts,
    )
    report = _report(settings, baseline, meter, thresholds)
    settings.output_data.mkdir(parents=True, exist_ok=True)
    document = json.dumps(report.document(), indent=2)
    (settings.output_data / DRIFT_REPORT_FILE).write_text(document, encoding="utf-8")
    (settings.output_data / DRIFT_PAGE_FILE).write_text(render(report), encoding="utf-8")
    drifted = ",".join(finding.quantity for finding in report.drifted) or "none"
    print(f"requests={report.requests} texts={report.texts} drifted={drifted}", flush=True)


def _report(
    settings: Namespace, baseline: Baseline, meter: TextMeter, thresholds: Thresholds
) -> Report:
    captured, ratings = _files(settings.data)
    period, rated = Period(baseline, meter), RatedRequests(_ratings(ratings))
    unread = _count(settings, captured, baseline, period, rated)
    findings = find(baseline, _sums(period, rated, thresholds), thresholds)
    return Report(
        version=REPORT_VERSION,
        environment=settings.environment,
        endpoint=settings.endpoint,
        run=settings.run,
        start=settings.start,
        end=settings.end,
        verdict=_verdict(findings).value,
        requests=period.requests,
        texts=period.texts,
        least_requests=thresholds.least_requests,
        significance=thresholds.significance,
        findings=findings,
        unread=dict(unread),
        ratings=rated.ratings,
        rated=rated.texts,
        reliability=rated.reliability(),
    )


def _count(
    settings: Namespace,
    captured: list[Path],
    baseline: Baseline,
    period: Period,
    rated: RatedRequests,
) -> Counter[str]:
    """Adds the requests of the period, and of the longer time for ratings; returns the reasons of
    those that cannot be read."""
    start, end, rated_from = (
        datetime.fromisoformat(moment)
        for moment in (settings.start, settings.end, settings.rated_from)
    )
    unread: Counter[str] = Counter()
    for path in captured:
        for request in read_requests(path, baseline.classes, unread):
            if rated_from <= request.moment < end:
                rated.add(request)
            if start <= request.moment < end:
                period.add(request)
    period.close()
    return unread


def _sums(
    period: Period, rated: RatedRequests, thresholds: Thresholds
) -> Mapping[str, ClusteredSums]:
    """The sums of the quantities for which there are enough requests or ratings."""
    found = dict(period.sums) if period.requests >= thresholds.least_requests else {}
    return found | dict(rated.sums()) if rated.texts >= thresholds.least_requests else found


def _verdict(findings: list[Finding]) -> Verdict:
    if any(finding.drifted for finding in findings):
        return Verdict.DRIFT
    return Verdict.NO_DRIFT if findings else Verdict.TOO_FEW_REQUESTS


def _files(folder: Path) -> tuple[list[Path], list[Path]]:
    """The files of data capture and the files of ratings; the first line of a file shows which it
    is."""
    captured: list[Path] = []
    ratings: list[Path] = []
    for path in sorted(folder.rglob("*.jsonl")):
        (captured if is_captured(path) else ratings).append(path)
    return captured, ratings


def _ratings(files: list[Path]) -> Iterator[Rating]:
    for path in files:
        for line in path.read_text(encoding="utf-8").splitlines():
            if rating := read_line(line):
                yield rating
