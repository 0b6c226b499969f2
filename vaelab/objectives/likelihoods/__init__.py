"""Likelihoods p(x|z): what the decoder's outputs mean. Every log density is `[B]`, in nats, summed over the event.

A new likelihood is one dataclass derived from `Pixels` and its name in the union below.
"""

from vaelab.objectives.likelihoods.bernoulli import Bernoulli, ContinuousBernoulli
from vaelab.objectives.likelihoods.gaussian import FixedGaussian, LearnedGaussian, OptimalGaussian
from vaelab.objectives.likelihoods.pixels import Pixels, Support, flatten, sum_event

Likelihood = Bernoulli | FixedGaussian | LearnedGaussian | OptimalGaussian | ContinuousBernoulli

__all__ = [
    "Bernoulli", "ContinuousBernoulli", "FixedGaussian", "LearnedGaussian", "Likelihood", "OptimalGaussian", "Pixels",
    "Support", "flatten", "sum_event",
]  # fmt: skip
