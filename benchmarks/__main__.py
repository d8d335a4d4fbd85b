"""python -m benchmarks NAME [--reviews CSV]: prints Markdown tables for docs/benchmarks.md."""

import argparse
from pathlib import Path

from benchmarks import preparation

BENCHMARKS = {"preparation": preparation.compare, "memory": preparation.memory}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures this project against its peers.")
    parser.add_argument("names", nargs="+", choices=BENCHMARKS)
    parser.add_argument("--reviews", type=Path, required=True)
    settings = parser.parse_args()
    for name in settings.names:
        print(f"\n## {name}\n", flush=True)
        BENCHMARKS[name](settings.reviews)


if __name__ == "__main__":
    main()
