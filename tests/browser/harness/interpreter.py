"""The decoder program in NumPy, in double precision: what the page has to agree with."""

import numpy as np

ACTIVATIONS = {
    "identity": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "tanh": np.tanh,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "gelu": lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    "softplus": lambda x: np.logaddexp(x, 0),
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "continuous_bernoulli_mean": lambda x: np.where(np.abs(x) < 1e-4, 0.5 + x / 12, -1 / np.expm1(-x) - 1 / x),
}


def decode(program: list[dict], arrays: dict[str, np.ndarray], code: np.ndarray) -> np.ndarray:
    """The image [H, W, C] (or its flat form) that a program makes of one code."""
    value = np.asarray(code, np.float64)
    for layer in program:
        match layer["kind"]:
            case "linear":
                value = value @ arrays[layer["kernel"]].astype(np.float64) + arrays[layer["bias"]]
            case "activation":
                value = ACTIVATIONS[layer["function"]](value)
            case "reshape":
                value = value.reshape(layer["shape"])
            case "split":
                height, width, _ = value.shape
                parts = value.reshape(height, width, 2, 2, layer["channels"]).transpose(0, 2, 1, 3, 4)
                value = parts.reshape(2 * height, 2 * width, layer["channels"])
            case "crop":
                value = value[: layer["height"], : layer["width"]]
    return value
