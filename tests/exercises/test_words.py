"""The functions that neighbours are written with, against NumPy on an array of three rows."""

import numpy
import pytest

from minigrad.exercises.words import WORDS

X = numpy.random.default_rng(0).normal(size=(3, 4))
Y = numpy.random.default_rng(1).normal(size=(4, 5))
ROW = numpy.array([[0.0], [1.0], [0.0]])

CASES = {
    "mean_over": [((X, 0), X.mean(0)[None]), ((X, None), X.mean())],
    "sum_over": [((X, -1), X.sum(1)[:, None]), ((X, None), X.sum())],
    "max_over": [((X, 0), X.max(0)[None]), ((X, None), X.max())],
    "norm_over": [((X, 1), (X**2).sum(1)[:, None] ** 0.5), ((X, None), (X**2).sum() ** 0.5)],
    "first_over": [((X, 0), X[0, 0])],
    "total": [((X,), X.sum())],
    "average": [((X,), X.mean())],
    "largest": [((X,), X.max())],
    "first_row": [((X,), X[0].sum())],
    "all_but_last": [((X,), X.sum() - X[-1, -1])],
    "all_but_first": [((X,), X.sum() - X[0, 0])],
    "spectral": [((X,), numpy.linalg.eigvalsh(X @ X.T)[-1] ** 0.5)],
    "without_index": [((X, 0, 0), X[1:]), ((X, -1, 1), X[:, :-1])],
    "only_index": [((X, 1, 0), X[1:2]), ((X, -1, 1), X[:, -1:])],
    "blank_index": [((X, 1, 0), X * (1 - ROW)), ((X, -2, 0), X * (1 - ROW))],
    "blank_others": [((X, 1, 0), X * ROW), ((X.T, -2, 1), X.T * ROW.T)],
    "sums_of_pairs": [((X, Y), [[sum(a + b for a, b in zip(x, y)) for y in Y.T] for x in X])],
    "how_many": [((X, None), 12), ((X, 1), 4)],
}


@pytest.mark.parametrize(("name", "args", "expected"), [(name, *case) for name in CASES for case in CASES[name]])
def test_a_function_does_what_its_name_says(name, args, expected):
    found = WORDS[name](*args)
    assert numpy.shape(found) == numpy.shape(expected)
    numpy.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["sqrt", "maximum", "total", "average", "largest", "first_row", "spectral"])
def test_numbers_stay_pythons(name):
    assert type(WORDS[name](*((2.0, 3.0) if name == "maximum" else (4.0,) if name == "sqrt" else (X,)))) is float
