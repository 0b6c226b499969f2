"""The mutual information gap: is each factor told by one number of the code, and by no other? Chen et al. 2018, eq. 6.

    MIG = 1/K sum_k ( I(z_j(k); v_k) - max_{j != j(k)} I(z_j; v_k) ) / H(v_k),  j(k) the number that tells most of v_k

Protocol: that of Locatello et al. 2019, where each number of the code is cut into 20 bins of equal width between its
least and its largest value, and the information is counted. The paper itself integrates over draws from q(z|x) and
leaves out the shape; the same model can score several times higher there, so figures are comparable only within a
protocol. Give posterior means for that of Locatello et al., or draws to count what noise leaves.
"""

from __future__ import annotations

import numpy as np

from vaelab.errors import VaelabError
from vaelab.evaluation.factors import codes_and_factors, gap
from vaelab.evaluation.mutual_information import contingency, entropy, mutual_information

BINS = 20


def mutual_information_gap(codes: np.ndarray, factors: np.ndarray, *, bins: int = BINS) -> float:
    """MIG in 0..1 of codes [N, size] against factors [N, K], the mean over all columns given.

    Every distinct value of a factor counts as a value of its own. Counts overrate information by about
    bins * values / 2N nats, so N should be thousands.
    """
    return float(gap(information_shares(codes, factors, bins=bins)).mean())


def information_shares(codes: np.ndarray, factors: np.ndarray, *, bins: int = BINS) -> np.ndarray:
    """I(z_j; v_k) / H(v_k), [size, K] in 0..1: the share of each factor that each number of the code tells alone."""
    codes, factors = codes_and_factors(codes, factors)
    if bins < 2:
        raise VaelabError(f"Codes must be cut into at least 2 bins, not {bins}.")
    table = np.empty((codes.shape[1], factors.shape[1]))
    for j, numbers in enumerate(codes.T):
        binned = _equal_width(numbers, bins)
        for k, values in enumerate(factors.T):
            counts = contingency(binned, values)
            table[j, k] = mutual_information(counts) / entropy(counts.sum(axis=0))
    return table


def _equal_width(numbers: np.ndarray, bins: int) -> np.ndarray:
    """The bin of each number, 0 to bins - 1; a number that never varies has one bin."""
    edges = np.linspace(numbers.min(), numbers.max(), bins + 1)
    return np.digitize(numbers, edges[1:-1])
