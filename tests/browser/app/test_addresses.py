"""An address is all there is to a link: it brings back the same image, and nonsense in it breaks nothing."""

import re

import pytest
from playwright.sync_api import TimeoutError, expect

from tests.browser.app.looking import (
    LONG,
    SHIPPED,
    choose,
    code,
    drag,
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

# While a page is drawn anew, the old field may still stand beside the new one.
HIDDEN_SIZES = """() => {{
  const fields = [...document.querySelectorAll('input[aria-label="Hidden sizes"]')];
  return fields.length === 1 && fields[0].value === "{text}";
}}"""


def sentences(page) -> str:
    """All that the page says in boxes."""
    return " ".join(page.get_by_test_id("stAlert").all_inner_texts())


def test_a_link_shows_the_same_image_to_someone_else(server, open_page):
    page = open_page(server.address)
    for index in range(2):
        track = page.locator(".slider-track").nth(index)
        start = middle(track)
        reach = (-0.25 if index else 0.37) * track.bounding_box()["width"]
        drag(page, start, sweep(start, (reach, 0), count=12))
    page.wait_for_function("location.search.includes('z=') && !location.search.includes('%2C0&')")
    page.wait_for_function("decodeURIComponent(location.search).includes("
                           "[...window.__vaelab.stores[0].state.z].map((v) => +v.toFixed(2)).join())")  # fmt: skip
    other = open_page(page.url)
    assert code(other) == code(page)
    assert picture(other) == picture(page)
    assert query(other)["z"] == query(page)["z"]


@pytest.mark.parametrize("run", ["0123456789abcdef", "..%2F..%2Fetc%2Fpasswd", "a" * 3000])
def test_an_unknown_run_gets_a_sentence_and_a_trained_example(server, open_page, run):
    page = open_page(f"{server.address}/?run={run}")
    assert told(page)["run"] == SHIPPED
    assert "does not exist any more" in sentences(page)
    assert page.get_by_test_id("stException").count() == 0


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("z=foo", "no numbers for z,"),
        ("set=backbone.hidden%3Dabc", "hidden"),
        ("preset=**[here](/elsewhere)**", "There is no preset '**[here](/elsewhere)**'"),
    ],
)
def test_nonsense_in_an_address_gets_a_sentence_and_the_page_works(server, open_page, address, sentence):
    page = open_page(f"{server.address}/?{address}")
    page.get_by_test_id("stAlert").first.wait_for()
    assert sentence in sentences(page)
    assert page.get_by_test_id("stException").count() == 0
    assert page.locator("a[href*=elsewhere]").count() == 0
    before = picture(page)
    track = page.locator(".slider-track").first
    seen, _ = drag(page, middle(track), sweep(middle(track), (0.3 * track.bounding_box()["width"], 0), count=24))
    assert seen - {before}
    page.wait_for_function("/z=[0-9]/.test(location.search)")
    assert page.get_by_role("button", name="Train this recipe").is_enabled()


def test_the_sentence_about_an_address_goes_with_the_next_choice(server, open_page):
    page = open_page(f"{server.address}/?preset=resnet")
    page.get_by_text("There is no preset").wait_for()
    seed = page.get_by_test_id("stSidebar").get_by_role("spinbutton", name="Seed")
    seed.fill("4")
    seed.press("Enter")
    page.get_by_text("There is no preset").wait_for(state="detached")
    page.wait_for_function("location.search.includes('seed=4')")


def test_a_run_is_found_again_after_a_look_at_the_other_page(server, open_page):
    page = open_page(f"{server.address}/?data=digits&set=training.epochs%3D100000&set=backbone.hidden%3D64")
    run = train(page)
    for back in (page.get_by_role("link", name="Playground").click, lambda: _go_back_to_one_store(page)):
        page.get_by_role("link", name="AE and VAE").click()
        page.wait_for_function("window.__vaelab.stores.length === 2")
        wait_drawn(page)
        assert "run" not in query(page)
        back()
        page.wait_for_function("window.__vaelab.stores.length === 1")
        wait_drawn(page)
        assert wait_header(page, "h.state === 'training'")["run"] == run
        assert query(page)["run"] == [run]
    transport(page, "Stop").click()
    wait_header(page, "h.state === 'stopped'")


def test_what_a_lesson_hides_stays_hidden_on_the_other_pages(server, open_page):
    page = open_page(f"{server.address}/?hide=sidebar,curves")
    page.get_by_role("link", name="AE and VAE").click()
    page.wait_for_function("window.__vaelab.stores.length === 2")
    wait_drawn(page)
    assert query(page)["hide"] == ["sidebar,curves"]
    assert page.get_by_test_id("stSidebar").is_hidden()
    assert page.locator(".panel-curves").count() == 0
    _go_back_to_one_store(page)
    assert query(page)["hide"] == ["sidebar,curves"]


def _go_back_to_one_store(page):
    """As often as it takes: a change of page may make two entries in the browser's history."""
    for _ in range(3):
        page.go_back()
        try:
            page.wait_for_function("window.__vaelab.stores.length === 1", timeout=5000)
        except TimeoutError:
            continue
        return
    raise AssertionError("The page cannot be left.")


def test_one_step_back_in_the_browser_per_drag(server, open_page):
    page = open_page(server.address)
    track = page.locator(".slider-track").first
    box = track.bounding_box()
    left, top = box["x"], box["y"] + box["height"] / 2
    first = picture(page)
    for share in (0.7, 0.9):
        length = page.evaluate("history.length")
        page.mouse.click(left + share * box["width"], top)
        page.wait_for_function(f"history.length > {length}")
        page.wait_for_timeout(500)
        assert page.evaluate("history.length") == length + 1
    last = code(page)
    page.go_back()
    page.wait_for_function(f"window.__vaelab.stores[0].state.z[0] < {last[0] - 0.5}")
    assert re.search(r"z=\d", page.url)
    page.go_back()
    page.wait_for_function("window.__vaelab.stores[0].state.z[0] === 0")
    assert "z" not in query(page)
    assert picture(page) == first


def test_a_step_back_undoes_what_the_older_address_does_not_name(server, open_page):
    page = open_page(f"{server.address}/?run=mnist-conv-vae")
    plane, density = page.get_by_label("Kind of plane"), page.get_by_label("Draw codes from")
    axes = "window.__vaelab.stores[0].state.axes"
    first = page.evaluate(axes)
    density.select_option("gaussian")
    page.wait_for_function("location.search.includes('density=gaussian')")
    plane.select_option("pca")
    page.wait_for_function("location.search.includes('axes=pca')")
    page.go_back()
    expect(plane).to_have_value("slice")
    expect(density).to_have_value("gaussian")
    page.go_back()
    expect(density).to_have_value("normal")
    assert page.evaluate(axes) == first
    assert not {"axes", "density"} & query(page).keys()


def test_what_is_chosen_while_an_answer_is_on_its_way_loses_nothing(server, open_page):
    page = open_page(server.address)
    late, answers = [], []
    page.route_web_socket(re.compile("_stcore/stream"), lambda socket: _between(socket, late, answers))
    page.reload()
    wait_drawn(page)
    page.wait_for_function("location.search.includes('preset=')")

    late.append(True)  # From here on the browser hears nothing, and says the address that it knows.
    seed = page.get_by_test_id("stSidebar").get_by_role("spinbutton", name="Seed")
    seed.fill("4")
    seed.press("Enter")
    _wait_answered(page, answers, b"seed=4")
    track = page.locator(".slider-track").first
    page.mouse.click(*middle(track))
    _wait_answered(page, answers, b"z=")
    seed.fill("5")
    seed.press("Enter")
    _wait_answered(page, answers, b"seed=5")
    late.clear()
    for socket, message in answers:
        socket.send(message)
    page.wait_for_function("/z=.*seed=5|seed=5.*z=/.test(location.search)")
    page.wait_for_timeout(500)
    assert query(page)["seed"] == ["5"]
    assert "z" in query(page)


def _between(socket, late, answers):
    server = socket.connect_to_server()
    socket.on_message(server.send)
    server.on_message(lambda message: answers.append((socket, message)) if late else socket.send(message))


def _wait_answered(page, answers, part):
    for _ in range(LONG // 50):
        if any(part in message for _, message in answers if isinstance(message, bytes)):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"No answer with {part!r}.")


def test_a_step_back_in_the_browser_undoes_a_choice(server, open_page):
    page = open_page(server.address)
    page.get_by_text("Ingredients", exact=True).click()
    hidden = page.get_by_role("textbox", name="Hidden sizes")
    first = hidden.input_value()
    for text in ("32", "16, 8"):
        hidden.fill(text)
        hidden.press("Enter")
        page.wait_for_function(f"decodeURIComponent(location.search).includes('[{text.replace(' ', '')}]')")
    for text in ("32", first):
        page.go_back()
        page.wait_for_function(HIDDEN_SIZES.format(text=text))
    assert "set" not in query(page)
    page.go_forward()
    page.wait_for_function(HIDDEN_SIZES.format(text="32"))
    assert query(page)["set"] == ["backbone.hidden=[32]"]
    run = told(page)["run"]
    page.get_by_role("button", name="Train this recipe").click()
    trained = wait_header(page, f"h.run !== '{run}'")
    assert trained["recipe"]["backbone"]["hidden"] == [32]
    page.go_back()  # It trains on, and is found again one step forth.
    wait_header(page, f"h.run === '{run}'")
    page.go_forward()
    wait_header(page, f"h.run === '{trained['run']}'")
    choose(page, "Preset", "Autoencoder, 2-D")
    wait_header(page, "h.run === 'digits-ae-2d'")
    page.go_back()
    wait_header(page, f"h.run === '{trained['run']}'")
    assert query(page)["preset"] == ["vae_2d"]
