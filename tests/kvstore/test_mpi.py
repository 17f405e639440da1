"""Stores on several ranks of MPI; the programs that the ranks run are in `on_ranks.py`."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from minigrad import cpu
from minigrad.commands.launch import launcher
from tests.kvstore import on_ranks

pytestmark = pytest.mark.mpi

HERE = Path(__file__).parent
LIMIT = 100
"""Seconds after which a job is ended: a hang fails the test."""


def run(command, env=()):
    """The status and the output of a command; all its processes are ended if it takes too long."""
    single = {"MINIGRAD_READING": "numpy", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment = os.environ | single | {"PYTHONPATH": str(HERE.parents[1])} | dict(env)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    ) as job:
        try:
            told, _ = job.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            os.killpg(job.pid, signal.SIGKILL)
            told, _ = job.communicate()
            pytest.fail(f"still running after {LIMIT} s: {told[-2000:]}")
    return job.returncode, told


def ranks(n, program, folder, *words, mpi4py=True):
    python = [sys.executable, "-W", "error", *(["-m", "mpi4py"] if mpi4py else [])]
    return run([launcher(), "-n", str(n), *python, str(HERE / "on_ranks.py"), program, str(folder), *words])


def succeeds(*job):
    status, told = ranks(*job)
    assert status == 0, told[-5000:]


def test_sums_votes_and_bytes_are_those_of_the_formulas_and_of_the_simulation(tmp_path):
    succeeds(4, "sums", tmp_path)


def test_what_goes_wrong_on_one_rank_is_said_on_all_and_nobody_waits(tmp_path):
    succeeds(2, "mistakes", tmp_path)


def test_ranks_learn_what_one_process_learns_from_the_large_batch_and_hold_the_same_bits(tmp_path):
    for n in (1, 2, 4):
        succeeds(n, "large_batch", tmp_path)
    for dtype, tolerance in (("float32", 1e-6), ("float64", 1e-12)):
        steps = on_ranks.STEPS[dtype]
        with cpu():  # as the ranks
            alone = on_ranks.flat(on_ranks.trained(1, 0, dtype, steps, None, {"learning_rate": 0.1, "momentum": 0.9}))
        for n in (1, 2, 4):
            first, *others = (numpy.load(tmp_path / f"{dtype}-{n}-{rank}.npy") for rank in range(n))
            assert all(other.tobytes() == first.tobytes() for other in others)
            assert first.dtype == dtype
            assert numpy.linalg.norm(first - alone) <= tolerance * numpy.linalg.norm(alone), (dtype, n)


def test_the_program_of_the_readme_learns(tmp_path):
    succeeds(2, "readme", tmp_path)
    assert (tmp_path / "0.npy").read_bytes() == (tmp_path / "1.npy").read_bytes()


@pytest.mark.parametrize("previous", ["worker", "key"])
def test_late_gradients_do_what_they_do_in_the_simulation(previous, tmp_path):
    succeeds(4, "late", tmp_path, previous)
    assert sorted(path.name for path in tmp_path.glob("late-*")) == ["late-0", "late-1", "late-2"]


def test_a_run_whose_rank_was_killed_goes_on_from_its_last_checkpoint_bit_for_bit(tmp_path):
    through, broken = tmp_path / "through", tmp_path / "broken"
    through.mkdir()
    broken.mkdir()
    succeeds(2, "whole", through)
    status, _ = ranks(2, "killed", broken)
    assert status != 0
    assert (broken / "place.json").read_text() == "50" and not (broken / "end-0.npy").exists()
    succeeds(2, "resumed", broken)
    for rank in range(2):
        assert (broken / f"end-{rank}.npy").read_bytes() == (through / f"end-{rank}.npy").read_bytes()


@pytest.mark.parametrize(
    ("program", "mpi4py", "told"),
    [
        ("fails", True, "ValueError: rank 1 has had enough"),
        ("fails", False, "ValueError: rank 1 has had enough"),
        ("overflows", True, "RuntimeWarning: overflow encountered in add"),
        ("absent", True, r"rank 0 has waited \d s for .* first store\. If one .*\s+.*rank 0 has waited \d s .*ends"),
        ("leaves", False, r"rank 0 has reached barrier\(\).*; rank 1 has reached the end of the program"),
    ],
)
def test_a_rank_that_fails_or_leaves_ends_the_job(program, mpi4py, told, tmp_path):
    status, printed = ranks(2, program, tmp_path, mpi4py=mpi4py)
    assert status != 0
    assert re.search(told, printed)


def test_a_launcher_of_another_mpi_is_refused():
    code = "from minigrad import kv; kv.create('dist_sync')"
    for name in ("OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"):
        status, printed = run([sys.executable, "-c", code], env={name: "4"})
        assert status != 0
        assert re.search(rf"launched with 4 processes \({name}\), but the MPI of mpi4py .* sees one", printed)


def test_the_digits_are_trained_on_two_ranks_as_on_one(tmp_path):
    def scores(n, *words):
        command = [sys.executable, "-m", "minigrad", "launch", "-n", n, "-m", "minigrad", "train", "--dist", *words]
        status, printed = run([*command, "--epochs", "1", "--save", str(tmp_path / n)])
        assert status == 0, printed
        assert printed.count("test accuracy") >= 1
        assert len(re.findall("^parameters: ", printed, flags=re.M)) <= 1
        with numpy.load(tmp_path / n) as saved:
            return numpy.concatenate([saved[name].ravel() for name in sorted(saved.files) if name != "minigrad.json"])

    one, two = scores("1"), scores("2")
    assert numpy.linalg.norm(one - two) < 1e-5 * numpy.linalg.norm(one)


def test_launch_passes_words_on_and_answers_with_the_status_of_the_job(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import sys; print(sys.argv[1:]); sys.exit(int(sys.argv[2]))")
    command = [sys.executable, "-m", "minigrad", "launch", "-n", "1"]
    assert run([*command, str(script), "--help", "0"]) == (0, "['--help', '0']\n")
    assert run([*command, str(script), "-x", "3"])[0] == 3
    for words, told in (((), "There is no program to run"), (("absent.py",), "There is no file 'absent.py'")):
        status, printed = run([*command, *words])
        assert status == 2 and told in printed


def test_one_process_needs_no_launcher_but_a_server_needs_workers():
    code = "from minigrad import kv; store = kv.create('dist_sync'); print(store, store.rank, store.num_workers)"
    assert run([sys.executable, "-c", code]) == (0, "kvstore.create('dist_sync') 0 1\n")
    status, printed = run([sys.executable, "-c", "from minigrad import kv; kv.create('dist_async')"])
    assert status == 1 and "needs two ranks or more: rank 0 is the server" in printed


def test_mpi_starts_with_the_first_store_of_several_processes():
    code = "import sys; from minigrad import kv; kv.create('sim', num_workers=2); print('mpi4py' in sys.modules)"
    assert run([sys.executable, "-c", code]) == (0, "False\n")
