"""Names that were made to do harm are shown as they are written."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.app.looking import wait_drawn
from tests.live.helpers import stored_run, tiny
from vaelab.checkpoints import write_status
from vaelab.spec import replace, to_json
from vaelab.ui.explorer.assets import assets

pytestmark = pytest.mark.browser

HOSTILE = {
    "elements": '<img src=x onerror="alert(1)"></script><script>alert(2)</script><svg onload=alert(3)>'
    " ${alert(6)} {{7*7}} %s %n \\u003cimg\\u003e &lt;b&gt;",
    "links": "[click](javascript:alert(4)) ](javascript:alert(5)) ![x](http://evil.example/x.png) www.evil.example"
    " a@evil.example :material/delete: :red[warning] $x^2$ `code` **bold** # title",
    "directions": "abc\u202egnp.exe\u202c \u2066hidden\u2069 \u200b 🙂👩‍👩‍👧",
    "length": "L0ng " * 2000,
}
INJECTED = "img[src='x'], [onerror], [onload], a[href^='javascript'], img[src*='evil.example']"


def spoiled(server, name, text, **about):
    """A run as it lies on disk, with a title, a command and a message that are not what they should be."""
    run = stored_run(server.runs / name)
    found = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps({**found, "title": text, "command": text, **about}))
    write_status(run, {"state": "failed", "message": text})
    return run.name


def assert_harmless(page, dialogs):
    assert dialogs == []
    assert page.locator(INJECTED).count() == 0
    # Nothing is wider than its page, however long a name is.
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")


@pytest.mark.parametrize("kind", HOSTILE)
def test_promise_18_names_are_shown_as_text(server, open_page, kind):
    text = HOSTILE[kind]
    run = spoiled(server, f"hostile-{kind}", text)
    page = open_page(f"{server.address}/?run={run}&data=digits", wait=False)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    wait_drawn(page)
    shown = page.get_by_test_id("stSidebar").inner_text()
    assert " ".join(text[:40].split()) in " ".join(shown.split())
    message = page.locator(".status-message").inner_text()
    assert " ".join(text[:40].split()) in " ".join(message.split()) and len(message) < 500
    assert_harmless(page, dialogs)
    page.goto(f"{server.address}/compare?a_run={run}&b_run={run}&data=digits")
    wait_drawn(page)
    assert_harmless(page, dialogs)


def test_promise_18_labels_of_a_sweep_are_shown_as_text(server, open_page):
    names = ["hostile-sweep-1", "hostile-sweep-2"]
    for index, name in enumerate(names):
        spoiled(server, name, HOSTILE["elements"] + HOSTILE["links"], sweep=names, seed=index)
        recipe = to_json(replace(tiny(), training=replace(tiny().training, learning_rate=0.001 * (index + 1))))
        (server.runs / name / "recipe.json").write_text(json.dumps(recipe))
    page = open_page(f"{server.address}/dial?sweep={names[0]}&data=digits", wait=False)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    wait_drawn(page)
    assert_harmless(page, dialogs)


@pytest.mark.parametrize("kind", ["elements", "links"])
def test_promise_18_what_the_address_says_is_shown_as_text(server, open_page, kind):
    text = HOSTILE[kind]
    asked = "&".join(f"{name}={quote(text)}" for name in ("preset", "set", "run", "hide"))
    page = open_page(f"{server.address}/?{asked}", wait=False)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.get_by_text("The address asks for something that cannot be").wait_for()
    assert_harmless(page, dialogs)
    assert page.locator("[data-testid=stAlert] a, [data-testid=stAlert] img, [data-testid=stAlert] strong").count() == 0


def test_promise_18_no_script_of_the_explorer_makes_elements_out_of_text():
    for name, content in assets().items():
        for way in (b"innerHTML", b"outerHTML", b"insertAdjacentHTML", b"document.write", b"eval(", b"new Function"):
            assert way not in content, f"{name} uses {way.decode()}"


def test_promise_18_html_is_written_in_the_code_and_nowhere_else():
    import ast

    import vaelab

    for file in Path(vaelab.__file__).parent.joinpath("ui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in ("html", "iframe"):
                assert all(isinstance(argument, ast.Constant) for argument in node.args), f"{file.name}:{node.lineno}"
