"""The metrics of a model on the test split, and those that its training prints.

ml_code/common/metrics.py computes the former; ml_code/training/ prints the latter as lines of
name=value, which the metric definitions of the training job read.
"""

from typing import NamedTuple


class Metric(NamedTuple):
    """One number for all rows. `name` stands in evaluation.json, in the registry and in JSON
    output; `title` is for people."""

    name: str
    title: str

    @property
    def of_validation(self) -> str:
        """The name under which the training prints that of the validation split."""
        return f"validation:{self.name}"


ACCURACY = Metric("accuracy", "accuracy")
MACRO_F1 = Metric("macro_f1", "macro-F1")
METRICS = (ACCURACY, MACRO_F1)
# Those of which the gate has a minimum; lists of runs and versions show them.
GATED = (ACCURACY, MACRO_F1)

TRAIN_LOSS = "train:loss"  # the mean since the last line
TRAIN_PROGRESS = "train:progress"  # from 0 to 1
TRAIN_THROUGHPUT = "train:samples_per_second"
VALIDATION_LOSS = "validation:loss"
# After each epoch the best macro-F1 so far: that of the weights that the job saves.
VALIDATION_BEST = f"validation:best_{MACRO_F1.name}"
VALIDATION = (VALIDATION_LOSS, *(metric.of_validation for metric in METRICS))
PRINTED = (TRAIN_LOSS, TRAIN_PROGRESS, TRAIN_THROUGHPUT, VALIDATION_BEST, *VALIDATION)
