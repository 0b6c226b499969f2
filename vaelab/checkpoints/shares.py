"""Links through which a run can be looked at and nothing else: `shares.json` in the run's folder.

A link holds a token of 192 random bits. On disk lies its SHA-256 only, so whoever reads the disk cannot use the links;
a share goes where the run goes: into the trash, out of it again, away with it.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from vaelab.checkpoints import files, manifest
from vaelab.checkpoints.runs import NAME
from vaelab.errors import CheckpointError

SHARES = "shares.json"
MOST = 50  # Links of one run.
TOKEN = re.compile("[0-9a-f]{48}")
_LOCK = ".shares.lock"


class Share(NamedTuple):
    """A link that was given out; its token is known to those who have it, and to nobody else."""

    name: str  # By which it is withdrawn.
    sha256: str
    created: str


def create_share(run: Path) -> str:
    """A new link to a run; returns its token, which is told this once."""
    token = secrets.token_hex(24)
    share = Share(secrets.token_hex(4), _digest(token), datetime.now(UTC).isoformat(timespec="seconds"))

    def add(shares: list[Share]) -> list[Share]:
        if len(shares) >= MOST:
            raise CheckpointError(f"A run has at most {MOST} links. Withdraw one that is not needed any more.")
        return [*shares, share]

    _change(run, add)
    return token


def shares_of(run: Path) -> list[Share]:
    """The links of a run that have not been withdrawn, the oldest first."""
    try:
        found = manifest.from_bytes(files.read(run / SHARES, 1 << 16), SHARES)
    except CheckpointError:
        return []
    return [Share(**entry) for entry in found if _sound(entry)] if isinstance(found, list) else []


def revoke_share(run: Path, name: str) -> None:
    """Withdraw a link; raises `CheckpointError` when there is none of that name."""
    before = shares_of(run)
    after = _change(run, lambda shares: [share for share in shares if share.name != name])
    if len(after) == len(before):
        raise CheckpointError(f"{run.name} has no link {name!r:.40}. It may have been withdrawn already.")


def find_share(root: Path, token: str) -> Path | None:
    """The run that a token lets one look at, or None, whatever the reason."""
    wanted = _digest(token) if TOKEN.fullmatch(token) else ""
    found = None
    for folder in _shared(root):
        for share in shares_of(folder):
            # Every share is compared, and each in the same time: how long it takes says nothing about the others.
            if secrets.compare_digest(share.sha256, wanted):
                found = folder
    return found


def _shared(root: Path) -> list[Path]:
    try:
        with os.scandir(root) as entries:
            names = [entry.name for entry in entries if NAME.fullmatch(entry.name)]
    except OSError:
        return []
    return [root / name for name in names if os.path.isfile(root / name / SHARES)]


def _change(run: Path, change: Callable[[list[Share]], list[Share]]) -> list[Share]:
    try:
        with FileLock(run / _LOCK, mode=files.FILE_MODE):
            shares = change(shares_of(run))
            files.replace(run / SHARES, manifest.to_bytes([share._asdict() for share in shares]))
    except OSError as error:
        raise CheckpointError(f"{run.name} cannot be written ({error.strerror or error}).") from error
    return shares


def _sound(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.keys() == set(Share._fields)
        and all(isinstance(value, str) and value.isascii() for value in entry.values())
    )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
