"""NDArrayIter: every sample once an epoch, full batches, and the three ways with a rest."""

import numpy
import pytest

from minigrad import io, np, random
from minigrad.errors import ArgumentError, ShapeError, UsageError

X, Y = numpy.arange(10).reshape(5, 2), numpy.arange(5)


def epoch(batches):
    return [(b.data[0].asnumpy()[:, 0].tolist(), b.pad) for b in batches]


def test_a_rest_is_filled_from_the_beginning():
    batches = io.NDArrayIter(X, Y, batch_size=2)
    assert epoch(batches) == [([0, 2], 0), ([4, 6], 0), ([8, 0], 1)]
    assert epoch(batches) == []
    batches.reset()
    assert len(epoch(batches)) == 3


def test_a_rest_is_left_out():
    assert epoch(io.NDArrayIter(X, batch_size=2, last_batch_handle="discard")) == [([0, 2], 0), ([4, 6], 0)]


def test_a_rest_begins_the_next_epoch():
    batches = io.NDArrayIter(X, batch_size=2, last_batch_handle="roll_over")
    assert epoch(batches) == [([0, 2], 0), ([4, 6], 0)]
    batches.reset()
    assert epoch(batches) == [([8, 0], 0), ([2, 4], 0), ([6, 8], 0)]
    batches.reset()
    assert epoch(batches)[0] == ([0, 2], 0)


def test_labels_stay_with_their_samples_in_a_new_order_each_epoch():
    random.seed(0)
    batches = io.NDArrayIter({"x": np.array(X)}, [Y], batch_size=5, shuffle=True)
    first = next(batches)
    assert first.data[0].shape == (5, 2)
    numpy.testing.assert_array_equal(first.data[0].asnumpy()[:, 0], 2 * first.label[0].asnumpy())
    assert sorted(first.label[0].tolist()) == [0, 1, 2, 3, 4]
    batches.reset()
    assert batches.next().label[0].tolist() != first.label[0].tolist()


def test_what_does_not_fit_is_said():
    with pytest.raises(UsageError, match=r"call iter_next\(\)"):
        io.NDArrayIter(X, Y).getdata()
    with pytest.raises(ShapeError, match=r"\[4, 5\]"):
        io.NDArrayIter(X, Y[:4])
    with pytest.raises(ShapeError, match="no samples"):
        io.NDArrayIter(X[:0], batch_size=6)
    with pytest.raises(ArgumentError, match="'pad', 'discard' or 'roll_over'"):
        io.NDArrayIter(X, last_batch_handle="keep")


def test_a_dict_of_arrays_is_in_the_order_of_its_names():  # as in MXNet 1.9.1
    batches = io.NDArrayIter({"b": numpy.ones(4), "a": numpy.zeros(4)}, batch_size=2)
    assert [name for name, _ in batches.provide_data] == ["a", "b"]
    assert [x.tolist() for x in next(batches).data] == [[0, 0], [1, 1]]
