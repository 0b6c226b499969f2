"""Settings for all tests: strict shapes, a cache of compiled programs for all processes, run folders of their own."""

import os
import shutil
import tempfile

# One folder for the tests, for their workers, who inherit the name, and for the processes that they start.
CACHE = os.environ.get("VAELAB_TESTS_CACHE") or tempfile.mkdtemp(prefix="vaelab-tests-cache-")
os.environ |= {"VAELAB_TESTS_CACHE": CACHE, "VAELAB_CACHE_DIR": CACHE, "VAELAB_COMPILATION_CACHE": "1"}
# The data of whoever runs the tests are theirs; in a name that nobody makes, so that there are none.
os.environ["VAELAB_OWN_DATA"] = os.path.join(tempfile.gettempdir(), f"vaelab-tests-{os.getpid()}", "own")

import jax  # noqa: E402
import numpy as np  # noqa: E402
import pytest  # noqa: E402
from hypothesis import HealthCheck, settings  # noqa: E402

from vaelab.data import Dataset, load  # noqa: E402
from vaelab.training.devices import configure  # noqa: E402

# A silent broadcast between arrays of different rank is a bug.
jax.config.update("jax_numpy_rank_promotion", "raise")
configure()
# The same examples every time, and no verdict on how fast the machine is.
settings.register_profile(
    "vaelab", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("vaelab")


def pytest_unconfigure(config: pytest.Config) -> None:
    """The one who made the folder removes it."""
    if not hasattr(config, "workerinput"):
        shutil.rmtree(CACHE, ignore_errors=True)


@pytest.fixture(scope="session")
def digits() -> Dataset:
    """The embedded digits: 1,437 training and 360 test images of 8x8 pixels."""
    return load("digits")


@pytest.fixture
def random() -> np.random.Generator:
    """A generator with a fixed seed."""
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def mnist() -> Dataset:
    """MNIST from VAELAB_DATA_DIR; tests that need it are skipped where it is not at hand."""
    from vaelab.data import available

    if not available("mnist"):
        pytest.skip("MNIST is not at hand; set VAELAB_DATA_DIR to a folder with mnist/*.gz")
    return load("mnist")


@pytest.fixture
def forgetful():
    """Compiled programs are dropped after the test: dozens of models would fill the memory with them.

    Each program also maps some pages of memory, and a process may only have 65,530 such maps.
    """
    yield
    jax.clear_caches()


@pytest.fixture(scope="module", autouse=True)
def forgetful_of_modules():
    """The same after each module."""
    yield
    jax.clear_caches()
