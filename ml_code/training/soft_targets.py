"""Class probabilities to train on, in place of one class, where ratings are ordered."""

import torch
from torch import Tensor

from common.rated_labels import RatedLabels
from reading.ratings import UNUSED


def soft_targets(labels: RatedLabels, spread: float) -> Tensor:
    """Class probabilities for each rating: [ratings, classes].

    Stars are ordered: somebody who gives two might as well have given one or three. A rating of k
    stars stands for every other rating j with the weight exp(-|j - k| / spread), and the weights
    of the ratings of a class are added up. So the target of one star is almost certainly negative
    and that of two stars nearer to neutral, which the class alone does not tell. A `spread` of 0
    gives one-hot targets: the class alone. Ratings without a class stand for no neighbour.
    """
    label_of = torch.tensor(labels.ratings.label_of)
    stars = torch.arange(len(label_of), dtype=torch.float32)
    distances = (stars[:, None] - stars[None, :]).abs()
    distances[:, label_of == UNUSED] = torch.inf
    weights = torch.softmax(-distances / spread, dim=1) if spread else torch.eye(len(stars))
    classes = torch.nn.functional.one_hot(label_of.clamp(min=0), len(labels.names))
    return weights @ classes.float()
