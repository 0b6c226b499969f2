"""Likelihoods, penalties and the objective that adds them up. Every term is `[B]`, in nats, summed over the event.

A new penalty or likelihood is one frozen dataclass and its name in its union; tests, the command line and the app's
controls find it there.
"""

from vaelab.objectives.likelihoods import Bernoulli, FixedGaussian, Likelihood
from vaelab.objectives.objective import Additive, Objective
from vaelab.objectives.penalties import L1, GaussianKL, Penalty

__all__ = ["L1", "Additive", "Bernoulli", "FixedGaussian", "GaussianKL", "Likelihood", "Objective", "Penalty"]
