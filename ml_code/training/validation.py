"""Loss and confusion matrix of the validation split."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import nn

from common.metrics import ConfusionMatrix, macro_f1, overall
from common.padding import batches_by_length
from common.rows import Rows
from contract.metrics import METRICS, VALIDATION_BEST, VALIDATION_LOSS
from training.batches import padded_batches
from training.computation import Computation
from training.process_group import ProcessGroup


@dataclass(frozen=True, kw_only=True)
class Validation:
    """`loss` is the mean over the rows; the matrix is [actual, predicted]."""

    loss: float
    matrix: ConfusionMatrix

    @property
    def macro_f1(self) -> float:
        return macro_f1(self.matrix)

    def log_line(self, epoch: int, best: float) -> str:
        """The line that the job's metric definitions read; `best` is the best macro-F1 so far."""
        values = overall(self.matrix)
        metrics = (f"{metric.of_validation}={values[metric.name]:.4f}" for metric in METRICS)
        first = (f"{VALIDATION_LOSS}={self.loss:.4f}", f"{VALIDATION_BEST}={best:.4f}")
        return " ".join([*first, *metrics, f"epoch={epoch}"])


@torch.inference_mode()
def validate(
    model: Any,
    rows: Rows,
    *,
    classes: int,
    batch_size: int,
    pad_id: int,
    group: ProcessGroup,
    computation: Computation,
) -> Validation:
    """Predicts all rows, shared among the ranks; every rank gets the result of all of them.

    `batch_size` is that of all ranks together.
    """
    plan = batches_by_length([len(ids) for ids in rows.ids], batch_size)
    # The cells of the matrix, and after them the sum of the losses: one exchange between ranks.
    sums = torch.zeros(classes**2 + 1, device=group.device, dtype=torch.float64)
    model.eval()
    for part in padded_batches(
        rows, plan, pad_id=pad_id, rank=group.rank, world_size=group.world_size
    ):
        batch = part.to(group.device)
        with computation.autocast(group.device):
            logits = model(
                input_ids=batch.input_ids, attention_mask=batch.attention_mask
            ).logits.float()
        cells = batch.labels * classes + logits.argmax(dim=-1)
        sums[:-1].index_add_(0, cells, batch.weights.double())
        losses = nn.functional.cross_entropy(logits, batch.labels, reduction="none")
        sums[-1] += (losses * batch.weights).sum()
    values = group.sum(sums).cpu().numpy()
    matrix = np.rint(values[:-1]).astype(np.int64).reshape(classes, classes)
    return Validation(loss=float(values[-1]) / len(rows), matrix=matrix)
