"""Arguments of the scripts: the parser, their types, and those of the table of hyperparameters."""

import argparse
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from contract.hyperparameters import Hyperparameter
from reading.errors import UserError


class ArgumentParser(argparse.ArgumentParser):
    """Raises UserError where argparse would print its usage and exit."""

    def error(self, message: str) -> NoReturn:
        raise UserError(f"argument error: {message}")


def share(value: str) -> float:
    """Argument type: a number from 0 to 1."""
    number = float(value)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError(f"{value} is not between 0 and 1")
    return number


def positive_int(value: str) -> int:
    """Argument type: a whole number of at least 1."""
    number = int(value)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{value} is not at least 1")
    return number


def boolean(value: str) -> bool:
    """Argument type: true or false."""
    if value.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{value!r} is neither true nor false")
    return value.lower() == "true"


def add_hyperparameters(
    group: argparse._ArgumentGroup, hyperparameters: Iterable[Hyperparameter]
) -> None:
    """Adds an argument for each, with its default, and what is allowed in its help."""
    for hyperparameter in hyperparameters:
        group.add_argument(
            f"--{hyperparameter.argument}",
            type=_reader(hyperparameter),
            default=hyperparameter.default,
            # A % has a meaning for argparse.
            help=f"{hyperparameter.meaning}; {hyperparameter.allowed}".replace("%", "%%"),
        )


def _reader(hyperparameter: Hyperparameter) -> Callable[[str], Any]:
    """An argument type. argparse shows the message of an ArgumentTypeError only."""

    def read(text: str) -> Any:
        try:
            return hyperparameter.read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read
