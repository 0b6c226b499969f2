"""What a simple reader finds in the codes: accuracy of a linear classifier and of nearest neighbours.

Both learn from the codes of training examples and are asked about codes of test examples.
"""

from __future__ import annotations

import numpy as np

from vaelab.evaluation.arrays import matrix, same_width, vector


def linear_probe(
    train_codes: np.ndarray,
    train_labels: np.ndarray,
    test_codes: np.ndarray,
    test_labels: np.ndarray,
    *,
    penalty: float = 1.0,
    iterations: int = 1000,
) -> float:
    """Test accuracy in 0..1 of multinomial logistic regression on codes [N, size] with labels [N].

    Each number is standardized by the training codes; the loss is the sum of cross-entropies plus penalty / 2 |W|^2,
    minimized by L-BFGS (scikit-learn's LogisticRegression with C = 1 / penalty). Alain & Bengio 2016.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    codes = _checked(train_codes, train_labels, test_codes, test_labels)
    probe = make_pipeline(StandardScaler(), LogisticRegression(C=1 / penalty, max_iter=iterations))
    return float(probe.fit(codes[0], train_labels).score(codes[1], test_labels))


def neighbour_probe(
    train_codes: np.ndarray,
    train_labels: np.ndarray,
    test_codes: np.ndarray,
    test_labels: np.ndarray,
    *,
    neighbours: int = 5,
) -> float:
    """Test accuracy in 0..1 of a vote among the k nearest training codes, by Euclidean distance and unweighted.

    Codes [N, size] are taken as they are: the scale of each number counts.
    """
    from sklearn.neighbors import KNeighborsClassifier

    codes = _checked(train_codes, train_labels, test_codes, test_labels)
    probe = KNeighborsClassifier(min(neighbours, len(codes[0])))
    return float(probe.fit(codes[0], train_labels).score(codes[1], test_labels))


def _checked(
    train_codes: np.ndarray, train_labels: np.ndarray, test_codes: np.ndarray, test_labels: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    train, test = matrix(train_codes, "training codes"), matrix(test_codes, "test codes")
    same_width(train, test, "codes")
    vector(train_labels, "training labels", length=len(train))
    vector(test_labels, "test labels", length=len(test))
    return train, test
