"""Samplers give every index once an epoch, in order or shuffled, and cut them into batches as asked."""

import pytest

from minigrad import random
from minigrad.errors import ArgumentError
from minigrad.gluon.data import (
    BatchSampler,
    DataLoader,
    FilterSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    SplitSampler,
)


def test_sequential_sampler_counts_from_its_start():
    sampler = SequentialSampler(4, start=3)
    assert list(sampler) == [3, 4, 5, 6] and len(sampler) == 4


def test_random_sampler_gives_every_index_once_in_a_new_order_each_time():
    sampler = RandomSampler(100)
    first, second = list(sampler), list(sampler)
    assert sorted(first) == sorted(second) == list(range(100)) and len(sampler) == 100
    assert first != second and first != list(range(100))


def test_a_seed_repeats_the_orders():
    random.seed(3)
    orders = [list(RandomSampler(20)) for _ in range(2)]
    random.seed(3)
    assert [list(RandomSampler(20)) for _ in range(2)] == orders
    random.seed(4)
    assert list(RandomSampler(20)) != orders[0]


def test_filter_sampler_keeps_what_fits():
    sampler = FilterSampler(lambda sample: sample % 3 == 0, [3, 4, 6, 7, 9])
    assert list(sampler) == [0, 2, 4] and len(sampler) == 3


def parts(length, n, **options):
    return [SplitSampler(length, n, k, **options) for k in range(n)]


@pytest.mark.parametrize(("length", "n"), [(12, 3), (13, 3), (14, 3), (2, 3), (0, 3), (5, 1)])
def test_parts_are_apart_and_the_remainder_is_what_was_asked_for(length, n):
    for remainder, visits, lengths in (
        ("discard", length // n * n, {length // n}),
        ("repeat", -(-length // n) * n, {-(-length // n)}),
        ("keep", length, {length // n, -(-length // n)}),
    ):
        samplers = parts(length, n, remainder=remainder)
        told = [len(sampler) for sampler in samplers]
        dealt = [list(sampler) for sampler in samplers]
        assert told == [len(part) for part in dealt] and set(told) <= lengths
        flat = [index for part in dealt for index in part]
        assert len(flat) == visits and all(0 <= index < length for index in flat)
        assert max(map(flat.count, flat), default=0) <= (2 if remainder == "repeat" and length >= n else n)
        assert len(set(flat)) == min(visits, length)


def test_the_batches_of_all_parts_are_those_of_one():
    (whole,), quarters = parts(40, 1, seed=7), parts(40, 4, seed=7)
    for _ in range(2):
        large = list(BatchSampler(whole, 8))
        small = [list(BatchSampler(part, 2)) for part in quarters]
        together = [[index for batch in batches for index in batch] for batches in zip(*small)]
        assert [sorted(batch) for batch in large] == [sorted(batch) for batch in together]


def test_the_order_depends_on_the_seed_and_the_epoch_alone():
    sampler = SplitSampler(30, 2, 1, seed=3)
    epochs = [list(sampler) for _ in range(3)]
    assert len({tuple(epoch) for epoch in epochs}) == 3 and sampler.epoch == 3
    random.seed(99)
    again = SplitSampler(30, 2, 1, seed=3)
    again.epoch = 2
    assert list(again) == epochs[2]
    assert list(SplitSampler(30, 2, 1, seed=4)) != epochs[0]
    assert list(SplitSampler(6, 2, 1, shuffle=False)) == [1, 3, 5]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((5, 2, 2), "part_index=2 cannot be used; 2 parts are counted from 0"),
        ((5, 0, 0), "num_parts=0"),
        ((5, 2, -1), "part_index=-1"),
        ((5, 2, 0, True, 0, "drop"), "remainder is 'drop'; it must be 'discard', 'repeat' or 'keep'"),
    ],
)
def test_parts_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ArgumentError, match=message):
        SplitSampler(*arguments)


@pytest.mark.parametrize(
    ("last_batch", "epochs", "lengths"),
    [
        ("keep", [[[0, 1, 2], [3, 4, 5], [6]]] * 3, [3, 3, 3]),
        ("discard", [[[0, 1, 2], [3, 4, 5]]] * 3, [2, 2, 2]),
        (
            "rollover",
            [
                [[0, 1, 2], [3, 4, 5]],
                [[6, 0, 1], [2, 3, 4]],
                [[5, 6, 0], [1, 2, 3], [4, 5, 6]],
            ],
            [2, 2, 3],
        ),
    ],
)
def test_the_rest_is_kept_discarded_or_rolled_over(last_batch, epochs, lengths):
    sampler = BatchSampler(SequentialSampler(7), 3, last_batch)
    for expected, length in zip(epochs, lengths):
        assert len(sampler) == length
        assert list(sampler) == expected


@pytest.mark.parametrize("last_batch", ["keep", "discard", "rollover"])
def test_without_a_rest_all_three_are_the_same(last_batch):
    sampler = BatchSampler(SequentialSampler(4), 2, last_batch)
    assert [list(sampler), list(sampler)] == [[[0, 1], [2, 3]]] * 2 and len(sampler) == 2


def test_any_sequence_can_be_cut():
    assert list(BatchSampler(["a", "b", "c"], 2)) == [["a", "b"], ["c"]]


@pytest.mark.parametrize("batch_size", [0, -1, 2.5, None])
def test_a_batch_size_that_is_no_positive_number_is_refused(batch_size):
    with pytest.raises(
        ArgumentError, match=f"batch_size={batch_size} cannot be used; expected a positive whole number"
    ):
        BatchSampler(SequentialSampler(4), batch_size)


@pytest.mark.parametrize("order", [5, None, iter([2, 0, 1]), (i for i in range(3))])
def test_an_order_that_only_one_epoch_can_go_through_is_refused(order):
    """The second epoch of a generator has no batches: nothing would be learned, and nothing said."""
    for make in (lambda: BatchSampler(order, 2), lambda: DataLoader([5, 6, 7], 2, sampler=order or 5)):
        with pytest.raises(ArgumentError, match=r"sampler=.* cannot be used; .* every epoch .* Turn a generator into"):
            make()
    with pytest.raises(ArgumentError, match=r"batch_sampler=.* cannot be used"):
        DataLoader([5, 6, 7], batch_sampler=order or 5)
    loader = DataLoader([5, 6, 7], 2, sampler=[2, 0])
    assert [[batch.tolist() for batch in loader] for _ in range(2)] == [[[7, 5]]] * 2


def test_an_unknown_last_batch_is_refused():
    with pytest.raises(ArgumentError, match="last_batch is 'drop'; it must be 'keep', 'discard' or 'rollover'"):
        BatchSampler(SequentialSampler(4), 2, "drop")


def test_an_own_sampler_says_what_it_lacks():
    class Mine(Sampler):
        pass

    with pytest.raises(NotImplementedError, match="Mine must define __iter__"):
        iter(Mine())
    with pytest.raises(NotImplementedError, match="Mine must define __len__"):
        len(Mine())
