"""What the tests of the drawing pad share: shipped models with their encoders, and digits drawn with a real mouse."""

from pathlib import Path

import numpy as np

from vaelab.live.encoders import stored_encoder
from vaelab.live.frames import unpack
from vaelab.live.stored import stored_frame

SHIPPED = Path(__file__).parents[2] / "checkpoints"
TURN = np.linspace(0, 2 * np.pi, 41)
# Places in shares of the pad, x to the right and y downwards.
SHAPES = {
    0: [(0.5 - 0.22 * np.sin(angle), 0.5 - 0.32 * np.cos(angle)) for angle in TURN],
    1: [(0.5, 0.2 + 0.6 * share) for share in np.linspace(0, 1, 20)],
}
# As a pen writes it, which the model of pen strokes wants to see: its places fill both directions.
HOOK = [(0.3 + 0.25 * share, 0.45 - 0.25 * share) for share in np.linspace(0, 1, 10)] + [
    (0.55 - 0.05 * share, 0.2 + 0.6 * share) for share in np.linspace(0, 1, 20)
]
DRAWN = "window.__vaelab.stores[0].state.drawn"


def ship(harness, name: str) -> dict[str, np.ndarray]:
    """Puts a shipped run and its encoder on the server of the harness; returns what is in its frame."""
    frame = stored_frame(SHIPPED / name, {"state": "trained"})
    harness.runs[name], harness.encoders[name] = [frame], stored_encoder(SHIPPED / name)
    return unpack(frame)[1]


def open_pad(page):
    """Presses "Draw" and waits until the encoder has come; returns the surface."""
    page.locator(".pad-toggle").click()
    page.locator(".pad-result").filter(has_text="Draw here.").wait_for()
    surface = page.locator(".pad-canvas")
    surface.scroll_into_view_if_needed()
    return surface


def draw(page, places, release: bool = True, **button):
    """A line through places, in shares of the pad, with the mouse."""
    box = page.locator(".pad-canvas").bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down(**button)
    for point in points[1:]:
        page.mouse.move(*point)
    if release:
        page.mouse.up(**button)


def class_at(code, arrays) -> int:
    """What most of the fifteen nearest held-out codes are of."""
    distances = np.linalg.norm(arrays["codes"] - np.asarray(code, np.float32), axis=1)
    return int(np.bincount(arrays["labels"][np.argsort(distances)[:15]]).argmax())
