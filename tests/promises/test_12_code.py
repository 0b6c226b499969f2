"""12: nothing that is read can run: no pickle, eval, exec or the like; what is compiled is kept in private."""

import ast
import os
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import vaelab
from vaelab.training import devices

ROOT = Path(vaelab.__file__).parent
SOURCES = [*ROOT.rglob("*.py"), ROOT.parent / "app.py"]
MODULES = {
    "pickle", "cPickle", "_pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "jsonpickle", "yaml", "torch",
    "h5py", "tables", "code", "codeop", "runpy", "xmlrpc", "telnetlib",
}  # fmt: skip
CALLS = {"eval", "exec", "compile", "__import__", "execfile", "literal_eval", "serialize_executable", "extractall"}
WORDS = {"allow_pickle", "shell", "weights_only", "unsafe_allow_html"}  # Arguments that may not be given as True.


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.relative_to(ROOT.parent).as_posix())
def test_promise_12_no_source_runs_what_it_reads(file):
    for node in ast.walk(ast.parse(file.read_text())):
        where = f"{file.name}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            assert not MODULES & {name.name.partition(".")[0] for name in node.names}, where
        elif isinstance(node, ast.ImportFrom) and not node.level:
            assert (node.module or "").partition(".")[0] not in MODULES, where
        elif isinstance(node, ast.Call):
            # jnp's and Python's own `compile` differ: a method of another object is none of ours.
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            is_method = isinstance(node.func, ast.Attribute) and name in ("compile", "eval")
            assert name not in CALLS or is_method, f"{where} calls {name}()"
            for word in node.keywords:
                assert word.arg not in WORDS or getattr(word.value, "value", None) is False, f"{where}: {word.arg}"


def test_promise_12_importing_the_package_imports_no_pickle():
    code = "import sys, vaelab; assert not {'pickle', 'torch', 'yaml', 'h5py', 'numpy'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_promise_12_the_security_rules_of_the_linter_are_on():
    lint = tomllib.loads((ROOT.parent / "pyproject.toml").read_text())["tool"]["ruff"]["lint"]
    assert "S" in lint["select"]
    # Processes are started by lists of arguments, Python's own interpreter among them; nothing else is let off.
    assert {rule for rule in lint["ignore"] if rule.startswith("S")} == {"S603", "S607"}
    assert all(pattern.startswith("tests") for pattern in lint["per-file-ignores"])
    let_off = [file.name for file in SOURCES if "noqa: S" in file.read_text()]
    assert let_off == ["download.py"]  # It opens addresses, those of the mirrors that are written in the code.


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("VAELAB_COMPILATION_CACHE", "1")
    monkeypatch.setenv("VAELAB_CACHE_DIR", str(tmp_path / "cache"))
    for name in devices.ARRIVALS:
        monkeypatch.delenv(name, raising=False)
    return tmp_path / "cache" / "compiled"


def test_promise_12_compiled_programs_are_kept_where_nobody_else_can_write(cache):
    before = os.umask(0)
    try:
        assert devices._cache_folder() == cache
    finally:
        os.umask(before)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700


@pytest.mark.parametrize("mode", [0o770, 0o705, 0o701, 0o777])
def test_promise_12_a_folder_that_others_may_enter_is_not_used(cache, mode):
    cache.mkdir(parents=True)
    cache.chmod(mode)
    assert devices._cache_folder() is None


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="Only root can give a folder away.")
def test_promise_12_a_folder_of_somebody_else_is_not_used(cache):
    cache.mkdir(parents=True, mode=0o700)
    os.chown(cache, 65534, 65534)
    assert devices._cache_folder() is None


@pytest.mark.parametrize("variable", devices.ARRIVALS)
def test_promise_12_no_program_is_kept_where_files_of_others_arrive(cache, monkeypatch, variable, tmp_path):
    monkeypatch.setenv(variable, str(tmp_path / "cache"))
    assert devices._cache_folder() is None and not cache.exists()
    (tmp_path / "link").symlink_to(tmp_path / "cache")
    monkeypatch.setenv(variable, str(tmp_path / "link"))
    assert devices._cache_folder() is None
    monkeypatch.setenv(variable, str(tmp_path / "cache-of-another"))
    assert devices._cache_folder() == cache


def test_promise_12_the_cache_is_bounded(cache, monkeypatch):
    import jax

    cache.mkdir(parents=True, mode=0o700)
    for age in range(5):
        file = cache / f"program-{age}"
        file.write_bytes(bytes(100))
        os.utime(file, (1e9 - age, 1e9 - age))
    devices.bound(cache, 500)
    assert len(list(cache.iterdir())) == 5
    os.utime(cache / "program-4", (2e9, 1e9 - 4))  # Read again, it is not forgotten.
    devices.bound(cache, 399)
    assert sorted(file.name for file in cache.iterdir()) == ["program-0", "program-1", "program-4"]
    with (cache / "large").open("wb") as file:
        file.truncate(devices.CACHE)
    os.utime(cache / "large", (3e9, 3e9))
    before = jax.config.jax_compilation_cache_dir
    try:
        devices.configure()
        assert jax.config.jax_compilation_cache_dir == str(cache)
        assert [file.name for file in cache.iterdir()] == ["large"] and devices.CACHE == 512 << 20
    finally:
        jax.config.update("jax_compilation_cache_dir", before)
