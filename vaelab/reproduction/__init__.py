"""Figures of the literature, looked for under stated protocols: `vaelab reproduce`."""

from vaelab.errors import VaelabError
from vaelab.reproduction.anomaly import ANOMALY
from vaelab.reproduction.claim import Bench, Figure, Reproduction
from vaelab.reproduction.disentanglement import SHAPES
from vaelab.reproduction.features import CONTRACTIVE
from vaelab.reproduction.generation import GENERATION
from vaelab.reproduction.likelihood import IWAE, TEN_EPOCHS, VAE
from vaelab.reproduction.reconstruction import DEEP, LINEAR

REPRODUCTIONS: dict[str, Reproduction] = {
    reproduction.name: reproduction
    for reproduction in (LINEAR, DEEP, TEN_EPOCHS, VAE, IWAE, CONTRACTIVE, ANOMALY, GENERATION, SHAPES)
}

__all__ = ["REPRODUCTIONS", "Bench", "Figure", "Reproduction", "reproduction"]


def reproduction(name: str) -> Reproduction:
    """Look one up by name; raises `VaelabError` listing the names when there is none."""
    if name not in REPRODUCTIONS:
        raise VaelabError(f"There is no reproduction {name!r:.80}; choose one of {', '.join(REPRODUCTIONS)}.")
    return REPRODUCTIONS[name]
