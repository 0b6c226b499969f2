"""Runs as things: named, noted, put away and brought back, filtered, compared."""

import threading

import pytest

from tests.live.helpers import stored_run, tiny
from vaelab.assign import assign
from vaelab.checkpoints import (
    create_share,
    curve,
    differing,
    in_words,
    label_run,
    list_runs,
    matching,
    remove_run,
    restore_run,
    shares_of,
    writer,
)
from vaelab.checkpoints.runs import about_run
from vaelab.checkpoints.shares import MOST
from vaelab.checkpoints.trash import TRASH, empty_trash
from vaelab.errors import CheckpointError
from vaelab.presets import PRESETS, preset
from vaelab.spec import to_json


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("  A  name ", "A name"),
        ("line\nbreak\ttab\x00", "linebreak tab"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
        ("](javascript:alert(1))", "](javascript:alert(1))"),
        ("gnp.\u202eexe", "gnp.exe"),
        ("Zahlen 🙂 数字 👩\u200d🚀", "Zahlen 🙂 数字 👩\u200d🚀"),
    ],
)
def test_a_title_is_kept_as_text_on_one_line(tmp_path, text, title):
    run = stored_run(tmp_path / "run")
    before = about_run(run)
    assert label_run(run, title=text)["title"] == title
    assert about_run(run) == before | {"title": title}


@pytest.mark.parametrize(
    ("text", "words"), [("", "1 to 120"), ("\u202e \n", "1 to 120"), ("x" * 10_000, "at most 120")]
)
def test_an_unfit_title_is_refused_and_the_old_one_kept(tmp_path, text, words):
    run = stored_run(tmp_path / "run")
    with pytest.raises(CheckpointError, match=words):
        label_run(run, title=text)
    assert about_run(run)["title"] == "A title"


def test_two_who_write_at_once_lose_nothing(tmp_path):
    run = stored_run(tmp_path / "run")
    writers = [threading.Thread(target=label_run, args=[run], kwargs={"title": f"t{index}"}) for index in range(8)]
    writers += [threading.Thread(target=label_run, args=[run], kwargs={"note": f"n{index}"}) for index in range(8)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    about = about_run(run)
    assert about["title"].startswith("t") and about["note"].startswith("n") and about["seed"] == 3


def test_a_removed_run_is_not_listed_and_comes_back_as_it_was(tmp_path):
    run = stored_run(tmp_path / "run")
    content = {file: file.read_bytes() for file in run.rglob("*") if file.is_file()}
    remove_run(run)
    assert not run.exists() and list_runs(tmp_path) == []
    assert restore_run(tmp_path, "run") == run
    assert {file: file.read_bytes() for file in content} == content
    assert [found.name for found in list_runs(tmp_path)] == ["run"]


def test_what_was_removed_last_comes_back_first(tmp_path):
    for title in ("one", "two"):
        label_run(stored_run(tmp_path / "run"), title=title)
        remove_run(tmp_path / "run")
    stored_run(tmp_path / "run")
    with pytest.raises(CheckpointError, match="another run run by now"):
        restore_run(tmp_path, "run")
    remove_run(tmp_path / "run")
    titles = []
    for _ in range(3):
        titles.append(about_run(restore_run(tmp_path, "run"))["title"])
        (tmp_path / "run").rename(tmp_path / f"aside-{len(titles)}")
    assert titles == ["A title", "two", "one"]
    with pytest.raises(CheckpointError, match="cannot be brought back"):
        restore_run(tmp_path, "run")


def test_the_trash_is_emptied_of_what_is_old_and_of_nothing_else(tmp_path):
    remove_run(stored_run(tmp_path / "old"))
    remove_run(stored_run(tmp_path / "new"))
    [old] = (tmp_path / TRASH).glob("old.*")
    old.rename(old.with_name("old.1000"))
    (tmp_path / TRASH / "of someone else").mkdir()
    empty_trash(tmp_path)
    assert sorted(path.name.split(".")[0] for path in (tmp_path / TRASH).iterdir()) == ["new", "of someone else"]
    assert restore_run(tmp_path, "new").is_dir()
    with pytest.raises(CheckpointError):
        restore_run(tmp_path, "old")


def test_a_run_that_is_being_trained_or_gone_is_not_removed(tmp_path):
    run = stored_run(tmp_path / "run")
    with writer(run), pytest.raises(CheckpointError, match="Another process is training run"):
        remove_run(run)
    remove_run(run)
    with pytest.raises(CheckpointError, match="does not exist any more"):
        remove_run(run)
    assert not run.exists()


def test_a_run_has_so_many_links_and_no_more(tmp_path):
    run = stored_run(tmp_path / "run")
    tokens = {create_share(run) for _ in range(MOST)}
    assert len(tokens) == len(shares_of(run)) == MOST
    with pytest.raises(CheckpointError, match="at most 50 links"):
        create_share(run)
    (run / "shares.json").write_text('[{"name": 1}, 7, {"name": "a", "sha256": "é", "created": ""}]')
    assert shares_of(run) == []


def test_runs_are_found_by_words_data_and_state(tmp_path):
    stored_run(tmp_path / "one")
    label_run(stored_run(tmp_path / "two"), note="the Blue one")
    stored_run(tmp_path / "three", recipe=assign(preset("ae").recipe, "data.name=mnist"))
    (tmp_path / "four").mkdir()
    (tmp_path / "four" / "recipe.json").write_text("{")
    runs = list_runs(tmp_path)

    def names(**wanted):
        return {run.name for run in matching(runs, **wanted)}

    assert names() == {"one", "two", "three", "four"}
    assert names(text="blue ONE") == {"two"} and names(text="gaussiankl") == {"one", "two"}
    assert names(data="mnist") == {"three"} and names(states=["damaged"]) == {"four"}
    assert names(text="two", data="mnist") == set()


@pytest.mark.parametrize("name", PRESETS)
def test_every_recipe_is_told_in_a_line(name):
    recipe = to_json(preset(name).recipe)
    words = in_words(recipe)
    assert recipe["backbone"]["kind"] in words and recipe["bottleneck"]["kind"] in words and len(words) < 300


def test_damaged_recipes_are_told_as_far_as_they_go():
    for recipe in ({}, {"objective": 3, "backbone": []}, {"backbone": {"kind": 7, "hidden": "x"}}):
        assert isinstance(in_words(recipe), str)


def test_differences_name_each_setting_and_its_values():
    one, two = tiny(), preset("iwae").recipe
    assert differing([to_json(one), to_json(one)]) == []
    found = {row.path: row.values for row in differing([to_json(one), to_json(one), to_json(two)])}
    assert found["backbone.hidden"][0] == "8" and found["objective"] == ("Additive", "Additive", "ImportanceWeighted")
    assert found["objective.penalties.GaussianKL.weight"] == ("1.0", "1.0", "")
    assert "bottleneck" not in found  # Both are Gaussian.


def test_a_curve_has_its_ends_and_few_points_between(tmp_path):
    run = stored_run(tmp_path / "run")
    assert curve(run) == ([10, 20, 30, 40], [40, 30, 20, 10])
    rows = "".join(f'{{"step": {step}, "loss": {step}.5}}\n' for step in range(5000))
    (run / "metrics.jsonl").write_text(rows)
    steps, values = curve(run)
    assert len(steps) == 400 and (steps[0], steps[-1], values[-1]) == (0, 4999, 4999.5)
    assert curve(run, "nothing") == ([], [])
    with pytest.raises(CheckpointError, match="does not exist any more"):
        curve(tmp_path / "gone")
