"""The FactorVAE score: when one factor is held still, is it always the same number of the code that stands still?

Kim & Mnih 2018, section 4. One vote: choose a factor and a value of it, take images that share the value, and divide
the variance of each number of their codes by its variance over all codes; the number with the least quotient votes for
the factor. A number stands for the factor that most of its votes name; the score is the share of other votes that this
rule names rightly.

Protocol: 10,000 votes make the rule and 5,000 test it, from 64 images each, and numbers whose standard deviation is
below 0.05 do not vote, as in Locatello et al. 2019. The factor is drawn evenly, the value as often as it occurs, and
the images with replacement from those of a fixed data set that share it, not rendered anew. Posterior means.
"""

from __future__ import annotations

import numpy as np

from vaelab.errors import VaelabError
from vaelab.evaluation.factors import codes_and_factors, levels

RULE_VOTES, TEST_VOTES = 10_000, 5_000
IMAGES = 64  # per vote
ACTIVE = 0.05  # Standard deviation below which a number of the code has collapsed to the prior.
_VOTES = 500  # at once: bounds memory


def factor_vae_score(
    codes: np.ndarray,
    factors: np.ndarray,
    *,
    rule_votes: int = RULE_VOTES,
    test_votes: int = TEST_VOTES,
    images: int = IMAGES,
    seed: int = 0,
) -> float:
    """The score in 0..1 of codes [N, size] against factors [N, K]; about 1/K for codes that say nothing.

    0 where no number of the code is active. Raises `VaelabError` where values are hardly shared: the factors must
    take few values beside the number of examples.
    """
    codes, factors = codes_and_factors(codes, factors)
    numbered = levels(factors)
    for k, most in enumerate(numbered.max(axis=0)):
        if 4 * (most + 1) > len(codes):
            raise VaelabError(
                f"Factor {k} takes {most + 1} values in {len(codes)} examples, too many to hold one still: "
                "give more examples or round the factor."
            )
    codes = codes[:, codes.std(axis=0) >= ACTIVE]
    if not codes.shape[1]:
        return 0.0
    codes = codes / codes.std(axis=0)[None]
    generator = np.random.default_rng(seed)
    rule = _votes(codes, numbered, rule_votes, images, generator)
    test = _votes(codes, numbered, test_votes, images, generator)
    return float(test[np.arange(len(test)), rule.argmax(axis=1)].sum() / test.sum())


def _votes(
    codes: np.ndarray, numbered: np.ndarray, count: int, images: int, generator: np.random.Generator
) -> np.ndarray:
    """How often each number of the code voted for each factor: counts [size, K]."""
    size, factors = codes.shape[1], numbered.shape[1]
    table = np.zeros((size, factors), np.int64)
    for k, chosen in enumerate(np.bincount(generator.integers(factors, size=count), minlength=factors)):
        together = np.argsort(numbered[:, k], kind="stable")  # Examples of one value lie side by side.
        sizes = np.bincount(numbered[:, k])
        starts = np.cumsum(sizes) - sizes
        for some in np.array_split(np.arange(chosen), chosen // _VOTES + 1):
            value = numbered[generator.integers(len(codes), size=len(some)), k]
            place = generator.integers(sizes[value][:, None], size=(len(some), images))
            variances = codes[together[starts[value][:, None] + place]].var(axis=1)
            table[:, k] += np.bincount(variances.argmin(axis=1), minlength=size)
    return table
