"""Frames of synthetic runs, as the server would send them."""

import numpy as np

from tests.browser.harness.model import Autoencoder, images
from tests.browser.harness.packing import pack

CLASSES = [str(digit) for digit in range(10)]
KNOBS = [
    {"path": "training.learning_rate", "label": "Learning rate", "value": 0.001, "minimum": 1e-6, "maximum": 0.1,
     "logarithmic": True, "help": "How far each step moves the weights."},
]  # fmt: skip


def header_of(**changes) -> dict:
    """A header with everything in it but the program."""
    return {
        "run": "run", "title": "VAE on digits", "command": "vaelab train vae", "state": "finished", "message": "",
        "sequence": 1, "step": 900, "steps": 900, "epoch": 64.0, "epochs": 64, "steps_per_second": 300.0,
        "seconds_left": 0.0, "recipe": {}, "image_shape": [28, 28, 1], "knobs": [], "classes": CLASSES, "metrics": {},
        "history_columns": ["step", "loss", "reconstruction", "kl"], "marks": [], "holes": None, **changes,
    }  # fmt: skip


def model_frame(model: Autoencoder, count: int = 1797, arrays_more: dict | None = None, **changes) -> bytes:
    """A frame of a model of the harness; `count` codes, repeated with a little noise where there are too few."""
    x, labels = images()
    mean, logvar, _ = model.encode(x)
    random = np.random.default_rng(1)
    which = np.arange(count) % len(x)
    apart = np.where(np.arange(count) < len(x), 0, 0.1)[:, None]
    codes = mean[which] + apart * random.normal(size=(count, model.latent))
    kl = (mean**2 + np.exp(logvar) - 1 - logvar).mean(0) / 2
    gaussian = model.weight > 0
    some = np.arange(0, 160, 20)
    seen, _ = model.decode(mean[some])
    history = np.array(model.history or [[0, 550, 550, 0]], "f4")
    arrays = {
        "c": model.weights["c"], "c0": model.weights["c0"],
        "d": model.weights["d"].astype("f2"), "d0": model.weights["d0"],
        "codes": codes.astype("f4"), "labels": labels[which],
        "information": (kl if gaussian else mean.var(0)).astype("f4"), "history": history,
        "originals": (x[some] * 255).astype("u1").reshape(-1, 28, 28, 1),
        "reconstructions": (seen * 255).astype("u1").reshape(-1, 28, 28, 1), **(arrays_more or {}),
    }  # fmt: skip
    program = [
        {"kind": "linear", "inputs": model.latent, "outputs": model.weights["c0"].size, "kernel": "c", "bias": "c0"},
        {"kind": "activation", "function": "relu"},
        {"kind": "linear", "inputs": model.weights["c0"].size, "outputs": 784, "kernel": "d", "bias": "d0"},
        {"kind": "activation", "function": "sigmoid"},
        {"kind": "reshape", "shape": [28, 28, 1]},
    ]  # fmt: skip
    metrics = dict(zip(["loss", "reconstruction", "kl"], history[-1, 1:].tolist(), strict=True))
    kind = "Gaussian" if gaussian else "Point"
    header = header_of(latent=model.latent, bottleneck=kind, has_prior=gaussian, program=program, metrics=metrics)
    return pack({**header, **changes}, arrays)


def training_frames(latent: int = 2, weight: float = 1.0, frames: int = 15, steps: int = 10, **changes) -> list[bytes]:
    """The frames of a run from its first step on."""
    model = Autoencoder(latent, weight)
    sent = []
    for index in range(frames):
        now = {"sequence": index, "step": model.steps, "steps": frames * steps, "epoch": model.steps / 14}
        sent.append(model_frame(model, state="training", knobs=KNOBS, **now, **changes))
        model.train(steps)
    return sent


def dense_frame(sizes: list[int], shape: list[int], function: str = "relu", seed: int = 0, **changes):
    """Random weights: (frame, program, arrays) of a dense decoder with these sizes."""
    random = np.random.default_rng(seed)
    program, arrays = [], {}
    for index, (inputs, outputs) in enumerate(zip(sizes[:-1], sizes[1:], strict=True)):
        kernel, bias = f"decoder/{index}/kernel", f"decoder/{index}/bias"
        arrays[kernel] = random.normal(0, inputs**-0.5, (inputs, outputs)).astype("f4")
        arrays[bias] = random.normal(0, 0.5, outputs).astype("f4")
        program.append({"kind": "linear", "inputs": inputs, "outputs": outputs, "kernel": kernel, "bias": bias})
        program.append({"kind": "activation", "function": function if index < len(sizes) - 2 else "sigmoid"})
    program.append({"kind": "reshape", "shape": shape})
    return _finish(program, arrays, sizes[0], shape, random, **changes)


def convolutional_frame(function: str = "gelu", channels: int = 3, seed: int = 0, **changes):
    """Random weights: a decoder that goes 4 -> 8 -> 16 -> 32 pixels and is cropped to 30 x 29."""
    random = np.random.default_rng(seed)
    program, arrays = [], {}

    def linear(name: str, inputs: int, outputs: int) -> None:
        arrays[name] = random.normal(0, inputs**-0.5, (inputs, outputs)).astype("f4")
        arrays[name + "0"] = random.normal(0, 0.3, outputs).astype("f4")
        program.append({"kind": "linear", "inputs": inputs, "outputs": outputs, "kernel": name, "bias": name + "0"})

    linear("in", 5, 4 * 4 * 12)
    program.append({"kind": "reshape", "shape": [4, 4, 12]})
    for index, (inputs, outputs) in enumerate([(12, 10), (10, 8), (8, channels)]):
        program.append({"kind": "activation", "function": function})
        linear(f"up{index}", inputs, 4 * outputs)
        program.append({"kind": "split", "channels": outputs})
    program += [{"kind": "crop", "height": 30, "width": 29}, {"kind": "activation", "function": "sigmoid"}]
    return _finish(program, arrays, 5, [30, 29, channels], random, **changes)


def _finish(program, arrays, latent, shape, random, arrays_more: dict | None = None, **changes):
    extra = {
        "codes": random.normal(size=(500, latent)).astype("f4"),
        "labels": random.integers(0, 10, 500).astype("u1"),
        "information": np.linspace(2, 0, latent, dtype="f4") if latent > 2 else np.ones(latent, "f4"),
        **(arrays_more or {}),
    }
    known = {"bottleneck": "Gaussian", "has_prior": True, "image_shape": shape}
    header = header_of(latent=latent, program=program, **known, **changes)
    return pack(header, {**arrays, **extra}), program, arrays
