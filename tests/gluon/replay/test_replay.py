"""A replayed network does what its Python code does, to the bit."""

import sys
import threading

import numpy
import pytest

from minigrad import autograd, gluon, gpu, np
from minigrad.errors import GraphError, ShapeError
from minigrad.gluon import nn
from minigrad.gradcheck import gradcheck
from tests.gluon.replay.networks import NETWORKS, Gated, ShiftedTwice, at_once, batch, dense, made, plans, same, trained
from tests.strict.record import recording

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


def test_two_inputs_that_were_one_array_at_first_are_two_later():
    around = nn.HybridSequential()
    around.add(made(Gated, False))
    around.hybridize()
    a, b = batch(4, 5, seed=1), batch(4, 5, seed=2)
    for first, second in ((a, a.detach()), (b.detach(), b), (a, b), (b, a)):
        expected = numpy.tanh(second.asnumpy()) * first.asnumpy()
        numpy.testing.assert_allclose(around(first, second).asnumpy(), expected, rtol=1e-6)


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


def test_threads_may_walk_one_graph_that_is_kept():
    net = made(lambda: dense(64, 64, 64, activation="tanh"), True)
    x = batch(64, 64)
    x.attach_grad()
    for _ in range(2):
        with autograd.record():
            y = net(x)
    heads = [batch(64, 64, seed=k) for k in range(4)]

    def slope(k):
        return autograd.grad(y, x, heads[k], retain_graph=True).asnumpy()

    expected = [slope(k) for k in range(4)]
    numbers, wrong, interval = iter(range(4)), [], sys.getswitchinterval()

    def walk():
        k = next(numbers)
        wrong.extend(k for _ in range(100) if not same([slope(k)], [expected[k]]))

    sys.setswitchinterval(1e-6)
    try:
        at_once(4, walk)
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


# On a GPU


@pytest.mark.parametrize("name", NETWORKS)
def test_on_a_gpu_it_is_the_same_to_the_bit_and_says_whose_calls_it_makes(gpus, name):
    with gpu(1):
        batches = [batch(4, 5, seed=k) for k in range(4)]
        net, plain = made(NETWORKS[name], True), made(NETWORKS[name], False)
        assert same(trained(net, batches), trained(plain, batches))
    assert len(plans(net)) == 1
    for text in net.programs():
        assert text.startswith("# CuPy's calls\n")


def test_on_a_gpu_only_the_first_step_waits_and_another_gpu_may_be_the_current_one(gpus):
    with gpu(1):
        x, g = batch(4, 5), batch(4, 3, seed=1)
        net, plain = made(NETWORKS["relu"], True), made(NETWORKS["relu"], False)
    counts, found = [], []
    for _ in range(4):
        with recording() as seen, autograd.record():
            y = net(x)
            y.backward(g)
        counts.append(len(seen.waits))
        found.append([y.asnumpy(), *(p.grad().asnumpy() for p in net.collect_params().values())])
    assert counts[0] > 0 == sum(counts[1:])
    assert len(plans(net)) == 1
    with autograd.record():
        y = plain(x)
    y.backward(g)
    expected = [y.asnumpy(), *(p.grad().asnumpy() for p in plain.collect_params().values())]
    assert all(same(one, expected) for one in found)


def test_on_a_gpu_a_network_whose_program_would_differ_runs_its_python_code(gpus, monkeypatch):
    with gpu(0):
        net, plain = made(NETWORKS["tanh"], True), made(NETWORKS["tanh"], False)
        dot = gpus.ndarray.dot
        monkeypatch.setattr(gpus.ndarray, "dot", lambda a, b, out=None: off(dot(a, b, out), out))
        assert same([net(batch(4, 5)).asnumpy() for _ in range(3)], [plain(batch(4, 5)).asnumpy()] * 3)
    assert net.programs() == []


def off(y, out):
    """A product that rounds differently if it is told where to put its result."""
    if out is not None:
        y *= 1 + 1e-6
    return y


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
