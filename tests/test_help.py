"""`help()` of a function says what it takes and what it does, with an example that runs."""

import doctest
import importlib
import inspect
import pydoc

import numpy
import pytest

from minigrad import nd, np
from minigrad.engine.registry import OPS

ROOMS = ["nd", "nd.random", "np", "np.linalg", "np.random", "npx", "random"]
OF_ANY_NUMBER = {
    "ElementWiseSum", "add_n", "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_arrays", "concat", "Concat",
    "einsum", "meshgrid", "rand", "randn", "result_type", "savez", "stack",
}  # fmt: skip
"""Functions that take any number of arrays or lengths."""


def functions(room):
    found = importlib.import_module(f"minigrad.{room}")
    named = {name: getattr(found, name) for name in found.__all__}
    return {name: f for name, f in named.items() if callable(f) and not isinstance(f, type)}


def is_ours(f):
    """Whether a function is written here: it is not one that NumPy computes."""
    return hasattr(f, "__wrapped__") and "minigrad" in getattr(inspect.unwrap(f), "__module__", "")


OURS = OPS | {f"{room}.{name}": f for room in ROOMS[2:] for name, f in functions(room).items() if is_ours(f)}


@pytest.mark.parametrize("name", OURS)
def test_a_function_has_an_example_that_runs_as_it_stands(name):
    found = doctest.DocTestParser().get_doctest(OURS[name].__doc__, {}, name, None, 0)
    assert found.examples
    assert doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE).run(found).failed == 0


def test_help_shows_the_signature_of_an_operation():
    printed = pydoc.plain(pydoc.render_doc(np.logaddexp) + pydoc.render_doc(np.sum) + pydoc.render_doc(np.stack))
    for line in ("logaddexp(a, b)", "sum(x, axis=None, dtype=None, keepdims=False, out=None)", "stack(arrays, axis=0)"):
        assert f" = <operation {line}>\n" in printed


@pytest.mark.parametrize("room", ROOMS)
def test_a_function_has_a_docstring_of_its_own(room):
    undocumented = {name for name, f in functions(room).items() if not f.__doc__ or f.__doc__ == type(f).__doc__}
    assert undocumented == set()


@pytest.mark.parametrize("room", ROOMS)
def test_a_function_says_what_it_takes(room):
    hidden = []
    for name, f in functions(room).items():
        if not hasattr(f, "__wrapped__") and getattr(getattr(numpy, name, f), "__text_signature__", "") is None:
            continue  # a function in C, of which NumPy 2.0 and 2.1 do not say it
        parameters = inspect.signature(f).parameters
        several = [p for p in parameters.values() if p.kind is p.VAR_POSITIONAL]
        if next(iter(parameters), None) == "xp" or (several and name not in OF_ANY_NUMBER):
            hidden.append(f"{name}{inspect.signature(f)}")
    assert hidden == []


@pytest.mark.parametrize("room", ROOMS)
def test_a_function_without_its_decorators_has_lines(room):
    """Else the doctest of Python 3.12.3 stops at one that has a function in C inside."""
    made = {name: f for name, f in functions(room).items() if inspect.isfunction(f)}
    assert {name for name, f in made.items() if not hasattr(inspect.unwrap(f), "__code__")} == set()


def test_an_older_name_takes_its_older_arguments():
    assert str(inspect.signature(nd.clip)) == "(data, a_min=None, a_max=None, *, out=None)"
    assert str(inspect.signature(nd.broadcast_add)) == "(lhs, rhs, *, out=None)"
    assert list(inspect.signature(nd.sum).parameters) == ["data", "axis", "keepdims", "exclude"]
    numpy.testing.assert_array_equal(nd.clip(data=np.array([1, 5]), a_min=2, a_max=4), [2, 4])


def test_a_function_without_a_derivative_takes_what_numpys_does():
    assert inspect.signature(np.unique) == inspect.signature(numpy.unique)
    assert inspect.signature(np.linalg.svd) == inspect.signature(numpy.linalg.svd)
