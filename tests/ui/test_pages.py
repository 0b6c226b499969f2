"""Pages without a browser: what the widgets say, what the address says, what the explorer is given."""

import json
import os

import pytest
from streamlit.testing.v1 import AppTest

from vaelab.ui import server

SCRIPT = "from vaelab.ui.pages import {page}\n{page}.show()\n"


@pytest.fixture(autouse=True)
def own_runs(tmp_path, monkeypatch):
    """A server of its own with no workers: runs are queued and written, not trained."""
    from vaelab.live.pool import Pool
    from vaelab.live.runs import Runs

    monkeypatch.delenv("VAELAB_DATA_DIR", raising=False)
    monkeypatch.setenv("VAELAB_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setattr(Pool, "prepare", lambda self, recipe=None: None)
    monkeypatch.setattr(Pool, "add", lambda self, run, visitor="": None)
    monkeypatch.setattr("vaelab.ui.mishaps.incident", _raise_again)  # What a visitor is spared, a test is told.
    server.runs.cache_clear()
    monkeypatch.setattr(server, "shipped_root", server.shipped_root)
    runs = Runs(root=tmp_path / "runs", shipped=server.shipped_root())
    for module in ("server", "training", "pages.playground", "pages.compare", "pages.dial"):
        monkeypatch.setattr(f"vaelab.ui.{module}.runs", lambda: runs)
    return runs


def _raise_again(where):
    raise  # The exception that is being handled.


def page(name="playground", **query):
    test = AppTest.from_string(SCRIPT.format(page=name), default_timeout=30)
    for key, value in query.items():
        test.query_params[key] = value
    return test.run()


def data_of(test):
    """What Python gave the component."""
    return json.loads(test.get("bidi_component")[0].proto.json)


def held(test, name):
    """The values of one name of the address."""
    value = test.query_params[name]
    return [value] if isinstance(value, str) else list(value)


def widget(kind, label):
    return next(item for item in kind if item.label == label)


def test_the_first_page_shows_a_trained_example_of_the_embedded_digits():
    test = page()
    assert not test.exception
    assert data_of(test)["runs"] == ["digits-vae-2d"]
    assert widget(test.selectbox, "Data").value == "digits"
    assert held(test, "preset") == ["vae_2d"]


def test_training_starts_a_run_of_the_recipe_and_puts_it_into_the_address(own_runs):
    test = page()
    widget(test.button, "Train this recipe").click().run()
    (run,) = held(test, "run")
    about = own_runs.about(run)
    assert about["recipe"]["bottleneck"] == {"kind": "Gaussian", "size": 2}
    assert "vaelab train vae_2d" in about["command"]
    assert data_of(test)["runs"] == [run]
    # A reload is a new session at the same address.
    again = page(**{key: value for key, value in test.query_params.items()})
    assert data_of(again)["runs"] == [run]


def test_ingredients_are_drawn_from_the_recipe_and_change_it(own_runs):
    test = page()
    widget(test.text_input, "Hidden sizes").set_value("64, 32").run()
    widget(test.number_input, "Beta").set_value(4.0).run()
    assert not test.exception
    assert set(held(test, "set")) == {
        "backbone.hidden=[64,32]",
        'objective.penalties=[{"kind":"GaussianKL","weight":4.0}]',
    }
    reloaded = page(set=held(test, "set"))
    assert widget(reloaded.text_input, "Hidden sizes").value == "64, 32"
    widget(reloaded.button, "Train this recipe").click().run()
    (run,) = held(reloaded, "run")
    assert own_runs.about(run)["recipe"]["backbone"]["hidden"] == [64, 32]


def test_an_older_address_that_comes_with_a_click_takes_nothing_back(own_runs):
    test = page()
    widget(test.button, "Train this recipe").click().run()
    widget(test.text_input, "Hidden sizes").set_value("64, 32").run()
    run = held(test, "run")
    for name in ("set", "run"):  # As if the browser had not been told of them yet.
        del test.query_params[name]
    widget(test.number_input, "Seed").set_value(3).run()
    assert (held(test, "run"), held(test, "set")) == (run, ["backbone.hidden=[64,32]"])
    assert held(test, "seed") == ["3"]
    assert data_of(test)["runs"] == run


def test_a_wrong_setting_is_said_and_the_last_good_recipe_is_kept(own_runs):
    test = page()
    drawn = [each.label for kind in (test.selectbox, test.number_input) for each in kind]
    widget(test.text_input, "Hidden sizes").set_value("many").run()
    assert [each.label for kind in (test.selectbox, test.number_input) for each in kind] == drawn
    assert "Hidden sizes must be whole numbers separated by commas" in test.warning[0].value
    assert widget(test.button, "Train this recipe").disabled
    assert data_of(test)["runs"] == ["digits-vae-2d"]
    widget(test.number_input, "Seed").set_value(3).run()
    assert held(test, "seed") == ["3"]
    widget(test.text_input, "Hidden sizes").set_value("50").run()
    assert (held(test, "seed"), held(test, "set")) == (["3"], ["backbone.hidden=[50]"])
    assert not test.warning
    assert not widget(test.button, "Train this recipe").disabled


def test_choices_that_do_not_combine_are_said():
    test = page()
    widget(test.selectbox, "Bottleneck").set_value("Point").run()
    assert "GaussianKL needs the bottleneck Gaussian" in test.warning[0].value
    widget(test.multiselect, "Penalties").set_value([]).run()
    assert not test.warning


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"preset": "resnet"}, "There is no preset 'resnet'"),
        ({"data": "imagenet"}, "imagenet"),
        ({"set": "backbone.depth=3"}, "has no field 'depth'"),
        ({"set": "backbone.hidden=[99999999]"}, "between 1 and 8192"),
        ({"seed": "-5", "noise": "x"}, "no numbers for seed and noise,"),
    ],
)
def test_an_address_that_asks_for_what_cannot_be_gets_a_sentence(query, sentence):
    test = page(**query)
    assert not test.exception
    assert sentence in test.warning[0].value
    assert data_of(test)["runs"] == ["digits-vae-2d"]


@pytest.mark.parametrize("run", ["0123456789abcdef", "../../etc/passwd", "x" * 5000])
def test_an_unknown_run_gets_a_sentence_and_an_example(run):
    test = page(run=run)
    assert not test.exception
    assert "does not exist any more" in test.info[0].value
    assert data_of(test)["runs"] == ["digits-vae-2d"]


def test_the_dial_shows_the_sweep_of_the_address_whichever_run_it_names(own_runs):
    test = page("dial")
    shown = data_of(test)
    assert shown["runs"] == [f"digits-beta-{number:02}" for number in range(1, 17)]
    assert (shown["quantity"], shown["labels"][shown["start"]]) == ("beta", "1")
    widget(test.button, "Train 16 betas").click().run()
    (lead,) = held(test, "sweep")
    started = data_of(test)["runs"]
    assert started[0] == lead and len(set(started)) == 16 and data_of(test)["labels"] == shown["labels"]
    about = own_runs.about(started[5])
    assert "vaelab sweep vae_2d --vary objective.penalties.GaussianKL.weight=0,0.01," in about["command"]
    assert about["title"].endswith("Beta 0.35") and about["sweep"] == started
    assert data_of(page("dial", sweep=started[9], dial="0"))["runs"] == started
    assert data_of(page("dial", dial="0"))["view"]["dial"] == 0
    nonsense = page("dial", dial="abc")
    assert "dial" not in data_of(nonsense)["view"] and "no numbers for dial" in nonsense.warning[0].value


def test_a_large_model_on_the_dial_is_said_to_take_its_time():
    small = page("dial")
    assert any("trained together" in caption.value for caption in small.caption)
    assert not any("takes a while" in caption.value for caption in small.caption)
    large = page("dial", set="backbone.hidden=[8192]")
    assert any("takes a while" in caption.value for caption in large.caption)


def test_the_dial_needs_a_beta():
    test = page("dial")
    widget(test.selectbox, "Bottleneck").set_value("Point").run()
    widget(test.multiselect, "Penalties").set_value([]).run()
    assert "The dial needs the Gaussian bottleneck" in test.warning[0].value
    assert widget(test.button, "Train 16 betas").disabled and not test.exception


def test_the_view_comes_from_the_address_and_nonsense_is_left_out():
    view = data_of(page(z="0.5,-1.25", noise="7", temperature="0.8", grid="5", axes="pca", a="1,2", b="nan,1"))["view"]
    assert view == {"z": [0.5, -1.25], "seed": 7, "temperature": 0.8, "grid": 5, "axes": "pca", "a": [1.0, 2.0]}
    nonsense = data_of(page(z="a,b", noise="-3", temperature="x", grid="11", axes="1"))["view"]
    assert nonsense == {"seed": 0, "temperature": 1.0, "grid": 8}
    drawn = data_of(page(density="mixture", label="3"))["view"]
    assert (drawn["density"], drawn["label"]) == ("mixture", 3)
    assert not {"density", "label"} & data_of(page(density="flow", label="-1"))["view"].keys()


def test_other_data_show_their_own_example_and_forget_the_run(own_runs):
    test = page()
    widget(test.button, "Train this recipe").click().run()
    widget(test.selectbox, "Data").set_value("shapes").run()
    assert "run" not in test.query_params
    assert data_of(test)["runs"] == []
    assert "No trained example ships for Shapes" in data_of(test)["message"]


def test_every_preset_can_be_chosen():
    from vaelab.presets import PRESETS

    test = page()
    for name in PRESETS:
        widget(test.selectbox, "Preset").set_value(name).run()
        assert not test.exception, name
        assert not test.warning, name


def test_the_comparison_shows_the_shipped_pair_and_trains_one_of_its_own(own_runs):
    test = page("compare")
    assert not test.exception
    assert data_of(test)["runs"] == ["digits-ae-2d", "digits-vae-2d"]
    widget(test.button, "Train both").click().run()
    plain, vae = (own_runs.about(held(test, name)[0])["recipe"] for name in ("a_run", "b_run"))
    assert plain["objective"]["sampling_scale"] == 0
    assert plain["objective"]["penalties"] == [{"kind": "GaussianKL", "weight": 0.0}]
    assert vae["objective"]["sampling_scale"] == 1
    assert plain["backbone"] == vae["backbone"]
    assert data_of(test)["runs"] == held(test, "a_run") + held(test, "b_run")


def test_a_comparison_without_a_vae_is_refused_in_words():
    test = page("compare")
    widget(test.selectbox, "Bottleneck").set_value("Point").run()
    widget(test.multiselect, "Penalties").set_value([]).run()
    assert any("needs the Gaussian bottleneck" in item.value for item in test.warning)
    assert widget(test.button, "Train both").disabled


def test_the_shipped_settings_are_safe_for_a_server_that_others_can_reach():
    import tomllib
    from pathlib import Path

    settings = tomllib.loads(Path(".streamlit/config.toml").read_text())
    assert settings["server"]["allowedHosts"] == ["localhost", "127.0.0.1", "[::1]"]
    assert settings["server"]["enableXsrfProtection"] is settings["server"]["enableCORS"] is True
    assert settings["server"]["enableStaticServing"] is False
    assert settings["server"]["maxUploadSize"] <= 20
    assert settings["server"]["maxMessageSize"] <= 50
    assert settings["client"]["showErrorDetails"] == "none"
    assert settings["runner"]["postScriptGC"] is False
    assert settings["browser"]["gatherUsageStats"] is False
    assert os.path.exists("app.py")
