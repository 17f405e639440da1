"""hybridize(): a replayed network does what its Python code does, to the bit, or its Python code is run."""

import copy
import gc
import pickle
import sys
import threading
import weakref

import numpy
import pytest

from minigrad import autograd, cpu, gluon, np, npx, ops, random
from minigrad.define import define
from minigrad.errors import AnomalyError, GraphError, InitializationError, ShapeError
from minigrad.gluon import nn
from minigrad.gluon.replay import plan
from minigrad.gradcheck import gradcheck


def dense(*widths, activation="relu", **kwargs):
    """Dense layers in a row, without an activation after the last."""
    net = nn.HybridSequential()
    for a, b in zip(widths, widths[1:]):
        net.add(nn.Dense(b, activation if b != widths[-1] else None, in_units=a, **kwargs))
    return net


def with_shared_weights():
    first = nn.Dense(5, "tanh", in_units=5)
    net = nn.HybridSequential()
    net.add(first, nn.Dense(5, "relu", in_units=5, params=first.params), nn.Dense(3, in_units=5))
    return net


def with_layers(*layers):
    net = nn.HybridSequential()
    net.add(nn.Dense(6, in_units=5), *layers)
    return net


def nested():
    net = nn.HybridSequential()
    net.add(dense(5, 8, 6), nn.Activation("tanh"), dense(6, 4, activation=None))
    return net


class ShiftedTwice(gluon.HybridBlock):
    """Adds two parameters, which have one and the same gradient, but for its axes if the second is transposed."""

    pure = True

    def __init__(self, width=6, transposed=False):
        super().__init__()
        self.transposed = transposed
        self.a = gluon.Parameter("a_weight", shape=(4, width))
        self.b = gluon.Parameter("b_weight", shape=(width, 4) if transposed else (4, width))

    def forward(self, x):
        b = self.b.data()
        return npx.relu(x + self.a.data() + (b.T if self.transposed else b))


class Gated(gluon.HybridBlock):
    """tanh of (a parameter times the second input), times the first input."""

    pure = True

    def __init__(self):
        super().__init__()
        self.inner = Scaled()

    def forward(self, a, b):
        return np.tanh(self.inner(b)) * a


class Scaled(gluon.HybridBlock):
    pure = True

    def __init__(self):
        super().__init__()
        self.gamma = gluon.Parameter("gamma", shape=(5,), init="ones")

    def forward(self, b):
        return self.gamma.data() * b


NETWORKS = {
    "relu": lambda: dense(5, 8, 8, 3),
    "tanh": lambda: dense(5, 8, 3, activation="tanh"),
    "sigmoid": lambda: dense(5, 8, 3, activation="sigmoid"),
    "softrelu": lambda: dense(5, 8, 3, activation="softrelu"),
    "softsign": lambda: dense(5, 8, 3, activation="softsign"),
    "an activation at the end": lambda: with_layers(nn.Activation("sigmoid")),
    "no bias": lambda: dense(5, 8, 3, use_bias=False),
    "shared weights": with_shared_weights,
    "nested": nested,
    "layer norm": lambda: with_layers(nn.LayerNorm(in_channels=6), nn.Dense(2, in_units=6)),
    "leaky relu": lambda: with_layers(nn.LeakyReLU(0.1)),
    "prelu": lambda: with_layers(nn.PReLU()),
    "elu": lambda: with_layers(nn.ELU(0.5)),
    "selu": lambda: with_layers(nn.SELU()),
    "swish": lambda: with_layers(nn.Swish()),
    "gelu": lambda: with_layers(nn.GELU("tanh")),
    "flatten": lambda: with_layers(nn.Flatten()),
    "one gradient for two": lambda: with_layers(ShiftedTwice()),
    "identity": lambda: with_layers(nn.Identity(), nn.Dense(2, in_units=6)),
}


def made(make, hybrid, seed=7):
    """The network with the same first weights each time, hybridized or not."""
    random.seed(seed)
    net = make()
    net.initialize("xavier")
    if hybrid:
        net.hybridize()
    return net


def plans(net):
    """The plans of a network that were made."""
    return [plan for plan in net._replay.plans.values() if plan is not None]


def batch(*shape, seed=0, dtype="float32"):
    return np.array(numpy.random.default_rng(seed).standard_normal(shape), dtype=dtype)


def trained(net, batches, optimizer="adam"):
    """Outputs and weights of some steps."""
    trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.1})
    seen = []
    for x in batches:
        with autograd.record():
            y = net(x)
            loss = (y * y).sum() + y.sum()
        loss.backward()
        trainer.step(1)
        seen.append(y.asnumpy())
    return seen + [p.data().asnumpy() for p in net.collect_params().values()]


def at_once(count, work):
    """Run `work` in several threads, to its end."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def same(one, other):
    return all(a.tobytes() == b.tobytes() and a.shape == b.shape for a, b in zip(one, other, strict=True))


# It does the same


@pytest.mark.parametrize("name", NETWORKS)
def test_training_is_the_same_to_the_bit(name):
    batches = [batch(4, 5, seed=k) for k in range(5)]
    net = made(NETWORKS[name], True)
    assert same(trained(net, batches), trained(made(NETWORKS[name], False), batches))
    assert len(plans(net)) == 1


@pytest.mark.parametrize("name", NETWORKS)
def test_prediction_is_the_same_to_the_bit(name):
    net, plain = made(NETWORKS[name], True), made(NETWORKS[name], False)
    for k in range(3):
        assert same([net(batch(4, 5, seed=k)).asnumpy()], [plain(batch(4, 5, seed=k)).asnumpy()])
    assert len(plans(net)) == 1


@pytest.mark.parametrize("name", NETWORKS)
def test_the_gradient_by_the_input_is_the_same_to_the_bit(name):
    found = []
    for hybrid in (True, False):
        net = made(NETWORKS[name], hybrid)
        for k in range(3):
            x = batch(4, 5, seed=k)
            x.attach_grad()
            with autograd.record():
                y = net(x)
            y.backward(batch(*y.shape, seed=9))
        found.append([x.grad.asnumpy()])
    assert same(*found)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("other", ["a", "b"])
def test_one_gradient_for_two_of_which_one_has_another_part(other, transposed):
    found = []
    for hybrid in (True, False):
        net = made(lambda: ShiftedTwice(5, transposed), hybrid)
        around = nn.HybridSequential()
        around.add(net)
        if hybrid:
            around.hybridize()
        for k in range(3):
            with autograd.record():
                p = getattr(net, other).data()
                y = (p * p).sum() + around(batch(4, 5, seed=k)).sum()
            y.backward()
        found.append([net.a.grad().asnumpy(), net.b.grad().asnumpy()])
        assert not hybrid or "out[" not in around.programs()[0]  # neither has it in its place
    assert same(*found)


def test_the_gradient_of_one_input_may_be_another_input():
    found = []
    for hybrid in (True, False):
        net = made(Gated, hybrid)
        a = batch(4, 5)
        a.attach_grad()
        for b in (batch(4, 5, seed=1), batch(4, 5, seed=2), a.grad):
            if b is a.grad:
                b[...] = batch(4, 5, seed=3)
            with autograd.record():
                y = net(a, b)
            y.backward()
        found.append([net.inner.gamma.grad().asnumpy(), a.grad.asnumpy()])
        assert not hybrid or net.programs()
    assert same(*found)


@pytest.mark.parametrize("dtype", ["float64", "float16"])
def test_other_dtypes(dtype):
    def make():
        net = dense(5, 8, 3)
        net.cast(dtype)
        return net

    batches = [batch(4, 5, seed=k, dtype=dtype) for k in range(4)]
    net = made(make, True)
    assert same(trained(net, batches, "sgd"), trained(made(make, False), batches, "sgd"))
    assert len(plans(net)) == 1


def test_inputs_with_more_axes():
    def make():
        net = nn.HybridSequential()
        net.add(nn.Dense(4, "relu", in_units=5, flatten=False), nn.Dense(2, in_units=12))
        return net

    batches = [batch(2, 3, 5, seed=k) for k in range(4)]
    net = made(make, True)
    assert same(trained(net, batches), trained(made(make, False), batches))
    assert len(plans(net)) == 1


def test_another_shape_has_a_plan_of_its_own():
    batches = [batch(n, 5, seed=k) for k, n in enumerate([4, 4, 3, 4, 3, 1, 1])]
    net = made(NETWORKS["relu"], True)
    assert same(trained(net, batches), trained(made(NETWORKS["relu"], False), batches))
    assert len(plans(net)) == 3


def test_gradients_of_gradients():
    def slope_of_slope(net):
        for _ in range(3):
            x = batch(4, 5)
            x.attach_grad()
            with autograd.record():
                (first,) = autograd.grad([net(x)], [x], [batch(4, 3, seed=1)], create_graph=True)
                size = (first * first).sum()
            size.backward()
        return [x.grad.asnumpy(), *(p.grad().asnumpy() for p in net.collect_params().values())]

    net = made(NETWORKS["tanh"], True)
    for a, b in zip(slope_of_slope(net), slope_of_slope(made(NETWORKS["tanh"], False)), strict=True):
        numpy.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-7)
    assert len(plans(net)) == 1


def test_the_way_back_can_be_gone_twice():
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    net(batch(4, 5))
    found = []
    for block in (net, plain):
        for p in block.collect_params().values():
            p.grad_req = "add"
        for _ in range(2):
            block.zero_grad()
            with autograd.record():
                y = block(batch(4, 5))
            y.backward(retain_graph=True)
            y.backward(batch(4, 3, seed=2))
        found.append([p.grad().asnumpy() for p in block.collect_params().values()])
    assert same(*found)
    assert len(plans(net)) == 1  # that for predictions was made for other gradients


def test_gradcheck_leaves_no_plan_of_its_own_behind():
    net = made(NETWORKS["tanh"], True)
    net.cast("float64")
    x = batch(4, 5, dtype="float64")
    gradcheck(lambda: net(x), parameters=[p.data() for p in net.collect_params().values()])
    trainer = gluon.Trainer(net.collect_params(), "sgd")
    before = [p.data().asnumpy() for p in net.collect_params().values()]
    with autograd.record():
        y = net(x)
    y.backward()
    trainer.step(1)
    after = [p.data().asnumpy() for p in net.collect_params().values()]
    assert all((a != b).any() for a, b in zip(before, after))


def test_plans_stay_when_arrays_of_others_are_attached_also_after_unpickling():
    net = made(NETWORKS["relu"], True)
    for block in (net, *net._children.values()):
        object.__setattr__(block, "_changed", 10**12)  # the time of another process
    for k in range(20):
        x = batch(4, 5, seed=k)
        x.attach_grad()
        with autograd.record():
            net(x)
    assert net._replay.made == 1


def test_first_calls_and_exchanges_in_several_threads_at_once():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    wrong = []
    try:
        for k in range(60):
            if k % 20 == 0:
                net = dense(3, 3, 3, 3, 3, activation=None, use_bias=False)
                net.hybridize()
            net.initialize("ones" if k % 2 else "zeros", force_reinit=True)
            barrier = threading.Barrier(4)

            def call(net=net, expected=81.0 * (k % 2), barrier=barrier):
                barrier.wait()
                try:
                    wrong.extend(y for y in (net(np.ones((2, 3)))[0, 0].item() for _ in range(3)) if y != expected)
                except Exception as error:
                    wrong.append(error)

            at_once(4, call)
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


# Nothing that was computed before is lost


def test_outputs_of_several_calls_stay_as_they_are():
    net = made(NETWORKS["relu"], True)
    outputs = [net(batch(4, 5, seed=k)) for k in range(5)]
    plain = made(NETWORKS["relu"], False)
    assert same([y.asnumpy() for y in outputs], [plain(batch(4, 5, seed=k)).asnumpy() for k in range(5)])


def test_a_network_may_be_called_many_times_before_it_goes_back():
    found = []
    for hybrid in (True, False):
        net = made(NETWORKS["relu"], hybrid)
        for _ in range(2):
            with autograd.record():
                loss = sum(((net(batch(4, 5, seed=k)) - net(batch(4, 5, seed=k + 1))) ** 2).sum() for k in range(8))
            loss.backward()
        found.append([loss.asnumpy(), *(p.grad().asnumpy() for p in net.collect_params().values())])
    assert same(*found)


def test_arrays_are_given_back_and_inputs_let_go():
    net = made(NETWORKS["relu"], True)
    x = batch(4, 5)
    for _ in range(2):
        with autograd.record():
            y = net(x)
        y.backward()
    (plan,) = plans(net)
    counts, spare = [sys.getrefcount(x.data)], [len(plan.spare)]
    with autograd.record():
        y = net(x)
    counts.append(sys.getrefcount(x.data))
    spare.append(len(plan.spare))
    y.backward()
    counts.append(sys.getrefcount(x.data))
    spare.append(len(plan.spare))
    assert counts[0] == counts[2] < counts[1]
    assert spare == [1, 0, 1]
    outputs = []
    with autograd.record():
        outputs += [net(x) for _ in range(20)]
    del outputs
    assert len(plan.spare) < 5


# A wrong gradient is refused


def test_an_output_changed_in_place_is_refused_where_the_way_back_needs_it():
    net = made(NETWORKS["an activation at the end"], True)
    for _ in range(2):
        with autograd.record():
            y = net(batch(4, 5))
    y += 1
    with pytest.raises(GraphError, match="changed in place"):
        y.backward()


def test_an_input_or_a_weight_changed_in_place_is_refused():
    net = made(NETWORKS["relu"], True)
    net(batch(4, 5))
    for change in (lambda x: x.__iadd__(1), lambda x: net[0].weight.set_data(np.ones((8, 5)))):
        for _ in range(2):
            x = batch(4, 5)
            with autograd.record():
                y = net(x)
        change(x)
        with pytest.raises(GraphError, match="changed in place"):
            y.backward()


def test_an_input_of_the_wrong_width_is_said_by_the_layer():
    net = made(NETWORKS["relu"], True)
    for _ in range(2):
        net(batch(4, 5))
    with pytest.raises(ShapeError, match="expects inputs of width 5"):
        net(batch(4, 6))


# What a plan rests on may change


def replayed(net):
    """The network after its plan has been made and used."""
    for _ in range(3):
        net(batch(4, 5))
    assert len(plans(net)) == 1
    return net


def started(layer):
    layer.initialize("ones")
    return layer


@pytest.mark.parametrize(
    "change",
    [
        lambda net: net.add(nn.Dense(2, in_units=3)) or net[3].initialize("ones"),
        lambda net: net[0].weight.set_data(np.ones((8, 5))),
        lambda net: net.initialize("ones", force_reinit=True),
        lambda net: net.cast("float64"),
        lambda net: setattr(net[1], "_fused", None),
        lambda net: setattr(net[0], "bias", gluon.Parameter("b", shape=(8,))) or net[0].bias.initialize("ones"),
        lambda net: net[0].register_forward_hook(lambda block, inputs, y: y.__imul__(2)),
        lambda net: net[0].register_forward_pre_hook(lambda block, inputs: inputs[0].__imul__(2)),
        lambda net: net[1].share_parameters(started(nn.Dense(8, in_units=8)).params),
        lambda net: setattr(net[1], "forward", lambda x: x * 2),
        lambda net: net.register_child(started(nn.Dense(8, in_units=8)), "1"),
    ],
)
def test_after_a_change_the_result_is_that_of_the_python_code(change):
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    replayed(net)
    change(net)
    change(plain)
    for _ in range(3):
        assert same([net(batch(4, 5)).asnumpy()], [plain(batch(4, 5)).asnumpy()])


def test_parameters_may_stop_learning_and_go_on():
    net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    for req in ("write", "null", "write"):
        found = []
        for block in (net, plain):
            block[0].weight.grad_req = req
            for k in range(3):
                with autograd.record():
                    y = block(batch(4, 5, seed=k))
                y.backward()
            found.append([p.grad().asnumpy() for p in block.collect_params().values() if p.grad_req == "write"])
        assert same(*found)
    assert len(plans(net)) == 1


def test_hybridize_can_be_taken_back():
    net = replayed(made(NETWORKS["relu"], True))
    net.hybridize(False)
    called = []
    net.forward = lambda x: called.append(x)
    net(batch(4, 5))
    assert called


def test_a_network_whose_parts_change_all_the_time_runs_its_python_code():
    net = made(NETWORKS["relu"], True)
    for _ in range(50):
        net[1]._activation = "relu"  # the same, but who knows
        net(batch(4, 5))
    assert net._replay.made < 20


# Where the Python code is run


class Doubled(nn.HybridBlock):
    """A block that does not say that it is pure."""

    def __init__(self):
        super().__init__()
        self.part = dense(5, 4, 3)
        self.factor = [2.0]

    def forward(self, x):
        return self.part(x) * self.factor[0]


class PureDoubled(nn.HybridBlock):
    pure = True

    def __init__(self):
        super().__init__()
        self.part = dense(5, 4, 3)
        self.factor = 2.0

    def forward(self, x):
        return self.part(x) * self.factor


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
    x.data = numpy.asfortranarray(x.data)
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
        self.table = numpy.ones(3, "float32")
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
            net.table[:] = k
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


# Copies, devices, memory, and when plans pay


def test_a_shallow_copy_runs_its_own_code():
    net = made(PureDoubled, True)
    for _ in range(3):
        y = net(batch(4, 5))
    twin = copy.copy(net)
    twin.factor = 4.0
    assert same([twin(batch(4, 5)).asnumpy()], [y.asnumpy() * 2])


def test_a_network_can_be_pickled_and_goes_on_being_replayed():
    net = replayed(made(NETWORKS["relu"], True))
    twin = pickle.loads(pickle.dumps(net))
    assert same([replayed(twin)(batch(4, 5)).asnumpy()], [net(batch(4, 5)).asnumpy()])


def test_another_device_is_not_mistaken():
    net = replayed(made(NETWORKS["relu"], True))
    with pytest.raises(InitializationError, match=r"was not initialized on cpu\(1\)"):
        net(batch(4, 5).as_in_ctx(cpu(1)))
    net.reset_ctx(cpu(1))
    for _ in range(3):
        assert net(batch(4, 5).as_in_ctx(cpu(1))).ctx is cpu(1)
    assert len(plans(net)) == 1


def test_plans_that_do_not_hold_are_let_go_at_once():
    net = replayed(made(NETWORKS["relu"], True))
    gone = weakref.ref(plans(net)[0].program)
    gc.disable()
    try:
        net.cast("float64")
        net(batch(4, 5, dtype="float64"))
        assert gone() is None
    finally:
        gc.enable()


def test_large_arrays_are_left_to_the_python_code():
    net = made(lambda: dense(5, 2000, 3), True)
    for _ in range(3):
        net(batch(2000, 5))
    assert not plans(net)


def test_plans_pay_again_after_a_time_of_many_shapes_or_mistakes():
    net = made(NETWORKS["relu"], True)
    for n in range(1, 20):
        net(batch(n, 5))
        with pytest.raises(ShapeError):
            net(batch(n, 6))
    for _ in range(300):
        net(batch(30, 5))
    assert [key[1] for key, plan in net._replay.plans.items() if plan is not None and key[1] == (30, 5)]


def test_other_networks_may_change_meanwhile():
    net = replayed(made(NETWORKS["relu"], True))
    made_before = net._replay.made
    for _ in range(50):
        made(NETWORKS["tanh"], False)
        nn.Activation("relu")(batch(4, 5))
        net[:2](batch(4, 5))
        net(batch(4, 5))
    assert net._replay.made == made_before


def test_a_parameter_that_is_not_used_is_in_nobodys_way():
    def make():
        net = PureDoubled()
        net.unused = net.params.get("unused", shape=(2,), init="ones")
        return net

    net = made(make, True)
    for _ in range(3):
        with autograd.record():
            y = net(batch(4, 5))
        y.backward()
    assert len(plans(net)) == 1
    assert not net.unused.data().fresh_grad
    assert net.part[0].weight.data().fresh_grad


def test_branches_side_by_side_are_replayed():
    def make():
        net = nn.HybridConcatenate(axis=1)
        net.add(dense(5, 4, 3), nn.Dense(2, in_units=5))
        return net

    batches = [batch(4, 5, seed=k) for k in range(4)]
    net = made(make, True)
    assert same(trained(net, batches), trained(made(make, False), batches))
    assert len(plans(net)) == 1
