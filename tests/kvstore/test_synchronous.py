"""The store of ranks that wait for each other, with a stand-in for MPI: what it sends, and where the sums go."""

import sys
from contextlib import nullcontext

import numpy
import pytest

from minigrad import autograd, cpu, gluon, gpu, kv, np
from minigrad.device import to_host
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, UsageError
from minigrad.kvstore.mpi import _difference, peers
from minigrad.kvstore.synchronous import SynchronousStore, _digest, side_by_side


class Twins:
    """MPI of two ranks of which the other always sends the same."""

    rank, size, stores, served = 0, 2, 0, False

    def __init__(self):
        self.summed = []

    def agree(self, what, parts, state, wrong, drift):
        assert not wrong

    def send_first(self, array):
        return array.nbytes

    exchange = nullcontext

    def sum(self, mine, total):
        assert type(mine) is type(total) is numpy.ndarray and mine.ndim == total.ndim == 1
        self.summed.append(total)
        numpy.multiply(mine, 2, out=total)
        return mine.nbytes


@pytest.fixture
def store():
    return SynchronousStore("dist_sync", Twins())


def test_gradients_that_a_trainer_has_laid_out_are_summed_where_they_are_in_one_go(store):
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(3, in_units=2), gluon.nn.Dense(1, in_units=3))
    net.initialize(ctx=cpu())
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5}, kvstore=store)
    for step in range(3):
        with autograd.record():
            y = net(np.ones((1, 2), ctx=cpu()))
        y.backward()
        before = [(p.data().copy(), p.grad().copy()) for p in net.collect_params().values()]
        trainer.step(2)
        assert len(store._peers.summed) == step + 1
        for (w, g), p in zip(before, net.collect_params().values()):
            numpy.testing.assert_allclose(p.data().asnumpy(), (w - 0.5 * g).asnumpy(), rtol=1e-6)
            assert step == 0 or numpy.shares_memory(store._peers.summed[-1], p.grad().data)


def test_every_rank_may_update_on_its_store_and_keep_the_states_there(store, tmp_path):
    net = gluon.nn.Dense(1, in_units=2, use_bias=False)
    net.initialize("ones", ctx=cpu())
    arguments = {"learning_rate": 0.125, "momentum": 0.5}
    trainer = gluon.Trainer(net.collect_params(), "sgd", arguments, kvstore=store, update_on_kvstore=True)
    w, v = 1.0, 0.0
    for step in range(4):
        with autograd.record():
            y = net(np.ones((1, 2), ctx=cpu()))
        y.backward()
        trainer.step(4)
        v = 0.5 * v - 0.125 * (2 * 1.0 / 4)  # the sum over two ranks, divided by the samples of both
        w += v
        assert net.weight.data().tolist() == [[w, w]]
        if step == 1:
            net.weight.set_data(np.zeros((1, 2), ctx=cpu()))  # on all ranks
            w = 0.0
    trainer.save_states(tmp_path / "states")
    trainer.load_states(tmp_path / "states")


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_arrays_on_a_gpu_travel_through_the_host_and_come_back(gpus, store, dtype):
    with gpu(1):
        g, out = np.array([1.5, -2.0], dtype=dtype), np.zeros(2, dtype=dtype)
        store.init("w", np.zeros(2, dtype=dtype))
    store.push("w", g)
    store.pull("w", out=out)
    assert to_host(out.data).tolist() == [3, -4] and to_host(g.data).tolist() == [1.5, -2]
    store.pushpull("w", g)
    assert to_host(g.data).tolist() == [3, -4]
    assert g.ctx == out.ctx == gpu(1) and g.dtype == dtype


@pytest.mark.parametrize("dtype", ["float32", ">f4", "bool"])
def test_what_mpi_cannot_add_up_in_place_is_added_up_beside(store, dtype):
    read_only = numpy.array([1, 0], dtype=dtype)
    read_only.flags.writeable = False
    store.init("w", np.zeros(2))
    with pytest.raises(ArgumentError, match="read-only"):  # after the exchange: the other rank may not be read-only
        store.pushpull("w", Tensor(read_only))
    assert len(store._peers.summed) == 1
    store.push("w", Tensor(read_only))
    out = np.ones(2)
    store.pull("w", out)
    assert out.tolist() == [2, 0]


def test_several_devices_of_a_rank_are_summed_first(store):
    values = [np.array([1.0, 2.0], ctx=cpu(k)) for k in range(3)]
    store.init("w", np.zeros(2, ctx=cpu()))
    store.pushpull("w", values)
    assert [value.tolist() for value in values] == [[6, 12]] * 3


def test_only_neighbours_in_one_array_lie_side_by_side():
    flat = numpy.arange(12.0)
    apart, whole = flat.copy(), side_by_side([flat[2:4].reshape(1, 2), flat[4:10].reshape(2, 3)])
    assert numpy.shares_memory(whole, flat) and whole.tolist() == flat[2:10].tolist()
    for arrays in (
        [flat[2:4], flat[5:6]],  # a gap
        [flat[4:6], flat[2:4]],  # another order
        [flat[:2], apart[2:4]],
        [flat[:4:2], flat[4:6]],
        [flat[:6].reshape(2, 3).T, flat[6:]],
        [flat[:2], flat[2:4].view("int64")],
        [apart.reshape(2, 6)[0], apart.reshape(2, 6)[1], numpy.zeros(1)],
        [numpy.arange(12).reshape(3, 4).T],
    ):
        assert side_by_side(arrays) is None
    assert side_by_side([apart]) is not None


@pytest.mark.parametrize("size", range(20))
def test_arrays_that_differ_in_one_bit_have_different_digests(size):
    array = numpy.arange(size, dtype="float32")
    flat, digest = array.view("uint8"), _digest(array)
    for place in range(flat.size):
        flat[place] ^= 1
        assert _digest(array) != digest
        flat[place] ^= 1
    assert _digest(array[::-1][::-1]) == digest


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_the_same_numbers_in_another_order_have_another_digest(dtype):
    array = numpy.arange(64, dtype=dtype).reshape(8, 8)
    for other in (array[::-1], array[:, ::-1], array.T, numpy.roll(array, 2, 0)):
        assert _digest(other) != _digest(array)


def test_a_difference_names_the_first_part_and_who_said_what():
    texts = ["push\nkey 0\nkey 1", "push\nkey 0\nkey 2", "push\nkey 0\nkey 1"]
    assert _difference(texts) == (
        "Ranks are out of step: ranks 0, 2 have reached key 1; rank 1 has reached key 2 (in push)"
    )
    assert _difference(["push\nkey 0", "barrier()"]) == (
        "Ranks are out of step: rank 0 has reached push; rank 1 has reached barrier()"
    )


def test_rank_0_as_a_server_takes_part_in_nothing_else():
    peers = Twins()
    peers.served = True
    with pytest.raises(UsageError, match="Rank 0 is the server"):
        SynchronousStore("dist_sync", peers)


@pytest.mark.parametrize("name", ["dist_sync", "dist_async"])
def test_without_mpi_it_is_said_what_to_install(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    peers.cache_clear()
    with pytest.raises(UsageError, match=r"need mpi4py and an MPI .* pip install -e '\.\[dist\]'"):
        kv.create(name)
