"""Compares what the endpoint was asked in a period with the baseline of the model's training.

python3 /opt/ml/processing/input/code/drift.py --environment prod --endpoint reviews-prod \
    --run run-20260131-120000 --start 2026-02-01T00:00:00+00:00 --end 2026-02-08T00:00:00+00:00 \
    --rated-from 2026-01-31T13:00:00+00:00

Writes report.json and report.html.
"""

import argparse
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from common.arguments import ArgumentParser, positive_int, share
from common.requirements import install_missing
from common.script import run
from contract.drift import QUANTITIES


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The settings of the job; UserError names an argument that is wrong."""
    parser = ArgumentParser(description="Compares requests with the baseline.", allow_abbrev=False)
    parser.add_argument(
        "--data",
        type=Path,
        default="/opt/ml/processing/input/data",
        help="captured requests, and ratings",
    )
    parser.add_argument("--baseline", type=Path, default="/opt/ml/processing/input/baseline")
    parser.add_argument("--output-data", type=Path, default="/opt/ml/processing/output/report")
    parser.add_argument("--message-file", type=Path, default="/opt/ml/output/message")
    for name in ("environment", "endpoint", "run"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("start", "end", "rated-from"):
        parser.add_argument(f"--{name}", type=_moment, required=True, help="ISO 8601 with a zone")
    parser.add_argument("--significance", type=share, default=0.001)
    parser.add_argument("--least-requests", type=positive_int, default=100)
    parser.add_argument(
        "--least-shift", type=_least_shift, action="append", default=[], metavar="QUANTITY=NUMBER"
    )
    settings = parser.parse_args(list(arguments))
    defaults = {name: one.least_shift for name, one in QUANTITIES.items()}
    settings.least_shifts = defaults | dict(settings.least_shift)
    return settings


def _moment(value: str) -> str:
    """Argument type: a moment with its zone."""
    if datetime.fromisoformat(value).tzinfo is None:
        raise argparse.ArgumentTypeError(f"{value} has no time zone")
    return value


def _least_shift(value: str) -> tuple[str, float]:
    """Argument type: a quantity and its least shift."""
    name, _, number = value.partition("=")
    if name not in QUANTITIES:
        raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(QUANTITIES)}")
    return name, share(number)


def main(arguments: Sequence[str]) -> None:
    settings = parse_arguments(arguments)
    install_missing("requirements-processing.txt")
    # What this imports may have been installed in the line above.
    from monitoring.drift_report import write_report

    write_report(settings)


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
