"""What the docstring of an operation says of its derivative is true, and so is what help() says of its defaults."""

import contextlib
import inspect
import re

import numpy
import pytest

from minigrad import np
from minigrad.engine.registry import OPS, raw
from tests.ops.table import ELEMENTWISE

DERIVATIVES = re.compile(r"dy/d(\w+) = (.+?)(?=, dy/d|\.$)", re.MULTILINE)
PRINTED = [row for row in ELEMENTWISE if row.f is OPS.get(row.covers) and DERIVATIVES.search(row.f.__doc__)]


@pytest.mark.parametrize("name", OPS)
def test_an_operation_says_what_its_derivative_is(name):
    assert re.search(r"^\s*(Derivative|Gradient|No derivative)\b", OPS[name].__doc__, re.MULTILINE)


@pytest.mark.parametrize("row", PRINTED, ids=str)
def test_the_derivative_in_the_docstring_equals_differences(row):
    arrays = row.draw(numpy.random.default_rng(0), [(20,)] * len(row.domains))
    functions, step = vars(raw(numpy)), 1e-5
    known = {**dict(zip(row.f.names, arrays)), "y": row.reference(*arrays), "pi": numpy.pi}
    for name, text in DERIVATIVES.findall(row.f.__doc__):
        i = row.f.names.index(name)
        above, below = ([a + h * (i == k) for k, a in enumerate(arrays)] for h in (step, -step))
        slope = (row.reference(*above) - row.reference(*below)) / (2 * step)
        numpy.testing.assert_allclose(slope, eval(text, functions, known) + 0 * slope, rtol=1e-6, atol=1e-8)


def test_most_elementwise_operations_are_compared_with_differences():
    assert len(PRINTED) > 45


def defaults(f):
    """The defaults of a function, except dtypes; none if it is one of NumPy's that does not say what it takes."""
    with contextlib.suppress(ValueError):
        given = inspect.signature(f).parameters.values()
        return {p.name: p.default for p in given if p.default not in (p.empty, numpy._NoValue) and p.name != "dtype"}
    return {}


def test_a_default_that_help_shows_of_an_operation_or_a_function_is_numpys():
    given = OPS | {name: getattr(np, name) for name in np.__all__ if not isinstance(getattr(np, name), type)}
    rows = [(name, defaults(f), defaults(getattr(numpy, name, int))) for name, f in given.items() if callable(f)]
    others = {(name, key) for name, ours, numpys in rows for key in ours if ours[key] != numpys.get(key, ours[key])}
    same = {("einsum", "optimize"), ("histogram", "density")}  # where None and False are the same
    renamed = {("percentile", "interpolation"), ("quantile", "interpolation")}  # NumPy 2.0 lists the old name of method
    assert others <= same | renamed
    assert sum(bool({*ours} & {*numpys}) for _, ours, numpys in rows) > 50
