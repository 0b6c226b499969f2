"""Curves, reconstructions, transport and knobs, in a real browser."""

from functools import partial

import numpy as np
import pytest

from tests.browser.harness.frames import KNOBS
from tests.browser.harness.model import trained
from tests.browser.panels import FIND, READ, STATE, put, wait_received

pytestmark = pytest.mark.browser

BETA = {"path": "objective.penalties.0.weight", "label": "Weight of the KL", "value": 1.0, "minimum": 0, "maximum": 100,
        "logarithmic": True, "help": "What a nat of code costs."}  # fmt: skip
MARKS = [{"step": 100, "text": "Weight of the KL 1 -> 4"}]


@pytest.fixture
def run(harness):
    return partial(put, harness)


def test_the_crosshair_reads_every_curve_at_one_step(explore, run):
    name = run("curves", {"marks": MARKS})
    page = explore(name)
    page.get_by_label("smooth").uncheck()
    history = np.array(trained(2).history)
    chart = page.locator(".panel-curves .chart").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 44 + (box["width"] - 54) * 0.5, box["y"] + 60)
    step = int(page.locator(".curve-step").inner_text().split()[1])
    row = history[history[:, 0] == step][0]
    read = [float(text) for text in page.locator(".panel-curves .curve-value").all_inner_texts()]
    np.testing.assert_allclose(read, [row[2], row[1], row[3]], rtol=5e-3)
    assert abs(step - history[-1, 0] / 2) <= 10
    page.mouse.move(0, 0)
    assert page.locator(".curve-step").inner_text() == f"step {history[-1, 0]:.0f}"


def test_marks_tell_what_was_changed(explore, run):
    page = explore(run("marked", {"marks": MARKS}))
    marks = page.locator(".panel-curves .plot-mark")
    assert marks.count() == 2  # one in each chart
    marks.first.focus()
    assert page.locator(".curve-step").inner_text() == "Weight of the KL 1 -> 4, step 100"


def test_a_rising_kl_is_explained(explore, run):
    steps = np.arange(1, 201)
    history = np.stack([steps, 300 - steps, 280 - 1.2 * steps, 20 + 0.2 * steps], axis=1).astype("f4")
    page = explore(run("rising", {}, arrays_more={"history": history}))
    assert "KL 58" in page.locator(".curve-foot .hint").inner_text()
    assert "KL 58.2, rising" in page.locator(".curve-foot .hint").inner_text()
    assert page.locator(".panel-curves .note").is_visible()


def test_a_shipped_run_has_no_curves_and_no_images(explore, run):
    empty = np.zeros((0, 4), "f4")
    images = np.zeros((0, 28, 28, 1), "u1")
    more = {"history": empty, "originals": images, "reconstructions": images}
    page = explore(run("shipped", {"state": "trained"}, arrays_more=more), can_train=False)
    assert "no history" in page.locator(".panel-curves").inner_text()
    assert "not the images" in page.locator(".panel-reconstructions").inner_text()
    assert page.locator(".panel-knobs").is_hidden()
    assert page.locator(".transport-buttons").is_hidden()


def test_reconstructions_are_the_frames_pixels(explore):
    page = explore("two")
    pair = page.locator(".pair").nth(2)
    read = f"(canvas) => ({READ})(canvas).filter((_, i) => i % 4 === 0)"
    for canvas, name in [(pair.locator("canvas").first, "originals"), (pair.locator("canvas").last, "reconstructions")]:
        want = page.evaluate(f"Array.from({STATE.format(0)}.frame.arrays.{name}.slice(2 * 784, 3 * 784))")
        assert canvas.evaluate(read) == want


def test_a_corrupted_input_is_shown_between_the_two(explore, run):
    images = np.random.default_rng(0).integers(0, 256, (3, 10, 28, 28, 1), np.uint8)
    names = ["originals", "seen", "reconstructions"]
    page = explore(run("spoilt", {}, arrays_more=dict(zip(names, images, strict=True))))
    assert page.locator(".pair-names span").all_inner_texts() == ["clean", "seen", "out"]
    assert "as the encoder sees them" in page.locator(".panel-reconstructions").inner_text()
    read = f"(canvas) => ({READ})(canvas).filter((_, i) => i % 4 === 0)"
    for row in range(3):
        canvas = page.locator(".pair").nth(4).locator("canvas").nth(row)
        assert canvas.evaluate(read) == images[row, 4].ravel().tolist()


@pytest.mark.parametrize(("state_name", "main", "enabled"), [
    ("training", "Pause", {"Stop", "Reset"}), ("paused", "Resume", {"Step", "Stop", "Reset"}),
    ("finished", "Train on", {"Reset"}), ("stopped", "Resume", {"Reset"}), ("interrupted", "Resume", {"Reset"}),
    ("diverged", "Train on", {"Reset"}), ("failed", "Train", {"Reset"}), ("trained", "Train", set()),
])  # fmt: skip
def test_each_state_offers_what_can_be_done(explore, run, state_name, main, enabled):
    page = explore(run("state", {"state": state_name, "message": "A sentence."}))
    buttons = page.locator(".transport")
    assert buttons.locator(".transport-main").inner_text() == main
    for name in ["Step", "Stop", "Reset"]:
        found = buttons.get_by_role("button", name=name, exact=True)
        assert (found.count() == 1 and found.is_enabled()) == (name in enabled), name
    assert page.locator(".status-word").inner_text().lower() == state_name
    assert page.locator(".status-message").inner_text() == "A sentence."


@pytest.mark.parametrize(("state_name", "press", "wanted"), [
    ("training", "Pause", "pause"), ("training", "Stop", "stop"),
    ("paused", "Resume", "resume"), ("paused", "Step", "step"),
])  # fmt: skip
def test_buttons_send_commands_and_answer_at_once(page, explore, harness, run, state_name, press, wanted):
    name = run("commanded", {"state": state_name})
    explore(name)
    page.locator(".transport").get_by_role("button", name=press, exact=True).click()
    assert page.locator(".status-word").inner_text().endswith("…")
    wait_received(page, harness, name, {"command": wanted})


@pytest.mark.parametrize(("state_name", "press", "wanted"), [
    ("finished", "Train on", "train"), ("interrupted", "Resume", "train"), ("paused", "Reset", "reset"),
])  # fmt: skip
def test_python_is_asked_to_train_and_to_reset(page, explore, run, state_name, press, wanted):
    explore(run("asked", {"state": state_name}))
    page.locator(".transport").get_by_role("button", name=press, exact=True).click()
    assert page.evaluate("window.triggered") == [["action", {"name": wanted}]]


def test_space_and_s_work_outside_of_fields(page, explore, harness, run):
    name = run("keys", {"state": "paused"})
    explore(name)
    page.get_by_label("Seed", exact=True).focus()
    page.keyboard.press("s")
    page.locator(".map-stage").focus()
    page.keyboard.press("s")
    wait_received(page, harness, name, {"command": "step"})
    assert harness.received[name] == [{"command": "step"}]


def test_a_frame_confirms_the_click(page, explore, harness, run):
    name = run("confirmed", {"state": "training"}, {"state": "training", "step": 901}, {"state": "paused", "step": 902})
    harness.interval = 0.6
    try:
        explore(name)
        page.locator(".transport-main").click()
        assert page.locator(".status-word").inner_text() == "Pausing…"
        page.wait_for_function(f"{FIND}('.status-word').textContent === 'Paused'")
        assert page.locator(".transport-main").inner_text() == "Resume"
    finally:
        harness.interval = 0.1


def test_a_knob_sends_its_last_value(page, explore, harness, run):
    name = run("knobs", {"state": "training", "knobs": [*KNOBS, BETA]})
    explore(name)
    slider = page.locator(".panel-knobs").get_by_role("slider", name="Weight of the KL")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in np.linspace(0.5, 0.9, 60):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    page.mouse.up()
    last = float(page.locator(".panel-knobs .number").last.input_value())
    assert last > 1
    wait_received(page, harness, name, {"knobs": {BETA["path"]: last}})
    assert harness.received[name][-1] == {"knobs": {BETA["path"]: last}}
    slider.focus()
    page.keyboard.press("Home")
    wait_received(page, harness, name, {"knobs": {BETA["path"]: 0}})
    number = page.locator(".panel-knobs .number").first
    number.fill("0.5")
    number.press("Enter")
    wait_received(page, harness, name, {"knobs": {"training.learning_rate": 0.1}})  # held within its range


def test_a_knob_follows_another_viewer(explore, run):
    changed = {**BETA, "value": 4.0}
    page = explore(run("shared", {"state": "training", "knobs": [BETA]}, {"state": "training", "knobs": [changed]}))
    page.wait_for_function(f"{FIND}('.panel-knobs .number').value === '4'")


def test_knobs_rest_when_nothing_trains(explore, run):
    page = explore(run("resting", {"state": "finished", "knobs": KNOBS}))
    assert "while the run is training" in page.locator(".panel-knobs").inner_text()
    assert page.locator(".panel-knobs .knob").first.is_hidden()


def test_without_a_penalty_there_is_one_curve(explore, run):
    steps = np.arange(1, 101)
    history = np.stack([steps, 300 - steps, 300 - steps], axis=1).astype("f4")
    columns = ["step", "loss", "reconstruction"]
    page = explore(run("plain", {"history_columns": columns, "bottleneck": "Point"}, arrays_more={"history": history}))
    curves = page.locator(".panel-curves")
    assert curves.locator(".curve-entry").all_inner_texts() == ["reconstruction 209"]
    assert curves.locator(".chart").nth(1).is_hidden()


def test_a_knob_that_changes_nothing_is_not_offered(explore, run):
    sampling = {**BETA, "path": "objective.sampling_scale", "label": "Sampling noise"}
    noise = {**BETA, "path": "objective.corruption.scale", "label": "Noise", "maximum": 2, "logarithmic": False}
    header = {"state": "training", "knobs": [sampling, noise, *KNOBS]}
    page = explore(run("denoising", {**header, "bottleneck": "Point"}))
    assert page.locator(".knob-label").all_inner_texts() == ["Noise", "Learning rate"]
    page = explore(run("variational", header))
    assert page.locator(".knob-label").all_inner_texts() == ["Sampling noise", "Noise", "Learning rate"]


def test_few_values_are_not_smoothed_into_the_past(explore, run):
    steps = np.arange(1, 13)
    history = np.stack([steps, 10 + 90.0 ** (1 / steps), 10 + 90.0 ** (1 / steps), 0 * steps], axis=1).astype("f4")
    page = explore(run("short", {}, arrays_more={"history": history}))
    read = [float(text) for text in page.locator(".panel-curves .curve-value").all_inner_texts()]
    np.testing.assert_allclose(read, [history[-1, 2], history[-1, 1], 0], rtol=0.05)


def test_what_a_run_refuses_is_said_and_the_button_is_free_again(explore, run, harness):
    page = explore(run("refusing", {"state": "training"}))
    harness.refusal = "This run is stopped, so it cannot pause."
    try:
        page.locator(".transport-main").click()
        page.locator(".notice").get_by_text("This run is stopped, so it cannot pause.").wait_for()
        assert page.locator(".transport").get_attribute("aria-busy") == "false"
        assert page.locator(".status-word").inner_text() == "Training"
        page.wait_for_function("__vaelab.stores[0].state.refusal === ''", timeout=20_000)
        assert page.locator(".notice").is_hidden()
    finally:
        harness.refusal = ""
