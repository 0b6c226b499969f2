"""The objective that adds up: reconstruction and weighted penalties."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, get_args

from vaelab.bottlenecks import Code
from vaelab.data.batches import Batch
from vaelab.data.corruptions import Corruption, NoCorruption
from vaelab.errors import RecipeError
from vaelab.lazy import jax, jnp
from vaelab.nets.layers import Context
from vaelab.objectives.annealing import Annealing, Steady
from vaelab.objectives.likelihoods import Bernoulli, Likelihood
from vaelab.objectives.moment import Moment, Result
from vaelab.objectives.penalties import GaussianKL, Penalty
from vaelab.spec import Spec, number, option


@dataclass(frozen=True)
class Additive(Spec):
    """mean_B( -log p(x|z) + sum_i weight_i penalty_i ), z ~ q(z | corrupted x).

    With `GaussianKL(weight=1)` and no corruption this is the negative ELBO, eq. 7 of Kingma & Welling 2014 with one
    sample per example. A sampling scale of 0 and a KL weight of 0 make it a plain autoencoder with the same weights.
    """

    corruption: Corruption = option(NoCorruption(), label="Corruption", help="Of the input, not the target.")
    likelihood: Likelihood = option(Bernoulli(), label="Likelihood", help="What the decoder's outputs mean.")
    penalties: tuple[Penalty, ...] = option((GaussianKL(),), label="Penalties", help="Added to the reconstruction.")
    annealing: Annealing = option(Steady(), label="Annealing", help="How the penalties' weights grow over the run.")
    sampling_scale: float = number(
        1.0, minimum=0, maximum=2, knob=True, label="Sampling noise", help="1 draws z from q(z|x); 0 takes its mean."
    )

    reads: ClassVar[tuple[type, ...]] = get_args(Code)

    def __post_init__(self) -> None:
        super().__post_init__()
        kinds = [type(penalty).__name__ for penalty in self.penalties]
        if repeated := {kind for kind in kinds if kinds.count(kind) > 1}:
            raise RecipeError(f"The penalty {', '.join(sorted(repeated))} is listed twice; add up its weights instead.")

    def __call__(self, model: Any, batch: Batch, moment: Moment) -> tuple[Any, Result]:
        """The scalar to minimize and its parts, in nats per example; penalties are reported before their weights."""
        noise_key, code_key, penalty_key = jax.random.split(moment.key, 3)
        view = self.corruption(batch.seen, noise_key)
        context = Context(visible=view.visible, teacher=batch.target)
        forward = model(
            view.seen, batch.condition, key=code_key, sampling_scale=self.sampling_scale, context=context
        )
        reconstruction = -self.likelihood.log_prob(batch.target, forward.parameters, view.weight).mean()
        terms = {penalty.name: jnp.mean(penalty(model, forward, penalty_key)) for penalty in self.penalties}
        penalties = sum(penalty.weight * terms[penalty.name] for penalty in self.penalties)
        loss = reconstruction + self.annealing(moment.fraction) * penalties
        return loss, Result({"loss": loss, "reconstruction": reconstruction, **terms}, forward.code)
