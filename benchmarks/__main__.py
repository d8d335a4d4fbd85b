"""python -m benchmarks NAME [--reviews CSV]: prints Markdown tables for docs/benchmarks.md."""

import argparse
import tempfile
from pathlib import Path

from benchmarks import (
    embedded,
    feature_store,
    functions,
    ingestion,
    preparation,
    serving,
    training,
)
from reviews.client.files.samples import installable_reviews

BENCHMARKS = {
    "preparation": preparation.compare,
    "memory": preparation.memory,
    "training": training.compare,
    "serving": serving.compare,
    "accuracy": training.accuracy,
    "functions": functions.measure,
    "embedded": embedded.measure,
    "feature-store": feature_store.measure,
    "ingestion": ingestion.compare,
}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures this project against its peers.")
    parser.add_argument("names", nargs="+", choices=BENCHMARKS)
    parser.add_argument("--reviews", type=Path, help="a CSV; without: the sample of make demo")
    settings = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        reviews = settings.reviews or installable_reviews(Path(folder) / "sample.csv")
        for name in settings.names:
            print(f"\n## {name}\n", flush=True)
            BENCHMARKS[name](reviews)


if __name__ == "__main__":
    main()
