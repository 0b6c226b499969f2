"""`vaelab train`: from a preset or a recipe to a run, which the same command finds again and continues."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vaelab.cli.arguments import Assignments, DataName, Epochs, Runs, Seed, Source
from vaelab.cli.output import remark, say
from vaelab.cli.signals import INTERRUPTED, watch

if TYPE_CHECKING:
    from vaelab.cli.recipes import Chosen
    from vaelab.cli.session import Session
    from vaelab.cli.signals import Interruption
    from vaelab.data import Dataset
    from vaelab.recipe import Recipe
    from vaelab.training.placement import Placement


def train(
    recipe: Source,
    data: DataName = None,
    epochs: Epochs = None,
    seed: Seed = 0,
    runs: Runs = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Of the run; made of the rest unless given.")
    ] = None,
    assignments: Assignments = None,
    devices: Annotated[
        str, typer.Option("--devices", metavar="N|all", help="How many devices of this host share each batch.")
    ] = "1",
    with_hosts: Annotated[
        str | None,
        typer.Option(
            "--hosts",
            metavar="auto|ADDRESS:PORT,COUNT,INDEX",
            help="Train on several hosts: auto on SLURM, Kubernetes or Cloud TPU, else the first one's address, how "
            "many there are, and which one this is. Only on a private network.",
        ),
    ] = None,
) -> None:
    """Train a model. Ctrl-C saves and stops; the same command trains on, to the same bits.

    For example: [bold]vaelab train vae --data mnist --set backbone.hidden=500 --set bottleneck.size=20[/]
    """
    with watch() as interruption:
        from vaelab import checkpoints
        from vaelab.checkpoints.folders import RECIPE
        from vaelab.cli import recipes
        from vaelab.cli.progress import display
        from vaelab.cli.session import Session
        from vaelab.data import load
        from vaelab.data.own.kept import resolve

        count = _device_count(devices)
        given = [("data", data), ("epochs", epochs), ("seed", seed or None), ("name", name)]
        options = [(f"--{option}", str(value)) for option, value in given if value is not None]
        options += [("--set", assignment) for assignment in assignments or []]
        command = shlex.join(["vaelab", "train", recipe, *(word for pair in options for word in pair)])
        again = command + (f" --runs {shlex.quote(str(runs))}" if runs else "")
        again += f" --devices {devices}" if devices != "1" else ""

        changes = [f"data.name={resolve(data)}"] if data is not None else []
        changes += [f"training.epochs={epochs}"] if epochs is not None else []
        chosen = recipes.choose(recipe, changes + (assignments or []))
        folder = (runs or checkpoints.runs_root()) / run_name(name or recipes.default_name(chosen, seed))
        if is_there := (folder / RECIPE).is_file():
            _require_same(folder, chosen.recipe, seed)
        if is_there and (step := _steps_done(folder)) >= recipes.steps(chosen.recipe):
            say(f"{folder} is trained to step {step:,} already; more --epochs train it on.")
            return
        from vaelab.training.devices import configure  # Here, so that a refusal need not wait for JAX.

        dataset = load(chosen.recipe.data.name)  # Before there is a folder: the data may be out of reach.
        configure()
        from vaelab.training import hosts
        from vaelab.training.placement import data_parallel
        from vaelab.training.threads import suit

        if with_hosts:
            hosts.join(with_hosts)
        elif count == 1:
            suit(chosen.recipe.architecture(), chosen.recipe.training.batch_size)
        placement = data_parallel(0 if with_hosts else count)
        if not hosts.first():
            _follow(chosen.recipe, seed, dataset, placement, interruption)
            return
        with checkpoints.writer(folder):
            open_run(folder, chosen, seed, command)
            session = Session(folder, chosen.recipe, dataset, seed, command)
            _announce(session, chosen.title, placement.devices)
            with display(chosen.recipe.training.batch_size) as shown:
                finished = session.run(interruption, shown, placement)
        if finished:
            say(f"Trained to step {session.step:,} and saved in {folder}.")
            return
        say(f"Stopped at step {session.step:,} of {session.steps:,}, saved in {folder}. Train on with:\n{again}")
        raise typer.Exit(0 if interruption.signal == signal.SIGTERM else INTERRUPTED)


def run_name(name: str) -> str:
    """The name, if a folder may be called so; raises `RunError`."""
    from vaelab.checkpoints.runs import NAME
    from vaelab.errors import RunError

    if not NAME.fullmatch(name):
        raise RunError(f"{name!r:.80} is no name for a run: use small letters, digits and hyphens, such as vae-3.")
    return name


def _steps_done(folder: Path) -> int:
    """Steps of the newest checkpoint; 0 without one."""
    from vaelab import checkpoints

    newest = checkpoints.latest_step(folder)
    return checkpoints.read_manifest(newest)["step"] if newest else 0


def _require_same(folder: Path, recipe: Recipe, seed: int) -> None:
    """Raise `RunError` if a run is of another recipe or seed."""
    from vaelab import checkpoints
    from vaelab.cli.recipes import require_same
    from vaelab.recipe import from_json
    from vaelab.spec import to_json

    # Read and written again: a run may be older than a field, and then has what it is without being set.
    found = to_json(from_json(checkpoints.recipe_of(folder)))
    there = {"seed": checkpoints.about_run(folder).get("seed"), **found}
    require_same(folder.name, there, {"seed": seed, **to_json(recipe)})


def open_run(folder: Path, chosen: Chosen, seed: int, command: str, sweep: Sequence[str] = ()) -> None:
    """Make the run in a folder held for writing, or give the one there the number of epochs that is asked for now.

    `sweep` names the runs that are trained together with it.
    """
    from vaelab import checkpoints
    from vaelab.checkpoints import files, manifest
    from vaelab.checkpoints.folders import RECIPE
    from vaelab.spec import to_json

    wanted, title = to_json(chosen.recipe), chosen.title
    if not (folder / RECIPE).is_file():
        created = datetime.now(UTC).isoformat(timespec="seconds")
        checkpoints.create_run(
            folder, wanted, title=title, command=command, seed=seed, created=created, sweep=sweep
        )  # fmt: skip
        return
    _require_same(folder, chosen.recipe, seed)  # Again: it may have been made a moment ago.
    if checkpoints.recipe_of(folder) != wanted:
        files.replace(folder / RECIPE, manifest.to_bytes(wanted))


def _device_count(text: str) -> int:
    """How many devices `--devices` asks for, 0 for all; raises `RunError`."""
    from vaelab.errors import RunError

    if text == "all":
        return 0
    if not text.isdecimal() or not 0 < int(text) < 10_000:
        raise RunError(f"--devices wants all, or how many devices, such as 8, but got {text!r:.40}.")
    return int(text)


def _follow(recipe: Recipe, seed: int, dataset: Dataset, placement: Placement, interruption: Interruption) -> None:
    """Take the same steps as the first host, which writes; ends with it."""
    from vaelab.errors import RunError
    from vaelab.training import hosts
    from vaelab.training.loop import Diverged, initial_state

    remark("This host takes part in the training; the first one shows and saves it.")
    try:
        state = hosts.share(initial_state(recipe.build(seed), recipe.training.optimizer))
        for progress in recipe.train(seed=seed, dataset=dataset, state=state, placement=placement):
            if number := hosts.heard(interruption.signal):
                say(f"Stopped at step {progress.step:,} of {progress.steps:,}, with the first host.")
                raise typer.Exit(0 if number == signal.SIGTERM else INTERRUPTED)
    except Diverged as diverged:
        raise RunError(str(diverged)) from diverged
    except Exception as error:
        if not hosts.lost(error):
            raise
        hosts.abandon("Another host was lost. Start all hosts again; the first one has saved the run.")


def _announce(session: Session, title: str, devices: int) -> None:
    from vaelab.architecture import parameter_count
    from vaelab.cli.recipes import examples

    images, count = examples(session.recipe), parameter_count(session.recipe.architecture())
    verb = f"Training on from step {session.step:,}" if session.step else "Training"
    where = f", on {devices} devices" if devices > 1 else ""
    remark(
        f"{verb}: {title}, {images:,} images, {count:,} parameters{where}, in {session.folder}. Ctrl-C saves and stops."
    )
