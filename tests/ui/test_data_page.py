"""The page of own data without a browser: what it says, what it asks, and what nobody can inject into it."""

import pytest
from streamlit.testing.v1 import AppTest

from tests.data.own.making import encoded, pictures, pixels, zipped
from vaelab.data.own import kept
from vaelab.data.own.planning import plan
from vaelab.data.own.storing import store
from vaelab.live.pool import Pool

SCRIPT = "from vaelab.ui.pages import data\ndata.show()\n"


@pytest.fixture(autouse=True)
def shelf(tmp_path, monkeypatch):
    """Where own data go in a test."""
    monkeypatch.setenv("VAELAB_OWN_DATA", str(tmp_path / "own"))


@pytest.fixture
def own():
    return store(plan([zipped(pictures(60))]), "Pets").own


def page(**query):
    test = AppTest.from_string(SCRIPT, default_timeout=60)
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def button(test, key):
    return next(item for item in test.button if item.key == key)


def words(test):
    return " ".join(item.value for kind in (test.caption, test.markdown, test.text) for item in kind)


def test_limits_and_who_will_see_the_files_are_said_before_anything_is_uploaded():
    test = page()
    assert not test.exception
    for said in ("20 MB a file", "50 to 1,000,000 examples", "16 million pixels", "8,192 a side", "8 to 128 pixels",
                 "to this server and nowhere else", "everyone who can open this playground"):  # fmt: skip
        assert said in words(test)
    assert "Nothing yet." in words(test)


def test_kept_data_are_listed_shown_renamed_and_deleted_after_asking(own):
    test = page()
    assert "Pets" in words(test) and "60 examples of 16 x 16 x 1, 2 classes" in words(test)
    button(test, f"show.{own.name}").click().run()
    assert test.query_params["own"] in (own.name, [own.name])
    assert not test.exception and "To begin with" in words(test)
    assert any(item.label == "Train this" for item in test.button)

    next(item for item in test.text_input if item.key == f"title.{own.name}").set_value("Dogs")
    next(item for item in test.button if item.label == "Rename").click().run()
    assert kept.get(own.name).title == "Dogs"

    button(test, f"delete.{own.name}").click().run()
    assert kept.everything() == [] and "own" not in test.query_params
    assert not test.exception


@pytest.mark.parametrize("name", ["own-0123456789abcdef", "../../etc/passwd", "digits", "<img src=x>", "x" * 5000])
def test_an_address_that_names_no_own_data_gets_a_sentence(name):
    test = page(own=name)
    assert not test.exception
    assert len(test.warning) == 1 and test.warning[0].value.endswith(".")


def test_a_title_is_shown_as_it_is_written():
    name = "[x](javascript:alert(1)) <b>"
    own = store(plan([zipped(pictures(60))]), name).own
    test = page(own=own.name)
    assert any(item.value == name for item in test.text)
    assert test.subheader[0].value == r"\[x\](javascript\:alert(1)) \<b>"


def playground(monkeypatch, **query):
    """The other page, with no workers."""
    monkeypatch.setattr(Pool, "prepare", lambda self, recipe=None: None)
    test = AppTest.from_string("from vaelab.ui.pages import playground\nplayground.show()\n", default_timeout=60)
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def test_own_data_are_offered_by_the_playground_and_shown_as_deleted_afterwards(own, monkeypatch):
    for wanted in ("Pets", "Pets (deleted)"):
        test = playground(monkeypatch, data=own.name)
        assert not test.exception and not test.warning
        chosen = next(item for item in test.selectbox if item.label == "Data")
        assert chosen.value == own.name and wanted in chosen.options
        kept.remove(own.name)


def test_a_preset_that_does_not_fit_the_data_is_said_and_the_last_good_recipe_kept(monkeypatch):
    large = {f"{index}.png": encoded(pixels(index, 128, 128, 3)) for index in range(50)}
    own = store(plan([zipped(large)])).own
    test = playground(monkeypatch, data=own.name)
    next(item for item in test.selectbox if item.label == "Preset").set_value("deep_ae").run()
    assert not test.exception
    assert "more than the limit of 50,000,000" in test.warning[0].value
    assert next(item for item in test.button if item.label == "Train this recipe").disabled
    next(item for item in test.selectbox if item.label == "Preset").set_value("conv_vae").run()
    assert not test.warning and not test.exception
