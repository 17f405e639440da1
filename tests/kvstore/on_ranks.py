"""Programs for several ranks, started by the tests: `mpiexec -n N python -m mpi4py on_ranks.py PROGRAM FOLDER`."""

import contextlib
import json
import os
import signal
import sys
import warnings
from pathlib import Path

import numpy
import pytest

from minigrad import autograd, gluon, kv, np, optimizer, random
from minigrad.errors import AnomalyError, ArgumentError, KeywordError, UsageError
from minigrad.kvstore import mpi

ROOT = Path(__file__).parents[2]


def pulled(store, key, shape, dtype=None):
    out = np.zeros(shape, dtype=dtype)
    store.pull(key, out=out)
    return out.asnumpy()


# Sums, votes, bytes: four ranks, which also play it in one process


def sums(folder):
    store = kv.create("dist_sync")
    rank, n = store.rank, store.num_workers
    assert (n, store.type) == (4, "dist_sync")

    store.init(["a", "b"], [np.ones(3) * rank, np.ones((2, 2)) * (5 + rank)])
    assert pulled(store, "a", 3).tolist() == [0, 0, 0] and pulled(store, "b", (2, 2)).tolist() == [[5, 5], [5, 5]]
    store.push(["a", "b"], [np.ones(3) * 10**rank, [np.ones((2, 2)) * rank, np.ones((2, 2))]])  # b: of two devices
    assert pulled(store, "a", 3).tolist() == [1111] * 3 and pulled(store, "b", (2, 2)).tolist() == [[10, 10], [10, 10]]
    value = np.ones(3) * 2
    store.pushpull("a", value)
    assert value.tolist() == [8, 8, 8] and pulled(store, "a", 3).tolist() == [8, 8, 8]
    store.pushpull(["a", "b"], [np.ones(3), np.ones((2, 2))], out=[value, np.zeros((2, 2))])
    assert value.tolist() == [4, 4, 4] and pulled(store, "b", (2, 2)).tolist() == [[4, 4], [4, 4]]
    out = np.zeros(3)
    store.broadcast("c", np.ones(3) * (7 + rank), out)
    assert out.tolist() == [7, 7, 7]
    table = np.zeros((4, 1))
    store.broadcast("table", np.array([[1.0], [2.0], [3.0], [4.0]]) * (1 + rank), table)
    store.row_sparse_pull("table", out=table, row_ids=np.array([rank]))
    assert table.ravel().tolist() == [(rank == i) * (i + 1.0) for i in range(4)]
    for dtype, exact in (("float64", 0.1), ("float16", 0.1), ("int32", 3)):
        store.init(dtype, np.zeros(2, dtype=dtype))
        store.push(dtype, np.array([exact, 1], dtype=dtype))
        found = pulled(store, dtype, 2, dtype)
        wide = numpy.array([exact, 1], dtype=dtype).astype("float64") * 4
        assert found.dtype == dtype and found.tolist() == wide.astype(dtype).tolist()
    store.init("bool", np.zeros(2, dtype="bool"))
    store.push("bool", np.array([rank == 1, False], dtype="bool"))
    assert pulled(store, "bool", 2, "bool").tolist() == [True, False]  # the sum, as NumPy adds up truth values
    strided = np.array(numpy.arange(12.0).reshape(3, 4).T)
    store.init("strided", np.zeros((4, 3)))
    store.push("strided", strided)
    assert (pulled(store, "strided", (4, 3)) == 4 * strided.asnumpy()).all()

    seen = []
    other = kv.create("dist_device_sync")
    other.init("w", np.zeros(2))
    other.set_updater(lambda key, pushed, stored: seen.append((key, pushed.tolist(), stored.tolist())))
    other.push("w", np.array([1.0, rank]))
    assert seen == [("w", [4, 6], [0, 0])]
    other.barrier()

    # one Allreduce of float32 sends 2 (n - 1) / n times its size
    before = store.traffic()
    store.init("large", np.zeros(16 * 4 * 500))
    start = store.traffic()
    assert start - before == (0 if rank else 3 * 4 * 32000)
    store.push("large", np.ones(32000))
    plain = store.traffic() - start
    assert plain == 2 * 3 / 4 * 4 * 32000

    # compression: as recorded from MXNet, and as in the simulation
    cases = json.loads((ROOT / "tests" / "data" / "compression.json").read_text())["cases"]
    (case,) = (c for c in cases if c.get("num_devices") == 4)
    coded = kv.create("dist_sync")
    coded.set_gradient_compression({"type": "2bit", "threshold": case["threshold"]})
    coded.init("w", np.zeros(tuple(case["shape"])))
    for step, gradients in enumerate(case["grads"]):
        coded.push("w", np.array(gradients[rank]))
        assert coded.residuals["w", rank].tolist() == case["residuals_after"][step][rank]
        assert pulled(coded, "w", tuple(case["shape"])).tolist() == case["pulled"][step]
    rng = numpy.random.default_rng(0)
    gradients = rng.standard_normal((5, 4, 1000)).astype("float32")
    for params, fewer in (
        ({"type": "2bit", "threshold": 0.3}, 8),
        ({"type": "1bit"}, 20),
        ({"type": "1bit", "momentum": 0.75}, 20),
    ):
        real, played = kv.create("dist_sync"), kv.create("sim", num_workers=4)
        for one in (real, played):
            one.set_gradient_compression(params)
            one.init(0, np.zeros(1000))
        real.init(1, np.zeros(32000))
        start = real.traffic()
        for step in gradients:
            real.push(0, np.array(step[rank]))
            played.push(0, [np.array(g) for g in step])
            assert (pulled(real, 0, 1000) == pulled(played, 0, 1000)).all()
        assert real.traffic() - start == played.traffic()
        start = real.traffic()
        real.push(1, np.ones(32000))
        assert plain >= fewer * (real.traffic() - start)


# Whatever goes wrong on one rank is said on all, and nobody waits


def mistakes(folder):
    store = kv.create("dist_sync")
    rank = store.rank
    store.init(["a", "b"], [np.ones(3), np.ones(2)])

    def refused(error, message, call):
        with pytest.raises(error, match=message):
            call()
        store.barrier()

    order = ["a", "b"] if rank else ["b", "a"]
    values = {"a": np.ones(3), "b": np.ones(2)}
    refused(
        UsageError,
        r"rank 0 has reached key 'b', float32 of shape \(2,\); rank 1 has reached key 'a', .* \(in push of store 0",
        lambda: store.push(order, [values[key] for key in order]),
    )
    refused(UsageError, r"rank 0 has reached push .*; rank 1 has reached barrier\(\)", lambda: (
        store.barrier() if rank else store.push("a", values["a"])
    ))  # fmt: skip
    refused(UsageError, "rank 0 has reached the end of its list; rank 1 has reached key 'b'", lambda: (
        store.push(["a", "b"], [values["a"], values["b"]]) if rank else store.push(["a"], [values["a"]])
    ))  # fmt: skip
    refused(UsageError, "float32 .* float64", lambda: (
        store.push("b", np.ones(2, dtype="float64" if rank else "float32"))
    ))  # fmt: skip
    hurt = np.array([1.0, numpy.nan if rank else 1.0])
    refused(AnomalyError, "On rank 1 the gradient of key 'b' holds a NaN", lambda: (
        store.push(["a", "b"], [values["a"], hurt])
    ))  # fmt: skip
    assert pulled(store, "a", 3).tolist() == [1, 1, 1]
    refused(
        UsageError,
        r"rank 0 has reached key 'c', float32 of shape \(2,\); rank 1 has .* of shape \(3,\) \(in init of store 0",
        lambda: store.init("c", np.ones(2 + rank)),
    )
    store.init("c", np.ones(2))  # what was refused is not in the store
    store.push("b", np.array([numpy.inf, 1.0]))  # infinity is no NaN

    def network(seed, in_units=2):
        random.seed(seed)
        net = gluon.nn.Dense(1, in_units=in_units)
        net.initialize()
        return net

    def backward(net):
        with autograd.record():
            y = net(np.ones((1, 2)))
        y.backward()

    net = network(rank)  # first weights of its own; those of rank 0 count
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    expected = network(0)
    assert (net.weight.data() == expected.weight.data()).all()
    backward(net)
    trainer.step(2)
    if rank:
        net.bias.data()[...] = 1
    backward(net)
    refused(UsageError, "different weights", lambda: trainer.step(2))
    net = network(0)
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    backward(net)
    trainer.step(1 + rank)  # divided by other numbers of samples
    backward(net)
    refused(UsageError, "same batch_size everywhere", lambda: trainer.step(2))
    net = network(rank, in_units=0)
    trainer = gluon.Trainer(net.collect_params(), "sgd", kvstore="dist_sync")
    backward(net)
    refused(UsageError, "first gradients were computed with weights other than", lambda: trainer.step(2))

    coded = kv.create("dist_sync")
    coded.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    coded.set_optimizer(optimizer.SGD())
    coded.init("w", np.zeros(1))
    coded.push("w", np.array([0.25]))
    coded.save_optimizer_states(folder / f"own-{rank}")
    store.barrier()
    coded.load_optimizer_states(folder / "own-0")
    others = "rank 0 has reached push of store 4 .*; rank 1 has reached barrier"
    with pytest.raises(UsageError, match="from the file of another rank, and this is rank 1" if rank else others):
        coded.push("w", np.zeros(1))
    if rank:
        with pytest.raises(UsageError, match=others):
            store.barrier()
    store.barrier()
    with (
        pytest.raises(UsageError, match="needs two ranks|server of the others|dist_async")
        if store.num_workers == 1
        else (pytest.raises(KeywordError, match="'previus'; did you mean 'previous'"))
    ):
        kv.create("dist_async", previus="key")
    with pytest.raises(ArgumentError, match="'dist_sync' works across processes"):
        kv.create("horovod")


# Training: the large batch of one process, in parts


def network():
    random.seed(3)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(16, activation="relu", in_units=64), gluon.nn.Dense(10, in_units=16))
    net.initialize()
    return net


def flat(net):
    return numpy.concatenate([p.data().asnumpy().ravel() for p in net.collect_params().values()])


def batches(samples, n, rank, epochs, batch=32, start=0):
    """(epoch, number, x, y) of this rank's part of every batch."""
    x, y = samples
    part = gluon.data.SplitSampler(len(x), n, rank, seed=1)
    part.epoch = start
    loader = gluon.data.DataLoader(gluon.data.ArrayDataset(x, y), batch // n, sampler=part, last_batch="discard")
    for epoch in range(start, epochs):
        for number, (one, label) in enumerate(loader):
            yield epoch, number, one, label


def backward(net, x, y, dtype):
    with autograd.record():
        loss = gluon.loss.SoftmaxCrossEntropyLoss()(net(x.astype(dtype)), y)
    loss.backward()


def digits():
    from minigrad import datasets

    (x, y), _ = datasets.digits()
    return x[:1408], y[:1408]  # 44 batches of 32


def trained(n, rank, dtype, steps, store, arguments):
    net = network()
    net.cast(dtype)
    trainer = gluon.Trainer(net.collect_params(), "sgd", arguments, kvstore=store)
    for step, (_, _, x, y) in enumerate(batches(digits(), n, rank, epochs=99)):
        if step == steps:
            return net
        backward(net, x, y, dtype)
        trainer.step(32)
    return net


STEPS = {"float32": 300, "float64": 30}


def large_batch(folder):
    store = kv.create("dist_sync")
    for dtype, steps in STEPS.items():
        net = trained(store.num_workers, store.rank, dtype, steps, "dist_sync", {"learning_rate": 0.1, "momentum": 0.9})
        numpy.save(folder / f"{dtype}-{store.num_workers}-{store.rank}.npy", flat(net))


def readme(folder):
    """The program of the page learns, and has the same weights everywhere."""
    page = (ROOT / "tutorials" / "processes.md").read_text(encoding="utf-8")
    scope = {}
    exec(page.split("```python")[1].split("```")[0], scope)
    hits = (scope["net"](scope["x"]).asnumpy().argmax(1) == scope["y"].asnumpy()).mean()
    assert hits > 0.7, hits
    numpy.save(folder / f"{scope['store'].rank}.npy", flat(scope["net"]))


# An interrupted run that goes on


def interrupted(folder, stop, start):
    """Two epochs with a checkpoint after every 10th step; rank 1 is killed before step `stop`."""
    store = kv.create("dist_sync")
    rank, n = store.rank, store.num_workers
    net = network()
    net.add(gluon.nn.Dropout(0.25))
    trainer = gluon.Trainer(
        net.collect_params(), "adam", {"learning_rate": 0.01}, kvstore="dist_sync",
        compression_params={"type": "2bit", "threshold": 0.05},
    )  # fmt: skip
    random.seed(100 + rank)
    done = 0
    if start:
        net.load_parameters(folder / "net")
        trainer.load_states(folder / f"states-{rank}")
        done = json.loads((folder / "place.json").read_text())
    for epoch, number, x, y in batches(digits(), n, rank, epochs=2, start=done // 44):
        step = 44 * epoch + number
        if step < done:
            continue
        if step == stop and rank == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        backward(net, x, y, "float32")
        trainer.step(32)
        if (step + 1) % 10 == 0 and not start:
            trainer.save_states(folder / f"states-{rank}")
            if rank == 0:
                net.save_parameters(folder / "net")
                (folder / "place.json").write_text(json.dumps(step + 1))
            store.barrier()
    numpy.save(folder / f"end-{rank}.npy", flat(net))


def whole(folder):
    interrupted(folder, -1, False)


def killed(folder):
    interrupted(folder, 57, False)


def resumed(folder):
    interrupted(folder, -1, True)


# One rank fails


def fails(folder):
    store = kv.create("dist_sync")
    if store.rank == 1:
        raise ValueError("rank 1 has had enough")
    store.barrier()


def leaves(folder):
    store = kv.create("dist_sync")
    if store.rank == 0:
        store.barrier()


def overflows(folder):
    """Of rank 1 alone, in the middle of a push; it would go on."""
    store = kv.create("dist_sync")
    store.set_gradient_compression({"type": "2bit"})
    store.init("w", np.zeros(1))
    warnings.simplefilter("error")
    for _ in range(2):
        with contextlib.suppress(RuntimeWarning):
            store.push("w", np.array([3e38 * store.rank]))


def absent(folder):
    """Rank 1 ends without a store."""
    from mpi4py import MPI

    mpi.PATIENCE = (0.75, 2.0)
    if MPI.COMM_WORLD.Get_rank() == 0:
        kv.create("dist_sync")


# Workers that do not wait


def late(folder):
    """The arrivals of a simulation, in the same order: each worker waits for its turn."""
    from mpi4py import MPI

    turn = MPI.COMM_WORLD.Dup()
    for previous in [sys.argv[3]]:
        store = kv.create("dist_async", previous=previous)
        rank, n = store.rank, store.num_workers
        order, pushes = played(n, previous)
        store.init(["w", "v"], [np.ones(3, dtype="float64") * (2 + rank), np.ones(2)])
        store.set_optimizer(optimizer.DCASGD(learning_rate=0.1, lamda=0.5))
        own = [np.zeros(3, dtype="float64"), np.zeros(2)]
        store.pull(["w", "v"], out=own)
        assert own[0].tolist() == [2, 2, 2]
        store.barrier()
        path, token = [], numpy.zeros(1, "int64")
        for place, who in enumerate(order):
            if who != rank:
                continue
            if place and order[place - 1] != rank:
                turn.Recv(token, source=order[place - 1] + 1, tag=place)
            store.pushpull(["w", "v"], slopes(own), out=own)
            path.append([place, store.staleness, *own[0].tolist(), *own[1].tolist()])
            if place + 1 < len(order) and order[place + 1] != rank:
                turn.Send(token, dest=order[place + 1] + 1, tag=place + 1)
        expected = [row for row, who in zip(pushes, order) if who == rank]
        assert path == expected
        store.barrier()
        if rank == 0:
            store.save_optimizer_states(folder / "states")
        store.barrier()
        store.load_optimizer_states(folder / "states")
        with pytest.raises(UsageError, match=r"\{\} is not|does not take a function"):
            store.set_updater(print)
        with pytest.raises(UsageError, match="one 'dist_async' store"):
            kv.create("dist_async")
        with pytest.raises(UsageError, match="Rank 0 is the server"):
            kv.create("dist_sync")
        with pytest.raises(UsageError, match=rf"worker {n - 1} at barrier\(\)"):
            store.barrier() if rank == n - 1 else store.init("more", np.ones(1))
        with pytest.raises(UsageError, match=r"worker 0 at init of key 'u', .* shape \(1,\), worker 1 at .*\(2,\)"):
            store.init(["t", "u"], [np.ones(1), np.ones(1 + rank)])
        (folder / f"late-{rank}").touch()


def slopes(weights):
    w, v = (array.asnumpy() for array in weights)
    return [np.array(numpy.sin(3 * w) + w, dtype="float64"), np.array((v**2 - 0.5).astype("float32"))]


def played(n, previous, steps=30):
    """Who pushes when, and after each push its staleness and the weights, in the simulation."""
    store = kv.create(
        "sim", num_workers=n, delay=lambda rank, rng: rng.exponential(1 + rank), seed=2, previous=previous
    )
    own = [[np.ones(3, dtype="float64") * 2, np.ones(2)] for _ in range(n)]
    for worker in store.workers:
        worker.init(["w", "v"], own[worker.rank])
        worker.pull(["w", "v"], out=own[worker.rank])
    store.set_optimizer(optimizer.DCASGD(learning_rate=0.1, lamda=0.5))
    order, pushes = [], []
    for place, worker in enumerate(store.turns(steps)):
        mine = own[worker.rank]
        worker.pushpull(["w", "v"], slopes(mine), out=mine)
        order.append(worker.rank)
        pushes.append([place, worker.staleness, *mine[0].tolist(), *mine[1].tolist()])
    return order, pushes


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]))
