"""`check.sh` runs its parts one after the other, and whatever happens to one of them, what was found is kept."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from minigrad.device import num_gpus
from tests.gpu import check

HERE = Path(check.__file__).parent
TESTS = """
import time

import pytest


def test_right():
    pass


def test_wrong():
    assert 1 == 2


def test_without_its_fixture(nobody_knows):
    pass


@pytest.mark.skip(reason="no")
def test_left_out():
    pass


def test_slow():
    time.sleep(LONG)
"""
ADAM = {
    "task": "adam, 100,000,000 elements", "failed": {"PyTorch, fused": "RuntimeError: no"},
    "seconds": {"minigrad": [6.71e-4, 6.7e-4, 6.72e-4], "PyTorch": [1.9e-3] * 3},
    "ratios": {"minigrad": {"PyTorch": [2.8, 2.831, 2.84]}},
}  # fmt: skip
SMALL = {"task": "small", "seconds": {"minigrad": [1e-3], "hybridized": [5e-4]}, "ratios": {}, "failed": {}}
SPEED = {"gpu": "NVIDIA H200", "versions": {"cupy": "14.2.0", "torch": "2.9"}, "races": [ADAM, SMALL]}


@pytest.mark.skipif(num_gpus() > 0, reason="there is a GPU")
def test_without_a_gpu_it_says_so_and_runs_nothing(tmp_path):
    command = ["bash", str(HERE / "check.sh"), str(tmp_path / "found")]
    done = subprocess.run(
        command, env={"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True
    )
    assert done.returncode == 1
    assert done.stderr.strip().startswith("There is no GPU here that CuPy can use")
    assert not (tmp_path / "found").exists()


def parts(folder, speed, long):
    (folder / "test_some.py").write_text(TESTS.replace("LONG", str(long)))
    tests = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.gpu.outcomes", str(folder)]
    return {
        "speed": [sys.executable, "-c", speed, str(folder / "speed.json")],
        "marked": tests,
        "all": [*tests, "--none"],
    }


@pytest.fixture
def ran(monkeypatch, tmp_path):
    """Run it with other commands for its parts; its exit status and what it wrote."""

    def run(script="", long=0, **limits):
        monkeypatch.setattr("minigrad.num_gpus", lambda: 1)
        monkeypatch.setattr(check, "parts", lambda folder: parts(folder, script, long))
        monkeypatch.setattr(check, "MOST", limits)
        status = check.main(tmp_path)
        return status, json.loads((tmp_path / "results.json").read_text()), (tmp_path / "results.md").read_text()

    return run


WRITES = f"import sys, pathlib; pathlib.Path(sys.argv[1]).write_text({json.dumps(SPEED)!r})"


def test_each_test_is_counted_and_a_part_that_cannot_start_stops_no_other(ran, capsys):
    status, found, table = ran(WRITES)
    assert status == 1
    assert [part["ended"] for part in found["parts"].values()] == ["finished", "ended with 1", "ended with 4"]
    assert found["parts"]["marked"]["counts"] == {"passed": 2, "failed": 1, "error": 1, "skipped": 1}
    wrong = found["parts"]["marked"]["wrong"]
    assert [test.split("::")[1] for test in wrong] == ["test_wrong", "test_without_its_fixture"]
    assert any("assert 1 == 2" in line for line in next(iter(wrong.values())))
    assert "2 passed, 1 failed, 1 errors, 1 skipped |" in table
    assert "nothing, then ended with 4 |" in table
    assert "| | minigrad | PyTorch | hybridized |" in table
    assert "| adam, 100,000,000 elements | 0.671 | 1.9 (2.83) | - |" in table
    assert "| small | 1 | - | 0.5 |" in table and "cupy 14.2.0, torch 2.9." in table
    printed = capsys.readouterr().out
    assert "test_wrong" in printed and "not measured: adam, 100,000,000 elements, PyTorch, fused: Runtime" in printed


def test_what_was_found_before_the_time_was_over_is_kept(ran):
    started = time.monotonic()
    status, found, table = ran(f"{WRITES}\nimport time; time.sleep(60)", long=60, speed=3, marked=8)
    assert time.monotonic() - started < 50
    assert status == 1
    assert found["parts"]["speed"]["ended"] == found["parts"]["marked"]["ended"] == "ran out of time"
    assert found["parts"]["speed"]["races"] == SPEED["races"]
    assert "1 passed, 1 failed, 1 errors, 1 skipped, then ran out of time" in table


def test_nothing_measured_is_no_reason_to_fail(ran):
    _, found, table = ran("raise SystemExit('no')")
    assert found["parts"]["speed"]["ended"] == "ended with 1"
    assert "2 passed" in table


def test_the_processes_of_xdist_have_the_same_tests():
    """What goes into the name of a test must not change from process to process, as a time or an address does."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
    command += ["tests/np/test_text.py", "tests/np/test_parameters_of_laws.py", "tests/gluon/data/vision"]
    running = []
    for seed in "12":
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        running.append(
            subprocess.Popen(command, cwd=HERE.parents[1], stdout=subprocess.PIPE, text=True, env=environment)
        )
        time.sleep(1.1)
    first, second = ([line for line in one.communicate()[0].splitlines() if "::" in line] for one in running)
    assert len(first) > 100
    assert first == second


LACKS = "hypothesis sympy mpmath scipy jupytext nbclient playwright py_mini_racer mpi4py"


def test_no_test_for_a_gpu_needs_a_package_that_a_bare_machine_lacks(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(f"import sys; sys.modules.update(dict.fromkeys({LACKS!r}.split()))")
    marked = [part for part in check.parts(tmp_path)["marked"] if part.endswith(".py")]
    path = os.pathsep.join([str(tmp_path), str(HERE.parents[1])])
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider", *marked],
        cwd=HERE.parents[1], capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
