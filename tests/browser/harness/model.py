"""A small variational autoencoder in plain NumPy, trained in seconds, so that the pictures look like digits."""

from functools import cache

import numpy as np
from scipy.ndimage import zoom
from sklearn.datasets import load_digits

SIDE = 28
HIDDEN = 128


@cache
def images() -> tuple[np.ndarray, np.ndarray]:
    """The digits of scikit-learn enlarged to 28 x 28: float32 [1797, 784] in 0..1, and labels."""
    data = load_digits()
    large = zoom(data.images / 16, (1, SIDE / 8, SIDE / 8), order=1)
    return np.clip(large, 0, 1).reshape(len(large), -1).astype(np.float32), data.target.astype(np.uint8)


class Autoencoder:
    """Encoder 784-128-2d and decoder d-128-784, both with one relu layer; Adam; Bernoulli likelihood."""

    def __init__(self, latent: int, weight: float, seed: int = 0):
        """`weight` of the KL divergence: 1 makes a VAE, 0 a plain autoencoder (no noise, no prior)."""
        self.latent, self.weight, self.random = latent, weight, np.random.default_rng(seed)
        sizes = {"a": (784, HIDDEN), "b": (HIDDEN, 2 * latent), "c": (latent, HIDDEN), "d": (HIDDEN, 784)}
        self.weights = {}
        for name, (inputs, outputs) in sizes.items():
            self.weights[name] = self.random.normal(0, (2 / inputs) ** 0.5 * 0.7, (inputs, outputs)).astype("f4")
            self.weights[name + "0"] = np.zeros(outputs, "f4")
        self.moments = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in self.weights.items()}
        self.steps = 0
        self.history: list[list[float]] = []

    def encode(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Mean and log variance of the code, and the hidden layer."""
        hidden = np.maximum(x @ self.weights["a"] + self.weights["a0"], 0)
        mean, logvar = np.split(hidden @ self.weights["b"] + self.weights["b0"], 2, axis=1)
        return mean, np.clip(logvar, -8, 8), hidden

    def decode(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Images in 0..1 and the hidden layer."""
        hidden = np.maximum(z @ self.weights["c"] + self.weights["c0"], 0)
        return 1 / (1 + np.exp(-(hidden @ self.weights["d"] + self.weights["d0"]))), hidden

    def step(self, x: np.ndarray) -> None:
        """One step of Adam on one batch, with the gradient written out."""
        w, count = self.weights, len(x)
        mean, logvar, hidden = self.encode(x)
        noise = self.random.normal(size=mean.shape).astype("f4") * (self.weight > 0)
        spread = np.exp(logvar / 2)
        z = mean + spread * noise
        y, inner = self.decode(z)
        out = (y - x) / count
        inside = (out @ w["d"].T) * (inner > 0)
        code = inside @ w["c"].T
        to_mean = code + self.weight * mean / count
        to_logvar = code * noise * spread / 2 + self.weight * (np.exp(logvar) - 1) / 2 / count
        both = np.concatenate([to_mean, to_logvar], axis=1)
        back = (both @ w["b"].T) * (hidden > 0)
        gradients = {"a": x.T @ back, "a0": back.sum(0), "b": hidden.T @ both, "b0": both.sum(0),
                     "c": z.T @ inside, "c0": inside.sum(0), "d": inner.T @ out, "d0": out.sum(0)}  # fmt: skip
        self.steps += 1
        for name, gradient in gradients.items():
            first, second = self.moments[name]
            first += 0.1 * (gradient - first)
            second += 0.001 * (gradient**2 - second)
            scale = 0.003 * (1 - 0.999**self.steps) ** 0.5 / (1 - 0.9**self.steps)
            w[name] = w[name] - scale * first / (np.sqrt(second) + 1e-8)
        if self.steps % 10 == 0:
            cross = -(x * np.log(y + 1e-6) + (1 - x) * np.log(1 - y + 1e-6)).sum(1).mean()
            kl = float((mean**2 + np.exp(logvar) - 1 - logvar).sum(1).mean() / 2)
            self.history.append([self.steps, cross + self.weight * kl, cross, kl])

    def train(self, steps: int) -> "Autoencoder":
        """Steps on random batches of 128."""
        x, _ = images()
        for _ in range(steps):
            self.step(x[self.random.integers(0, len(x), 128)])
        return self


@cache
def trained(latent: int, weight: float = 1.0, steps: int = 300) -> Autoencoder:
    """A trained model, made once."""
    return Autoencoder(latent, weight).train(steps)
