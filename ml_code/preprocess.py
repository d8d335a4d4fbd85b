"""Prepares files of reviews: token ids, balanced and split, in files and in the Feature Store.

python3 /opt/ml/processing/input/code/preprocess.py --base-model roberta-base \
    --event-time 2026-01-31T12:00:00.000Z --feature-group-name reviews-dev

There are two passes. The first hashes every row, from which every host makes the same selection,
and writes the texts of this host into temporary files. The second tokenises, writes and ingests the
selected ones.
"""

import json
import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from common.arguments import ArgumentParser, add_hyperparameters, boolean, positive_int, share
from common.rated_labels import BY_STARS, parse
from common.requirements import install_missing
from common.script import run
from contract.hyperparameters import PREPARATION
from reading.errors import UserError


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The settings of the job; UserError names an argument that is wrong."""
    parser = ArgumentParser(description="Prepares reviews for training.", allow_abbrev=False)
    paths = parser.add_argument_group("inputs and outputs")
    paths.add_argument("--input-data", type=Path, default="/opt/ml/processing/input/reviews")
    paths.add_argument("--output-data", type=Path, default="/opt/ml/processing/output")
    paths.add_argument("--resource-config", type=Path, default="/opt/ml/config/resourceconfig.json")
    paths.add_argument("--message-file", type=Path, default="/opt/ml/output/message")
    reading = parser.add_argument_group("reading")
    reading.add_argument("--text-column", default="Review Text")
    reading.add_argument("--rating-column", default="Rating")
    reading.add_argument(
        "--title-column", default="", help="joined to the text in files that have it"
    )
    reading.add_argument(
        "--labels",
        action="append",
        help=f"the classes and their ratings, together or one by one; default: {BY_STARS}",
    )
    reading.add_argument("--max-rejected-share", type=share, default=0.1)
    selecting = parser.add_argument_group("selecting and tokenising")
    selecting.add_argument("--base-model", required=True, help="hub name or folder")
    selecting.add_argument("--train-share", type=share, default=0.8)
    selecting.add_argument("--validation-share", type=share, default=0.1)
    selecting.add_argument("--test-share", type=share, default=0.1)
    selecting.add_argument("--balance", type=boolean, default=True)
    add_hyperparameters(selecting, PREPARATION.values())
    selecting.add_argument("--format", choices=("csv", "parquet"), default="csv")
    storing = parser.add_argument_group("feature store")
    storing.add_argument("--feature-group-name", default="", help="empty: no ingestion")
    storing.add_argument("--event-time", required=True, help="ISO 8601 in UTC, for every row")
    parser.add_argument("--workers", type=positive_int, default=os.cpu_count() or 1)
    settings = parser.parse_args(list(arguments))
    settings.labels = "/".join(settings.labels or [BY_STARS])
    _check(settings)
    return settings


def _check(settings: Namespace) -> None:
    parse(settings.labels)
    shares = settings.train_share, settings.validation_share, settings.test_share
    if min(shares) <= 0 or abs(sum(shares) - 1) > 1e-6:
        raise UserError(
            "--train-share, --validation-share and --test-share must be above 0 and add up to 1; "
            f"they are {shares}"
        )
    try:
        datetime.fromisoformat(settings.event_time.replace("Z", "+00:00"))
    except ValueError as error:
        raise UserError(
            f"--event-time {settings.event_time!r} is not like 2026-01-31T12:00:00.000Z"
        ) from error


def main(arguments: Sequence[str]) -> None:
    settings = parse_arguments(arguments)
    install_missing("requirements-processing.txt")
    # What this imports may have been installed in the line above.
    from preparing.preparation import prepare

    print(f"settings: {json.dumps(vars(settings), default=str)}", flush=True)
    prepare(settings)


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
