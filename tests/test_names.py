"""What `__all__` promises: every public name of a room, and nothing that it only uses."""

import importlib
import inspect
import subprocess
import sys
from types import ModuleType

import pytest

from minigrad.engine.tensor import Tensor

ROOMS = [
    "autograd", "datasets", "gluon", "gluon.data", "gluon.data.vision", "gluon.data.vision.transforms", "gluon.loss",
    "gluon.metric", "gluon.nn", "gluon.rnn", "gluon.utils", "init", "initializer", "kvstore", "lr_scheduler", "metric",
    "nd", "nd.random", "np", "np.linalg", "np.random", "npx", "ops", "optimizer", "plot", "random",
]  # fmt: skip
PARTS = {
    "np": ["create", "np.curves", "np.grid", "np.joining", "np.products", "np.search", "np.statistics", "np.text"],
    "np.linalg": ["np.linalg"],
    "np.random": ["np.random"],
    "npx": ["npx.arrays", "npx.files", "npx.layers", "npx.switches"],
    "nd": ["nd.create", "nd.random"],
    "random": ["random"],
}
"""Where the functions of these rooms are written."""
HELPERS = {
    "np.search": {"constant"}, "np.statistics": {"between"}, "np.products": {"conjugated"}, "nd.random": {"randint"},
    "npx.arrays": {"whole_lengths"},
}  # fmt: skip
"""Public names of a file that only other files of the package use, or that stand in a room of their own."""


def room(name):
    return importlib.import_module(f"minigrad.{name}")


def fresh(program):
    """What a program prints that begins with `from minigrad import *` in a new Python."""
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()


def test_a_star_brings_the_rooms_and_no_name_that_a_user_has_already():
    program = "np = numpy = random = 'mine'\nfrom minigrad import *\nprint(np, numpy, random, *globals())"
    found = fresh(program)
    assert found[:3] == ["mine"] * 3
    assert {
        "gluon", "optimizer", "autograd", "npx", "nd", "init", "initializer", "lr_scheduler", "metric", "kv", "kvstore",
        "gradcheck", "cpu", "gpu", "Trainer", "plot", "datasets",
    } <= set(found)  # fmt: skip


def test_pictures_and_data_are_reached_as_attributes():
    assert fresh("import minigrad\nprint(minigrad.plot.curves.__name__, minigrad.datasets.digits.__name__)") == [
        "curves",
        "digits",
    ]


def test_a_room_is_opened_when_it_is_first_entered():
    late = ["gluon", "optimizer", "nd", "metric", "plot", "datasets", "gradcheck"]
    program = f"import sys, minigrad\nprint(*[name for name in {late} if 'minigrad.' + name in sys.modules])"
    assert fresh(program) == []


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_has_all_that_it_promises_once_and_nothing_private(name):
    promised = room(name).__all__
    assert len(promised) == len(set(promised))
    assert [word for word in promised if word.startswith("_") or not hasattr(room(name), word)] == []


@pytest.mark.parametrize("name", ROOMS)
def test_what_a_room_promises_comes_from_minigrad_or_numpy(name):
    foreign = {"annotations", "Any", "composed", "Callable", "TYPE_CHECKING"}
    assert foreign.isdisjoint(room(name).__all__)
    for word in room(name).__all__:
        thing = getattr(room(name), word)
        if isinstance(thing, ModuleType):
            assert thing.__name__ in {f"minigrad.{name}.{word}", f"minigrad.{word}"}
        elif inspect.isclass(thing) or inspect.isfunction(thing):
            assert thing.__module__.split(".")[0] in {"minigrad", "numpy"}


@pytest.mark.parametrize("name", PARTS)
def test_every_public_function_of_its_files_is_promised(name):
    promised = set(room(name).__all__)
    for part in PARTS[name]:
        own = room(part)
        written = {
            word
            for word, thing in vars(own).items()
            if callable(thing) and not word.startswith("_") and getattr(thing, "__module__", None) == own.__name__
        }
        assert written - promised - HELPERS.get(part, set()) == set(), part


def test_np_promises_no_array_type_but_numpys_name_for_it():
    assert "ndarray" in room("np").__all__
    assert "Tensor" not in room("np").__all__
    assert room("np").ndarray is Tensor
