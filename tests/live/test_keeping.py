"""The list of a server's runs follows every change, and what is not finished is not put away."""

import pytest

from tests.live.helpers import LONG, start, state, stored_run, training, wait_for
from vaelab.checkpoints import label_run, list_runs, write_status
from vaelab.errors import RunError, VaelabError
from vaelab.live.keeping import Keeping
from vaelab.live.runs import Runs


@pytest.fixture
def kept(tmp_path):
    stored_run(tmp_path / "runs" / "one")
    stored_run(tmp_path / "shipped" / "example")
    runs = Runs(tmp_path / "runs", tmp_path / "shipped")
    yield Keeping(runs)
    runs.close()


def test_the_list_is_that_of_the_folders_after_every_change(kept, tmp_path):
    root = kept.root

    def agrees():
        assert kept.own() == list_runs(root)
        return kept.own()

    assert [run.title for run in agrees()] == ["A title"]
    label_run(root / "one", title="Another")
    assert [run.title for run in agrees()] == ["Another"]
    stored_run(root / "two")
    write_status(root / "two", {"state": "finished"})
    assert {run.name: run.state for run in agrees()} == {"one": "trained", "two": "finished"}
    step = root / "one" / "step_00000030"
    stored_run(tmp_path / "other", step=60)
    (tmp_path / "other" / "step_00000060").rename(root / "one" / "step_00000060")
    assert {run.name: run.step for run in agrees()} == {"one": 60, "two": 30}
    kept.remove("one")
    assert [run.name for run in agrees()] == ["two"] and not step.exists()
    kept.restore("one")
    assert len(agrees()) == 2
    (root / "empty").mkdir()
    (root / "file").write_text("")
    (root / "link").symlink_to(root / "one")
    assert len(agrees()) == 2


@pytest.mark.parametrize("act", ["label", "remove", "share", "shares"])
@pytest.mark.parametrize("run", ["example", "nothing", "../one", "x" * 5000])
def test_what_is_not_ones_own_is_refused_in_a_sentence(kept, act, run):
    arguments = {"title": "t"} if act == "label" else {}
    with pytest.raises(RunError) as refused:
        getattr(kept, act)(run, **arguments)
    assert "\n" not in str(refused.value)


def test_a_run_that_waits_is_not_deleted(kept):
    write_status(kept.root / "one", {"state": "queued", "queued": 1.0})
    with pytest.raises(RunError, match="Stop it first, then delete it"):
        kept.remove("one")
    assert (kept.root / "one").is_dir()


def test_a_run_that_trains_is_not_deleted_before_it_is_stopped(runs):
    keeping, run = Keeping(runs), start(runs, LONG)
    training(runs, run)
    with pytest.raises(VaelabError, match="Stop it first"):
        keeping.remove(run)
    [listed] = keeping.own()
    assert listed.state == "training" and listed.step and "loss" in listed.metrics
    runs.command(run, "stop")
    state(runs, run, "stopped")
    wait_for(lambda: removed(keeping, run))
    assert keeping.own() == []


def removed(keeping, run):
    """Whether it could be deleted: a worker that has said its last word may still hold the folder for a moment."""
    try:
        keeping.remove(run)
    except VaelabError:
        return False
    return True
