"""Short questions to a page that shows the explorer."""

import numpy as np

from tests.browser.harness.model import trained

STATE = """(key) => {
  const value = __vaelab.stores[0].state[key];
  return value instanceof Float32Array ? [...value] : value;
}"""
PIXELS = """() => {
  const canvas = document.getElementById("host").shadowRoot.querySelector(".pixels");
  return [...canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data];
}"""
FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"


def state(page, key):
    """A value of the store after everything pending has been drawn."""
    page.evaluate(FRAME)
    return page.evaluate(STATE, key)


def pixels(page):
    """The grey levels of the decoded image on the screen."""
    page.evaluate(FRAME)
    return np.array(page.evaluate(PIXELS)).reshape(-1, 4)[:, 0]


def expected(run, code):
    """What the model of the harness makes of a code, as grey levels."""
    image, _ = trained({"two": 2, "sixteen": 16}[run]).decode(np.array([code], "f4"))
    return image[0] * 255


def middle(locator):
    """The centre of an element in the page, in whole pixels: a wheel event knows no others."""
    box = locator.bounding_box()
    return round(box["x"] + box["width"] / 2), round(box["y"] + box["height"] / 2)
