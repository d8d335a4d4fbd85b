"""Arguments of the scripts that follow from the table of hyperparameters."""

import argparse
from collections.abc import Callable, Iterable
from typing import Any

from contract.hyperparameters import Hyperparameter


def add_hyperparameters(
    group: argparse._ArgumentGroup, hyperparameters: Iterable[Hyperparameter]
) -> None:
    """An argument each, with its default, and what is allowed in its help."""
    for one in hyperparameters:
        group.add_argument(
            f"--{one.argument}",
            type=_reader(one),
            default=one.default,
            help=f"{one.meaning}; {one.allowed}".replace("%", "%%"),  # argparse formats it
        )


def _reader(hyperparameter: Hyperparameter) -> Callable[[str], Any]:
    """An argument type: argparse shows the message of this error alone."""

    def read(text: str) -> Any:
        try:
            return hyperparameter.read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read
