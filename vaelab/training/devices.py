"""Process-wide JAX settings, made once before anything computes."""

from __future__ import annotations

import ctypes
import os
import stat
from contextlib import suppress
from pathlib import Path

import jax
import platformdirs

KEPT = 1 << 30  # Bytes of freed memory that the C library holds for the next call.
CACHE = 512 << 20  # Bytes of compiled programs that are kept from one process to the next.
_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD = -3, -1  # Of <malloc.h>.
ARRIVALS = ("VAELAB_RUNS_DIR", "VAELAB_DATA_DIR", "VAELAB_OWN_DATA")  # Folders in which files of others may lie.


def configure(*, cache: bool = True) -> None:
    """Set what every process of vaelab wants: prompt small calls, and programs that compile once per machine."""
    keep_freed_memory()
    # Decoding one code is a 20 us program; handing it to another thread costs more than running it.
    jax.config.update("jax_cpu_enable_async_dispatch", False)
    if cache and (folder := _cache_folder()):
        bound(folder)
        jax.config.update("jax_compilation_cache_dir", str(folder))
        # By default only programs that take a second to compile are kept, which is none of ours.
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def keep_freed_memory() -> None:
    """Let the GNU C library hold on to what a call of a compiled program frees, up to `KEPT` bytes, for the next call.

    By default large blocks go back to the system, which hands them out anew page by page: 1,000 page faults a step for
    a masked autoencoder and for kernels of 4x4, in chunks of a quarter of a second. Other C libraries do as they like.
    """
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option in (_M_MMAP_THRESHOLD, _M_TRIM_THRESHOLD):
            mallopt(option, KEPT)


def bound(folder: Path, most: int = CACHE) -> None:
    """Forget the programs used longest ago, where those kept in a folder are more than so many bytes.

    `most` counts bytes; once per process. JAX's own bound reads the age of every entry whenever it adds one: with 2,000
    of them, the first step of a new recipe came a third of a second later.
    """
    entries = []
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):  # Another process forgets, too.
            status = entry.stat()
            # Many systems note the use of a file once a day at most.
            entries.append((max(status.st_atime, status.st_mtime), status.st_size, entry.path))
    total = sum(size for _, size, _ in entries)
    for _, size, path in sorted(entries):
        if total <= most:
            return
        with suppress(OSError):
            os.unlink(path)
        total -= size


def _cache_folder() -> Path | None:
    """A folder that only this user can enter, or None: a compiled program is code, so a shared one is not trusted.

    Neither is one among the runs or the data, where uploads, imports and other people's files arrive.
    """
    if os.environ.get("VAELAB_COMPILATION_CACHE", "1") == "0":
        return None
    base = os.environ.get("VAELAB_CACHE_DIR") or platformdirs.user_cache_dir("vaelab")
    folder = (Path(base) / "compiled").resolve()
    if any(folder.is_relative_to(Path(root).resolve()) for root in map(os.environ.get, ARRIVALS) if root):
        return None
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        status = folder.stat()
    except OSError:
        return None
    foreign = hasattr(os, "getuid") and status.st_uid != os.getuid()
    return None if foreign or stat.S_IMODE(status.st_mode) & 0o077 else folder
