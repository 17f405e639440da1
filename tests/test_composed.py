"""Functions composed of operations: what becomes of numbers and lists beside arrays."""

import numpy
import pytest

from minigrad import np

X = numpy.array([1.0, 2.0])


def wide(values):
    return np.array(values, dtype="float64")


@pytest.mark.parametrize("made", [wide, numpy.array])
@pytest.mark.parametrize(
    ("name", "call"),
    [
        ("outer", lambda f, x: f([0.1, 0.2], x)),
        ("outer", lambda f, x: f(a=x, b=[0.1, 0.2])),
        ("outer", lambda f, x: f([0.1, 0.2], b=x)),
        ("dot", lambda f, x: f(b=[0.1, 0.2], a=x)),
        ("polyval", lambda f, x: f(p=[0.1, 0.2], x=x)),
        ("average", lambda f, x: f(a=x, weights=[0.1, 0.2])),
        ("interp", lambda f, x: f(0.1, [0.0, 0.3], fp=x)),
    ],
)
def test_a_list_is_as_exact_as_an_array_however_this_is_given(name, call, made):
    found, expected = call(getattr(np, name), made(X)), call(getattr(numpy, name), X)
    assert found.dtype == "float64"
    numpy.testing.assert_allclose(found.asnumpy(), expected, rtol=1e-15)


def test_it_is_so_behind_whole_numbers_and_does_not_widen_the_result():
    found = np.interp(np.array(0, dtype="int64"), xp=[-0.1, 0.2], fp=wide(X))
    numpy.testing.assert_allclose(found.asnumpy(), numpy.interp(0, [-0.1, 0.2], X), rtol=1e-15)
    assert np.outer(np.array([1.0]), [0.1]).dtype == "float32"
    assert np.outer(np.array([1], dtype="int64"), b=[2**53 + 1]).tolist() == [[2**53 + 1]]
