"""The default batchify stacks each part of the samples and keeps dtypes and devices."""

import numpy
import pytest

from minigrad import cpu, np
from minigrad.errors import DTypeError, ShapeError
from minigrad.gluon.data import default_batchify_fn


@pytest.mark.parametrize(
    ("samples", "dtype", "expected"),
    [
        ([1, 2], "int64", [1, 2]),
        ([1.5, 2], "float32", [1.5, 2]),
        ([True, False], "bool", [True, False]),
        ([numpy.float64(1), numpy.float64(2)], "float64", [1, 2]),
        ([numpy.int32(1), numpy.int32(2)], "int32", [1, 2]),
        ([numpy.ones(2, "uint8"), numpy.zeros(2, "uint8")], "uint8", [[1, 1], [0, 0]]),
        ([[1.0, 2.0], [3.0, 4.0]], "float32", [[1, 2], [3, 4]]),
        ([np.array([1.0]), np.array([2.0])], "float32", [[1], [2]]),
        ([np.array(1.0), np.array(2.0)], "float32", [1, 2]),
    ],
)
def test_samples_are_stacked_with_their_dtype(samples, dtype, expected):
    batch = default_batchify_fn(samples)
    assert batch.dtype == dtype and batch.asnumpy().tolist() == expected


def test_tuples_are_batched_part_by_part():
    x, (y, z) = default_batchify_fn([(np.ones(2), (1, 2)), (np.zeros(2), (3, 4))])
    assert [part.asnumpy().tolist() for part in (x, y, z)] == [[[1, 1], [0, 0]], [1, 3], [2, 4]]


def test_tensors_stay_on_their_device():
    assert default_batchify_fn([np.ones(2, ctx=cpu(1))]).ctx is cpu(1)


def test_samples_of_different_shapes_are_refused_with_the_shapes():
    with pytest.raises(ShapeError, match=r"there are \(2,\) and \(3,\); crop or pad"):
        default_batchify_fn([np.ones(2), np.ones(3)])


def test_tuples_of_different_lengths_are_refused():
    with pytest.raises(ShapeError, match=r"the same number of parts, but have \[1, 2\]"):
        default_batchify_fn([(1,), (1, 2)])


def test_samples_that_are_no_numbers_are_refused():
    with pytest.raises(DTypeError, match="A sample of type str is neither a number"):
        default_batchify_fn(["a", "b"])


def test_a_number_among_arrays_takes_their_dtype_wherever_it_stands():
    half = np.array(0.5)  # float32
    for samples in ([half, 2.0], [2.0, half], [2.0, numpy.float32(0.5)], [numpy.float32(0.5), 2.0]):
        batch = default_batchify_fn(samples)
        assert batch.dtype == "float32" and sorted(batch.tolist()) == [0.5, 2.0]
    exact = default_batchify_fn([numpy.float64(0.1), 0.1])
    assert exact.dtype == "float64" and exact.tolist() == [0.1, 0.1]
