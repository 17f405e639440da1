"""What an argument must be: numbers in a range, whole numbers, shapes, words."""

import math

import numpy
import pytest

from minigrad import cpu, np
from minigrad.arguments import lengths, number, numbers, one_of, whole
from minigrad.errors import ArgumentError, KeywordError, KindError, MinigradError

NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    ("value", "low", "high", "ends", "taken"),
    [
        (0, 0, 1, "[)", True), (1, 0, 1, "[)", False), (1, 0, 1, "[]", True), (0, 0, 1, "(]", False),
        (0.5, 0, 1, "()", True), (-1e-30, 0, 1, "[)", False), (1e300, 0, INF, "[)", True), (0, 0, INF, "()", False),
        (-1e300, -INF, INF, "[)", True), (NAN, -INF, INF, "[)", False), (INF, 0, INF, "[)", False),
        (-INF, -INF, INF, "[)", False), (INF, 0, INF, "[]", False), (numpy.float32(0.5), 0, 1, "[)", True),
        (numpy.int64(3), 0, INF, "[)", True),
    ],
)  # fmt: skip
def test_a_number_lies_in_its_range_and_is_finite(value, low, high, ends, taken):
    if taken:
        assert number("x", value, low, high, ends) == value
    else:
        with pytest.raises(ArgumentError, match="^x=.* cannot be used; expected a "):
            number("x", value, low, high, ends)


@pytest.mark.parametrize("value", ["0.5", None, True, [0.5], 1j])
def test_what_is_not_a_number_is_of_a_wrong_kind(value):
    with pytest.raises(KindError) as caught:
        number("x", value)
    assert str(caught.value).startswith(f"x={value!r} ")
    assert isinstance(caught.value, (ValueError, TypeError))


@pytest.mark.parametrize(
    ("low", "high", "ends", "words"),
    [
        (0, 1, "[]", r"a number in \[0, 1\]"), (0, 1, "()", r"a number in \(0, 1\)"),
        (0, INF, "()", "a positive number"), (2, INF, "()", "a number above 2"),
        (2, INF, "[)", "a number of at least 2"), (-INF, INF, "[)", "a finite number"),
    ],
)  # fmt: skip
def test_the_sentence_says_the_range(low, high, ends, words):
    with pytest.raises(ArgumentError, match=f"expected {words}$"):
        number("x", NAN, low, high, ends)


def test_a_whole_number_is_what_python_takes_for_an_index():
    assert [whole("n", v) for v in (3, numpy.int8(3), numpy.array(3), np.array(3, dtype="int32"))] == [3] * 4
    for wrong in (3.0, 1.9, True, numpy.bool_(True), "3", None, NAN, (3,)):
        with pytest.raises(KindError, match="^n=.* expected a whole number"):
            whole("n", wrong)
    with pytest.raises(ArgumentError, match="^n=0 cannot be used; expected a positive whole number"):
        whole("n", 0, 1)


def test_a_shape_is_one_length_or_several():
    assert lengths("s", 3) == lengths("s", (3,)) == lengths("s", [3]) == lengths("s", numpy.array([3])) == (3,)
    assert lengths("s", ()) == ()
    for wrong, said in [((2, -1), r"s\[1\]=-1"), ((2.5,), r"s\[0\]=2.5"), (2.5, "s=2.5"), ("3", "s"), (True, "s=True")]:
        with pytest.raises(ArgumentError, match=f"^{said}"):
            lengths("s", wrong)


def test_of_many_numbers_the_wrong_one_is_named():
    for fine in (0.5, [0, 1], numpy.array([[0.25]]), np.array([1.0], ctx=cpu())):
        numbers("p", fine, 0, 1, "[]")
    for wrong in (1.5, [0.5, 1.5], numpy.array([[1.5]]), np.array([0.5, 1.5], ctx=cpu())):
        with pytest.raises(ArgumentError, match="^p=1.5 cannot"):
            numbers("p", wrong, 0, 1, "[]")
    with pytest.raises(ArgumentError, match="nan"):
        numbers("p", [0.5, NAN])
    with pytest.raises(KindError, match="^p="):
        numbers("p", ["a"])


def test_a_word_is_one_of_those_there_are():
    assert one_of("w", "a", "a", "b") == "a"
    assert one_of("w", None, None, True) is None
    for wrong in ("c", 1, numpy.array([1, 2])):  # 1 is not True
        with pytest.raises(ArgumentError, match="^w is .*; it must be 'a', True or None"):
            one_of("w", wrong, "a", True, None)


def test_every_refusal_is_an_error_of_minigrad_that_numpy_and_gluon_would_raise():
    assert issubclass(KindError, MinigradError) and issubclass(KindError, (TypeError,))
    assert issubclass(KindError, ValueError) and issubclass(KindError, AssertionError)
    assert not issubclass(KindError, KeywordError)
