"""Parameters side by side: nobody who uses them sees it, whatever happens to them between steps."""

import numpy
import pytest

from minigrad import autograd, cpu, gluon, init, kvstore, np, optimizer
from minigrad.errors import DeferredInitializationError, StaleGradientError, UsageError
from minigrad.gluon import nn

DRAW = numpy.random.default_rng(0)
X = DRAW.normal(size=(6, 3)).astype("float32")
Y = DRAW.normal(size=(6, 2)).astype("float32")


class OneByOne(optimizer.Adam):
    """Adam that is stepped parameter by parameter: the reference."""

    elementwise = False


def pair(dtype="float32"):
    """The same network twice: its parameters stepped together, and one by one."""
    found = []
    for adam in (optimizer.Adam(learning_rate=0.1, wd=0.01), OneByOne(learning_rate=0.1, wd=0.01)):
        net = nn.Sequential()
        net.add(nn.Dense(4, activation="tanh", in_units=3, dtype=dtype), nn.Dense(2, in_units=4, dtype=dtype))
        net.initialize()
        draw = numpy.random.default_rng(1)
        for p in net.collect_params().values():
            p.set_data(np.array(draw.normal(size=p.shape).astype(dtype)))
        found.append((net, gluon.Trainer(net.collect_params(), adam)))
    return found


def step(net, trainer, **kwargs):
    dtype = net[0].weight.dtype
    with autograd.record():
        loss = gluon.loss.L2Loss()(net(np.array(X.astype(dtype))), np.array(Y.astype(dtype)))
    loss.backward()
    trainer.step(6, **kwargs)


def agree(pairs):
    (a, _), (b, _) = pairs
    for p, q in zip(a.collect_params().values(), b.collect_params().values(), strict=True):
        assert p.dtype == q.dtype
        numpy.testing.assert_allclose(p.data().asnumpy(), q.data().asnumpy(), rtol=1e-5, atol=1e-7)


CHANGES = {
    "nothing": lambda net, trainer: None,
    "set_data": lambda net, trainer: net[0].weight.set_data(np.ones((4, 3))),
    "in place": lambda net, trainer: net[1].bias.data().__setitem__(slice(None), 0.5),
    "lr_mult": lambda net, trainer: setattr(net[0].weight, "lr_mult", 0.1),
    "wd_mult": lambda net, trainer: setattr(net[1].weight, "wd_mult", 0.0),
    "grad_req null": lambda net, trainer: setattr(net[0].bias, "grad_req", "null"),
    "grad_req add": lambda net, trainer: net.collect_params().setattr("grad_req", "add"),
    "rate": lambda net, trainer: trainer.set_learning_rate(0.5),
    "force_reinit": lambda net, trainer: net.initialize("ones", force_reinit=True),
    "attach_grad": lambda net, trainer: net[0].weight.data().attach_grad(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_between_steps_counts_as_it_does_one_by_one(name):
    pairs = pair()
    for net, trainer in pairs:
        for _ in range(2):
            step(net, trainer)
        CHANGES[name](net, trainer)
        for _ in range(3):
            step(net, trainer)
    agree(pairs)


def test_grad_req_may_be_switched_off_and_on_again():
    pairs = pair()
    for net, trainer in pairs:
        for req in ("write", "null", "write", "write"):
            net[0].weight.grad_req = req
            step(net, trainer)
        counts = sorted(trainer.optimizer._index_update_count.values())
        assert counts == [3, 4, 4, 4]
    agree(pairs)


def test_a_gradient_that_is_skipped_falls_behind_alone():
    pairs = pair()
    for net, trainer in pairs:
        step(net, trainer)
        with autograd.record():
            y = net[0](np.array(X))
        y.backward()
        trainer.step(6, ignore_stale_grad=True)
        for _ in range(2):
            step(net, trainer)
    agree(pairs)


def test_parameters_are_the_same_objects_before_and_after():
    (net, trainer), _ = pair()
    data, grad = net[0].weight.data(), net[0].weight.grad()
    before = data.copy()
    step(net, trainer)
    assert net[0].weight.data() is data
    assert net[0].weight.grad() is grad
    assert (data != before).any()
    assert data.shape == (4, 3)


def test_all_lie_in_one_buffer_and_keep_lying_there():
    (net, trainer), _ = pair()
    step(net, trainer)
    arrays = [p.data().data for p in net.collect_params().values()]
    assert len({id(a.base) for a in arrays}) == 1
    step(net, trainer)
    assert all(a is p.data().data for a, p in zip(arrays, net.collect_params().values()))


def test_a_graph_kept_over_a_step_is_refused_because_its_weights_are_gone():
    (net, trainer), _ = pair()
    with autograd.record():
        loss = gluon.loss.L2Loss()(net(np.array(X)), np.array(Y))
    loss.backward(retain_graph=True)
    trainer.step(6)
    with pytest.raises(RuntimeError, match="changed in place"):
        loss.backward()


def test_a_change_of_dtype_between_steps_is_followed():
    (net, trainer), _ = pair()
    step(net, trainer)
    net.cast("float64")
    step(net, trainer)
    assert {p.data().dtype.name for p in net.collect_params().values()} == {"float64"}
    assert all(numpy.isfinite(p.data().asnumpy()).all() for p in net.collect_params().values())


@pytest.mark.parametrize("anew", ["force_reinit", "cast", "reset_ctx", "attach_grad"])
def test_arrays_that_take_the_place_of_others_are_trained(anew):
    net = gluon.nn.Dense(1, in_units=2, use_bias=False)
    net.initialize("ones")
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.25})

    def step():
        with autograd.record():
            y = net(np.ones((1, 2), dtype=net.weight.dtype))  # the gradient is 1
        y.backward()
        trainer.step(1)
        return net.weight.data().tolist()

    assert step() == [[0.75, 0.75]]
    if anew == "force_reinit":
        net.initialize("ones", force_reinit=True)
        assert step() == [[0.75, 0.75]]
    elif anew == "cast":
        net.cast("float64")
    elif anew == "reset_ctx":
        here = net.weight.data().ctx
        net.reset_ctx(cpu(1))
        net.reset_ctx(here)
    else:
        net.weight.data().attach_grad()
    assert step() == [[0.5, 0.5]]
    assert step() == [[0.25, 0.25]]


def test_a_backward_pass_of_arrays_that_are_gone_is_no_new_gradient():
    net = gluon.nn.Dense(1, in_units=2, use_bias=False)
    net.initialize("ones")
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.25})
    for anew in (False, True):
        with autograd.record():
            y = net(np.ones((1, 2)))
        y.backward()
        if anew:
            net.initialize("ones", force_reinit=True)
            with pytest.raises(StaleGradientError):
                trainer.step(1)
        else:
            trainer.step(1)
    assert net.weight.data().tolist() == [[1, 1]]
    assert trainer.optimizer.num_update == 1


class SGDOneByOne(optimizer.SGD):
    elementwise = False


@pytest.mark.parametrize("kind", [optimizer.SGD, SGDOneByOne])
@pytest.mark.parametrize("anew", ["set_data", "force_reinit", "one value"])
def test_a_float16_weight_that_is_changed_by_hand_is_not_put_back_from_its_master_copy(kind, anew):
    net = gluon.nn.Dense(1, in_units=2, use_bias=False, dtype="float16")
    net.initialize("ones")
    trainer = gluon.Trainer(net.collect_params(), kind(learning_rate=0.25, multi_precision=True))
    third = 1.0
    for k in range(3):
        if k == 2:
            if anew == "set_data":
                net.weight.set_data(np.array([[5.0, 5.0]], dtype="float16"))
            elif anew == "force_reinit":
                net.initialize(init.Constant(5), force_reinit=True)
            else:
                net.weight.data()[0, 1] = 5
        with autograd.record():
            y = net(np.array([[1 / 3, 1.0]], dtype="float16"))
        y.backward()
        trainer.step(1)
        third -= 0.25 * float(numpy.float16(1 / 3))
    first = float(numpy.float16(third if anew == "one value" else 5 - 0.25 * float(numpy.float16(1 / 3))))
    assert net.weight.data().tolist() == [[first, 4.75]]


def test_a_parameter_that_begins_to_learn_before_it_has_a_shape_is_not_left_out():
    known = gluon.Parameter("a_weight", shape=(2,))
    waiting = gluon.Parameter("b_weight", grad_req="null", allow_deferred_init=True)
    for p in (known, waiting):
        p.initialize()
    trainer = gluon.Trainer([known, waiting], "sgd")
    for req in ("null", "write"):
        waiting.grad_req = req
        with autograd.record():
            y = known.data() * 2
        y.backward()
        if req == "null":
            trainer.step(1)
        else:
            with pytest.raises(DeferredInitializationError, match="b_weight"):
                trainer.step(1)


def test_parameters_of_two_dtypes_are_stepped_in_two_groups():
    nets = []
    for adam in (optimizer.Adam(learning_rate=0.1), OneByOne(learning_rate=0.1)):
        a, b = (
            gluon.Parameter("a", shape=(3,), init="ones"),
            gluon.Parameter("b", shape=(2,), init="ones", dtype="float64"),
        )
        trainer = None
        for p in (a, b):
            p.initialize()
        trainer = gluon.Trainer([a, b], adam)
        for _ in range(3):
            with autograd.record():
                losses = [(a.data() ** 2).sum(), (b.data() ** 3).sum()]
            for loss in losses:
                loss.backward()
            trainer.step(1)
        nets.append((a.data().asnumpy(), b.data().asnumpy()))
    for one, other in zip(*nets):
        assert one.dtype == other.dtype
        numpy.testing.assert_allclose(one, other, rtol=1e-6)


@pytest.mark.parametrize("name", ["sgd", "adam"])
def test_float16_weights_with_a_master_copy_are_stepped_together_too(name):
    results = []
    for together in (True, False):
        cls = optimizer.SGD if name == "sgd" else optimizer.Adam
        kind = cls if together else type("Alone", (cls,), {"elementwise": False})
        (net, _), _ = pair("float16")
        trainer = gluon.Trainer(net.collect_params(), kind(learning_rate=0.01, multi_precision=True))
        for _ in range(4):
            step(net, trainer)
        results.append([p.data().asnumpy() for p in net.collect_params().values()])
    for a, b in zip(*results):
        assert a.dtype == "float16"
        numpy.testing.assert_array_equal(a, b)


def test_a_parameter_shared_by_two_trainers_is_stepped_by_both():
    (net, _), _ = pair()
    start = net[0].weight.data().asnumpy()
    params = net.collect_params()
    first = gluon.Trainer(params, "sgd", {"learning_rate": 0.1})
    second = gluon.Trainer([net[0].weight], "sgd", {"learning_rate": 0.2})
    for trainer, rate in ((first, 0.1), (second, 0.2), (first, 0.1)):
        before = net[0].weight.data().asnumpy()
        step(net, trainer)
        grad = net[0].weight.grad().asnumpy() / 6
        numpy.testing.assert_allclose(net[0].weight.data().asnumpy(), before - rate * grad, rtol=1e-4, atol=1e-6)
    assert (net[0].weight.data().asnumpy() != start).all()


def test_an_optimizer_with_only_an_update_is_stepped_one_by_one():
    class Plain(optimizer.Optimizer):
        def create_state(self, index, weight):
            return np.zeros_like(weight)

        def update(self, index, weight, grad, state):
            self._update_count(index)
            state += 1
            weight -= self._get_lr(index) * self.rescale_grad * grad

    (net, _), _ = pair()
    trainer = gluon.Trainer(net.collect_params(), Plain(learning_rate=0.5))
    for _ in range(2):
        before = net[1].weight.data().asnumpy()
        step(net, trainer)
        expected = before - 0.5 / 6 * net[1].weight.grad().asnumpy()
        numpy.testing.assert_allclose(net[1].weight.data().asnumpy(), expected, rtol=1e-5)
    assert all((state == 2).all() for state in trainer._updaters[0].states.values())


def test_parameters_that_have_moved_elsewhere_need_a_new_trainer():
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize(ctx=cpu(3))
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    net.reset_ctx([cpu(3), cpu(4)])
    for ctx in (cpu(3), cpu(4)):
        with autograd.record():
            y = net(np.ones((1, 2), ctx=ctx))
        y.backward()
    with pytest.raises(UsageError, match=r"moved from \[cpu\(3\)\] to \[cpu\(3\), cpu\(4\)\].*make a new one"):
        trainer.step(1)


def test_a_weight_that_was_detached_by_hand_has_no_new_gradient():
    net = gluon.nn.Dense(1, in_units=2)
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    net.weight.data().attach_grad("null")
    with autograd.record():
        y = net(np.ones((1, 2)))
    y.backward()
    with pytest.raises(StaleGradientError, match="weight"):
        trainer.step(1)


def test_a_store_may_put_other_arrays_in_the_place_of_gradients():
    class Doubling(kvstore.KVStore):
        def pushpull(self, key, value, out=None, priority=0):
            for v in value:
                v.data = v.data * 2

    net = gluon.nn.Dense(1, in_units=2, use_bias=False)
    net.initialize("ones")
    trainer = gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": 0.125}, Doubling("local"), update_on_kvstore=False
    )
    for expected in (0.75, 0.5, 0.25):
        with autograd.record():
            y = net(np.ones((1, 2)))
        y.backward()
        trainer.step(1)
        assert net.weight.data().tolist() == [[expected, expected]]


class ByItsNorm(optimizer.Optimizer):
    """Divides each gradient by its length, which is not that of all gradients together."""

    def rule(self, w, g, *, lr, length):
        return w - lr * g / length

    def named(self, index, w, g, states, scalars):
        return {"length": float((g * g).sum()) ** 0.5}


class ByItsMeasure(optimizer.Optimizer):
    measured = ("length",)

    def rule(self, w, g, *, lr, length):
        return w - 0.5 * g / length  # what is measured is 0.5 g

    def measure(self, w, half):
        return {"length": 2 * float((half * half).sum()) ** 0.5}


class ByItsIndex(optimizer.Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * g

    def _get_lr(self, index):
        return super()._get_lr(index) / (5, 13)[index]


@pytest.mark.parametrize("kind", [ByItsNorm, ByItsMeasure, ByItsIndex])
def test_a_rule_of_ones_own_that_looks_at_one_parameter_is_not_stepped_with_all_together(kind):
    params, gradients = [gluon.Parameter(f"p{i}", shape=(2,)) for i in range(2)], ([3.0, 4.0], [5.0, 12.0])
    for p in params:
        p.initialize("zeros")
    trainer = gluon.Trainer(params, kind(learning_rate=0.5))
    with optimizer.reading("numpy"), autograd.record():
        y = sum([(p.data() * np.array(g)).sum() for p, g in zip(params, gradients)])
    y.backward()
    with optimizer.reading("numpy"):
        trainer.step(1)
    for p, g, length in zip(params, gradients, (5, 13)):
        numpy.testing.assert_allclose(p.data().asnumpy(), -0.5 * numpy.array(g) / length, rtol=1e-6)
