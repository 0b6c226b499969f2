"""All measures of disentanglement of one code, each by the protocol its own module states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from vaelab.evaluation.dci import dci
from vaelab.evaluation.factor_vae import factor_vae_score
from vaelab.evaluation.mig import mutual_information_gap
from vaelab.evaluation.sap import separated_predictability


class Disentanglement(NamedTuple):
    """Five figures in 0..1, higher is better, besides informativeness: what can be read from the code at all."""

    mig: float
    sap: float
    disentanglement: float
    completeness: float
    informativeness: float
    factor_vae: float


def disentanglement_scores(
    codes: np.ndarray, factors: np.ndarray, *, categorical: Iterable[int] = (), seed: int = 0
) -> Disentanglement:
    """Of posterior means [N, size] against factors [N, K]; `categorical` names the columns without an order.

    For the data set `shapes` that is column 0, the shape. Takes seconds per factor.
    """
    categorical = tuple(categorical)
    trees = dci(codes, factors, categorical=categorical, seed=seed)
    return Disentanglement(
        mig=mutual_information_gap(codes, factors),
        sap=separated_predictability(codes, factors, categorical=categorical),
        disentanglement=trees.disentanglement,
        completeness=trees.completeness,
        informativeness=trees.informativeness,
        factor_vae=factor_vae_score(codes, factors, seed=seed),
    )
