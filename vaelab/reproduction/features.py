"""What contraction and noise do to features: fine-tuned test error and the size of the encoder's Jacobian."""

from __future__ import annotations

from typing import NamedTuple

from vaelab.bottlenecks import Point
from vaelab.data import Data, load
from vaelab.data.corruptions import Corruption, GaussianNoise, NoCorruption
from vaelab.nets import Dense
from vaelab.objectives import Additive, FixedGaussian
from vaelab.objectives.penalties import Contractive, Penalty
from vaelab.recipe import Recipe
from vaelab.reproduction.claim import Bench, Figure, Reproduction
from vaelab.training.optimizers import Training
from vaelab.training.schedules import Cosine

RIFAI = "Rifai et al. 2011, table 1"
IMAGES = 500  # Test images whose Jacobians are taken.


class _Variant(NamedTuple):
    """A kind of pretraining with one value of its hyper-parameter."""

    kind: str
    value: float
    corruption: Corruption
    penalties: tuple[Penalty, ...]


PLAIN = _Variant("plain", 0.0, NoCorruption(), ())
VARIANTS = (
    PLAIN,
    *(_Variant("denoising", scale, GaussianNoise(scale), ()) for scale in (0.3, 0.6)),
    *(_Variant("contractive", weight, NoCorruption(), (Contractive(weight),)) for weight in (0.03, 0.1, 0.3, 1.0, 3.0)),
)


def _features(bench: Bench) -> dict[str, float]:
    from vaelab.evaluation.contraction import jacobian_norms
    from vaelab.evaluation.fine_tuning import fine_tune

    dataset = load(bench.data)
    found: dict[str, list[tuple[float, float, float]]] = {}
    for variant in VARIANTS:
        recipe = Recipe(
            Data(bench.data, binarization="none"),
            Dense(hidden=(), tied=True),
            Point(bench.choose(1000, 100), activation="sigmoid"),
            Additive(variant.corruption, FixedGaussian(), variant.penalties),
            Training(epochs=bench.choose(50, 30), schedule=Cosine()),
        )
        model = bench.train(f"{variant.kind}-{variant.value:g}".replace(".", "-"), recipe, None)
        norm = float(jacobian_norms(model, dataset.test.images[:IMAGES]).mean())
        tuned = fine_tune(model, dataset.train, dataset.test, epochs=bench.choose(30, 10), seed=bench.seed)
        bench.note(
            f"{variant.kind} {variant.value:g}: validation {100 * tuned.validation_error:.2f} %, test "
            f"{100 * tuned.test_error:.2f} %, |J| {norm:.3f}"
        )
        found.setdefault(variant.kind, []).append((tuned.validation_error, tuned.test_error, norm))
    result: dict[str, float] = {}
    for kind, trials in found.items():
        _, error, norm = min(trials)  # Chosen on validation images.
        result |= {f"{kind}_error": 100 * error, f"{kind}_norm": norm}
    result["contraction_ratio"] = result["plain_norm"] / result["contractive_norm"]
    return result


CONTRACTIVE = Reproduction(
    "contractive_ae", "Contractive, denoising and plain features",
    "MNIST, grey pixels; 1,000 sigmoid units with tied weights, squared error, 50 epochs of Adam with a cosine "
    "schedule, noise 0.3 or 0.6, contraction 0.03 to 3; then a softmax on the code and both trained on 50,000 "
    "images for up to 30 epochs. Noise, contraction and epoch are chosen on the other 10,000, one look at the test "
    "set; |J| on 500 of its images.",
    (
        Figure("contractive_error", "Test error %, contractive", 1.14, RIFAI),
        Figure("denoising_error", "Test error %, denoising (Gaussian)", 1.18, RIFAI),
        Figure("plain_error", "Test error %, plain", 1.78, RIFAI),
        Figure("contraction_ratio", "Jacobian norm, plain / contractive", 24.0, RIFAI, limit=5.0, higher=True),
    ),
    _features, "the 8x8 digits, 100 units, 30 epochs", {},
)
