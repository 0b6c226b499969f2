"""What is shown while a model trains: the words, the pace, the two forms."""

import io

import pytest
from rich.console import Console
from rich.live import Live

from vaelab.cli.progress import LiveLines, Pace, PlainLines, in_order, numbers, pace_text, position
from vaelab.training.loop import Progress

METRICS = {"kl": 3.276, "loss": 41.3, "reconstruction": 38.024}


def progress(step: int, seconds: float, steps: int = 4000) -> Progress:
    return Progress(step, steps, step / 400, METRICS, seconds, None)  # type: ignore[arg-type]


def test_the_loss_comes_first_and_the_unit_last():
    assert list(in_order(METRICS)) == ["loss", "reconstruction", "kl"]
    assert numbers(METRICS) == "loss 41.30, reconstruction 38.02, kl 3.28 nats per image"
    assert position(progress(1000, 0.1), 10) == "epoch 2.5/10, step 1,000/4,000"


def test_the_pace_leaves_out_the_chunk_that_compiles():
    pace = Pace()
    pace.update(progress(1, 30.0))
    assert pace_text(pace, progress(1, 30.0), 128) == ""
    pace.update(progress(101, 1.0))
    assert pace_text(pace, progress(101, 1.0), 128) == "12,800 images/s, 0:39 left"
    # A slow moment weighs a fifth.
    pace.update(progress(201, 2.0))
    assert pace.seconds_per_step == pytest.approx(0.8 * 0.01 + 0.2 * 0.02)


def test_hours_are_written_as_such():
    pace = Pace()
    pace.update(progress(1, 1.0))
    pace.update(progress(2, 1.0))
    assert pace_text(pace, progress(2, 1.0, steps=2 + 3661), 128) == "128 images/s, 1:01:01 left"


def test_a_log_gets_few_lines_but_the_last(capsys):
    lines = PlainLines(128)
    for step in (1, 2, 3, 3999, 4000):
        lines.show(progress(step, 0.01), 10)
    shown = capsys.readouterr().err.splitlines()
    assert [line.split(";")[0] for line in shown] == ["epoch 0.0/10, step 1/4,000", "epoch 10.0/10, step 4,000/4,000"]


def test_a_terminal_gets_a_bar_and_the_metrics():
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=100, color_system=None)
    with Live(console=console, auto_refresh=False) as live:
        lines = LiveLines(live, 128)
        lines.show(progress(1000, 0.5), 10)
    text = file.getvalue()
    assert "epoch 2.5/10, step 1,000/4,000" in text
    assert "kl 3.28 nats per image" in text
