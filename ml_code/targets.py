"""What the model should say about a review of so many stars."""

import torch
from torch import Tensor

from labels import LABEL_OF_STAR, LABELS, STARS


def targets_of_stars(spread: float) -> Tensor:
    """[5, 3] class probabilities by star - 1.

    Stars are ordered: who gives two might as well have given one or three. A star k stands for
    every star j with weight exp(-|j - k| / spread), and the weights of a class are added up. So a
    review of one star is surely negative and one of two nearly neutral, which the class alone does
    not tell. `spread` 0: the class alone.
    """
    stars = torch.tensor(STARS, dtype=torch.float32)
    distances = (stars[:, None] - stars[None, :]).abs()
    weights = torch.softmax(-distances / spread, dim=1) if spread else torch.eye(len(STARS))
    classes = torch.nn.functional.one_hot(torch.tensor(LABEL_OF_STAR), len(LABELS))
    return weights @ classes.float()
