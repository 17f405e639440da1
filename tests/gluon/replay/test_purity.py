"""Where the Python code is run, and what a block that calls itself pure may not do."""

import copy

import numpy
import pytest

from minigrad import autograd, np, npx, ops, random
from minigrad.define import define
from minigrad.errors import AnomalyError, GraphError
from minigrad.gluon import nn
from minigrad.gluon.replay import plan
from tests.gluon.replay.networks import (
    NETWORKS,
    PureDoubled,
    at_once,
    batch,
    dense,
    made,
    plans,
    replayed,
    same,
    trained,
    with_layers,
)

# Where the Python code is run


class Doubled(nn.HybridBlock):
    """A block that does not say that it is pure."""

    def __init__(self):
        super().__init__()
        self.part = dense(5, 4, 3)
        self.factor = [2.0]

    def forward(self, x):
        return self.part(x) * self.factor[0]


class SaysNothing(PureDoubled):
    def forward(self, x):
        return super().forward(x) + len(calls)


calls = []


def test_a_block_that_is_not_pure_runs_its_code_and_its_parts_are_replayed():
    net = made(Doubled, True)
    for _ in range(3):
        net(batch(4, 5))
    net.factor[0] = 3.0  # nobody can see this
    assert same([net(batch(4, 5)).asnumpy()], [net.part(batch(4, 5)).asnumpy() * numpy.float32(3)])
    assert not plans(net)
    assert len(plans(net.part)) == 1


def test_a_block_that_says_it_is_pure_is_replayed_as_a_whole():
    net = made(PureDoubled, True)
    before = [net(batch(4, 5)).asnumpy() for _ in range(3)]
    assert len(plans(net)) == 1
    net.factor = 4.0
    for _ in range(3):
        assert same([net(batch(4, 5)).asnumpy()], [before[0] * 2])


def test_a_subclass_of_a_pure_block_says_so_for_itself():
    net = made(SaysNothing, True)
    before = [net(batch(4, 5)).asnumpy() for _ in range(3)]
    calls.append(1)
    assert same([net(batch(4, 5)).asnumpy()], [before[0] + numpy.float32(1)])
    calls.clear()
    assert not plans(net)


@pytest.mark.parametrize("layer", [lambda: nn.Dropout(0.5), lambda: nn.BatchNorm(in_channels=6)])
def test_dropout_and_batch_norm_are_not_replayed(layer):
    net, plain = (made(lambda: with_layers(layer()), hybrid) for hybrid in (True, False))
    found = []
    for block in (net, plain):
        random.seed(3)
        found.append(trained(block, [batch(4, 5, seed=k) for k in range(4)]))
    assert same(*found)
    assert not plans(net)


class MakesArrays(PureDoubled):
    pure = True

    def forward(self, x):
        return self.part(x) + np.array([float(x.sum()), 1, 2])


class PassesOn(PureDoubled):
    pure = True

    def forward(self, x):
        return x


class Several(PureDoubled):
    pure = True

    def forward(self, x):
        return self.part(x), x


class ChangesInPlace(PureDoubled):
    pure = True

    def forward(self, x):
        y = self.part(x).detach() if autograd.is_recording() else self.part(x)
        with autograd.pause():
            y += float(x.asnumpy()[0, 0]) * 0
            y += 1
        return y


class CountsCalls(PureDoubled):
    pure = True

    def __init__(self):
        super().__init__()
        self.calls = self.params.get("calls", shape=(1,), init="zeros", grad_req="null")

    def forward(self, x):
        self.calls.data()[:] = 0
        return self.part(x)


@pytest.mark.parametrize("kind", [MakesArrays, PassesOn, Several, ChangesInPlace, CountsCalls])
def test_what_cannot_be_noted_is_not_replayed(kind):
    net = made(kind, True)
    plain = made(kind, False)
    for k in range(3):
        y, expected = net(batch(4, 5, seed=k)), plain(batch(4, 5, seed=k))
        if kind is Several:
            y, expected = y[0], expected[0]
        assert same([y.asnumpy()], [expected.asnumpy()])
    assert not plans(net)


def test_inputs_that_lie_in_another_order_run_the_python_code():
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    replayed(net)
    x = np.array(numpy.asfortranarray(batch(4, 5).asnumpy()))
    x.data = x.ctx.xp.asfortranarray(x.data)
    calls = net._replay.calls
    assert same([net(x).asnumpy()], [plain(x).asnumpy()])
    assert net._replay.calls == calls


def test_under_detect_anomaly_the_operation_is_named():
    net = replayed(made(NETWORKS["relu"], True))
    net[1].weight.set_data(np.full((8, 8), 1e38))
    with autograd.detect_anomaly(), pytest.raises(AnomalyError, match="'linear'"):
        net(batch(4, 5) * 100)


def test_two_threads_share_a_network():
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    expected = [plain(batch(4, 5, seed=k)).asnumpy() for k in range(40)]
    wrong = []

    def work():
        for _ in range(20):
            for k in range(40):
                if not same([net(batch(4, 5, seed=k)).asnumpy()], [expected[k]]):
                    wrong.append(k)

    at_once(3, work)
    assert not wrong
    assert plans(net)


def test_a_copy_makes_plans_of_its_own():
    net = replayed(made(NETWORKS["relu"], True))
    twin = copy.deepcopy(net)
    assert not plans(twin)
    twin[0].weight.set_data(np.zeros((8, 5)))
    for _ in range(3):
        assert not same([twin(batch(4, 5)).asnumpy()], [net(batch(4, 5)).asnumpy()])
    assert plans(twin)[0].parameters[0] is twin[0].weight.data()


def test_a_plan_is_not_made_if_it_would_not_give_the_same(monkeypatch):
    right = plan.noted

    def a_little_off(*args):
        program = right(*args)
        program.source = program.source.replace("return r", "return numpy.float32(1.0000001) * r", 1)
        program._make = define(program.source, "make", program._make.__globals__ | {"numpy": numpy})
        return program

    monkeypatch.setattr(plan, "noted", a_little_off)
    net = made(NETWORKS["relu"], True)
    for _ in range(3):
        net(batch(4, 5))
    assert not plans(net)


# Gradients of gradients through several replayed parts


def seconds(make, hybrid, call):
    """First and second gradients of `call(net, x, weights)`."""
    net = made(make, hybrid)
    x = batch(4, 5)
    x.attach_grad()
    weights = [p.data() for p in net.collect_params().values()]
    for _ in range(3):
        with autograd.record():
            y = call(net, x)
            first = autograd.grad(y, [x, *weights], create_graph=True)
            size = sum((g * g).sum() for g in first)
        size.backward()
    return [*(g.asnumpy() for g in first), x.grad.asnumpy(), *(w.grad.asnumpy() for w in weights)]


@pytest.mark.parametrize(
    "call",
    [
        lambda net, x: net(x).sum(),
        lambda net, x: net(net(x)).sum(),
        lambda net, x: (net(x) * net(2 * x)).sum(),
        lambda net, x: net(net(x) + x).sum() + net(x).sum(),
        lambda net, x: net(net[0].weight.data()).sum() + net(x).sum(),
    ],
)
def test_gradients_of_gradients_of_several_calls(call):
    found = [seconds(lambda: dense(5, 5, 5, activation="tanh"), hybrid, call) for hybrid in (True, False)]
    for a, b in zip(*found, strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def later(hybrid, change):
    """Second gradients by an array behind the input, by a weight, and by the input if it is attached after the call."""
    net = made(lambda: dense(5, 4, 3, activation="tanh"), hybrid)
    start, weight = batch(4, 5), net[1].weight.data()
    start.attach_grad()
    for _ in range(2):
        with autograd.record():
            x = 2 * start if change == "cut" else batch(4, 5)
            y = net(x).sum()
            x.attach_grad()
            if change == "freeze":
                net[1].weight.grad_req = "null"
            first = autograd.grad(y, net[0].weight.data(), create_graph=True)
            size = (first * first).sum()
        size.backward()
        net[1].weight.grad_req = "write"
    return [a.asnumpy() for a in (start.grad, x.grad, weight.grad)]


@pytest.mark.parametrize("change", ["cut", "attach", "freeze"])
def test_an_input_that_is_attached_after_the_call_was_not_so_then(change):
    for a, b in zip(later(True, change), later(False, change), strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


def test_they_need_what_the_first_do_not_and_say_if_it_has_changed():
    def make():
        net = dense(5, 4, 3)
        for p in net[0].collect_params().values():
            p.grad_req = "null"
        return net

    net = made(make, True)
    weight = net[1].weight.data()
    for create_graph in (False, False, True):
        x = batch(4, 5)
        with autograd.record():
            y = net(x).sum()
        x += 1  # no gradient depends on it, as the layer that it enters does not learn
        if create_graph:
            with pytest.raises(GraphError, match="changed in place"), autograd.record():
                autograd.grad(y, weight, create_graph=True)
        else:
            y.backward()


# What a pure block may not do, but does


class Part(nn.HybridBlock):
    """A layer, and a function of it."""

    pure = True

    def __init__(self, function):
        super().__init__()
        self.part = nn.Dense(3, in_units=3)
        self.table, self.length = numpy.ones(3, "float32"), numpy.array(1)
        self._function = function

    def forward(self, *inputs):
        return self._function(self, *inputs)


IMPURE = {
    "an index that is given": (lambda s, x, i: s.part(x[i]), ([0, 1], [2, 1])),
    "an index into a result": (lambda s, x, i: s.part(x)[i], ([0, 1], [2, 1])),
    "an index that is computed": (lambda s, x, i: s.part(x)[np.argsort(x[:, 0])] * 1, ([0], [1])),
    "a length": (lambda s, x, i: s.part(x[: i[0]]), ([2], [1])),
    "a list of values": (lambda s, x, i: s.part(x) * [x[0, 0], 1.0, i[0]], ([2], [1])),
    "a number": (lambda s, x, i: s.part(x) / float(x.asnumpy().max()), ([2], [1])),
    "an array outside": (lambda s, x, i: s.part(x) * np.array(x.asnumpy()), ([2], [1])),
    "NumPy's array": (lambda s, x, i: s.part(x) * x.asnumpy(), ([2], [1])),
    "a branch": (lambda s, x, i: s.part(x) if x.sum() > 0 else -s.part(x), ([2], [1])),
    "an attribute's values": (lambda s, x, i: s.part(x) * s.table, ([2], [1])),
    "an attribute's value as a length": (lambda s, x, i: s.part(x[: s.length]), ([2], [1])),
    "dropout": (lambda s, x, i: npx.dropout(s.part(x), p=0.9), ([2], [1])),
    "labels": (lambda s, x, i: ops.softmax_cross_entropy(s.part(x), x[:, 0] * 0), ([2], [1])),
}


@pytest.mark.parametrize("name", IMPURE)
def test_a_block_that_is_not_as_pure_as_it_says_is_right_all_the_same(name):
    function, indices = IMPURE[name]
    found = []
    for hybrid in (True, False):
        net = made(lambda: Part(function), hybrid)
        random.seed(1)
        seen = []
        for k in range(6):
            x, i = batch(3, 3, seed=k), np.array(indices[k % 2], dtype="int64")
            net.table[:], net.length[...] = k, 1 + k % 3
            with autograd.record(train_mode=k > 1):
                y = net(x, i)
            y.backward()
            seen += [y.asnumpy(), net.part.weight.grad().asnumpy()]
        found.append(seen)
    assert same(*found)


def test_what_is_paused_in_forward_is_paused_when_it_is_replayed():
    def paused(s, x):
        with autograd.pause():
            h = s.part(x)
        return s.part(h)

    found = []
    for hybrid in (True, False):
        net = made(lambda: Part(paused), hybrid)
        for _ in range(3):
            with autograd.record():
                y = net(batch(3, 3))
            y.backward()
        found.append([net.part.weight.grad().asnumpy()])
    assert same(*found)


def test_labels_are_looked_at_in_a_pure_block_too():
    net = made(lambda: Part(lambda s, x, i: ops.softmax_cross_entropy(s.part(x), i)), True)
    for _ in range(3):
        net(batch(2, 3), np.array([0, 1]))
    with pytest.raises(ValueError, match="A label is 7"):
        net(batch(2, 3), np.array([0, 7]))


def test_a_gradient_in_forward_is_not_taken_for_an_anomaly():
    def infinite(s, x):
        z = x.detach()
        z.attach_grad()
        with autograd.record():
            autograd.grad(np.sqrt(z * 0).sum(), z)
        return s.part(x)

    net = made(lambda: Part(infinite), True)
    with numpy.errstate(all="ignore"):
        for _ in range(3):
            net(batch(3, 3))


class Product(nn.HybridBlock):
    """The product of two layers."""

    pure = True

    def __init__(self):
        super().__init__()
        self.a, self.b = nn.Dense(3, in_units=3), nn.Dense(3, in_units=3)

    def forward(self, x):
        return self.a(x) * self.b(x)


def test_the_gradient_of_a_weight_may_be_an_input():
    found = []
    for hybrid in (True, False):
        net = made(Product, hybrid)
        for x in (batch(3, 3), batch(3, 3), net.a.weight.grad()):
            with autograd.record():
                y = net(x)
            y.backward()
        found.append([p.grad().asnumpy() for p in net.collect_params().values()])
    assert same(*found)
