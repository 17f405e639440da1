"""A Tensor as something else: what Python, unittest, pytest and NumPy do with NumPy's arrays, they do with ours."""

import copy
import fractions
import math
import operator
import pickle
import unittest

import numpy
import pytest

from minigrad import autograd, nd, np
from minigrad.errors import DTypeError, KeywordError, MinigradError, PositionError, ShapeError


def recorded(values, dtype="float32"):
    """An array with a past."""
    x = np.array(values, dtype=dtype)
    x.attach_grad()
    with autograd.record():
        return x * 1


ONE, VECTOR, WHOLE = recorded(2.5), recorded([1, 2, 3]), np.array(3, dtype="int64")


def test_approx_compares_on_either_side():
    for expected in (2.5, numpy.float64(2.5), ONE):
        assert pytest.approx(expected) == ONE
        assert pytest.approx(expected) == ONE
    assert pytest.approx(2.6) != ONE
    for expected in ([1, 2, 3], numpy.array([1.0, 2, 3]), VECTOR):
        assert pytest.approx(expected) == VECTOR
        assert pytest.approx(expected) == VECTOR
    assert pytest.approx([1, 2, 4]) != VECTOR
    assert pytest.approx({"loss": 2.5}) == {"loss": ONE}
    assert pytest.approx({"loss": ONE}) == {"loss": 2.5}
    assert pytest.approx([2.5, 5]) == [ONE, 2 * ONE]
    assert pytest.approx([ONE, 2 * ONE]) == [2.5, 5]
    assert list(VECTOR) == pytest.approx([1, 2, 3])


def test_unittest_compares():
    case = unittest.TestCase()
    case.assertAlmostEqual(recorded(2.000000001, "float64"), 2.0)
    case.assertAlmostEqual(2.0, recorded(2.000000001, "float64"))
    case.assertAlmostEqual(ONE, 2.6, delta=0.2)
    case.assertNotAlmostEqual(ONE, 2.6)
    case.assertIn(2.0, VECTOR)
    case.assertGreater(ONE, 2)
    with pytest.raises(AssertionError):
        case.assertAlmostEqual(ONE, 2.6)


def test_numpy_testing_compares():
    numpy.testing.assert_allclose(VECTOR, [1, 2, 3])
    numpy.testing.assert_array_equal([1, 2, 3], VECTOR)
    numpy.testing.assert_almost_equal(VECTOR, [1, 2, 3])
    with pytest.raises(AssertionError):
        numpy.testing.assert_allclose(VECTOR, [1, 2, 4])


def test_one_number_is_rounded_by_python_and_more_by_numpy():
    assert round(recorded(1.23456, "float64"), 3) == 1.235
    assert type(round(recorded(2.7))) is int
    assert round(recorded(2.7)) == 3
    assert round(recorded([1.26, -1.26]), 1).tolist() == pytest.approx([1.3, -1.3])
    assert round(WHOLE) == 3


def test_math_takes_one_number():
    assert (math.floor(ONE), math.ceil(ONE), math.trunc(ONE), math.isclose(ONE, 2.5)) == (2, 3, 2, True)
    assert math.sqrt(np.array(4.0)) == 2
    assert math.fsum(VECTOR) == 6
    with pytest.raises(ShapeError, match=r"trunc\(\) needs one value"):
        math.trunc(VECTOR)


def test_python_numbers():
    assert (int(ONE), float(ONE), complex(ONE), bool(ONE)) == (2, 2.5, 2.5 + 0j, True)
    assert operator.index(WHOLE) == 3
    assert [1, 2, 3, 4][WHOLE] == 4
    assert [float(v) for v in divmod(ONE, 2)] == [1, 0.5]
    assert [float(v) for v in divmod(7, ONE)] == [2, 2]
    assert (ONE + fractions.Fraction(1, 2)).item() == 3
    assert (fractions.Fraction(1, 2) * VECTOR).tolist() == [0.5, 1, 1.5]


def test_builtins():
    assert (sum([ONE, ONE]), max(VECTOR), min(ONE, 2 * ONE)) == (5, 3, 2.5)
    assert [float(v) for v in sorted(VECTOR, reverse=True)] == [float(v) for v in reversed(VECTOR)] == [3, 2, 1]
    assert 2.0 in VECTOR
    assert 7 not in VECTOR
    assert {ONE: 1}[ONE] == 1


def test_text():
    assert (f"{ONE:.3f}", f"{WHOLE:04d}", "%.2f" % ONE, f"{ONE}") == ("2.500", "0003", "2.50", "2.5")  # noqa: UP031
    assert f"{VECTOR:>15}" == "   [1. 2. 3.]".rjust(15)
    with pytest.raises(KeywordError, match=r"'\.2f' is for one number, but this array has shape \(3,\)"):
        f"{VECTOR:.2f}"


def test_copies_and_pickles_hold_the_values():
    for twin in (copy.copy(VECTOR), copy.deepcopy([VECTOR])[0], pickle.loads(pickle.dumps(VECTOR))):
        assert twin.tolist() == [1, 2, 3]


def test_numpy_gets_a_view_unless_it_asks_for_more():
    assert numpy.shares_memory(numpy.asarray(VECTOR), VECTOR.data)
    assert numpy.asarray(VECTOR, dtype="float64").dtype == "float64"
    for own in (numpy.array(VECTOR), numpy.asarray(VECTOR, copy=True), numpy.asarray(VECTOR, dtype=int)):
        own[0] = 7
    assert VECTOR.tolist() == [1, 2, 3]
    assert numpy.asarray(VECTOR, copy=False).tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="only as a copy, and copy=False forbids one"):
        numpy.asarray(VECTOR, dtype="float64", copy=False)
    assert (VECTOR.strides, VECTOR.nbytes) == ((4,), 12)


def test_an_item_is_asked_for_by_a_position_that_exists():
    assert VECTOR.item(1) == 2
    with pytest.raises(PositionError, match=r"item\(\) has no value at \(7,\) in an array of shape \(3,\)"):
        VECTOR.item(7)
    with pytest.raises(MinigradError, match=r"item\(\) needs one value, but this array has shape \(3,\)"):
        VECTOR.item()


def test_an_element_takes_an_array_of_one_element():
    x = np.zeros((2, 2))
    for key, value in {(0, 0): np.array([1.0]), (0, 1): numpy.array([[2.0]]), (1, 0): [3.0], (1, 1): ONE}.items():
        x[key] = value
    assert x.tolist() == [[1, 2], [3, 2.5]]


@pytest.mark.parametrize("value", [None, "a", {}, [1.0, None]])
def test_an_element_takes_numbers_only(value):
    x = np.zeros(2)
    with pytest.raises(MinigradError, match="expects numbers"):
        x[0] = value
    assert x.tolist() == [0, 0]


def test_what_is_not_a_number_is_not_equal_and_is_left_to_decide():
    class Agrees:
        __array_ufunc__ = None

        def __eq__(self, other):
            return "agreed"

        def __radd__(self, other):
            return "added"

        __hash__ = None

    assert (ONE == "a", ONE != "a", object() == ONE) == (False, True, False)
    assert (Agrees() == ONE, Agrees() == ONE, ONE + Agrees()) == ("agreed", "agreed", "added")


@pytest.mark.parametrize("make", [np.array, nd.array])
@pytest.mark.parametrize("index", [[0], [1], [[1]], [0, 1]], ids=str)
def test_positions_in_an_array_of_numpys_mean_what_they_do_there(make, index):
    """A single one was taken for a number, and its axis was missing."""
    a, t = numpy.arange(6).reshape(2, 3), make(index, dtype="int64")
    numpy.testing.assert_array_equal(a[t], a[numpy.array(index)])
    with pytest.raises(DTypeError, match="cannot be used as an index"):
        [10, 20, 30][t]


@pytest.mark.parametrize("mask", [[True], [False], True, False], ids=str)
def test_a_mask_of_an_array_of_numpys_is_no_position_there(mask):
    """One False was taken for the position 0, and chose what it hides."""
    a = numpy.arange(3).reshape(1, 3)
    numpy.testing.assert_array_equal(a[np.array(mask, dtype="bool")], a[numpy.array(mask)])
