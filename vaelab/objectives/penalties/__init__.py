"""Penalties on a code or a model: one equation per frozen dataclass, in nats per example before its weight.

A new penalty is one dataclass derived from `Term` and its name in the union below.
"""

from vaelab.objectives.penalties.codebook import Codebook, Commitment
from vaelab.objectives.penalties.contraction import Contractive
from vaelab.objectives.penalties.discrepancy import MaximumMeanDiscrepancy
from vaelab.objectives.penalties.gaussian_kl import Capacity, FreeBits, GaussianKL, gaussian_kl
from vaelab.objectives.penalties.regularization import CodeNorm, DecoderDecay, GradientPenalty
from vaelab.objectives.penalties.sparsity import L1, SparseKL
from vaelab.objectives.penalties.total_correlation import TotalCorrelation

Penalty = (
    GaussianKL | L1 | FreeBits | Capacity | SparseKL | TotalCorrelation | MaximumMeanDiscrepancy | Contractive
    | CodeNorm | DecoderDecay | GradientPenalty | Commitment | Codebook
)  # fmt: skip

__all__ = [
    "L1", "Capacity", "CodeNorm", "Codebook", "Commitment", "Contractive", "DecoderDecay", "FreeBits", "GaussianKL",
    "GradientPenalty", "MaximumMeanDiscrepancy", "Penalty", "SparseKL", "TotalCorrelation", "gaussian_kl",
]  # fmt: skip
