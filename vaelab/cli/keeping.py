"""Runs as things that one keeps: `vaelab compare`, `rename`, `note`, `remove`, `restore` and `share`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vaelab.cli.arguments import Run, Runs
from vaelab.cli.output import remark, say, table


def compare(
    names: Annotated[list[str], typer.Argument(metavar="RUN RUN ...", help="Two runs or more.", show_default=False)],
    runs: Runs = None,
) -> None:
    """Show in which settings runs differ, and what each has reached."""
    from vaelab import checkpoints
    from vaelab.checkpoints.runs import summary_of
    from vaelab.cli.saved import find
    from vaelab.errors import RunError

    if len(names) < 2:
        raise RunError("A comparison needs two runs or more: give their names.")
    found = [summary_of(find(name, runs)) for name in names]
    rows = [[path, *values] for path, values in checkpoints.differing([run.recipe for run in found])]
    rows += [["seed", *(str(run.seed) for run in found)]] if len({run.seed for run in found}) > 1 else []
    rows += [["step", *("" if run.step is None else f"{run.step:,}" for run in found)]]
    for metric in dict.fromkeys(metric for run in found for metric in run.metrics):
        values = [run.metrics.get(metric) for run in found]
        rows.append([metric, *("" if value is None else f"{value:.6g}" for value in values)])
    table(["", *(run.name for run in found)], rows)


def rename(
    run: Run,
    title: Annotated[str, typer.Argument(metavar="TITLE", help="What to call it from now on.", show_default=False)],
    runs: Runs = None,
) -> None:
    """Give a run another title; the name of its folder stays, so that links and commands go on working."""
    from vaelab import checkpoints

    folder = own(run, runs)
    about = checkpoints.label_run(folder, title=title)
    say(f"{folder} is called {about['title']!r} now.")


def note(
    run: Run,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The note; '' takes it away.", show_default=False)],
    runs: Runs = None,
) -> None:
    """Note something about a run, in place of what was noted before."""
    from vaelab import checkpoints

    folder = own(run, runs)
    noted = checkpoints.label_run(folder, note=text)["note"]
    say(f"Noted for {folder}." if noted else f"Nothing is noted for {folder} any more.")


def remove(
    run: Run,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    runs: Runs = None,
) -> None:
    """Delete a run. For an hour, [bold]vaelab restore[/] brings it back."""
    from vaelab import checkpoints
    from vaelab.checkpoints.runs import NAME
    from vaelab.errors import RunError

    folder = own(run, runs)
    if not NAME.fullmatch(folder.name):
        raise RunError(f"{folder.name!r:.80} is not the name of a run's folder; delete it by hand.")
    title = checkpoints.about_run(folder).get("title", folder.name)
    if not yes and not typer.confirm(f"Delete {folder} ({title})?"):
        raise RunError("Nothing was deleted.")
    checkpoints.remove_run(folder)
    where = f" --runs {folder.parent}" if runs or folder.parent != checkpoints.runs_root() else ""
    say(f"Deleted. Within an hour this brings it back: vaelab restore {folder.name}{where}")


def restore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Of the deleted run.", show_default=False)],
    runs: Runs = None,
) -> None:
    """Bring back a run that was deleted within the last hour."""
    from vaelab import checkpoints

    say(f"{checkpoints.restore_run(runs or checkpoints.runs_root(), name)} is back.")


def share(
    run: Run,
    listed: Annotated[bool, typer.Option("--list", help="Only list the links that are good.")] = False,
    revoke: Annotated[str, typer.Option(metavar="LINK", help="Withdraw the link of this name.")] = "",
    runs: Runs = None,
) -> None:
    """Make a link by which others can look at a run on your server, and do nothing else."""
    from vaelab import checkpoints

    folder = own(run, runs)
    if revoke:
        checkpoints.revoke_share(folder, revoke)
        say(f"The link {revoke} is withdrawn.")
    elif listed:
        table(["link", "made"], [[share.name, share.created] for share in checkpoints.shares_of(folder)])
    else:
        token = checkpoints.create_share(folder)
        remark("This is told once. It works on a server of this folder of runs, until it is withdrawn.")
        say(f"/?share={token}")


def own(run: str, runs: Path | None) -> Path:
    """The folder of a run that may be changed; raises `RunError` for one that comes with vaelab."""
    from vaelab import checkpoints
    from vaelab.cli.saved import find
    from vaelab.errors import RunError

    folder = find(run, runs)
    if folder.resolve().parent == checkpoints.shipped_root().resolve():
        raise RunError(f"{folder.name} comes with vaelab and stays as it is. Export it to have one of your own.")
    return folder
