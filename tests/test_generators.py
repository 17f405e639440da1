"""The random generators: each device has its own, and their states can be saved and loaded."""

import json
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy
import pytest

from minigrad import cpu, random
from minigrad.errors import FileError
from minigrad.generator_states import generator_states, set_generator_states

ROOT = Path(__file__).parent.parent


def test_the_generators_go_on_from_where_they_stood_and_a_seed_that_nothing_was_drawn_from_is_kept():
    random.seed(7)
    first = generator_states()
    drawn = random.normal(shape=(3,), ctx=cpu()).tolist()
    second = json.loads(json.dumps(generator_states()))
    more = [random.normal(shape=(3,), ctx=ctx).tolist() for ctx in (cpu(), cpu(1))]
    for states, expected in ((first, [drawn]), (second, more)):
        random.seed(1)
        random.normal(shape=(2,), ctx=cpu(1))
        set_generator_states(states)
        assert [random.normal(shape=(3,), ctx=cpu(i)).tolist() for i in range(len(expected))] == expected


def test_two_threads_that_draw_first_share_a_generator(monkeypatch):
    made, meeting = numpy.random.default_rng, threading.Barrier(2)

    def late(*seed):
        meeting.wait(5)  # for the other thread, which finds no generator yet either
        return made(*seed)

    monkeypatch.setattr(numpy.random, "default_rng", late)
    random.seed(7)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: random.normal(shape=(3,)).tolist(), range(2))
    assert first != second


def test_a_fresh_process_draws_from_the_seed_that_was_saved(tmp_path):
    code = """
import sys
from minigrad import gluon, np, random
random.seed(7) if sys.argv[1] == "save" else None
net = gluon.nn.Dense(1, in_units=1)
net.initialize("ones")
trainer = gluon.Trainer(net.collect_params(), "sgd")
getattr(trainer, sys.argv[1] + "_states")(sys.argv[2])
print(random.normal(shape=(3,)).tolist())
"""
    first, second = (
        subprocess.run(
            [sys.executable, "-c", code, what, str(tmp_path / "s")],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for what in ("save", "load")
    )
    assert first == second


ODD = [None, True, -1, 1.5, "1", [], {}, [1], [1, -1], 2**200, "MT19937", "__class__", float("nan")]


@pytest.mark.parametrize("name", ["seed", "0", "gpu 0", "gpu x", "-1", "x", "99999", ""])
def test_states_that_no_generator_can_have_are_refused_and_nothing_changes(name):
    random.seed(7)
    for found in [*ODD, {"bit_generator": "PCG64"}]:
        if (name, found) != ("seed", 2**200):  # which is one
            with pytest.raises(FileError, match="cannot continue from"):
                set_generator_states({"seed": 3, name: found})
    with pytest.raises(FileError, match="expected a dictionary"):
        set_generator_states(["seed"])
    again = random.normal(shape=(3,)).tolist()
    random.seed(7)
    assert random.normal(shape=(3,)).tolist() == again


@pytest.mark.parametrize("path", [("bit_generator",), ("state",), ("state", "inc"), ("state", "state"), ("uinteger",)])
def test_every_part_of_a_state_must_be_one(path):
    random.seed(7)
    random.normal(shape=(3,), ctx=cpu())
    for value in [None, -1, "1", [], {}, 2**200, "MT19937", "__class__", float("nan")]:
        states = json.loads(json.dumps(generator_states()))
        part = states["0"]
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = value
        with pytest.raises(FileError, match="random generator of '0' cannot continue from"):
            set_generator_states(states)
