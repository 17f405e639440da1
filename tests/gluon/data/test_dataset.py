"""Datasets give samples by index; transforming, filtering, sharding and taking give datasets again."""

from itertools import chain

import numpy
import pytest

from minigrad import cpu, np
from minigrad.errors import ArgumentError, DTypeError, KindError, ShapeError, UsageError
from minigrad.gluon.data import ArrayDataset, Dataset, SequentialSampler, SimpleDataset, default_batchify_fn


def items(dataset):
    return [dataset[index] for index in range(len(dataset))]


def test_array_dataset_puts_the_parts_of_a_sample_side_by_side():
    dataset = ArrayDataset(np.array([[1, 2], [3, 4]]), [10, 20], numpy.array(["a", "b"]))
    x, y, name = dataset[1]
    assert (x.asnumpy().tolist(), y, name, len(dataset)) == ([3, 4], 20, "b", 2)


def test_one_array_gives_samples_without_a_tuple():
    assert ArrayDataset([7, 8])[1] == 8


def test_items_of_a_one_dimensional_tensor_are_numbers():
    label = ArrayDataset(np.array([1.5, 2.5]))[1]
    assert isinstance(label, numpy.float32) and label == 2.5


def test_arrays_of_different_lengths_are_refused_with_the_lengths():
    with pytest.raises(ShapeError, match=r"must have the same length, but have \[3, 2\]"):
        ArrayDataset([1, 2, 3], [1, 2])
    with pytest.raises(UsageError, match="at least one array"):
        ArrayDataset()


def test_slices_of_an_array_dataset_are_slices_of_its_arrays():
    x, y = ArrayDataset(np.array([[1], [2], [3]]), np.array([4, 5, 6]))[1:]
    assert x.asnumpy().tolist() == [[2], [3]] and y.tolist() == [5, 6]


def test_a_lazy_transform_runs_at_every_access_and_an_eager_one_once():
    calls = []

    def double(x):
        calls.append(x)
        return 2 * x

    lazy = SimpleDataset([1, 2]).transform(double)
    assert calls == []
    assert [lazy[1], lazy[1]] == [4, 4] and calls == [2, 2]
    calls.clear()
    eager = SimpleDataset([1, 2]).transform(double, lazy=False)
    assert calls == [1, 2]
    assert items(eager) == [2, 4] and calls == [1, 2]


def test_a_transform_gets_the_parts_of_a_tuple_one_by_one():
    assert items(ArrayDataset([1, 2], [10, 20]).transform(lambda x, y: x + y)) == [11, 22]


@pytest.mark.parametrize("lazy", [True, False])
def test_transform_first_leaves_the_label_alone(lazy):
    assert items(ArrayDataset([1, 2], [10, 20]).transform_first(lambda x: -x, lazy)) == [(-1, 10), (-2, 20)]
    assert items(SimpleDataset([1, 2]).transform_first(lambda x: -x, lazy)) == [-1, -2]


def test_filter_keeps_what_fits():
    assert items(SimpleDataset(range(10)).filter(lambda x: x % 4 == 1)) == [1, 5, 9]


@pytest.mark.parametrize(("length", "shards"), [(10, 3), (9, 3), (2, 5), (0, 2)])
def test_shards_are_a_partition_in_order_into_nearly_equal_parts(length, shards):
    dataset = SimpleDataset(range(length))
    parts = [items(dataset.shard(shards, index)) for index in range(shards)]
    assert list(chain.from_iterable(parts)) == list(range(length))
    sizes = [len(part) for part in parts]
    assert max(sizes) - min(sizes) <= 1 and sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize(("shards", "index"), [(3, 3), (3, -1), (0, 0)])
def test_a_shard_that_does_not_exist_is_refused(shards, index):
    with pytest.raises(UsageError, match=f"got index {index} of {shards} shards"):
        SimpleDataset(range(4)).shard(shards, index)


def test_take_gives_the_first_samples_or_all():
    dataset = SimpleDataset("abc")
    assert [items(dataset.take(count)) for count in (2, 9, None, 0)] == [["a", "b"], list("abc"), list("abc"), []]
    with pytest.raises(ArgumentError, match="count=-1 cannot be used"):
        dataset.take(-1)


def test_sample_follows_a_sampler():
    assert items(SimpleDataset("abcd").sample(SequentialSampler(2, start=2))) == ["c", "d"]
    assert items(SimpleDataset("abcd").sample([3, 0])) == ["d", "a"]


def test_datasets_made_of_datasets_can_be_combined():
    dataset = SimpleDataset(range(20)).filter(lambda x: x % 2 == 0).shard(2, 1).transform(lambda x: x + 1).take(3)
    assert items(dataset) == [11, 13, 15]


def test_an_own_dataset_needs_two_methods_and_gets_the_rest():
    class Squares(Dataset):
        def __getitem__(self, index):
            return index**2

        def __len__(self):
            return 5

    assert items(Squares().take(3)) == [0, 1, 4]
    assert items(Squares().transform(lambda x: -x)) == [0, -1, -4, -9, -16]


def test_a_loop_over_a_dataset_takes_every_sample_and_no_more():
    """Python would go on until an IndexError: for ever in pytorch/pytorch#3636, and not far enough in #82732."""

    class Squares(Dataset):
        def __getitem__(self, index):
            return index**2

        def __len__(self):
            return 3

    assert list(Squares()) == [0, 1, 4]
    with pytest.raises(IndexError, match="list index"):
        list(Squares().transform(lambda x: [7, 8][x]))


def test_an_own_dataset_says_what_it_lacks():
    class Mine(Dataset):
        pass

    with pytest.raises(NotImplementedError, match=r"Mine must define __getitem__\(index\)"):
        Mine()[0]
    with pytest.raises(NotImplementedError, match=r"Mine must define __len__\(\)"):
        len(Mine())


@pytest.mark.parametrize(
    "data",
    [
        (np.array(numpy.arange(12.0).reshape(4, 3)),),
        (np.array(numpy.arange(4)), numpy.arange(8, dtype="uint8").reshape(4, 2)),
        (np.array(numpy.arange(4.0, dtype="float16")), np.ones((4, 2, 2), ctx=cpu(1))),
        (numpy.arange(4), [1.5, 2.5, 3.5, 4.5]),
    ],
    ids=["one", "integers", "devices", "list"],
)
def test_batch_is_the_stack_of_the_samples(data):
    dataset = ArrayDataset(*data)
    indices = [2, 0, 2, -1]
    whole, stacked = dataset.batch(indices), default_batchify_fn([dataset[index] for index in indices])
    whole, stacked = ([part] if len(data) == 1 else part for part in (whole, stacked))
    for a, b in zip(whole, stacked, strict=True):
        assert (a.dtype, a.shape, a.ctx) == (b.dtype, b.shape, b.ctx)
        assert a.asnumpy().tolist() == b.asnumpy().tolist()


def test_batch_does_not_share_memory_with_the_dataset():
    x = np.array([[1.0], [2.0]])
    batch = ArrayDataset(x).batch([0, 1])
    batch[...] = 0
    assert x.asnumpy().tolist() == [[1], [2]]


def test_batch_respects_a_subclass_with_samples_of_its_own():
    class Negated(ArrayDataset):
        def __getitem__(self, index):
            return -super().__getitem__(index)

    assert Negated(np.array([[1.0], [2.0]])).batch([1, 0]).asnumpy().tolist() == [[-2], [-1]]


def test_a_mask_is_not_an_order():
    dataset, mask = SimpleDataset([10, 20, 30]), numpy.array([False, False, True])
    for wrong in (mask, mask.tolist()):
        with pytest.raises(KindError, match=r"False cannot be used.*nonzero\(\)"):
            dataset.sample(wrong)
    assert items(dataset.sample(mask.nonzero()[0])) == [30]


def test_a_batch_holds_numbers_whatever_holds_them_in_the_dataset():
    numbers = numpy.ma.array([[1.5, 2.5], [3.5, 4.5]])
    batch = ArrayDataset(numbers).batch([1, 0])
    assert type(batch.data) is numpy.ndarray and (batch * batch).tolist() == [[12.25, 20.25], [2.25, 6.25]]
    big = ArrayDataset(numpy.arange(6, dtype=">i4").reshape(3, 2)).batch([2])
    assert big.dtype.isnative and big.tolist() == [[4, 5]]
    assert ArrayDataset(numpy.array([1, 2], dtype=object)).batch([1, 0]).dtype == "int64"
    for wrong in (numpy.array(["a", "b"]), numpy.array([None, {}]), numpy.array(["2020", "2021"], "datetime64[Y]")):
        with pytest.raises(DTypeError, match="neither a number nor an array of numbers"):
            ArrayDataset(wrong).batch([0, 1])


class Column:
    """What a column of pandas is here: x[i] is the row called i, and x.iloc[i] the one at place i."""

    def __init__(self, values, names):
        self.values, self.names, self.iloc = values, names, values

    def __len__(self):
        return len(self.values)

    def __getitem__(self, name):
        return self.values[self.names.index(name)]

    def to_numpy(self):
        return numpy.array(self.values)


def test_rows_of_pandas_are_taken_in_their_order():
    dataset = ArrayDataset(numpy.array([[30], [10], [20]]), Column([3, 1, 2], names=[2, 0, 1]))
    assert [(int(x[0]), int(y)) for x, y in items(dataset)] == [(30, 3), (10, 1), (20, 2)]
    assert dataset.batch([0, 2])[1].tolist() == [3, 2]
    assert items(SimpleDataset(Column([3, 1, 2], names=[2, 0, 1]))) == [3, 1, 2]
