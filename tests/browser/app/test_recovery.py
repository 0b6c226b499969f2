"""A kill at any moment: of the worker, of the server. What was saved is there, and says so."""

import os
import signal

import pytest

from tests.browser.app.looking import (
    ENDLESS,
    RECORD,
    STATES,
    picture,
    told,
    train,
    transport,
    wait_drawn,
    wait_header,
)

pytestmark = pytest.mark.browser

FIRST_ROW = "() => window.__vaelab.stores[0].state.frame.arrays.history[0]"


def saved_run(page, server) -> tuple[str, int]:
    """A run that trains, and the newest step that is saved."""
    run = train(page)
    transport(page, "Pause").click()  # A pause saves where it stands.
    saved = wait_header(page, "h.state === 'paused'")["step"]
    transport(page, "Resume").click()
    wait_header(page, f"h.state === 'training' && h.step > {saved + 50}")
    assert saved in server.steps(run)
    return run, saved


def test_promise_15_a_killed_worker_leaves_a_run_that_goes_on_from_its_last_step(server, open_page):
    page = open_page(f"{server.address}/?{ENDLESS}")
    run, saved = saved_run(page, server)
    os.kill(server.status(run)["pid"], signal.SIGKILL)
    left = wait_header(page, "h.state === 'interrupted'")
    newest = server.steps(run)[-1]
    assert left["step"] == newest >= saved
    assert page.locator(".status-word").inner_text() == "Interrupted"
    assert "resume" in page.locator(".status-message").inner_text()

    page.evaluate("""() => {
      window.__steps = [];
      const store = window.__vaelab.stores[0];
      store.subscribe(() => window.__steps.push(store.state.frame.header.step));
    }""")
    transport(page, "Resume").click()
    assert wait_header(page, f"h.state === 'training' && h.step > {newest + 50}")["run"] == run
    assert min(page.evaluate("window.__steps")) >= newest
    assert page.evaluate(FIRST_ROW) < newest  # The curve of before is still there.


def test_promise_15_a_killed_server_finds_its_runs_again(new_server, open_page):
    page = open_page(f"{new_server.address}/?{ENDLESS}")
    page.evaluate(RECORD)
    run, _ = saved_run(page, new_server)
    assert "starting" in page.evaluate(STATES)  # Without a warm worker there is something to wait for.
    pid, address = new_server.status(run)["pid"], page.url
    new_server.kill()
    page.get_by_text("Connection lost, trying again").wait_for()
    step = new_server.status(run)["step"]
    new_server.start()

    # The worker never noticed: whoever comes to the address sees it train.
    late = open_page(address)
    assert wait_header(late, f"h.state === 'training' && h.step > {step}")["run"] == run
    assert new_server.status(run)["pid"] == pid
    # And the page that was open finds its way back by itself.
    wait_header(page, f"h.step > {told(late)['step']}")
    transport(page, "Pause").click()
    wait_header(late, "h.state === 'paused'")
    page.errors.clear()  # A server that is not there is an error to the browser.


def test_a_killed_server_and_worker_leave_a_run_that_can_be_resumed(new_server, open_page):
    page = open_page(f"{new_server.address}/?{ENDLESS}")
    run, saved = saved_run(page, new_server)
    address = page.url
    new_server.kill()
    os.kill(new_server.status(run)["pid"], signal.SIGKILL)
    page.errors.clear()
    page.context.close()
    page.errors.clear()
    new_server.start()

    late = open_page(address)
    found = wait_header(late, "h.state === 'interrupted'")
    assert found["run"] == run
    assert found["step"] >= saved
    image = picture(late)
    late.reload()
    wait_drawn(late)
    assert picture(late) == image
    transport(late, "Resume").click()
    wait_header(late, f"h.state === 'training' && h.step > {found['step']}")
