"""What PyTorch's process is given so that it runs as fast as the machine lets it; no usual user sets either.

On processors of other makers than Intel's its math library leaves AVX-512 unused. It asks two functions of its own who
made the processor; two of the same names, loaded before it, answer for Intel.
"""

from __future__ import annotations

import atexit
import platform
import shutil
import subprocess
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.benchmarks import machine

ANSWERS = "int mkl_serv_intel_cpu(void) { return 1; }\nint mkl_serv_intel_cpu_true(void) { return 1; }\n"

# Without these a large activation is new memory at every step, and each of its pages a fault.
KEEP_MEMORY = {
    "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(8 << 30), "MALLOC_TOP_PAD_": str(256 << 20),
}  # fmt: skip


def environment() -> dict[str, str]:
    """All of it."""
    return KEEP_MEMORY | lifted_brake()


@cache
def lifted_brake() -> dict[str, str]:
    """What lifts the math library's brake; nothing where there is none, or no C compiler to lift it with."""
    compiler = shutil.which("cc")
    if platform.system() != "Linux" or "AMD" not in machine.describe()["processor"] or not compiler:
        return {}
    folder = Path(mkdtemp(prefix="vaelab-brake-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # The processes that load it have ended by then.
    (folder / "brake.c").write_text(ANSWERS)
    library = folder / "brake.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, folder / "brake.c"], check=True)
    return {"LD_PRELOAD": str(library)}
