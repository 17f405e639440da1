"""Simulated workers: delays by the clock, DCASGD by its paper, votes counted by hand, traffic by formula."""

import math

import numpy
import pytest

from minigrad import autograd, cpu, gluon, kv, lr_scheduler, np, optimizer, random
from minigrad.device import to_host
from minigrad.errors import AnomalyError, ArgumentError, KeywordError, KindError, ShapeError, UsageError

# When gradients arrive


def started(store, value=8.0):
    """Copies of one weight, taken by all workers."""
    copies = [np.array([value], dtype="float64") for _ in store.workers]
    for worker, copy in zip(store.workers, copies):
        worker.init("w", copy)
        worker.pull("w", out=copy)
    return copies


def test_gradients_arrive_when_the_delays_say():
    delays = [1.0, 2.5, 0.75]
    store = kv.create("sim", num_workers=3, delay=numpy.array(delays))
    turns = [(store.time, worker.rank) for worker in store.turns(20)]
    by_hand = sorted((k * delay, rank) for rank, delay in enumerate(delays) for k in range(1, 40))
    assert turns == by_hand[:20]


def test_random_delays_are_repeatable_and_all_times_follow_from_them():
    def drawn(**seed):
        seen = []

        def delay(rank, rng):
            seen.append((rank, float(rng.exponential(1.0 + rank))))
            return seen[-1][1]

        store = kv.create("sim", num_workers=4, delay=delay, **seed)
        return [(store.time, worker.rank) for worker in store.turns(50)], seen

    turns, seen = drawn(seed=3)
    assert (turns, seen) == drawn(seed=3) and turns != drawn(seed=4)[0]
    assert drawn() == drawn(seed=0)
    for rank in range(4):
        ends = numpy.cumsum([d for who, d in seen if who == rank])
        times = [time for time, who in turns if who == rank]
        assert times == pytest.approx(ends[: len(times)])
    assert [time for time, _ in turns] == sorted(time for time, _ in turns)


def test_a_turn_that_was_left_early_is_over():
    store = kv.create("sim", num_workers=2, delay=[1.0, 10.0])
    for _ in store.turns(5):
        break
    assert [store.time for _ in store.turns(2)] == [2.0, 3.0]


def test_in_a_round_every_gradient_is_as_late_as_there_are_other_workers():
    store = kv.create("sim", num_workers=5, delay=1)
    copies = started(store)
    for worker in store.turns(15):
        worker.pushpull("w", copies[worker.rank] / 2 + worker.rank, out=copies[worker.rank])
    assert [arrival.staleness for arrival in store.arrivals] == [0, 1, 2, 3, 4] + [4] * 10
    seen = np.zeros(1, dtype="float64")
    store.pull("w", out=seen)  # looking on makes nobody late
    assert seen.item() == copies[4].item() != copies[3].item()
    next(store.turns(1)).pushpull("w", copies[0], out=copies[0])
    assert store.arrivals[-1].staleness == 4


def test_who_pushes_twice_without_a_pull_is_late_by_its_own_push():
    store = kv.create("sim", num_workers=2, delay=1)
    started(store)
    for expected in (0, 1, 2):
        store.workers[1].push("w", np.array([1.0]))
        assert store.workers[1].staleness == expected


@pytest.mark.parametrize("previous", ["worker", "key"])
@pytest.mark.parametrize("lamda", [0.0, 0.5])
def test_late_gradients_are_corrected_as_the_paper_or_mxnet_does(previous, lamda):
    def delay(rank, rng):
        return rng.exponential(1 + rank)

    def slope(w):
        return math.sin(3 * w) + w

    store = kv.create("sim", num_workers=4, delay=delay, seed=1, previous=previous)
    copies = started(store, 2.0)
    store.set_optimizer(optimizer.DCASGD(learning_rate=0.1, lamda=lamda))
    w, backup, before, path, expected = 2.0, [2.0] * 4, 2.0, [], []
    for worker in store.turns(40):
        own = copies[worker.rank]
        worker.pushpull("w", np.array([slope(own.item())], dtype="float64"), out=own)
        path.append(own.item())
        g = slope(backup[worker.rank])
        last, w = w, w - 0.1 * (g + lamda * g * g * (w - (backup[worker.rank] if previous == "worker" else before)))
        backup[worker.rank], before = w, last
        expected.append(w)
    assert path == pytest.approx(expected, rel=1e-12)
    assert max(arrival.staleness for arrival in store.arrivals) > 3


def test_copies_of_workers_are_kept_for_dcasgd_alone():
    store = kv.create("sim", num_workers=2, delay=1)
    copies = started(store)
    store.set_optimizer(optimizer.SGD())
    for worker in store.turns(4):
        worker.pushpull("w", copies[worker.rank], out=copies[worker.rank])
    assert [copy for rank, copy in store._server._taken.values()] == [None, None]


# Votes and compression


def test_the_majority_of_signs_wins_and_a_tie_is_0():
    rng = numpy.random.default_rng(0)
    for n in (1, 2, 3, 4, 7):
        gradients = rng.standard_normal((n, 200)).astype("float32")
        store = kv.create("sim", num_workers=n)
        store.set_gradient_compression({"type": "1bit"})
        store.init("w", np.zeros(200))
        store.push("w", [np.array(g) for g in gradients])
        out = np.ones(200)
        store.pull("w", out)
        plus = (gradients > 0).sum(axis=0)
        assert out.tolist() == [1.0 if 2 * p > n else 0.0 if 2 * p == n else -1.0 for p in plus]
        assert n % 2 or (2 * plus == n).any()


def test_zeros_cancel_in_pairs_of_workers():
    for n, answer in ((2, 0), (4, 0), (3, 1)):
        store = kv.create("sim", num_workers=n)
        store.set_gradient_compression({"type": "1bit"})
        store.init("w", np.ones(1))
        store.push("w", [np.zeros(1)] * n)
        out = np.ones(1)
        store.pull("w", out)
        assert out.item() == answer


def test_signum_with_majority_vote_is_algorithm_3():
    """Each worker votes by the mean of its gradients; all step by the sign of the majority."""
    rng = numpy.random.default_rng(1)
    gradients = rng.standard_normal((6, 3, 5))
    store = kv.create("sim", num_workers=3)
    store.set_gradient_compression({"type": "1bit", "momentum": 0.75})
    store.init("w", np.zeros(5, dtype="float64"))
    store.set_optimizer(optimizer.Signum(learning_rate=0.125, momentum=0))
    w, v = [0.0] * 5, [[0.0] * 5 for _ in range(3)]
    for step in gradients:
        store.push("w", [np.array(g, dtype="float64") for g in step])
        for i in range(5):
            votes = 0
            for k in range(3):
                v[k][i] = 0.75 * v[k][i] + 0.25 * step[k, i]
                votes += 1 if v[k][i] > 0 else -1
            w[i] -= 0.125 * (1 if votes > 0 else -1)
    out = np.zeros(5, dtype="float64")
    store.pull("w", out)
    assert out.tolist() == w
    assert sorted(store.residuals) == [("w", 0), ("w", 1), ("w", 2)]
    numpy.testing.assert_allclose([to_host(store.residuals["w", k]) for k in range(3)], v, rtol=1e-12)


@pytest.mark.parametrize(("n", "two", "one"), [(2, 32 / 3, 64 / 3), (4, 32 / 3, 64 / 3), (8, 6.4, 64 / 3)])
def test_traffic_is_a_fraction_of_what_float32_needs(n, two, one):
    def sent(params):
        store = kv.create("sim", num_workers=n)
        if params:
            store.set_gradient_compression(params)
        store.init("w", np.zeros(16 * n * 10))
        store.push("w", [np.ones(16 * n * 10)] * n)
        return store.traffic()

    plain = sent(None)
    assert plain == 2 * (n - 1) / n * 4 * 16 * n * 10
    assert plain / sent({"type": "2bit", "threshold": 0.5}) == pytest.approx(two)
    assert plain / sent({"type": "1bit"}) == pytest.approx(one)


def test_all_keys_of_a_call_travel_together_and_float16_as_float32():
    def sent(params, dtype, sizes):
        store, keys = kv.create("sim", num_workers=4), [*range(len(sizes))]
        if params:
            store.set_gradient_compression(params)
        store.init(keys, [np.zeros(size, dtype=dtype) for size in sizes])
        gradients = [[np.ones(size, dtype=dtype) for _ in range(4)] for size in sizes]
        store.sum_gradients(keys, gradients, [])
        before = store.traffic()
        store.push(keys, gradients)
        assert store.traffic() == 2 * before
        return before

    assert sent(None, "float16", [10]) == 2 * 3 * 40 // 4
    assert sent(None, "float32", [1] * 10) == 2 * 3 * 40 // 4
    assert sent({"type": "2bit"}, "float32", [10] * 10) == 3 * 32 * (2 + 4) // 8
    assert sent({"type": "1bit"}, "float32", [10] * 10) == 3 * 32 * (1 + 2) // 8


def test_a_compressed_push_to_the_server_keeps_what_it_did_not_send():
    store = kv.create("sim", num_workers=2, delay=1)
    copies = started(store, 0.0)
    store.set_optimizer(optimizer.SGD(learning_rate=1.0))
    for worker in store.workers:
        worker.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    for _ in range(2):
        for worker in store.turns(2):
            worker.pushpull("w", np.array([0.375 * (1 + worker.rank)], dtype="float64"), out=copies[worker.rank])
    # worker 0 sends 0, then 0.5 of 0.75; worker 1 sends 0.5 of 0.75, then 0.5 of 1.0
    assert copies[1].item() == -1.5
    assert [worker.residuals["w", worker.rank].item() for worker in store.workers] == [0.25, 0.5]


def test_compression_that_is_chosen_for_the_store_is_that_of_its_workers():
    store = kv.create("sim", num_workers=2, delay=1)
    copies = started(store, 0.0)
    store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
    for worker in store.turns(2):
        worker.pushpull("w", np.array([0.75], dtype="float64"), out=copies[worker.rank])
    assert [copy.item() for copy in copies] == [0.5, 0.5] and store.compressed
    assert [worker.residuals["w", worker.rank].item() for worker in store.workers] == [0.25, 0.25]


# In a Trainer


def network(ctx=None):
    random.seed(5)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(6, activation="tanh", in_units=4), gluon.nn.Dense(3, in_units=6))
    net.initialize(ctx=ctx)
    net.cast("float64")
    return net


def batch(rows, seed):
    rng = numpy.random.default_rng(seed)
    return rng.standard_normal((rows, 4)), rng.integers(0, 3, rows)


def backward(net, x, y, ctx=None):
    with autograd.record():
        loss = gluon.loss.SoftmaxCrossEntropyLoss()(net(np.array(x, dtype="float64", ctx=ctx)), np.array(y, ctx=ctx))
    loss.backward()


def values(net):
    return numpy.concatenate([p.list_data()[0].asnumpy().ravel() for p in net.collect_params().values()])


def test_workers_that_wait_take_the_steps_of_one_large_batch():
    devices = [cpu(k) for k in range(4)]
    one, several = network([cpu()]), network(devices)
    alone = gluon.Trainer(one.collect_params(), "adam", {"learning_rate": 0.05})
    store = kv.create("sim", num_workers=4)
    together = gluon.Trainer(several.collect_params(), "adam", {"learning_rate": 0.05}, kvstore=store)
    for step in range(20):
        x, y = batch(16, step)
        backward(one, x, y, cpu())
        alone.step(16)
        for k, device in enumerate(devices):
            backward(several, x[k::4], y[k::4], device)
        together.step(16)
    numpy.testing.assert_allclose(values(several), values(one), rtol=1e-9)


def test_workers_that_do_not_wait_have_a_trainer_each():
    """A worker's step is made of the gradient at what it took last; the server has the momentum of all."""
    store = kv.create("sim", num_workers=3, delay=[1.0, 1.75, 3.5])
    nets = [network() for _ in range(3)]
    trainers = [
        gluon.Trainer(
            list(net.collect_params().values()), "sgd", {"learning_rate": 0.1, "momentum": 0.5}, kvstore=worker
        )
        for net, worker in zip(nets, store.workers)
    ]
    w, v, taken = values(nets[0]), 0.0, [values(nets[0])] * 3
    probe = network()
    for step, worker in enumerate(store.turns(25)):
        x, y = batch(8, step)
        rank = worker.rank
        numpy.testing.assert_allclose(values(nets[rank]), taken[rank], rtol=1e-12)
        for p, own in zip(probe.collect_params().values(), nets[rank].collect_params().values()):
            p.set_data(own.data())
        backward(probe, x, y)
        g = numpy.concatenate([p.grad().asnumpy().ravel() for p in probe.collect_params().values()]) / 8
        rate = 0.1 if step < 10 else 0.01
        trainers[rank].set_learning_rate(rate)
        backward(nets[rank], x, y)
        trainers[rank].step(8)
        v = 0.5 * v - rate * g
        taken[rank] = w = w + v
    assert max(arrival.staleness for arrival in store.arrivals) >= 4
    assert trainers[0].optimizer.num_update == 25 - 1  # it was told in its own last turn
    with pytest.raises(UsageError, match=r"save_optimizer_states\(\)"):
        trainers[0].save_states("s")


def test_networks_whose_parameters_have_another_order_are_refused():
    store = kv.create("sim", num_workers=2, delay=1)
    for worker, names in zip(store.workers, (("a", "b"), ("dense9_", "dense10_"))):
        net = gluon.nn.Sequential()
        net.add(*[gluon.nn.Dense(2, in_units=2, use_bias=False, prefix=name) for name in names])
        net.initialize()
        if worker.rank == 0:
            gluon.Trainer(net.collect_params(), "sgd", kvstore=worker)
    with pytest.raises(UsageError, match="in another order .* dense10 comes before dense9"):
        gluon.Trainer(net.collect_params(), "sgd", kvstore=worker)
    gluon.Trainer(list(net.collect_params().values()), "sgd", kvstore=worker)


def test_multipliers_and_schedules_reach_the_server():
    store = kv.create("sim", num_workers=1, delay=1)
    net = gluon.nn.Dense(1, in_units=1)
    net.initialize("zeros")
    net.weight.lr_mult = 3.0
    schedule = lr_scheduler.FactorScheduler(step=1, factor=0.5, base_lr=1.0)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"lr_scheduler": schedule}, kvstore=store.workers[0])
    for _ in range(3):
        with autograd.record():
            y = net(np.ones((1, 1)))
        y.backward()
        trainer.step(1)
    assert net.bias.data().item() == -1.75 and net.weight.data().item() == -1.75 * 3
    assert trainer.learning_rate == 0.25


def test_an_optimizer_that_is_set_later_replaces_the_first_once_for_all_workers():
    store = kv.create("sim", num_workers=2, delay=1)
    copies = started(store, 0.0)
    for rate in (1.0, 10.0):
        for worker in store.workers:
            worker.set_optimizer(optimizer.SGD(learning_rate=rate, momentum=0.5))
            worker.pushpull("w", np.array([1.0], dtype="float64"), out=copies[worker.rank])
    # velocities -1, -1.5; then, from 0 again, -10, -15
    assert copies[1].item() == -1 - 1.5 - 10 - 15


def test_what_workers_say_may_be_numbers_of_numpy():
    store = kv.create("sim", num_workers=1, delay=1)
    (copy,), worker, rule = started(store, 0.0), store.workers[0], optimizer.SGD(learning_rate=1.0)
    rule.wd = numpy.float32(0.5)
    worker.set_optimizer(rule)
    worker.set_gradient_compression({"type": "2bit", "threshold": numpy.float32(0.25)})
    rule.lr = numpy.float32(2)
    worker.pushpull("w", np.array([1.0], dtype="float64"), out=copy)
    assert copy.item() == -0.5


def test_gradients_of_other_first_weights_are_refused():
    def trainer(worker, seed):
        random.seed(seed)
        net = gluon.nn.Dense(1)
        net.initialize()
        made = gluon.Trainer(net.collect_params(), "sgd", kvstore=worker)
        with autograd.record():
            y = net(np.ones((1, 2)))
        y.backward()
        return made

    store = kv.create("sim", num_workers=3, delay=1)
    first, same, other = (trainer(worker, seed) for worker, seed in zip(store.workers, (0, 0, 1)))
    first.step(1)
    with pytest.raises(UsageError, match="weights other than those of rank 0"):
        same.step(1)  # the weights have moved on since
    with pytest.raises(UsageError, match="weights other than those of rank 0"):
        other.step(1)


def test_the_server_saves_and_loads_its_states(tmp_path):
    def made():
        store = kv.create("sim", num_workers=2, delay=1)
        started(store)
        store.set_optimizer(optimizer.SGD(learning_rate=0.1, momentum=0.9))
        return store

    def push(store, times):
        out = np.zeros(1, dtype="float64")
        for worker in store.turns(times):
            worker.pushpull("w", np.array([1.0]), out=out)
        return out

    whole, first, second = made(), made(), made()
    end, middle = push(whole, 5), push(first, 3)
    first.save_optimizer_states(tmp_path / "s", dump_optimizer=True)
    second.workers[0].assign("w", middle)
    second.load_optimizer_states(tmp_path / "s")
    push(second, 1)  # its workers begin anew, in turn
    assert push(second, 1).item() == end.item()
    with pytest.raises(UsageError, match="There is no file"):
        second.load_optimizer_states(tmp_path / "no")


# Names and mistakes


def waiting(n=2):
    store = kv.create("sim", num_workers=n)
    store.init("w", np.ones(2))
    return store


def not_waiting(**options):
    store = kv.create("sim", num_workers=2, **({"delay": 1} | options))
    started(store)
    return store


NAN = np.array([1.0, numpy.nan])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kv.create("sim"), KeywordError, r"needs the number of its workers: create\('sim', num_workers=4\)"),
        (lambda: kv.create("sim", num_workers=2.5), KindError, "num_workers=2.5"),
        (lambda: kv.create("sim", num_worker=2), KeywordError, "'num_worker'; did you mean 'num_workers'"),
        (lambda: kv.create("sim", num_workers=2, seed=1), KeywordError, "'seed'"),
        (lambda: kv.create("local", num_workers=2), KeywordError, "'local' has no option 'num_workers'"),
        (lambda: not_waiting(delay=0), ArgumentError, "delay of rank 0=0 cannot be used; expected a positive number"),
        (lambda: not_waiting(delay=[1, -1]), ArgumentError, "delay of rank 1=-1"),
        (lambda: not_waiting(delay=[1]), ArgumentError, "delay has 1 numbers; expected one for each of 2 workers"),
        (lambda: not_waiting(delay="ab"), KindError, "delay of rank 0='ab' cannot be used"),
        (lambda: not_waiting(delay=lambda rank, rng: None), KindError, "delay of rank 0=None"),
        (lambda: not_waiting(previous="rank"), ArgumentError, "previous is 'rank'; it must be 'worker' or 'key'"),
        (lambda: not_waiting().push("w", np.ones(1)), UsageError, r"for worker in store\.turns\(n\)"),
        (lambda: not_waiting().pushpull("w", np.ones(1)), UsageError, r"for worker in store\.turns\(n\)"),
        (lambda: not_waiting().workers[0].push("v", np.ones(1)), UsageError, "Key 'v' is not in the store"),
        (lambda: not_waiting().workers[0].set_updater(print), UsageError, "does not take a function"),
        (lambda: not_waiting().workers[0].push("w", []), ArgumentError, "'w' was given no array"),
        (lambda: not_waiting().workers[0].set_optimizer("sgd"), KindError, "optimizer='sgd' cannot be used"),
        (lambda: not_waiting().save_optimizer_states("s"), UsageError, "no optimizer that has states"),
        (lambda: waiting().push("w", np.ones(2)), ArgumentError, "given 1 arrays; expected one from each of 2 workers"),
        (lambda: waiting().push("w", [np.ones(2), NAN]), AnomalyError, "key 'w' from rank 1 holds a NaN"),
        (lambda: not_waiting().workers[1].push("w", NAN[1:]), AnomalyError, "key 'w' from rank 1 holds a NaN"),
        (
            lambda: waiting().set_gradient_compression({"type": "1bit", "threshold": 1}),
            ArgumentError,
            "threshold, a positive number, belongs to '2bit'",
        ),
        (
            lambda: not_waiting().set_optimizer(optimizer.SGD(lr_scheduler=lambda t: 0.1)),
            ArgumentError,
            "use a class of lr_scheduler",
        ),
        (
            lambda: gluon.Trainer(
                network().collect_params(), "sgd", kvstore=not_waiting().workers[0], update_on_kvstore=False
            ),
            ArgumentError,
            "updates the weights itself",
        ),
    ],
)
def test_mistakes_are_explained(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_nothing_is_pushed_if_the_weights_cannot_be_pulled():
    worker = not_waiting().workers[0]
    for out in (np.zeros(2), 3.0):
        with pytest.raises((ShapeError, KeywordError)):
            worker.pushpull("w", np.ones(1), out=out)
    worker.pushpull("w", np.ones(1), out=np.zeros(1))
    assert worker.staleness == 0  # by no push of its own


def test_infinity_is_no_nan():
    store, out = waiting(), np.zeros(2)
    store.push("w", [np.array([numpy.inf, 1e30]), np.array([-1e30, 0.0])])
    store.pull("w", out=out)
    assert out.tolist() == [numpy.inf, numpy.float32(1e30)]


def test_only_rows_that_are_asked_for_are_shown():
    store = kv.create("sim", num_workers=2, delay=1)
    store.init("t", np.array([[1.0], [2.0], [3.0]]))
    store.workers[1].init("t", np.zeros((3, 1)))
    out = np.ones((3, 1))
    store.workers[1].row_sparse_pull("t", out=out, row_ids=np.array([2, 0]))
    assert out.ravel().tolist() == [1, 0, 3]


def test_a_store_shows_how_it_was_made():
    assert repr(kv.create("sim", num_workers=3)) == "kvstore.create('sim', num_workers=3)"
    store = kv.create("sim", num_workers=2, delay=[1, 2])
    assert repr(store.workers[1]) == "kvstore.create('sim', num_workers=2, delay=[1, 2]).workers[1]"
    assert (store.rank, store.workers[1].rank, store.num_workers, store.type) == (-1, 1, 2, "sim")


@pytest.mark.parametrize("value", [np.ones(3), np.ones((1, 1)), np.ones(1, dtype="float16")], ids=repr)
def test_the_first_values_of_all_workers_are_alike(value):
    first, second = kv.create("sim", num_workers=2, delay=1).workers
    first.init("w", np.ones(1))
    with pytest.raises(UsageError, match=r"A worker before .* added key 'w', float32 of shape \(1,\), not key 'w'"):
        second.init("w", value)
    second.init("w", np.zeros(1))  # what was refused is not in its store
    out = np.zeros(1)
    second.pull("w", out=out)
    assert out.item() == 1
