"""Small steps to save, and a child process that saves until it is killed."""

import sys
from pathlib import Path

import numpy as np

from vaelab.checkpoints import load_step, save_step, steps

RECIPE = {"kind": "Recipe", "bottleneck": {"kind": "Gaussian", "size": 2}}


def parameters(step: int = 0, size: int = 40) -> dict[str, np.ndarray]:
    """Arrays whose content is a function of the step, so that a mixture of two steps shows."""
    kernel = np.arange(size * size, dtype=np.float32).reshape(size, size) + step
    return {"decoder/0/kernel": kernel, "decoder/0/bias": np.full(size, step, np.float32)}


def save(run: Path, step: int, **changes) -> Path:
    """Save a complete step with every optional file."""
    arguments = {
        "recipe": RECIPE,
        "parameters": parameters(step),
        "training": {"step": np.asarray(step, np.int32), "optimizer/mu": np.zeros(7, np.float32)},
        "gallery": {"codes": np.zeros((5, 2), np.float32), "labels": np.arange(5, dtype=np.uint8)},
        "view": {"marks": []},
        "metrics": {"loss": 12.5 + step},
        "command": "vaelab train vae --data digits",
    }
    return save_step(run, step, **(arguments | changes))


def assert_sound(run: Path) -> int:
    """Every listed step loads and is of one piece; returns the newest number, 0 where there is none."""
    newest = 0
    for folder in steps(run):
        step = load_step(folder)
        newest = step.step
        size = len(step.parameters["decoder/0/bias"])
        for name, array in parameters(step.step, size).items():
            np.testing.assert_array_equal(step.parameters[name], array)
    return newest


def main(run: str, first: str) -> None:
    """Save 5 MB again and again, saying each step that is done: what the kill campaign runs."""
    step = int(first)
    while True:
        step += 1
        save(Path(run), step, parameters=parameters(step, size=1100))
        print(step, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
