"""Likelihoods, penalties and the objectives made of them. Every term is in nats per example, summed over the event.

A new penalty or likelihood is one frozen dataclass and its name in its union; tests, the command line and the app's
controls find it there.
"""

from vaelab.objectives.additive import Additive
from vaelab.objectives.annealing import Annealing, Cycles, Steady, WarmUp
from vaelab.objectives.importance_weighted import ImportanceWeighted
from vaelab.objectives.likelihoods import (
    Bernoulli,
    ContinuousBernoulli,
    FixedGaussian,
    LearnedGaussian,
    Likelihood,
    OptimalGaussian,
)
from vaelab.objectives.moment import Moment, Result
from vaelab.objectives.penalties import (
    L1,
    Capacity,
    Codebook,
    CodeNorm,
    Commitment,
    Contractive,
    DecoderDecay,
    FreeBits,
    GaussianKL,
    GradientPenalty,
    MaximumMeanDiscrepancy,
    Penalty,
    SparseKL,
    TotalCorrelation,
)

Objective = Additive | ImportanceWeighted

__all__ = [
    "L1", "Additive", "Annealing", "Bernoulli", "Capacity", "CodeNorm", "Codebook", "Commitment", "ContinuousBernoulli",
    "Contractive", "Cycles", "DecoderDecay", "FixedGaussian", "FreeBits", "GaussianKL", "GradientPenalty",
    "ImportanceWeighted", "LearnedGaussian", "Likelihood", "MaximumMeanDiscrepancy", "Moment", "Objective",
    "OptimalGaussian", "Penalty", "Result", "SparseKL", "Steady", "TotalCorrelation", "WarmUp",
]  # fmt: skip
