"""What the model should say about a review with a certain rating."""

import torch
from torch import Tensor

from common.rated_labels import RatedLabels
from reading.ratings import UNUSED


def targets_of_places(labels: RatedLabels, spread: float) -> Tensor:
    """[places, classes] class probabilities.

    Stars are ordered: who gives two might as well have given one or three. A star k stands for
    every star j with weight exp(-|j - k| / spread), and the weights of a class are added up. So a
    review of one star is surely negative and one of two nearly neutral, which the class alone does
    not tell. `spread` 0: the class alone.
    """
    label_of = torch.tensor(labels.ratings.label_of)
    stars = torch.arange(len(label_of), dtype=torch.float32)
    distances = (stars[:, None] - stars[None, :]).abs()
    distances[:, label_of == UNUSED] = torch.inf
    weights = torch.softmax(-distances / spread, dim=1) if spread else torch.eye(len(stars))
    classes = torch.nn.functional.one_hot(label_of.clamp(min=0), len(labels.names))
    return weights @ classes.float()
