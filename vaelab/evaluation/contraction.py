"""How much an encoder contracts: the size of its Jacobian, and how many of its units are saturated."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from flax import nnx

from vaelab.latent import in_batches, unit_images
from vaelab.model import Autoencoder

SATURATED = 0.05  # A unit within this of 0 or 1, as in Rifai et al. 2011, section 5.3.


def jacobian_norms(model: Autoencoder, images: np.ndarray) -> np.ndarray:
    """|dz/dx|_F at each image [N, ...]: [N]; exact, by as many backward passes as the code has numbers."""
    graph, parameters = nnx.split(model)
    return np.concatenate(list(in_batches(lambda x: _norms(graph, parameters, x), images, size=50)))


def saturated_share(codes: np.ndarray) -> float:
    """Share of the numbers of codes [N, size] in (0, 1) that lie within 0.05 of either end."""
    return float(((codes < SATURATED) | (codes > 1 - SATURATED)).mean())


@partial(jax.jit, static_argnames=("graph",))
def _norms(graph: Any, parameters: Any, images: Any) -> Any:
    model = nnx.merge(graph, parameters)

    def squared(image: Any) -> Any:
        jacobian = jax.jacrev(lambda x: model.encode(x[None]).mean[0])(image)
        return (jacobian**2).sum()

    return jnp.sqrt(jax.lax.map(squared, unit_images(images)))
