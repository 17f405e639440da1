"""Whatever a public function is given, it works, or refuses in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(os.name == "nt", reason="a call that hangs is stopped by a signal that Windows does not have")
def test_20000_calls_with_wrong_arguments_work_or_are_refused_in_a_sentence():
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz", "20000", "0"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("20000 calls\n", "", 0)
