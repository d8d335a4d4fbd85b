"""The hyperparameters for docs/machine-learning.md, from contract/hyperparameters.py."""

from contract.hyperparameters import OVERRIDABLE, TRAINING, Hyperparameter
from tools.blocks import table

_HEADER = ["argument", "default", "allowed", "meaning", "set by"]


def render() -> str:
    return table(_HEADER, [_row(one) for one in TRAINING.values()])


def _row(one: Hyperparameter) -> list[str]:
    set_by = "setting, execution" if one.name in OVERRIDABLE else "argument"
    return [f"`--{one.argument}`", f"`{_written(one.default)}`", one.allowed, one.meaning, set_by]


def _written(default: object) -> str:
    """The default as it is given on a command line."""
    return str(default).lower() if isinstance(default, bool) else str(default)
