"""The penalty that makes codes insensitive to their input, at the price that the model's layers allow."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Activation, Linear
from vaelab.nets.rearranging import Reshape
from vaelab.objectives.penalties.penalty import Term
from vaelab.objectives.penalties.probes import EXACT, rademacher
from vaelab.spec import number


@dataclass(frozen=True)
class Contractive(Term):
    """|dz/dx|_F^2 of the code without its noise, at what the encoder saw. Rifai et al. 2011, eq. 1 and 2.

    Where one linear layer makes the code, the norm has a closed form that costs next to nothing. Otherwise it is
    exact for codes of up to three numbers, and for longer ones an unbiased estimate from one random direction.
    """

    weight: float = number(
        0.1, minimum=0, maximum=100, knob=True, logarithmic=True, label="Contraction", help="Weight of |dz/dx|^2."
    )
    name: ClassVar[str] = "contraction"

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B], squared change of the code per squared change of the input."""
        if one_linear_layer(model):
            return _closed_form(model, forward)
        mean, pull = jax.vjp(lambda x: model.encode(x, forward.condition).mean, forward.seen)
        if model.latent <= EXACT:
            rows = jnp.broadcast_to(jnp.eye(model.latent)[:, None], (model.latent, *mean.shape))
            (slopes,) = jax.vmap(pull)(rows)
            return (slopes**2).reshape(*slopes.shape[:2], -1).sum(axis=(0, 2))
        # Hutchinson 1990: E|u^T J|^2 = |J|_F^2 for directions u with E[u u^T] = I. Examples do not meet in an encoder,
        # so that one pass backwards serves all of a batch.
        (slope,) = pull(rademacher(key, mean))
        return (slope**2).reshape(len(mean), -1).sum(axis=-1)


def one_linear_layer(model: Any) -> bool:
    """Whether code j is f(a_j) of one linear layer a = x W + b over the whole input: known before any number is."""
    tokens = model.head.program.input_shape[0]
    inputs = prod(model.encoder.program.input_shape) + model.classes
    plain = [layer for layer in model.encoder.program.layers if not isinstance(layer, Reshape)]
    last = [layer for layer in model.head.program.layers if not isinstance(layer, Reshape)]
    return (
        model.bottleneck.elementwise and tokens == 1 and not plain
        and isinstance(last[0], Linear) and last[0].inputs == inputs
        and all(isinstance(layer, Activation) for layer in last[1:])
    )  # fmt: skip


def _closed_form(model: Any, forward: Any) -> Any:
    """sum_j f'(a_j)^2 |W_j|^2. Rifai et al. 2011, eq. 2, for any elementwise f."""
    layers = model.head.program.layers
    index = next(index for index, layer in enumerate(layers) if isinstance(layer, Linear))
    arrays = {name: model.array(f"head/{index}/{name}") for name in layers[index].parameters()}
    features = model.features(forward.seen, forward.condition)
    statistics = layers[index](features.reshape(len(features), -1), arrays)

    def code(statistics: Any) -> Any:
        for layer in layers[index + 1 :]:
            statistics = layer(statistics, {})
        return model.bottleneck.read(statistics, None, 0.0).mean

    # Each number of the code reads one statistic of its own, so the slopes of their sum are all slopes, and those of
    # statistics that are no part of the mean are 0.
    mean, pull = jax.vjp(code, statistics)
    (slopes,) = pull(jnp.ones_like(mean))
    seen = prod(forward.seen.shape[1:])  # The class that a model is told is no part of x.
    return slopes**2 @ (arrays["kernel"][:seen] ** 2).sum(axis=0)
