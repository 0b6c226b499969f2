"""A run from the click to the end: it can be seen, dragged, paused, stepped, turned, stopped, reloaded and shared."""

import time

import pytest

from tests.browser.app.looking import (
    DRAWN,
    ENDLESS,
    HEADER,
    LONG,
    RECORD,
    STATES,
    code,
    describe,
    drag,
    knob,
    middle,
    picture,
    query,
    sweep,
    told,
    train,
    transport,
    wait_drawn,
    wait_header,
)

pytestmark = pytest.mark.browser

SINCE_CLICK = "(state) => window.__states.findLast((one) => one.state === state).at - window.__clicked"
CURVE = "() => window.__vaelab.stores[0].state.frame.arrays.history.length"
PLACES = "() => Array.from(window.__vaelab.stores[0].state.frame.arrays.codes ?? [])"
FINITE = """() => Object.entries(window.__vaelab.stores[0].state.frame.arrays)
  .filter(([name]) => name !== "history").every(([, values]) => values.every(Number.isFinite))"""


def test_a_run_from_click_to_stop(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}")
    page.evaluate(RECORD)
    run = train(page)
    states = page.evaluate(STATES)
    # A warm worker may have no time to be seen starting; what is seen comes in its order, and once.
    assert states == [state for state in ("queued", "starting", "compiling", "training") if state in states]
    assert states[-1] == "training"
    print(f"\nclick on Train to training: {page.evaluate(SINCE_CLICK, 'training') / 1000:.2f} s")
    assert query(page)["run"] == [run]

    # It moves: the curves grow, the points of the map go elsewhere, the image changes with no hand on it.
    rows, places, image = page.evaluate(CURVE), page.evaluate(PLACES), picture(page)
    wait_header(page, f"h.step > {told(page)['step'] + 200}")
    page.wait_for_function(f"({CURVE})() > {rows}", timeout=LONG)
    page.wait_for_function(f"(old) => !({PLACES})().every((value, index) => value === old[index])", arg=places)
    assert picture(page) != image

    # The explorer answers meanwhile.
    track = page.locator(".slider-track").first
    start = middle(track)
    seen, measured = drag(page, start, sweep(start, (0.4 * track.bounding_box()["width"], 0)))
    print(describe("slider while training", measured))
    assert len(seen) >= 3
    assert code(page)[0] > 0.5
    assert told(page)["state"] == "training"

    # Pause holds at one step, Step takes one, Resume goes on.
    transport(page, "Pause").click()
    paused = wait_header(page, "h.state === 'paused'")["step"]
    print(f"click on Pause to paused: {page.evaluate(SINCE_CLICK, 'paused'):.0f} ms")
    time.sleep(1)
    assert told(page)["step"] == paused
    assert server.status(run)["step"] == paused
    transport(page, "Step").click()
    wait_header(page, f"h.state === 'paused' && h.step > {paused}")
    time.sleep(1)
    assert told(page)["step"] == paused + 1
    transport(page, "Resume").click()
    wait_header(page, f"h.state === 'training' && h.step > {paused + 100}")

    # Beta is turned by its slider: a mark on the curves, and the compiled program stays.
    compiled = server.compilations(run, "run_chunk")
    slider = knob(page, "Beta").get_by_role("slider")
    left, top = middle(slider)
    page.mouse.move(left, top)
    page.mouse.down()
    for offset in range(0, 40, 4):
        page.mouse.move(left + offset, top)
    page.mouse.up()
    wanted = float(knob(page, "Beta").locator(".number").input_value())
    assert wanted not in (0, 1)
    marked = wait_header(page, f"Math.abs(h.recipe.objective.penalties[0].weight - {wanted}) < 1e-3 * {wanted}")
    assert len(marked["marks"]) == 1  # Of the whole drag.
    assert page.locator(".panel-curves .plot-mark").count() == 2  # One in each chart.
    wait_header(page, f"h.step > {marked['step'] + 200}")
    assert server.compilations(run, "run_chunk") == compiled <= 1
    assert page.evaluate(STATES).count("compiling") <= 1

    transport(page, "Stop").click()
    stopped = wait_header(page, "h.state === 'stopped'")["step"]
    assert transport(page, "Resume").is_enabled()
    assert transport(page, "Stop").is_disabled()
    assert server.steps(run)[-1] == stopped


def test_a_run_outlives_its_page_and_has_many_viewers(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}")
    run = train(page)
    before = told(page)["step"]
    page.reload()
    wait_drawn(page)
    assert wait_header(page, f"h.state === 'training' && h.step > {before}")["run"] == run

    other = open_page(page.url)
    assert wait_header(other, "h.state === 'training'")["run"] == run
    transport(other, "Pause").click()
    step = wait_header(other, "h.state === 'paused'")["step"]
    assert wait_header(page, "h.state === 'paused'")["step"] == step
    assert picture(page) == picture(other)

    transport(page, "Resume").click()
    wait_header(other, f"h.state === 'training' && h.step > {step}")
    page.context.close()
    later = told(other)["step"]
    assert wait_header(other, f"h.step > {later + 200}")["state"] == "training"


def test_a_diverged_run_says_so_and_keeps_a_sound_model(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}")
    run = train(page)
    transport(page, "Pause").click()  # A pause saves.
    sound = wait_header(page, "h.state === 'paused'")["step"]
    for name, value in [("Learning rate", "1"), ("Beta", "100")]:
        number = knob(page, name).locator(".number")
        number.fill(value)
        number.press("Enter")
    transport(page, "Resume").click()
    diverged = wait_header(page, "h.state === 'diverged'")
    assert "diverged" in page.locator(".status-message").inner_text()
    assert "lower the learning rate" in page.locator(".status-message").inner_text()
    assert diverged["step"] >= sound
    assert diverged["step"] == server.steps(run)[-1]
    assert page.evaluate(FINITE)
    image = picture(page)
    track = page.locator(".slider-track").first
    seen, _ = drag(page, middle(track), sweep(middle(track), (0.4 * track.bounding_box()["width"], 0), count=24))
    assert seen - {image}
    assert transport(page, "Train on").is_enabled()


def test_space_pauses_and_resumes(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}")
    train(page)
    page.locator(".map-stage").focus()
    page.keyboard.press("Space")
    step = wait_header(page, "h.state === 'paused'")["step"]
    page.keyboard.press("s")
    wait_header(page, f"h.state === 'paused' && h.step === {step + 1}")
    page.keyboard.press("Space")
    wait_header(page, f"h.state === 'training' && h.step > {step + 1}")


def test_training_answers_a_click_while_its_worker_is_warm(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}")
    time.sleep(3)  # The spare worker imports and compiles; were it not ready, the figure would only be larger.
    page.evaluate(RECORD)
    page.get_by_role("button", name="Train this recipe").click()
    page.wait_for_function(f"() => {HEADER.format(store=0)}.state !== 'trained' && ({DRAWN})", timeout=LONG)
    first = page.evaluate("window.__states[0].at - window.__clicked") / 1000
    wait_header(page, "h.state === 'training' && h.step > 1")
    training = page.evaluate(SINCE_CLICK, "training") / 1000
    print(f"\nclick on Train to the first change {first:.2f} s, to training {training:.2f} s")
    assert 0 < first <= training
