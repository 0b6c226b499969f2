"""Every preset opens in the app; one of each kind is trained there until its own decoder draws in the page."""

import pytest

from tests.browser.app.looking import LONG, query, told, transport, wait_header
from vaelab.presets import PRESETS

pytestmark = pytest.mark.browser
SOON = 60_000
CHOSEN = "[...document.querySelectorAll('input[aria-label=Preset]')]"
GO = "(to) => { history.pushState({}, '', to); dispatchEvent(new PopStateEvent('popstate')); }"

# One model of each kind of network and code that the browser decodes, on data that need no download.
KINDS = {
    "k_sparse_ae": "digits", "conditional_vae": "digits", "iwae": "digits", "masked_ae": "digits", "vq_vae": "digits",
    "recurrent_vae": "waves", "tc_vae": "shapes",
}
SMALL = {"k_sparse_ae": "&set=bottleneck.size%3D100", "tc_vae": "&set=backbone.hidden%3D64"}


def test_every_preset_opens(new_server, open_page):
    """On a server that compiles nothing ahead, as entries of the browser's history: a page is loaded once only."""
    page = open_page(new_server.address)
    sidebar = page.get_by_test_id("stSidebar")
    for name, preset in PRESETS.items():
        page.evaluate(GO, f"/?preset={name}&data={preset.recipe.data.name}")
        page.wait_for_function(f"() => {CHOSEN}.some(({{ value }}) => value === '{preset.title}')", timeout=SOON)
        sidebar.get_by_text(preset.figure[1:25]).wait_for(timeout=SOON)
        assert page.get_by_test_id("stException").count() == 0, name
        assert page.get_by_role("button", name="Train this recipe").is_enabled(), name


# The same network and the same drawing as others of these, and the one that takes longest to compile.
LONG_ONES = ("iwae", "tc_vae", "k_sparse_ae", "masked_ae")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in LONG_ONES else name for name in KINDS]
)
def test_one_of_each_kind_trains_and_is_drawn(name, server, open_page):
    address = f"{server.address}/?preset={name}&data={KINDS[name]}&set=training.epochs%3D100000{SMALL.get(name, '')}"
    page = open_page(server.address)
    page.goto(address)
    page.get_by_role("button", name="Train this recipe").click()
    wait_header(page, "h.state === 'training' && h.step > 3")
    assert query(page)["preset"] == [name]
    # The image is decoded in the page, from the weights of that moment.
    page.wait_for_function(
        "() => { const { decoder, z } = window.__vaelab.stores[0].state; if (!decoder || !z) return false;"
        " const image = decoder.decode(z); return image.length > 0 && image.every(Number.isFinite); }",
        timeout=LONG,
    )
    assert told(page)["recipe"]["data"]["name"] == KINDS[name]
    transport(page, "Stop").click()
    wait_header(page, "h.state === 'stopped' || h.state === 'finished'")
