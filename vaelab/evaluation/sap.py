"""Separated attribute predictability: does one number of the code predict a factor far better than the next?

SAP = 1/K sum_k ( best_j S_jk - second best_j S_jk ), Kumar et al. 2018, section 3, where S_jk says how well the j-th
number alone predicts factor k:

- an ordered factor: R^2 of the linear regression, the squared correlation;
- a categorical factor: balanced accuracy of thresholds on the number, as many leaves as the factor has values
  (scikit-learn's DecisionTreeClassifier with balanced weights).

Protocol: posterior means, all examples, predictors scored on the examples that they were fitted to, as in the paper;
a number whose variance is below 0.01 predicts nothing (0). Locatello et al. 2019 treat all factors as categorical
and take a linear support vector machine, which gives other figures.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vaelab.evaluation.factors import codes_and_factors, gap, is_categorical

ACTIVE = 0.01  # Variance below which a number of the code is taken to carry nothing.


def separated_predictability(
    codes: np.ndarray, factors: np.ndarray, *, categorical: Iterable[int] = ()
) -> float:
    """SAP in 0..1 of codes [N, size] against factors [N, K]; `categorical` names the columns without an order."""
    return float(gap(predictability(codes, factors, categorical=categorical)).mean())


def predictability(codes: np.ndarray, factors: np.ndarray, *, categorical: Iterable[int] = ()) -> np.ndarray:
    """S [size, K], each in 0..1: how well every number of the code alone predicts every factor."""
    codes, factors = codes_and_factors(codes, factors)
    unordered = is_categorical(categorical, factors.shape[1])
    scores = np.zeros((codes.shape[1], factors.shape[1]))
    for j in np.flatnonzero(codes.var(axis=0) >= ACTIVE):
        for k in range(factors.shape[1]):
            score = _by_thresholds if unordered[k] else _by_a_line
            scores[j, k] = score(codes[:, j], factors[:, k])
    return scores


def _by_a_line(numbers: np.ndarray, values: np.ndarray) -> float:
    return np.corrcoef(numbers, values)[0, 1] ** 2


def _by_thresholds(numbers: np.ndarray, values: np.ndarray) -> float:
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.tree import DecisionTreeClassifier

    classes = np.unique(values, return_inverse=True)[1]
    tree = DecisionTreeClassifier(max_leaf_nodes=int(classes.max()) + 1, class_weight="balanced", random_state=0)
    return float(balanced_accuracy_score(classes, tree.fit(numbers[:, None], classes).predict(numbers[:, None])))
