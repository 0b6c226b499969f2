"""What a run is called, and what is noted of it: text of people, cleaned of what only disturbs those who read it."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

from filelock import FileLock

from vaelab.checkpoints import files, manifest
from vaelab.checkpoints.runs import ABOUT, about_run
from vaelab.errors import CheckpointError

LONGEST_TITLE, LONGEST_NOTE = 120, 10_000
_LOCK = ".about.lock"
# They turn the order of what stands beside them, so that a name could pretend to be another one.
_TURNING = set("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def label_run(run: Path, *, title: str | None = None, note: str | None = None) -> dict[str, Any]:
    """Change the title or the note of a run, or both; returns what is known of it then.

    Raises `CheckpointError` for an empty or too long text, and when the run cannot be written.
    """
    changes = {}
    if title is not None:
        changes["title"] = title_of(title)
    if note is not None:
        changes["note"] = note_of(note)
    try:
        with FileLock(run / _LOCK, mode=files.FILE_MODE):  # Two people at once: neither loses what they have written.
            about = {**about_run(run), **changes}
            files.replace(run / ABOUT, manifest.to_bytes(about))
    except OSError as error:
        raise CheckpointError(f"{run.name} cannot be written ({error.strerror or error}).") from error
    return about


def title_of(text: str) -> str:
    """A title on one line; raises `CheckpointError` when nothing is left of it or it is too long."""
    title = " ".join(_readable(text).split())
    if not title:
        raise CheckpointError(f"A title has 1 to {LONGEST_TITLE} characters; type something to read.")
    if len(title) > LONGEST_TITLE:
        raise CheckpointError(f"A title has at most {LONGEST_TITLE} characters, but this has {len(title):,}.")
    return title


def note_of(text: str) -> str:
    """A note of several lines, perhaps none; raises `CheckpointError` when it is too long."""
    note = "\n".join(_readable(line).rstrip() for line in text.splitlines()).strip()
    if len(note) > LONGEST_NOTE:
        raise CheckpointError(f"A note has at most {LONGEST_NOTE:,} characters, but this has {len(note):,}.")
    return note


def _readable(text: str) -> str:
    """The text without control characters, half characters and what turns the direction of reading."""
    text = text.replace("\t", " ")
    return "".join(one for one in text if unicodedata.category(one) not in ("Cc", "Cs", "Cn") and one not in _TURNING)
