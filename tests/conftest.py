"""Shared by all tests: the two GPUs that are not there, and the counts of what needs a real one, or MPI."""

import gc
import os
import shutil
from importlib.util import find_spec

import pytest

from minigrad.device import current_context, gpu, num_gpus
from minigrad.optimizer.registry import OPTIMIZERS
from tests.strict import install
from tests.strict.host_only import reason

NEEDS = {"gpu": ("CUDA device", lambda: num_gpus() > 0), "mpi": ("MPI", lambda: find_spec("mpi4py") is not None)}
"""What marked tests need, and whether it is there."""

_left_out = {}

os.environ |= {  # Open MPI refuses to start as root, as in a container, and more ranks than there are cores
    "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1", "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
}  # fmt: skip


def pytest_addoption(parser):
    parser.addoption(
        "--stand-in",
        action="store_true",
        help="run every test with the second of two stand-in GPUs as the device on which arrays are made",
    )
    parser.addoption(
        "--on-gpu",
        action="store_true",
        help="run every test with the first real GPU as the device on which arrays are made",
    )


class OptimizersAsBefore:
    """What a test registers, or an example in a docstring, is gone after it: others take every optimizer there is."""

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self):
        before = dict(OPTIMIZERS)
        result = yield
        OPTIMIZERS.clear()
        OPTIMIZERS.update(before)
        return result


def pytest_configure(config):
    config.pluginmanager.register(OptimizersAsBefore())  # as a plugin, it sees the examples too
    if config.getoption("--on-gpu") and num_gpus() == 0:
        raise pytest.UsageError("--on-gpu needs a GPU that CuPy can use, and there is none; --stand-in needs none.")


def pytest_collection_modifyitems(config, items):
    """Tests marked `gpu` or `mpi` need that; where there is none they are skipped, and counted."""
    for item in items:
        if " at 0x" in item.name:
            raise pytest.UsageError(f"{item.nodeid} has an address in its name, another in each process: give it ids.")
    if config.getoption("--stand-in") or config.getoption("--on-gpu"):
        for item in items:
            if why := reason(item.nodeid, item.name):
                item.add_marker(pytest.mark.skip(reason=why))
    for mark, (what, is_there) in NEEDS.items():
        marked = [item for item in items if item.get_closest_marker(mark)]
        if marked and not is_there():
            _left_out[mark] = f"{len(marked)} tests not run: no {what}"
            for item in marked:
                item.add_marker(pytest.mark.skip(reason=f"no {what}"))


def pytest_collection_finish():
    gc.freeze()  # 20,000 tests are 850,000 objects; each search for garbage among them takes 0.4 s


def pytest_terminal_summary(terminalreporter):
    for mark, why in _left_out.items():
        terminalreporter.write_line(f"{mark}: {why}")


@pytest.fixture
def gpus(monkeypatch):
    """CuPy's stand-in with two devices: see `tests/strict`."""
    return install(monkeypatch)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium: one for all tests, since Playwright starts but once in a process."""
    playwright = pytest.importorskip("playwright.sync_api")
    if (chromium := shutil.which("chromium")) is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture(autouse=True)
def _on_a_gpu(request):
    if request.config.getoption("--stand-in"):
        request.getfixturevalue("gpus")
        with gpu(1):
            yield
    elif request.config.getoption("--on-gpu") and "gpus" not in request.fixturenames:
        with gpu(0):
            yield
    else:
        yield


@pytest.fixture
def on_gpu(_on_a_gpu):
    """Whether arrays are made on a GPU, real or not: its promise is weaker in a few places, which say so."""
    return current_context().device_type == "gpu"
