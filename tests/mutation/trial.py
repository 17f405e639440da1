"""A trial of a mutant: tests on a copy of the checkout, the nearest first, until one of them fails.

Each batch of test files runs in a fork of a process that has imported the large libraries already.
"""

import os
import re
import resource
import shutil
import signal
import sys
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest

from tests.mutation.mutants import ROOT

HANGS = 60
"""Seconds of computing after which a test hangs, which is a death: none takes ten. (It may wait five times as long.)"""

ENOUGH = 90
"""Seconds of computing after which a mutant is held to survive."""

MEMORY = 16 << 30
"""Bytes: a mutant that asks for more is refused. (A limit of addresses would stop V8, which reserves many.)"""

SLOW = "tests/optimizer/test_run.py::test_a_forked_process_starts_its_own_threads"
"""A test that fails when a process of its own does not answer in 20 seconds, as beside others it may not."""

OPTIONS = [
    "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "-W", "ignore::pytest.PytestAssertRewriteWarning",
    "--deselect", SLOW,
]  # fmt: skip

for library in ("hypothesis", "matplotlib.pyplot", "numba", "scipy.special", "sympy", "torch"):
    with suppress(ImportError):
        import_module(library)


def copy_checkout(folder):
    """A copy of what the tests read."""
    left_out = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
    return Path(shutil.copytree(ROOT, folder, ignore=left_out))


def spent():
    """Seconds that this process and those it started have computed."""
    return sum(os.times()[:4])


def words(text):
    """The words of a text, those of a name among them: {"sgd", "step"} of "sgd_step"."""
    return set(re.findall(r"[a-z0-9]{2,}", text.lower()))


class Watch:
    """Begins with the tests whose names say most of what is wanted, and ends the process when one fails.

    The name of the test that runs is in the file `note`.
    """

    def __init__(self, note, wanted, left):
        self.note, self.wanted, self.end = note, wanted, spent() + left

    def pytest_collection_modifyitems(self, items):
        items.sort(key=lambda item: [-len(one & words(item.nodeid)) for one in self.wanted])

    def pytest_collectstart(self, collector):
        self.begin(collector.nodeid)

    def pytest_runtest_logstart(self, nodeid):
        if spent() > self.end:
            os._exit(0)
        self.begin(nodeid)

    def pytest_collectreport(self, report):
        if report.failed:
            os._exit(1)

    pytest_runtest_logreport = pytest_collectreport

    def begin(self, nodeid):
        """Whatever takes longer than HANGS from here is killed by the system."""
        self.note.write_text(nodeid, encoding="utf-8")
        resource.setrlimit(resource.RLIMIT_CPU, (int(spent()) + HANGS, resource.RLIM_INFINITY))
        signal.alarm(5 * HANGS)


def run(checkout, arguments, wanted=(), left=ENOUGH):
    """Run pytest in a fork: whether something failed, what ran last, and the seconds of computing."""
    note = checkout.parent / "note"
    note.write_text("", encoding="utf-8")
    pid = os.fork()
    if not pid:
        try:
            os.setsid()
            os.chdir(checkout)
            with (checkout.parent / "output").open("w") as output:
                os.dup2(output.fileno(), 1)
                os.dup2(output.fileno(), 2)
            resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
            os.environ |= {"PYTHONPATH": str(checkout), "TMPDIR": str(checkout.parent)}
            sys.path[:] = [str(checkout), *(path for path in sys.path if path not in ("", str(ROOT)))]
            for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
                del sys.modules[name]
            status = pytest.main([*OPTIONS, *arguments], plugins=[Watch(note, wanted, left)])
        finally:
            os._exit(status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED))
    try:
        _, status, used = os.wait4(pid, 0)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)  # what the tests started and did not end
    return status != 0, note.read_text(encoding="utf-8"), used.ru_utime + used.ru_stime


@cache
def test_files():
    """Every test file of the checkout, with the names in it, and in the files of a folder that is called as it is."""
    found = {}
    for path in (ROOT / "tests").rglob("test_*.py"):
        texts = [path, *path.with_name(path.stem.removeprefix("test_")).glob("*.py")]
        found[path] = {name for text in texts for name in re.findall(r"\w+", text.read_text(encoding="utf-8"))}
    return found


@cache
def users(path):
    """The names of the modules that use a module, which are in its room."""
    named = re.compile(rf"\b{path.parent.name}(\.| import .*\b){path.stem}\b")
    files = (ROOT / Path(*path.parts[:2])).rglob("*.py")
    return {file.stem for file in files if named.search(file.read_text(encoding="utf-8"))}


def batches(mutant):
    """Files to run: the first six of its room and namesakes elsewhere; the other ones of the room; and those elsewhere
    that have a name which stands around the change. Namesakes come first, then those of modules that use it, then those
    of its folder, then those with most of the names."""
    path = Path(mutant.path)
    names, folder = {path.stem, *mutant.names}, ROOT / "tests" / Path(*path.parts[1:-1])
    of_users = {f"test_{name}" for name in users(path)}

    def distance(file):
        own = file.stem == f"test_{path.stem}"
        words = names & test_files()[file]
        return not own, file.stem not in of_users, file.parent != folder, -len(words), len(str(file))

    files = sorted(test_files(), key=distance)
    room = [file for file in files if file.is_relative_to(ROOT / "tests" / path.parts[1])]
    near = [file for file in files if file in room or file.stem == f"test_{path.stem}"][:6]
    rest = [file for file in room if file not in near]
    wide = [file for file in files if file not in near + rest and names & test_files()[file]]
    for batch in [ROOT / path, *near], rest, wide:
        yield [file.relative_to(ROOT).as_posix() for file in batch]


def attempt(checkout, mutant):
    """Whether a mutant dies, by which test, and what it took."""
    original, target, used = ROOT / mutant.path, checkout / mutant.path, 0.0
    defined = re.findall(r"^ *(?:def|class) (\w+)", mutant.text, flags=re.M)
    wanted = [words(" ".join(some)) for some in ([original.stem, *mutant.names], mutant.strings, defined)]
    target.write_text(mutant.text, encoding="utf-8")
    os.utime(target, (0, hash(mutant) % 2**31))  # so that what was compiled of another mutant does not fit
    try:
        for batch in filter(None, batches(mutant)):
            died, test, seconds = run(checkout, batch, wanted, ENOUGH - used)
            used += seconds
            if died or used > ENOUGH:
                break
    finally:
        shutil.copy2(original, target)
    return died, test, used
