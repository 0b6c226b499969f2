"""What a stranger sees first: an image, at once, and every page under its own address."""

import time
from pathlib import Path

import pytest

from tests.browser.app.looking import SHIPPED, picture, query, told, wait_drawn

pytestmark = pytest.mark.browser


def imported(pid: int) -> bool:
    """Whether a process has JAX's shared libraries in its memory."""
    return "jaxlib" in Path(f"/proc/{pid}/maps").read_text()


@pytest.mark.skipif(not Path("/proc/self/maps").exists(), reason="This system does not list a process's libraries.")
def test_an_image_is_drawn_before_jax_is_imported(new_server, open_page):
    assert not imported(new_server.pid)
    page = open_page(new_server.address)
    seconds = time.monotonic() - new_server.ready
    print(f"\nfirst image {seconds:.2f} s after the server answered")
    assert told(page)["run"] == SHIPPED
    assert told(page)["state"] == "trained"
    values = page.locator(".panel-image .pixels").evaluate(
        "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data]"
    )
    assert len(values) == 8 * 8 * 4
    assert max(values[::4]) - min(values[::4]) > 100  # A digit, not a grey field.
    assert query(page)["data"] == ["digits"]
    assert not imported(new_server.pid)


def test_every_page_can_be_the_first_that_is_opened(new_server, open_page):
    page = open_page(f"{new_server.address}/compare")
    assert [told(page, store)["run"] for store in (0, 1)] == ["digits-ae-2d", "digits-vae-2d"]
    assert picture(page, 0) != picture(page, 1)


def test_a_page_is_found_as_it_was_left(server, open_page):
    page = open_page(f"{server.address}/?z=1.5,-0.5&noise=3")
    before = picture(page)
    page.get_by_role("link", name="AE and VAE").click()
    page.wait_for_function("window.__vaelab.stores.length === 2")
    wait_drawn(page)
    page.get_by_role("link", name="Playground").click()
    page.wait_for_function("window.__vaelab.stores.length === 1")
    wait_drawn(page)
    page.wait_for_function("window.__vaelab.stores[0].state.z[0] === 1.5")
    assert picture(page) == before
    assert query(page)["noise"] == ["3"]
