"""The page of all runs without a browser: what is listed, chosen, renamed, deleted, compared, taken in."""

import json
import shutil
import time

import pytest
from streamlit.testing.v1 import AppTest

from tests.live.helpers import stored_run, tiny
from vaelab.assign import assign
from vaelab.checkpoints import about_run, create_share, label_run, pack_run, recipe_of, shares_of, write_status
from vaelab.live.runs import Runs
from vaelab.presets import PRESETS, preset
from vaelab.recipe import from_json
from vaelab.ui import address, server

SCRIPT = "from vaelab.ui.pages import {page}\n{page}.show()\n"
EVIL = "<img src=x onerror=alert(1)> ](javascript:alert(1)) **b** $x$ :smile:"


@pytest.fixture(autouse=True)
def runs(tmp_path, monkeypatch):
    """A server of its own with three runs, of which none trains."""
    from vaelab.live.pool import Pool

    monkeypatch.setattr(Pool, "prepare", lambda self, recipe=None: None)
    monkeypatch.setattr(Pool, "add", lambda self, run, visitor="": None)
    stored_run(tmp_path / "runs" / "one")
    stored_run(tmp_path / "runs" / "two", recipe=assign(tiny(), "bottleneck.size=5"), gallery=None)
    label_run(stored_run(tmp_path / "runs" / "three"), title="Third", note="blurred")
    stored_run(tmp_path / "shipped" / "example")
    found = Runs(root=tmp_path / "runs", shipped=tmp_path / "shipped")
    monkeypatch.setattr(server, "runs", lambda: found)
    for cached in (server.keeping, server.guests):
        cached.cache_clear()
    yield found
    for cached in (server.keeping, server.guests):
        cached.cache_clear()
    found.close()


def page(*chosen, name="runs", **query):
    test = AppTest.from_string(SCRIPT.format(page=name), default_timeout=30)
    for key, value in query.items():
        test.query_params[key] = value
    if chosen:
        test.session_state["runs.chosen"] = list(chosen)
    return test.run()


def widget(kind, label):
    return next(item for item in kind if item.label == label)


def ids(test):
    return set(test.dataframe[0].value["id"])


def said(test):
    kinds = (test.info, test.warning, test.error, test.toast, test.text, test.caption)
    return " | ".join(item.value for kind in kinds for item in kind)


def drawn(test):
    """What the chart was given."""
    return json.loads(test.get("bidi_component")[0].proto.json)


def test_all_runs_are_listed_with_what_there_is_to_know(runs):
    test = page()
    assert not test.exception
    assert ids(test) == {"one", "two", "three", "example"}
    row = test.dataframe[0].value.set_index("id").loc["three"]
    assert (row["title"], row["note"], row["state"], row["step"], row["seed"]) == ("Third", "blurred", "trained", 30, 3)
    assert row["loss"] == 20.0 and row["data"] == "digits" and "Gaussian 2" in row["recipe"]


def test_the_list_can_be_narrowed(runs):
    test = page()
    widget(test.text_input, "Find").set_value("BLURRED").run()
    assert ids(test) == {"three"}
    widget(test.text_input, "Find").set_value("nothing like it").run()
    assert "No run is like that" in said(test) and not test.exception
    widget(test.text_input, "Find").set_value("").run()
    test.toggle[0].set_value(False).run()
    assert ids(test) == {"one", "two", "three"}


def test_without_runs_the_way_to_one_is_said(runs):
    shutil.rmtree(runs.root)
    test = page()
    assert "no runs of your own yet" in said(test) and ids(test) == {"example"} and not test.exception


def test_a_run_that_trains_is_listed_as_it_stands(runs, monkeypatch):
    monkeypatch.setattr("vaelab.live.watch.alive", lambda pid, started: pid == 7)
    write_status(runs.root / "one", {"state": "training", "step": 41, "message": "", "pid": 7, "started": 1.0})
    write_status(runs.root / "two", {"state": "training", "step": 99, "message": "", "pid": 8, "started": 1.0})
    table = page().dataframe[0].value.set_index("id")
    assert table.loc["one", ["state", "step", "loss"]].tolist() == ["training", 41, 10.0]
    assert table.loc["two", "state"] == "interrupted"
    test = page("one")
    widget(test.button, "Delete").click().run()
    assert "This run is training. Stop it first" in said(test) and (runs.root / "one").is_dir()


def test_a_run_is_renamed_and_noted(runs):
    test = page("one")
    widget(test.text_input, "Title").set_value(EVIL)
    widget(test.text_area, "Note").set_value("a\nb")
    widget(test.button, "Save").click().run()
    assert not test.exception
    assert about_run(runs.root / "one")["title"] == EVIL and about_run(runs.root / "one")["note"] == "a\nb"
    widget(test.text_input, "Title").set_value(" ")
    widget(test.button, "Save").click().run()
    assert "1 to 120 characters" in said(test) and about_run(runs.root / "one")["title"] == EVIL


def test_names_are_shown_as_text(runs):
    label_run(runs.root / "one", title=EVIL, note=EVIL)
    test = page("one")
    widget(test.button, "Delete").click().run()
    [notice] = [item.value for item in test.warning]
    assert "\\[" in notice or "\\]" in notice
    assert "\\*\\*b" in notice and "\\<img" in notice and "\\$x" in notice


def test_a_deleted_run_comes_back(runs):
    test = page("one", "three")
    widget(test.button, "Delete 2 runs").click().run()
    assert ids(test) == {"two", "example"} and "Deleted:" in said(test)
    widget(test.button, "Undo").click().run()
    assert ids(test) == {"one", "two", "three", "example"} and "Deleted:" not in said(test)


def test_what_comes_with_vaelab_cannot_be_changed(runs):
    test = page("example")
    assert widget(test.button, "Delete").disabled and not [w for w in test.text_input if w.label == "Title"]
    assert widget(page("example", "one").button, "Delete 2 runs").disabled


def test_curves_and_recipes_are_compared(runs):
    test = page("one", "two", "three")
    given = drawn(test)
    assert [curve["steps"] for curve in given["curves"]] == [[10, 20, 30, 40]] * 3
    assert {curve["label"] for curve in given["curves"]} == {"A title (one)", "A title (two)", "Third"}
    table = test.dataframe[1].value.set_index("setting")
    assert list(table.index) == ["bottleneck.size"] and sorted(table.loc["bottleneck.size"]) == ["2", "2", "5"]
    assert "equal" in said(page("one", "three"))


def test_two_visitors_at_once_get_sentences(runs):
    test = page("one")
    shutil.rmtree(runs.root / "one")
    widget(test.button, "Delete").click().run()
    assert not test.exception and ids(test) == {"two", "three", "example"}
    first, second = page("two"), page("two")
    widget(first.button, "Delete").click().run()
    widget(second.button, "Delete").click().run()
    assert not second.exception
    stored_run(runs.root / "two")
    widget(first.button, "Undo").click().run()
    assert "another run two by now" in said(first) and not first.exception


FILES = ["recipe.json", "run.json", "status.json", "metrics.jsonl", "step_00000030/manifest.json"]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("content", [b"", b"[]", b"\xff\x00", b'{"kind": "Recipe", "data": 3, "title": 4}'])
def test_a_damaged_run_is_listed_and_said(runs, file, content):
    (runs.root / "one" / file).write_bytes(content)
    assert not page().exception
    test = page("one")
    assert not test.exception and "one" in ids(test)
    assert not page("one", "two").exception


def test_a_run_is_shared_and_withdrawn(runs):
    test = page("one")
    widget(test.button, "Make a link").click().run()
    [link] = [code.value for code in test.code if "share=" in code.value]
    token = link.partition("share=")[2]
    shown = page(name="shared", share=token)
    assert not shown.exception and "A title" in said(shown)
    given = drawn(shown)
    assert given["runs"] == [token] and given["route"] == "shared" and given["can_train"] is False
    assert "one" not in json.dumps({**given, "view": {}}).replace("none", "")
    widget(test.button, "Withdraw").click().run()
    assert shares_of(runs.root / "one") == [] and not [code for code in test.code if "share=" in code.value]
    time.sleep(0.6)  # For as long a token that was good is taken to be good.
    assert "There is nothing at this link" in said(page(name="shared", share=token))


def test_promise_19_no_write_action_renders_in_a_shared_view(runs):
    token = create_share(runs.root / "one")
    test = page(name="shared", share=token)
    for kind in ("button", "text_input", "number_input", "selectbox", "multiselect", "slider", "toggle", "text_area"):
        assert len(getattr(test, kind)) == 0, kind
    assert not test.get("download_button") and not test.get("file_uploader") and not test.sidebar.children
    assert {"knobs"} <= set(drawn(test)["hide"])
    for nonsense in ("", "0" * 48, "one", "../one", "<b>"):
        refused = page(name="shared", share=nonsense)
        assert "There is nothing at this link" in said(refused) and not refused.get("bidi_component")


def test_the_page_opens_what_was_exported_elsewhere(runs):
    name = server.keeping().add(pack_run(runs.root / "three"), "three.vaelab.zip")
    test = page(name)
    assert ids(test) == {"one", "two", "three", "example", name} and "Third" in set(test.dataframe[0].value["title"])


@pytest.mark.parametrize("name", list(PRESETS)[::6])
def test_an_address_brings_any_recipe(name):
    recipe = preset(name).recipe
    found = address.of_recipe(recipe, 3)
    assert assign(address.starting(str(found["preset"]), str(found["data"])), *found["set"]) == recipe
    assert found["seed"] == "3"


def test_an_address_brings_the_recipe_of_a_run(runs):
    recipe = from_json(recipe_of(runs.root / "two"))
    found = address.of_recipe(recipe, 0)
    assert "bottleneck.size=5" in found["set"] and "seed" not in found
    assert assign(address.starting(str(found["preset"]), "digits"), *found["set"]) == recipe


def test_five_hundred_runs_are_listed_quickly(runs, tmp_path):
    for index in range(500):
        shutil.copytree(runs.root / "one", runs.root / f"copy-{index}")
    started = time.perf_counter()
    assert len(runs.summaries()) == 503
    first = time.perf_counter() - started
    started = time.perf_counter()
    runs.summaries()
    again = time.perf_counter() - started
    print(f"500 runs: {1000 * first:.0f} ms at first, {1000 * again:.0f} ms then")
    assert first < 5 and again < 1
