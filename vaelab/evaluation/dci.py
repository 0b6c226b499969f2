"""Disentanglement, completeness, informativeness: which numbers of the code does a predictor of each factor use?

Eastwood & Williams 2018, section 2. With R_jk the importance of number j for factor k:

- disentanglement of j: 1 - H(R_j. / sum) with logarithms to base K, weighted by the number's share of all R: does a
  number serve one factor?
- completeness of k: 1 - H(R_.k / sum) to base size, weighted likewise: is a factor held by one number?
- informativeness of k: 1 - error / error of a constant guess, on examples held out: can the factor be read at all?

Protocol: posterior means; scikit-learn's gradient boosting with its defaults (100 trees of depth 3), a regressor for
ordered factors with the squared error, a classifier for categorical ones with the share of mistakes. R is the impurity
importance, which sums to 1 over the numbers of each factor. Three quarters of the examples, drawn by a seed, are
learned from. Locatello et al. 2019 take the classifier for all factors, and its accuracy for informativeness.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vaelab.errors import VaelabError
from vaelab.evaluation.factors import codes_and_factors, is_categorical

LEARNED = 0.75  # Share of the examples that the predictors see.


class Dci(NamedTuple):
    """The three figures in 0..1, and what they were computed from."""

    disentanglement: float
    completeness: float
    informativeness: float  # mean over factors
    importance: np.ndarray  # [size, K]: R, each column sums to 1


def dci(codes: np.ndarray, factors: np.ndarray, *, categorical: Iterable[int] = (), seed: int = 0) -> Dci:
    """DCI of codes [N, size] against factors [N, K]; `categorical` names the columns without an order.

    Ten thousand codes of ten numbers take some seconds per factor.
    """
    codes, factors = codes_and_factors(codes, factors)
    unordered = is_categorical(categorical, factors.shape[1])
    order = np.random.default_rng(seed).permutation(len(codes))
    learned, asked = np.split(order, [int(LEARNED * len(order))])
    if not len(learned):
        raise VaelabError(f"DCI learns from some examples and is asked about others; {len(codes)} are too few.")
    importance, skill = [], []
    for k, values in enumerate(factors.T):
        columns = codes[learned], values[learned], codes[asked], values[asked]
        used, skilled = (_classified if unordered[k] else _regressed)(*columns)
        importance.append(used)
        skill.append(skilled)
    table = np.stack(importance, axis=1)
    return Dci(disentanglement(table), completeness(table), float(np.mean(skill)), table)


def disentanglement(importance: np.ndarray) -> float:
    """From R [size, K], not negative: 1 where every number serves one factor, 0 where all serve all equally."""
    totals = importance.sum(axis=1)
    if not totals.sum() > 0:
        return 0.0  # Nothing is used for anything.
    used = totals > 0
    shares = importance[used] / totals[used, None]
    nats = -(shares * np.log(np.where(shares > 0, shares, 1))).sum(axis=1)
    # Of a single factor there is nothing to be confused with.
    scores = 1 - nats / np.log(importance.shape[1]) if importance.shape[1] > 1 else np.ones(len(nats))
    return float((scores * totals[used]).sum() / totals.sum())


def completeness(importance: np.ndarray) -> float:
    """From R [size, K]: 1 where every factor is held by one number, 0 where all hold it equally."""
    return disentanglement(importance.T)


def _regressed(
    codes: np.ndarray, values: np.ndarray, asked: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, float]:
    from sklearn.ensemble import GradientBoostingRegressor

    model = GradientBoostingRegressor(random_state=0).fit(codes, values)
    guess = ((wanted - values.mean()) ** 2).mean()
    return np.asarray(model.feature_importances_), _skill(((wanted - model.predict(asked)) ** 2).mean(), guess)


def _classified(
    codes: np.ndarray, values: np.ndarray, asked: np.ndarray, wanted: np.ndarray
) -> tuple[np.ndarray, float]:
    from sklearn.ensemble import GradientBoostingClassifier

    model = GradientBoostingClassifier(random_state=0).fit(codes, values)
    present, counts = np.unique(values, return_counts=True)
    guess = (wanted != present[counts.argmax()]).mean()
    return np.asarray(model.feature_importances_), _skill((wanted != model.predict(asked)).mean(), guess)


def _skill(error: float, guess: float) -> float:
    return max(0.0, 1 - error / guess) if guess > 0 else 1.0 - float(error > 0)
