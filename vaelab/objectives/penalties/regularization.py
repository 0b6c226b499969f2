"""Regularized autoencoders: the code and the decoder are kept small and smooth without noise. Ghosh et al. 2020."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from vaelab.lazy import jax, jnp
from vaelab.nets.products import computing_in
from vaelab.objectives.penalties.penalty import Term
from vaelab.objectives.penalties.probes import EXACT, rademacher
from vaelab.spec import number


@dataclass(frozen=True)
class CodeNorm(Term):
    """1/2 |z|^2: what is left of the KL where the posterior has no width. Ghosh et al. 2020, sec. 3."""

    weight: float = number(
        0.01, minimum=0, maximum=100, knob=True, logarithmic=True, label="Code norm", help="Weight of |z|^2 / 2."
    )
    name: ClassVar[str] = "code_norm"

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B], summed over the latent dimensions."""
        return 0.5 * (forward.code.z**2).sum(axis=-1)


@dataclass(frozen=True)
class DecoderDecay(Term):
    """sum_l |W_l|_F^2 over the decoder's kernels, from the code to the outputs. Ghosh et al. 2020, sec. 3.1 (L2).

    Biases are left out: they do not make a decoder steeper. Tied kernels count, although the encoder owns them.
    """

    weight: float = number(
        0.001, minimum=0, maximum=100, knob=True, logarithmic=True, label="Decoder decay", help="Weight of |W|^2."
    )
    name: ClassVar[str] = "decoder_decay"

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """A scalar."""
        return sum((jnp.sum(kernel**2) for kernel in decoder_kernels(model)), jnp.float32(0.0))


def decoder_kernels(model: Any) -> Iterator[Any]:
    """The arrays of two and more axes that a model computes outputs from codes with."""
    for part in ("tail", "decoder"):
        for index, layer in enumerate(getattr(model, part).program.layers):
            for name, shape in layer.parameters().items():
                if len(shape) > 1:
                    yield model.array(f"{part}/{index}/{name}")
            yield from (model.array(path) for path in layer.borrowed().values())


@dataclass(frozen=True)
class GradientPenalty(Term):
    """|dD(z)/dz|_F^2, the squared Frobenius norm of the decoder's Jacobian. Ghosh et al. 2020, sec. 3.1 (GP).

    Taken at the code, so that its gradient reaches the encoder too. D(z) are the decoder's outputs as the likelihood
    reads them: means of a Gaussian, logits of a Bernoulli. Exact for codes of up to three numbers, else an unbiased
    estimate from one random direction among the outputs.
    """

    weight: float = number(
        0.01, minimum=0, maximum=100, knob=True, logarithmic=True, label="Smoothness", help="Weight of |dD/dz|^2."
    )
    name: ClassVar[str] = "decoder_gradient"

    def __call__(self, model: Any, forward: Any, key: Any) -> Any:
        """[B], squared change of the outputs per squared change of the code."""
        z = forward.code.z

        def decode(z: Any) -> Any:
            return model.decode(z, forward.condition)

        if model.latent <= EXACT:
            columns = jnp.broadcast_to(jnp.eye(model.latent)[:, None], (model.latent, *z.shape))
            with computing_in("float32"):  # The rounding to bfloat16 has no derivative.
                outputs, pull = jax.vjp(decode, z)
                # The transpose of the transpose: some layers' derivatives are written for the reverse mode only.
                push = jax.vjp(lambda slope: pull(slope)[0], jnp.zeros_like(outputs))[1]
                slopes = jax.vmap(lambda column: push(column)[0])(columns)
            return (slopes**2).reshape(*slopes.shape[:2], -1).sum(axis=(0, 2))
        outputs, pull = jax.vjp(decode, z)
        (slope,) = pull(rademacher(key, outputs))
        return (slope**2).sum(axis=-1)
