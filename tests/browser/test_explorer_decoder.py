"""The page's reading of frames and its decoder, against NumPy."""

import json

import numpy as np
import pytest

from tests.browser.harness.frames import convolutional_frame, dense_frame, header_of, model_frame
from tests.browser.harness.interpreter import ACTIVATIONS, decode
from tests.browser.harness.model import trained
from tests.browser.harness.packing import pack

pytestmark = pytest.mark.browser

DECODE = """async ([run, codes]) => {
  const { parseFrame } = await import("/vaelab/static/frame.js");
  const { createDecoder } = await import("/vaelab/static/decoder.js");
  const bytes = await (await fetch(`/vaelab/runs/${run}/frame`)).arrayBuffer();
  const decoder = createDecoder(parseFrame(bytes));
  return codes.map((code) => [...decoder.decode(code)]);
}"""
ENTRY = {"name": "x", "dtype": "float32", "shape": [1], "offset": 0}


@pytest.fixture
def decoded(page, harness):
    """Decodes codes in the page with the frame of a run."""
    page.goto(harness.address + "/favicon")

    def of(frame, codes):
        harness.runs["given"] = [frame]
        return np.array(page.evaluate(DECODE, ["given", np.asarray(codes, float).tolist()]))

    yield of
    page.errors.clear()  # the address above is no page of the application


@pytest.mark.parametrize("function", ACTIVATIONS)
def test_dense_decoder_agrees_with_numpy(decoded, random, function):
    frame, program, arrays = dense_frame([3, 17, 24, 6 * 5], [6, 5, 1], function)
    codes = np.concatenate([np.zeros((1, 3)), random.normal(0, 2, (6, 3))]).astype("f4")
    wanted = [decode(program, arrays, code).ravel() for code in codes]
    np.testing.assert_allclose(decoded(frame, codes), wanted, atol=1e-5)


@pytest.mark.parametrize("function", ACTIVATIONS)
@pytest.mark.parametrize("channels", [1, 3])
def test_convolutional_decoder_agrees_with_numpy(decoded, random, function, channels):
    frame, program, arrays = convolutional_frame(function, channels)
    codes = random.normal(0, 1.5, (3, 5)).astype("f4")
    wanted = [decode(program, arrays, code).ravel() for code in codes]
    np.testing.assert_allclose(decoded(frame, codes), wanted, atol=1e-5)


def test_half_precision_arrives_exactly(page, explore):
    values = np.array([0, -0.0, 1, -2.5, 65504, 6e-8, 6.1e-5, np.inf, -np.inf, np.nan, 0.333], "f2")
    page = explore("two")
    found = page.evaluate(
        """async (bytes) => { const { parseFrame } = await import("/vaelab/static/frame.js");
        return [...parseFrame(new Uint8Array(bytes).buffer).arrays.x].map(String); }""",
        list(pack(header_of(), {"x": values})),
    )
    numbers = [float(text.replace("Infinity", "inf")) for text in found]
    np.testing.assert_array_equal(np.array(numbers, "f4"), values.astype("f4"))


def test_principal_plane_agrees_with_numpy(page, explore, random):
    data = random.normal(size=(500, 12)) * np.linspace(3, 0.3, 12) @ np.linalg.qr(random.normal(size=(12, 12)))[0]
    covariance = np.cov(data.T)
    page = explore("two")
    found = page.evaluate(
        """async (values) => { const { principalDirections } = await import("/vaelab/static/plane.js");
        return principalDirections(Float64Array.from(values), 12).map((vector) => [...vector]); }""",
        covariance.ravel().tolist(),
    )
    vectors = np.linalg.eigh(covariance)[1][:, ::-1][:, :2].T
    np.testing.assert_allclose(np.abs(np.sum(np.array(found) * vectors, axis=1)), 1, atol=1e-6)


def broken(frame, **changes):
    """The frame with other header entries."""
    length = int.from_bytes(frame[:4], "little")
    header = json.loads(frame[4 : 4 + length])
    text = json.dumps({**header, **changes}).encode()
    text += b" " * (-(len(text) + 4) % 8)
    return len(text).to_bytes(4, "little") + text + frame[4 + length :]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda frame: b"", "empty or cut off"),
        (lambda frame: (2**31).to_bytes(4, "little") + frame[4:], "says its header has"),
        (lambda frame: frame[:4] + b"!" + frame[5:], "not valid JSON"),
        (lambda frame: frame[:-4000], "ends after the frame does"),
        (lambda frame: broken(frame, version=2), "version"),
        (lambda frame: broken(frame, arrays=[{**ENTRY, "dtype": "float99"}]), "unknown type"),
        (lambda frame: broken(frame, arrays=[{**ENTRY, "offset": -8}]), "no valid shape"),
        (lambda frame: broken(frame, program=[{"kind": "hologram"}]), '"hologram", which this page cannot compute'),
        (lambda frame: broken(frame, program=[{"kind": "activation", "function": "toString"}]), "is unknown to"),
        (lambda frame: broken(frame, latent=3), "wants 2 inputs"),
        (lambda frame: broken(frame, image_shape=[5, 5, 1]), "but an image has"),
        (lambda frame: broken(frame, image_shape=[784]), "a sequence two, but here is [784]"),
    ],
)  # fmt: skip
def test_malformed_frames_give_a_notice(explore, harness, make, sentence):
    harness.runs["given"] = [make(model_frame(trained(2)))]
    page = explore("given", wait=False)
    page.locator(".notice", has_text=sentence).wait_for()
