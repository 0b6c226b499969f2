"""Fetching one file over HTTP with every quantity bounded: bytes, silence and time."""

from __future__ import annotations

import os
import time
from pathlib import Path

from vaelab.errors import DataError

SILENCE = 20.0  # Seconds that a server may send nothing.
PATIENCE = 600.0  # Seconds that one file may take: a server that drips a byte at a time is not waited for.
_BLOCK = 1 << 16


def fetch(url: str, limit: int) -> bytes:
    """The body at a URL of the package's own tables; at most `limit` bytes are kept in memory.

    Raises `DataError` with the reason only, as the end of a longer sentence. What came may still be wrong:
    compare its digest.
    """
    # Imported late: only a download pays for it.
    import ssl
    from http.client import HTTPException
    from urllib.request import HTTPSHandler, Request, build_opener

    import certifi

    context = ssl.create_default_context()
    # In addition to the system's, because some Python installations come without certificates.
    context.load_verify_locations(certifi.where())
    request = Request(url, headers={"User-Agent": "vaelab", "Accept-Encoding": "identity"})  # noqa: S310
    started, received = time.monotonic(), bytearray()
    try:
        with build_opener(HTTPSHandler(context=context)).open(request, timeout=SILENCE) as answer:
            # read1 returns what has arrived, so that the clock is looked at however slowly that is.
            while block := answer.read1(_BLOCK):
                received += block
                if len(received) > limit:
                    raise DataError(f"the file is larger than the expected {limit:,} bytes")
                if time.monotonic() - started > PATIENCE:
                    raise DataError(f"only {len(received):,} bytes came in {PATIENCE:.0f} seconds")
            if answer.length:
                raise DataError(f"the connection closed {answer.length:,} bytes before the end")
    except (OSError, HTTPException) as error:  # Also urllib's errors, time-outs and TLS failures.
        reason = str(error).removeprefix("<urlopen error ").removesuffix(">")
        raise DataError(reason or type(error).__name__) from error
    return bytes(received)


def put(path: Path, content: bytes) -> None:
    """Write a file that appears at its name only when it is complete; one writer at a time."""
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
