"""Means and shares of texts that come in requests, and how certain these are.

Texts of one request are alike: they are a customer's, or a product's. So a request is a cluster,
and the variance of a share is estimated between requests (the ratio estimator of cluster sampling:
Cochran, Sampling Techniques, 1977, chapter 9A). From it follows the design effect, by which that
variance is larger than of as many texts on their own, and the effective number of texts.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass
class ClusteredSums:
    """Sums over requests of values [texts, width]: indicators of bins, or a single number.

    With these no text has to be kept: the sums over requests of their sizes m, totals t of values,
    m², t² and t·m.
    """

    width: int
    requests: int = 0
    texts: int = 0
    _sizes_squared: float = 0.0
    _totals: Floats = field(init=False)
    _totals_squared: Floats = field(init=False)
    _products: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._totals = np.zeros(self.width)
        self._totals_squared = np.zeros(self.width)
        self._products = np.zeros(self.width)

    def add_bins(self, request_of_text: Indices, bins: Indices) -> None:
        """Texts of whole requests, numbered from 0, each with the index of its bin."""
        requests = int(request_of_text.max()) + 1
        cells = np.bincount(request_of_text * self.width + bins, minlength=requests * self.width)
        self._add(np.bincount(request_of_text), cells.reshape(requests, self.width).astype(float))

    def add_values(self, request_of_text: Indices, values: Floats) -> None:
        """Adds texts by the number of their request, from 0, and a value for each text: both
        [texts]."""
        totals = np.bincount(request_of_text, weights=values).astype(float)
        self._add(np.bincount(request_of_text), totals[:, None])

    def _add(self, sizes: Indices, totals: Floats) -> None:
        self.requests += len(sizes)
        self.texts += int(sizes.sum())
        self._sizes_squared += float((sizes**2).sum())
        self._totals += totals.sum(axis=0)
        self._totals_squared += (totals**2).sum(axis=0)
        self._products += (totals * sizes[:, None]).sum(axis=0)

    @property
    def means(self) -> Floats:
        """The means [width]; the means of bins are their shares."""
        return self._totals / self.texts

    @property
    def variances(self) -> Floats:
        """The variances of the means [width]; at least two requests are needed."""
        means = self.means
        residuals = (
            self._totals_squared - 2 * means * self._products + means**2 * self._sizes_squared
        )
        factor = self.requests / (self.requests - 1)
        found: Floats = factor * np.maximum(residuals, 0) / self.texts**2
        return found

    @property
    def effective_texts(self) -> float:
        """The number of independent texts that would estimate the shares of bins as precisely; at
        most the number of texts. The first-order correction of Rao and Scott, JASA 76, 1981,
        221-230."""
        shares = self.means
        some = (shares > 0) & (shares < 1)
        if not some.any():
            return float(self.requests)
        alone = shares * (1 - shares) / self.texts
        effects = self.variances[some] / alone[some]
        weights = 1 - shares[some]
        return float(self.texts / max(1.0, (effects * weights).sum() / weights.sum()))
