"""Frames of runs whose codes are out of the ordinary: told a class, drawn from a codebook, sparse."""

import numpy as np

from tests.browser.harness.frames import header_of, model_frame
from tests.browser.harness.model import images, trained
from tests.browser.harness.packing import pack

SIDE = 28


def conditional_frame() -> bytes:
    """A linear decoder whose image is the mean digit of the class it is told, shifted by the code."""
    x, labels = images()
    random = np.random.default_rng(0)
    means = np.stack([x[labels == label].mean(axis=0) for label in range(10)])
    kernel = np.concatenate([random.normal(0, 0.05, (2, SIDE**2)), means]).astype("f4")
    arrays = {"k": kernel, "b": np.zeros(SIDE**2, "f4"), "codes": random.normal(size=(300, 2)).astype("f4"),
              "labels": labels[:300], "information": np.ones(2, "f4")}  # fmt: skip
    program = [
        {"kind": "linear", "inputs": 12, "outputs": SIDE**2, "kernel": "k", "bias": "b"},
        {"kind": "reshape", "shape": [SIDE, SIDE, 1]},
    ]
    header = header_of(latent=2, bottleneck="Gaussian", has_prior=True, condition="class", program=program)
    return pack(header, arrays)


def codebook_frame(codes: bool = True) -> tuple[bytes, dict[str, np.ndarray]]:
    """Patches of 4 x 4 pixels, each one of 12 that k-means found: 49 positions; and the arrays of the frame."""
    from sklearn.cluster import KMeans

    x, labels = images()
    patches = x[:400].reshape(-1, 7, 4, 7, 4).transpose(0, 1, 3, 2, 4).reshape(400, 49, 16)
    found = KMeans(12, n_init=1, random_state=0).fit(patches[:200].reshape(-1, 16)).cluster_centers_.astype("f4")
    # Two dimensions per vector: those in which the patches vary most.
    mean = patches.reshape(-1, 16).mean(axis=0)
    basis = np.linalg.svd((patches[:200].reshape(-1, 16) - mean), full_matrices=False)[2][:2]
    codebook = np.concatenate([(found - mean) @ basis.T, [[90, 90]]]).astype("f4")  # And a row that nothing chooses.
    vectors = ((patches - mean) @ basis.T).reshape(400, 98).astype("f4")
    arrays = {"tail/0/codebook": codebook, "k": basis.astype("f4"), "b": mean.astype("f4"), "codes": vectors,
              "labels": labels[:400], "information": vectors.var(axis=0), "prior_codes": vectors[:64]}  # fmt: skip
    program = [
        {"kind": "quantize", "codes": 13, "dimension": 2, "codebook": "tail/0/codebook"},
        {"kind": "linear", "inputs": 2, "outputs": 16, "kernel": "k", "bias": "b"},
        {"kind": "reshape", "shape": [7, 7, 16]},
        {"kind": "split", "channels": 4},
        {"kind": "split", "channels": 1},
    ]
    header = header_of(latent=98, bottleneck="Quantized", has_prior=False, condition="none", program=program)
    return _packed(header, arrays, codes)


def sparse_frame(units: int = 30, codes: bool = True) -> tuple[bytes, dict[str, np.ndarray]]:
    """A linear decoder of bright squares, one per unit, some of which are never on; and the arrays of the frame."""
    random = np.random.default_rng(0)
    kernel = np.zeros((units, SIDE, SIDE), "f4")
    for unit in range(units):
        row, column = divmod(unit, 6)
        kernel[unit, 5 * row : 5 * row + 4, 4 * column : 4 * column + 4] = 1 if unit % 3 else -1
    share = np.linspace(0.6, 0.02, units)
    share[-4:] = 0
    values = ((random.random((500, units)) < share) * random.uniform(0.5, 1, (500, units))).astype("f4")
    arrays = {"k": kernel.reshape(units, -1), "b": np.full(SIDE**2, 0.5, "f4"), "codes": values,
              "labels": random.integers(0, 10, 500).astype("u1"), "information": values.var(axis=0)}  # fmt: skip
    program = [
        {"kind": "linear", "inputs": units, "outputs": SIDE**2, "kernel": "k", "bias": "b"},
        {"kind": "reshape", "shape": [SIDE, SIDE, 1]},
    ]
    header = header_of(latent=units, bottleneck="TopK", has_prior=False, condition="none", program=program)
    return _packed(header, arrays, codes)


def _packed(header: dict, arrays: dict[str, np.ndarray], codes: bool) -> tuple[bytes, dict[str, np.ndarray]]:
    """With the held-out codes, or as a frame is before there are any."""
    late = () if codes else ("codes", "labels", "information", "prior_codes")
    return pack(header, {name: array for name, array in arrays.items() if name not in late}), arrays


def mixture_frame() -> tuple[bytes, dict[str, np.ndarray]]:
    """A plain autoencoder with the mixture that was fitted to its codes; and the arrays of the mixture."""
    from vaelab.density import Mixture

    model = trained(2, 0.0)
    codes = model.encode(images()[0])[0].astype("f4")
    found = Mixture.fit(codes, components=4)
    arrays = {f"mixture_{name}": getattr(found, name) for name in ("weights", "means", "factors")}
    return model_frame(model, arrays_more=arrays, title="Autoencoder"), arrays
