"""`vaelab evaluate`: the figures of a run on held-out data, with the protocol they were computed under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from vaelab.cli.arguments import Json, Run, Runs
from vaelab.cli.output import say, say_json

if TYPE_CHECKING:
    import numpy as np

    from vaelab.cli.saved import Trained

SEED = 0  # Of the draws from the posterior: the same run has the same figures every time.
SAMPLES = 100


def evaluate(
    run: Run,
    samples: Annotated[
        int,
        typer.Option(
            "--samples",
            metavar="K",
            min=0,
            max=100_000,
            help="Importance samples per example; 0 leaves them out.",
        ),
    ] = SAMPLES,
    runs: Runs = None,
    json: Json = False,
) -> None:
    """Evaluate a model on the test split, in nats per example.

    The log-likelihood is a lower bound that tightens with the number of samples; papers use 5,000.
    """
    from vaelab.cli.saved import restore
    from vaelab.data import load
    from vaelab.evaluation.bounds import bounds
    from vaelab.evaluation.protocol import MEASURED, first, held_out

    trained = restore(run, runs)
    recipe = trained.recipe
    test = load(recipe.data.name).test
    count = first(test.images, len(test.images), MEASURED)
    targets, labels = held_out(test.images[:count], recipe.data.binarization), test.labels[:count]
    found = bounds(trained.model, recipe.objective.likelihood, targets, labels, seed=SEED)
    samples = samples if recipe.bottleneck.has_prior else 0
    figures: dict[str, Any] = {
        "negative_elbo": found.negative_elbo,
        "reconstruction": float(found.reconstruction.mean()),
        "kl": None if found.kl is None else float(found.kl.sum(axis=1).mean()),
        "log_likelihood": _log_likelihood(trained, targets, labels, samples) if samples else None,
        "active_units": found.active_units,
        "squared_error": float(found.squared_error.mean()),
        "protocol": _protocol(trained, count, samples),
    }
    if json:
        say_json(figures)
    else:
        _print(figures, trained.size)


def _log_likelihood(trained: Trained, targets: np.ndarray, labels: np.ndarray, samples: int) -> float:
    import numpy as np

    from vaelab.cli.progress import counting
    from vaelab.evaluation.bounds import log_likelihoods

    batches = []
    with counting(f"{samples:,} importance samples", len(targets)) as advance:
        for batch in log_likelihoods(
            trained.model, trained.recipe.objective.likelihood, targets, labels, samples=samples, seed=SEED
        ):
            batches.append(batch)
            advance(len(batch))
    return float(np.concatenate(batches).mean())


def _protocol(trained: Trained, examples: int, samples: int) -> dict[str, Any]:
    from vaelab.evaluation.bounds import ACTIVE
    from vaelab.evaluation.protocol import DESCRIPTIONS

    return {
        "data": trained.recipe.data.name,
        "split": "test",
        "examples": examples,
        "binarization": DESCRIPTIONS[trained.recipe.data.binarization],
        "likelihood": type(trained.recipe.objective.likelihood).__name__,
        "importance_samples": samples,
        "posterior_samples": 1,
        "active_units": f"dimensions whose posterior mean has a variance above {ACTIVE} over the examples",
        "squared_error": "summed over pixels in [0, 1], decoded from the posterior mean",
        "unit": "nats per example",
        "seed": SEED,
        "step": trained.step,
    }


def _print(figures: dict[str, Any], size: int) -> None:
    protocol = figures["protocol"]
    say(
        f"{protocol['examples']:,} {protocol['split']} examples of {protocol['data']}, "
        f"step {protocol['step']:,}; binarization {protocol['binarization']}."
    )
    lines = [
        ("negative ELBO", figures["negative_elbo"], "nats"),
        ("reconstruction", figures["reconstruction"], "nats"),
        ("KL to the prior", figures["kl"], "nats"),
        (
            "log-likelihood",
            figures["log_likelihood"],
            f"nats ({protocol['importance_samples']:,} importance samples)",
        ),
        ("squared error", figures["squared_error"], "of the mean reconstruction"),
    ]
    for name, value, unit in lines:
        if value is not None:
            say(f"{name:<16}{value:>10.3f} {unit}")
    say(f"{'active units':<16}{figures['active_units']:>10} of {size}")
