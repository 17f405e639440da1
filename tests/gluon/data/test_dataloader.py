"""The DataLoader gives the same batches in the same order with any number of threads, and repeats after a seed."""

import threading
import time
from itertools import chain

import numpy
import pytest

from minigrad import autograd, np, random
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, KindError
from minigrad.gluon.data import ArrayDataset, BatchSampler, DataLoader, SequentialSampler, SimpleDataset

X = numpy.arange(20, dtype="float32").reshape(10, 2)
Y = numpy.arange(10, dtype="int32")


def numbers(loader):
    return [batch.asnumpy().tolist() for batch in loader]


@pytest.mark.parametrize("workers", [0, 1, 3])
def test_batches_come_in_order_with_the_samples_side_by_side(workers):
    loader = DataLoader(ArrayDataset(np.array(X), np.array(Y)), 4, num_workers=workers)
    batches = list(loader)
    assert len(batches) == len(loader) == 3
    for k, (x, y) in enumerate(batches):
        assert isinstance(x, Tensor) and x.dtype == "float32" and y.dtype == "int32"
        assert x.asnumpy().tolist() == X[4 * k : 4 * k + 4].tolist()
        assert y.asnumpy().tolist() == Y[4 * k : 4 * k + 4].tolist()


@pytest.mark.parametrize("workers", [0, 2])
def test_a_seed_repeats_the_shuffled_epochs(workers):
    def epochs():
        random.seed(11)
        loader = DataLoader(ArrayDataset(Y), 3, shuffle=True, num_workers=workers)
        return [numbers(loader), numbers(loader)]

    first, second = epochs()
    assert first != second and [first, second] == epochs()
    assert all(sorted(chain.from_iterable(epoch)) == list(range(10)) for epoch in (first, second))


@pytest.mark.parametrize("shuffle", [False, True])
def test_a_seed_repeats_what_transforms_draw_in_threads(shuffle):
    """Not in pytorch/pytorch#7882; the same in each worker in #5059, and the same in each epoch in #12634."""

    def draw(i):
        noise = float(np.random.uniform())
        time.sleep(0.004 * noise)  # so that the threads come in another order each time
        return noise

    noisy = SimpleDataset(range(12)).transform(draw)
    loader = DataLoader(noisy, 3, shuffle=shuffle, num_workers=3)

    def epochs(loader):
        random.seed(5)
        found = [numbers(loader), numbers(loader)]
        return found, float(np.random.uniform())  # what is drawn afterwards does not depend on the threads

    first, later = epochs(loader)
    assert len({*chain(*chain(*first))}) == 24
    assert epochs(loader) == (first, later) == epochs(DataLoader(noisy, 3, shuffle=shuffle, num_workers=2))


def test_what_threads_draw_differs_from_loader_to_loader():
    noise = SimpleDataset(range(4)).transform(lambda x: random.normal(size=3))
    random.seed(1)
    epochs = [[batch.tolist() for batch in DataLoader(noise, 2, num_workers=2)] for _ in range(3)]
    assert epochs[0] != epochs[1] != epochs[2] != epochs[0]
    random.seed(1)
    assert [[batch.tolist() for batch in DataLoader(noise, 2, num_workers=2)] for _ in range(3)] == epochs


@pytest.mark.parametrize("workers", [0, 2])
def test_a_mask_is_not_an_order(workers):
    mask = numpy.array([False, True, True])
    for dataset in (ArrayDataset(numpy.arange(3.0)), [1, 2, 3]):
        for given in (
            {"batch_size": 2, "sampler": mask},
            {"batch_sampler": [mask]},
            {"batch_sampler": [mask.tolist()]},
        ):
            with pytest.raises(KindError, match=r"False cannot be used; expected the index of a sample"):
                list(DataLoader(dataset, num_workers=workers, **given))


def test_shuffling_keeps_samples_and_labels_together():
    for x, y in DataLoader(ArrayDataset(np.array(X), np.array(Y)), 3, shuffle=True):
        assert (x.asnumpy()[:, 0] / 2).tolist() == y.asnumpy().tolist()


def test_any_number_of_threads_gives_the_same_batches():
    slow = SimpleDataset(range(30)).transform(lambda i: (time.sleep(0.002 * (i % 3)), i)[1])
    expected = numbers(DataLoader(slow, 2))
    for workers, prefetch in [(1, None), (4, None), (4, 0), (2, 20)]:
        assert numbers(DataLoader(slow, 2, num_workers=workers, prefetch=prefetch)) == expected


@pytest.mark.parametrize("shuffle", [False, True])
def test_whole_arrays_give_what_single_samples_give(shuffle):
    whole = ArrayDataset(np.array(X), Y)
    random.seed(5)
    fast = [[x.asnumpy().tolist(), y.asnumpy().tolist()] for x, y in DataLoader(whole, 3, shuffle)]
    random.seed(5)
    singly = DataLoader(whole.transform(lambda x, y: (x, y)), 3, shuffle)
    assert [[x.asnumpy().tolist(), y.asnumpy().tolist()] for x, y in singly] == fast


@pytest.mark.parametrize(("last_batch", "sizes"), [("keep", [4, 4, 2]), ("discard", [4, 4]), ("rollover", [4, 4])])
def test_last_batch_decides_about_the_rest(last_batch, sizes):
    loader = DataLoader(ArrayDataset(Y), 4, last_batch=last_batch)
    assert [len(batch) for batch in loader] == sizes
    if last_batch == "rollover":
        assert numbers(loader) == [[8, 9, 0, 1], [2, 3, 4, 5], [6, 7, 8, 9]]


def test_own_samplers_and_batchify_functions_are_used():
    loader = DataLoader(SimpleDataset("abcdef"), 2, sampler=SequentialSampler(3, start=1), batchify_fn="".join)
    assert list(loader) == ["bc", "d"]
    batches = BatchSampler(SequentialSampler(6), 3)
    assert list(DataLoader(SimpleDataset("abcdef"), batch_sampler=batches, batchify_fn="".join)) == ["abc", "def"]


def test_a_plain_list_is_a_dataset_too():
    assert numbers(DataLoader([1, 2, 3], 2)) == [[1, 2], [3]]


@pytest.mark.parametrize("workers", [0, 2])
def test_loading_is_not_recorded(workers):
    x = np.array(X)
    x.attach_grad()
    with autograd.record():
        for batch in DataLoader(SimpleDataset(x).transform(lambda row: row * 2), 5, num_workers=workers):
            assert batch.node is None


@pytest.mark.parametrize("workers", [0, 2])
def test_an_error_in_a_transform_reaches_the_loop(workers):
    def fail(x):
        if x == 3:
            raise KeyError("sample 3")
        return x

    with pytest.raises(KeyError, match="sample 3"):
        list(DataLoader(SimpleDataset(range(8)).transform(fail), 2, num_workers=workers))


@pytest.mark.parametrize("workers", [0, 2])
def test_a_transform_that_runs_out_of_something_does_not_end_the_epoch_in_silence(workers):
    labels = iter([7, 8, 9])
    dataset = SimpleDataset(range(6)).transform(lambda x: next(labels))
    with pytest.raises(RuntimeError, match="StopIteration"):
        list(DataLoader(dataset, 1, num_workers=workers))
    batches = iter(DataLoader(range(6), 2, batchify_fn=lambda samples: next(labels), num_workers=workers))
    with pytest.raises(RuntimeError, match="StopIteration"):
        next(batches)


def test_leaving_the_loop_early_ends_the_threads():
    before = set(threading.enumerate())
    loader = DataLoader(SimpleDataset(range(100)).transform(lambda i: (time.sleep(0.001), i)[1]), 2, num_workers=3)
    for _ in loader:
        assert set(threading.enumerate()) - before
        break
    del _
    deadline = time.monotonic() + 5
    while set(threading.enumerate()) - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert set(threading.enumerate()) == before


def test_no_more_than_prefetch_batches_are_loaded_ahead():
    loaded = []
    dataset = SimpleDataset(range(50)).transform(lambda i: (loaded.append(i), i)[1])
    for k, _ in enumerate(DataLoader(dataset, 1, num_workers=2, prefetch=3)):
        assert len(loaded) <= k + 1 + 3


@pytest.mark.parametrize(
    ("kwargs", "message"),
    [
        ({}, "needs a batch_size, or a batch_sampler"),
        ({"batch_size": 0}, "batch_size=0 cannot be used; expected a positive whole number"),
        ({"batch_size": 2, "shuffle": True, "sampler": [0]}, r"shuffle=True or a sampler, not both"),
        ({"batch_size": 2, "batch_sampler": [[0]]}, "A batch_sampler already decides"),
        ({"batch_size": 2, "last_batch": "pad"}, "last_batch is 'pad'; it must be 'keep', 'discard' or 'rollover'"),
        ({"batch_size": 2, "num_workers": -1}, "num_workers=-1 cannot be used"),
    ],
)
def test_arguments_that_contradict_are_explained(kwargs, message):
    with pytest.raises(ArgumentError, match=message):
        DataLoader(SimpleDataset(range(4)), **kwargs)


@pytest.mark.parametrize("dataset", [{1.0, 2.0}, {"x": [1.0, 2.0], "y": [0.0, 1.0]}, {1: 2.0}, iter([1.0]), 7])
def test_what_has_no_samples_by_index_is_refused_at_once(dataset):
    with pytest.raises(ArgumentError, match=r"expected samples by index.*ArrayDataset\(x, y\)"):
        DataLoader(dataset, 2)


def test_a_dict_of_samples_by_index_is_a_dataset():
    assert numbers(DataLoader({0: 5, 1: 6}, 2)) == [[5, 6]] and len(DataLoader({}, 2)) == 0


def test_gluons_arguments_for_processes_and_pinned_memory_are_accepted():
    loader = DataLoader([1, 2], 2, num_workers=1, pin_memory=True, pin_device_id=0, thread_pool=False, timeout=3)
    assert numbers(loader) == [[1, 2]]
