"""The hyperparameters of a run: type, default, bounds and meaning of each.

A new one is a field here and its use in the trainer or in the preparation. From the fields follow
the settings and their reference in docs/settings.md, what Prepare and `reviews run --set` accept,
the hyperparameters of the training job and the arguments of the scripts with their help.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import inf
from typing import Any

PRECISIONS = ("fp32", "bf16")
_KINDS = {int: "a whole number", float: "a number"}


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """A range of numbers. An open end is not in it, nor are infinity and NaN."""

    low: float
    high: float = inf
    low_is_open: bool = False
    high_is_open: bool = False

    def __contains__(self, number: float) -> bool:
        """Whether the value is within the bounds; NaN is not."""
        is_high_enough = number > self.low if self.low_is_open else number >= self.low
        is_open = self.high_is_open or self.high == inf
        return is_high_enough and (number < self.high if is_open else number <= self.high)

    def __str__(self) -> str:
        low = f"above {self.low}" if self.low_is_open else f"of at least {self.low}"
        if self.high == inf:
            return low
        if not self.low_is_open and not self.high_is_open:
            return f"from {self.low} to {self.high}"
        return f"{low} and {'below' if self.high_is_open else 'at most'} {self.high}"


@dataclass(frozen=True, kw_only=True)
class Hyperparameter:
    """A hyperparameter of the training. `type` is int, float, bool or str; numbers have bounds,
    strings have choices."""

    name: str
    type: type
    default: Any
    meaning: str
    bounds: Bounds | None
    choices: tuple[str, ...]
    of_preparation: bool
    search: tuple[float, ...]
    is_logarithmic: bool

    @property
    def argument(self) -> str:
        """The option's name on the command line of a script and in the request of a training
        job."""
        return self.name.replace("_", "-")

    @property
    def allowed(self) -> str:
        """The allowed values in words, such as "a whole number from 1 to 100"."""
        if self.bounds is not None:
            return f"{_KINDS[self.type]} {self.bounds}"
        return f"one of {', '.join(self.choices)}" if self.choices else "true or false"

    def allows(self, value: Any) -> bool:
        """Whether a value of a JSON document is allowed; a bool is not a number."""
        if self.bounds is None:
            return isinstance(value, self.type) and (not self.choices or value in self.choices)
        kinds = int if self.type is int else (int, float)
        return isinstance(value, kinds) and not isinstance(value, bool) and value in self.bounds

    def read(self, text: str) -> Any:
        """Parses an argument of a script. Raises ValueError, which says what is allowed."""
        try:
            value = _BOOLEANS[text.lower()] if self.type is bool else self.type(text)
        except (KeyError, ValueError):
            value = None
        if not self.allows(value):
            raise ValueError(f"{text} must be {self.allowed}")
        return value


_BOOLEANS = {"true": True, "false": False}


def _hyperparameter(
    default: Any,
    meaning: str,
    bounds: Bounds | None = None,
    *,
    choices: tuple[str, ...] = (),
    of_preparation: bool = False,
    search: tuple[float, ...] = (),
    is_logarithmic: bool = False,
) -> Any:
    """A field; with `of_preparation` it is an argument of preprocess.py, too.

    A tuning job that is told nothing tries the factors `search` of the environment's own value, and
    the numbers between them; without factors it keeps the value. With `is_logarithmic` it tries as
    many values between 1e-5 and 1e-4 as between 1e-4 and 1e-3.
    """
    metadata = {
        "meaning": meaning,
        "bounds": bounds,
        "choices": choices,
        "of_preparation": of_preparation,
        "search": search,
        "is_logarithmic": is_logarithmic,
    }
    return field(default=default, metadata=metadata)


_SHARE = Bounds(low=0, high=1)
_POSITIVE = Bounds(low=0, low_is_open=True)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """The hyperparameters that settings have and that an execution may override."""

    epochs: int = _hyperparameter(3, "passes over the training split", Bounds(low=1, high=100))
    batch_size: int = _hyperparameter(
        32, "rows of a batch in each process", Bounds(low=1, high=1024), search=(0.5, 1)
    )
    accumulation_steps: int = _hyperparameter(
        1, "batches whose gradients a step of the optimiser uses", Bounds(low=1, high=1024)
    )
    # What is searched are the values of RoBERTa's authors, who fine-tuned with 16 and 32 rows and
    # learning rates of 1e-5, 2e-5 and 3e-5 (Liu et al. 2019, arXiv:1907.11692, Table 10).
    # An update of AdamW is about as large as the learning rate. Below 1e-7 it is lost in weights of
    # about 0.05, of which fp32 has seven digits, and 1 overwrites them in the first step.
    learning_rate: float = _hyperparameter(
        2e-5,
        "the peak of the linear warm-up and decay",
        Bounds(low=1e-7, high=1, high_is_open=True),
        search=(0.5, 1, 1.5),
        is_logarithmic=True,
    )
    star_spread: float = _hyperparameter(
        0.7,
        "how far soft targets spread to neighbouring star ratings; 0: one-hot (for texts)",
        Bounds(low=0, high=10),
    )
    patience: int = _hyperparameter(
        0,
        "epochs without a better validation macro-F1 before early stopping; 0: none",
        Bounds(low=0, high=100),
    )
    max_length: int = _hyperparameter(
        192,
        "tokens of a review, after which it is truncated",
        Bounds(low=8, high=512),
        of_preparation=True,
    )
    seed: int = _hyperparameter(
        42,
        "the seed of the split, the shuffling of rows and dropout",
        Bounds(low=0, high=2**31 - 1),
        of_preparation=True,
    )


@dataclass(frozen=True, kw_only=True)
class Hyperparameters(Recipe):
    """The hyperparameters of the recipe, and those that are arguments of train.py only.

    Each process computes the gradients of `batch_size` rows at a time; a step of the optimiser uses
    those of `accumulation_steps` such batches of all processes.
    """

    warmup_share: float = _hyperparameter(
        0.1, "share of the steps in which the learning rate rises", _SHARE
    )
    weight_decay: float = _hyperparameter(0.01, "the weight decay of AdamW", _SHARE)
    label_smoothing: float = _hyperparameter(
        0.0, "how much labels are smoothed in the loss", _SHARE
    )
    balanced_loss: bool = _hyperparameter(
        False, "weight each class equally in the loss, however many rows it has"
    )
    clip_norm: float = _hyperparameter(1.0, "the norm to which gradients are clipped", _POSITIVE)
    head_rate_factor: float = _hyperparameter(
        1.0, "the learning rate of the classification head, relative to that of the rest", _POSITIVE
    )
    attention_dropout: float = _hyperparameter(0.0, "dropout of the attention weights", _SHARE)
    precision: str = _hyperparameter(
        "auto", "auto: bf16 where it is measured to be faster", choices=("auto", *PRECISIONS)
    )
    quantise: bool = _hyperparameter(True, "8 bits for serving on CPUs if as good, else fp32")
    compiled: bool = _hyperparameter(False, "use torch.compile; a CPU needs a C++ compiler")
    checkpoint_seconds: float = _hyperparameter(
        60.0,
        "seconds between checkpoints; more if saving took over 2 % of the time; 0: every step",
        Bounds(low=0),
    )


def table(cls: type[Recipe]) -> Mapping[str, Hyperparameter]:
    """Name → hyperparameter, in the order of the fields."""
    return {
        one.name: Hyperparameter(
            name=one.name,
            type=one.type,  # type: ignore[arg-type] # a text only in a module of postponed annotations
            default=one.default,
            **one.metadata,
        )
        for one in fields(cls)
    }


OVERRIDABLE = table(Recipe)
TRAINING = table(Hyperparameters)
PREPARATION = {name: one for name, one in OVERRIDABLE.items() if one.of_preparation}
# A tuning job trains on features that are there, so those of the preparation are not tuned.
TUNABLE = {name: one for name, one in OVERRIDABLE.items() if not one.of_preparation}
