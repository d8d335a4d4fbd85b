"""The document of a drift report."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from contract import s3_keys
from contract.drift import Report
from tests.drift_reports import document


def test_a_report_is_read_as_it_was_written() -> None:
    written = document("class_mix", "length")
    report = Report.read(json.loads(json.dumps(written)))
    assert report.document() == written
    assert [finding.quantity for finding in report.drifted] == ["class_mix", "length"]
    assert report.has_drifted
    assert report.findings[0].bins[0].period == 0.65


def test_a_report_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version 2 of a drift report is not known"):
        Report.read(document(version=2))


def test_keys_are_in_the_order_of_time_whatever_the_zone() -> None:
    moment = datetime(2026, 2, 8, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    assert s3_keys.drift_prefix(moment, "weekly") == "drift/20260207T233000Z-weekly"
    assert s3_keys.hour_key("capture/e/AllTraffic", moment) == "capture/e/AllTraffic/2026/02/07/23"
    day = datetime(2026, 2, 7, tzinfo=UTC)
    assert s3_keys.feedback_key(day, "0a") == "feedback/2026/02/07/0a.jsonl"
    assert s3_keys.feedback_key(day, "") < s3_keys.feedback_key(day, "0a")
