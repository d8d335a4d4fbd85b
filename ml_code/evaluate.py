"""Evaluates a trained model on the whole test split.

python3 /opt/ml/processing/input/code/evaluate.py --output-data /opt/ml/processing/output/evaluation

Writes evaluation.json and evaluation.html, and the folder baseline, with which requests to the
endpoint are compared later.
"""

import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from common.arguments import ArgumentParser
from common.requirements import install_missing
from common.script import run


def parse_arguments(arguments: Sequence[str]) -> Namespace:
    """The folders of the job; UserError names an argument that is wrong."""
    parser = ArgumentParser(description="Evaluates the review classifier.", allow_abbrev=False)
    parser.add_argument("--model", type=Path, default="/opt/ml/processing/input/model")
    parser.add_argument("--champion", type=Path, help="another model to score on the same rows")
    parser.add_argument("--test-data", type=Path, default="/opt/ml/processing/input/test")
    parser.add_argument("--report", type=Path, help="the reports of the preparation")
    parser.add_argument("--output-data", type=Path, default="/opt/ml/processing/output/evaluation")
    parser.add_argument("--message-file", type=Path, default="/opt/ml/output/message")
    parser.add_argument(
        "--from-texts",
        action="store_true",
        help="tokenise the reviews: their token ids are those of another base model",
    )
    parser.add_argument("--seed", type=int, default=42, help="of the bootstrap")
    return parser.parse_args(list(arguments))


def main(arguments: Sequence[str]) -> None:
    settings = parse_arguments(arguments)
    install_missing("requirements.txt")
    # What these import may have been installed in the line above.
    from evaluating.evaluation import evaluate
    from evaluating.model_archive import extract

    print("progress=0.00 stage=load", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        evaluate(
            extract(settings.model, Path(folder) / "model"),
            settings.champion and extract(settings.champion, Path(folder) / "champion"),
            test_data=settings.test_data,
            from_texts=settings.from_texts,
            report=settings.report,
            output=settings.output_data,
            seed=settings.seed,
        )


if __name__ == "__main__":
    sys.exit(run(main, sys.argv[1:]))
