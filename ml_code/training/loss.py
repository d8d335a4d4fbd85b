"""The training loss: cross entropy with soft targets, and optionally balanced classes."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from common.rated_labels import RatedLabels
from contract.hyperparameters import Hyperparameters
from training.soft_targets import soft_targets


class Loss:
    """Cross entropy of each row, with the soft targets of its rating."""

    def __init__(
        self,
        labels: RatedLabels,
        hyperparameters: Hyperparameters,
        *,
        label_ids: Sequence[int],
        device: torch.device,
    ) -> None:
        """`label_ids` are the class indices of all training rows."""
        self._targets = soft_targets(labels, hyperparameters.star_spread).to(device)
        weights = balanced_class_weights(label_ids, len(labels.names)).to(device)
        self._cross_entropy = nn.CrossEntropyLoss(
            weight=weights if hyperparameters.balanced_loss else None,
            reduction="none",
            label_smoothing=hyperparameters.label_smoothing,
        )

    def __call__(self, logits: Tensor, rating_indices: Tensor) -> Tensor:
        """Losses [rows] of logits [rows, classes] and the rows' rating indices [rows]."""
        losses: Tensor = self._cross_entropy(logits.float(), self._targets[rating_indices])
        return losses


def balanced_class_weights(label_ids: Sequence[int], classes: int) -> Tensor:
    """The weights [classes] of scikit-learn's class_weight="balanced": rows / (classes * count)."""
    counts = np.bincount(label_ids, minlength=classes)
    weights = len(label_ids) / (classes * np.maximum(1, counts))
    return torch.tensor(weights, dtype=torch.float32)
