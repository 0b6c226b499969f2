"""`vaelab sweep`: one recipe with several values of its knobs and several seeds, trained together."""

from __future__ import annotations

import shlex
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from vaelab.cli.arguments import LARGEST_SEED, Assignments, DataName, Epochs, Runs, Source
from vaelab.cli.output import remark, say, table
from vaelab.cli.signals import INTERRUPTED, Interruption, watch
from vaelab.errors import RecipeError

if TYPE_CHECKING:
    from vaelab.cli.progress import Display
    from vaelab.cli.session import Session
    from vaelab.sweep import Variant
    from vaelab.training.loop import Progress


def sweep(
    recipe: Source,
    vary: Annotated[
        list[str] | None,
        typer.Option("--vary", metavar="KNOB=V1,V2,...", help="Values of a knob; repeated, every combination."),
    ] = None,
    seeds: Annotated[str, typer.Option("--seeds", metavar="S1,S2,...", help="Seeds, each with every value.")] = "0",
    data: DataName = None,
    epochs: Epochs = None,
    runs: Runs = None,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Of the runs, which are numbered: NAME-01, ...")
    ] = None,
    assignments: Assignments = None,
    part: Annotated[
        str, typer.Option("--part", metavar="I/N", help="Train only each N-th run from the I-th, as in an array job.")
    ] = "1/1",
    ray: Annotated[
        str | None,
        typer.Option("--ray", metavar="ADDRESS", help="Spread it over a Ray cluster: auto, or HOST:PORT."),
    ] = None,
) -> None:
    """Train one recipe with several values of its knobs and several seeds.

    They are trained together, on all cores. Each becomes a run like any other. Ctrl-C
    saves and stops; the same command trains on. With [bold]--ray[/], --runs must be a folder that all nodes see.

    For example: [bold]vaelab sweep vae_2d --vary objective.penalties.GaussianKL.weight=0,0.5,1,2,4 --seeds 0,1[/]
    """
    with watch() as interruption:
        from vaelab import checkpoints
        from vaelab.cli import recipes
        from vaelab.cli.progress import display
        from vaelab.cli.session import Session
        from vaelab.cli.training import open_run, run_name
        from vaelab.data import load
        from vaelab.data.own.kept import resolve
        from vaelab.sweep import variants

        changes = [f"data.name={resolve(data)}"] if data is not None else []
        changes += [f"training.epochs={epochs}"] if epochs is not None else []
        chosen = recipes.choose(recipe, changes + (assignments or []))
        found = variants(chosen.recipe, dict(map(_values, vary or [])), [_seed(text) for text in seeds.split(",")])
        stem = name or f"{recipes.default_name(chosen, found[0].seed)[:54]}-sweep"
        folders = [
            (runs or checkpoints.runs_root()) / run_name(f"{stem}-{index:02}") for index in range(1, len(found) + 1)
        ]
        given = [("data", data), ("epochs", epochs), ("seeds", None if seeds == "0" else seeds), ("name", name)]
        options = [("--vary", text) for text in vary or []]
        options += [(f"--{option}", str(value)) for option, value in given if value is not None]
        options += [("--set", assignment) for assignment in assignments or []]
        words = ["sweep", recipe, *(word for pair in options for word in pair)]
        command = shlex.join(["vaelab", *words])
        mine = _part(part, len(found))
        if ray is not None:
            from vaelab.cli.cluster import run_parts

            own = ["--name", stem, "--runs", str(folders[0].parent.resolve())]
            run_parts(ray, [*words, *own], len(found), interruption)
        from vaelab.training.devices import configure  # Here, so that a refusal need not wait for JAX.
        from vaelab.training.threads import suit

        dataset = load(chosen.recipe.data.name)
        configure()
        suit(chosen.recipe.architecture(), chosen.recipe.training.batch_size, runs=len(found[mine]))
        with ExitStack() as held:
            sessions = []
            for variant, folder in zip(found[mine], folders[mine], strict=True):
                held.enter_context(checkpoints.writer(folder))
                own = chosen._replace(recipe=variant.recipe, title=f"{chosen.title}, {variant.label}".rstrip(", "))
                open_run(folder, own, variant.seed, command, [other.name for other in folders])
                sessions.append(Session(folder, variant.recipe, dataset, variant.seed, command))
            lanes = [pair for pair in zip(found[mine], sessions, strict=True) if not _ended(pair[1])]
            remark(f"{len(lanes)} of {len(sessions)} runs to train in {folders[0].parent}. Ctrl-C saves and stops.")
            if lanes and ray is None:
                with display(chosen.recipe.training.batch_size * len(lanes)) as shown:
                    _train(lanes, interruption, shown)
        lines = [_line(*pair) for pair in zip(found[mine], sessions, strict=True)]
        table(["run", "differs in", "step", "metrics"], lines)
        if not all(_ended(session) for session in sessions):
            again = command + (f" --runs {shlex.quote(str(runs))}" if runs else "")
            again += f" --ray {shlex.quote(ray)}" if ray else f" --part {part}" if part != "1/1" else ""
            say(f"Stopped before the end and saved. Train on with:\n{again}")
            raise typer.Exit(0 if interruption.signal == signal.SIGTERM else INTERRUPTED)


def _values(text: str) -> tuple[str, list[float]]:
    path, _, numbers = text.partition("=")
    try:
        return path, [float(number) for number in numbers.split(",")]
    except ValueError:
        raise RecipeError(
            f"--vary wants a knob and numbers, such as training.learning_rate=0.001,0.002, but got {text!r:.80}."
        ) from None


def _seed(text: str) -> int:
    if not text.strip().isdecimal() or int(text) > LARGEST_SEED:
        raise RecipeError(f"--seeds wants whole numbers from 0 to {LARGEST_SEED}, such as 0,1,2, but got {text!r:.40}.")
    return int(text)


def _part(text: str, count: int) -> slice:
    """Which of so many runs `--part` asks for."""
    first, _, parts = text.partition("/")
    if not (first.isdecimal() and parts.isdecimal() and 1 <= int(first) <= int(parts) < 10_000):
        raise RecipeError(f"--part wants which of how many, such as 2/4, but got {text!r:.40}.")
    if int(first) > count:
        raise RecipeError(f"There are {count} runs, so there is no part {text}; make at most {count} parts.")
    return slice(int(first) - 1, None, int(parts))


def _ended(session: Session) -> bool:
    """Whether there is nothing to be trained any more: at its last step, or diverged on the way."""
    return session.step >= session.steps or session.diverged


def _train(lanes: Sequence[tuple[Variant, Session]], interruption: Interruption, display: Display) -> None:
    """Train all to the end or to a signal; the newest state of each is on disk then."""
    from vaelab.cli.session import INTERVAL, Interval
    from vaelab.sweep import train_together

    variants, sessions = [variant for variant, _ in lanes], [session for _, session in lanes]
    _catch_up(lanes)
    saving, alive = Interval(INTERVAL), {}
    with ExitStack() as under_way:
        for session in sessions:
            under_way.enter_context(session.under_way())
        states = [session.state for session in sessions]
        for alive, diverged in train_together(variants, dataset=sessions[0].dataset, states=states):
            for index, failure in diverged.items():
                remark(sessions[index].give_up(failure))
            for index, progress in alive.items():
                sessions[index].note(progress)
            for progress in [*alive.values()][:1]:
                display.show(progress, variants[0].recipe.training.epochs)
            if interruption.signal:
                break
            if saving.over():
                _save(sessions, alive)
        _save(sessions, alive)


def _save(sessions: Sequence[Session], alive: dict[int, Progress]) -> None:
    for index, progress in alive.items():
        sessions[index].save(progress.state, progress.metrics)


def _catch_up(lanes: Sequence[tuple[Variant, Session]]) -> None:
    """Train those that were not saved in time to where the others stand."""
    from vaelab.sweep import catch_up

    ahead = max(session.step for _, session in lanes)
    for variant, session in lanes:
        if session.step < ahead:
            progress = catch_up(variant, session.state, ahead, session.dataset)
            session.note(progress)
            session.save(progress.state, progress.metrics)


def _line(variant: Variant, session: Session) -> list[str]:
    from vaelab.cli.progress import numbers

    metrics = numbers(session.metrics) if session.metrics else ""
    step = f"{session.step:,}" + (" (diverged)" if session.diverged else "")
    return [session.folder.name, variant.label, step, metrics]
