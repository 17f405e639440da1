"""Long graphs and long runs: no recursion, linear time, no memory kept."""

import contextlib
import gc
import sys
import tracemalloc
import weakref

import numpy
import pytest

from minigrad import autograd, gluon, np, ops
from minigrad.autograd import record
from minigrad.engine.tensor import Tensor


@pytest.fixture
def no_collector():
    """What is freed here is freed by reference counts."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def chain(n):
    x = np.array(1.0)
    x.attach_grad()
    with record():
        y = x
        for _ in range(n):
            y = y + x
    return x, y


def test_a_chain_of_100000_nodes_goes_forward_and_backward():
    x, y = chain(100_000)
    assert sys.getrecursionlimit() < 10_000
    y.backward()
    assert x.grad.item() == 100_001


def test_a_long_chain_is_differentiated_twice():
    x = np.array(1.0, dtype="float64")
    x.attach_grad()
    with record():
        y = x
        for _ in range(3000):
            y = y * 1.0001 + x * x * 1e-4
        slope = autograd.grad(y, x, create_graph=True)
    slope.backward()
    growth = (1.0001**3000 - 1) / 1e-4 * 1e-4  # the sum of 1.0001^k, times 1e-4
    assert x.grad.item() == pytest.approx(2 * growth, rel=1e-9)


def test_work_is_linear_in_the_length():
    def calls(n):
        count = 0

        def on_event(frame, event, argument):
            nonlocal count
            count += event in ("call", "c_call")

        sys.setprofile(on_event)
        try:
            chain(n)[1].backward()
        finally:
            sys.setprofile(None)
        return count

    assert calls(8000) < 4.1 * calls(2000)


@pytest.mark.parametrize("shape", ["chain", "ladder"])
def test_a_long_graph_is_dropped_without_a_backward_pass(no_collector, shape):
    x = np.ones(2)
    x.attach_grad()
    with record():
        a = b = x * 1
        for _ in range(100_000):
            a, b = (a + 1, b) if shape == "chain" else (0.5 * (b + a), a)
        first = ops.exp(x * 0)
        kept = weakref.ref(first.data)
        a = a * first
    del b, first
    assert kept() is not None
    del a
    assert kept() is None


def test_a_graph_lets_go_of_its_values_when_backward_has_passed(no_collector):
    x = np.ones(1000)
    x.attach_grad()
    with record():
        middle = ops.exp(x)
        y = (middle * middle).sum()
    kept = weakref.ref(middle.data)
    del middle
    assert kept() is not None  # the derivative needs it
    y.backward()
    assert kept() is None


def test_values_that_no_derivative_needs_are_not_kept(no_collector):
    x = np.ones(1000)
    x.attach_grad()
    with record():
        a = x + 1
        b = a.reshape(10, 100)
        c = ops.concatenate([b, b * 2])
        d = c[3:].sum(0)
        e = d * 3
    references = [weakref.ref(t.data) for t in (a, c, d)]
    del a, b, c, d
    assert [r() is None for r in references] == [True] * 3
    e.backward()
    assert x.grad.asnumpy()[:300].tolist() == [6.0] * 300


def test_memory_is_flat_over_10000_training_steps(no_collector):
    tracemalloc.start()
    data, labels = Tensor(numpy.ones((20_000, 8), "float32")), Tensor(numpy.zeros(20_000, "int64"))
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(8, activation="relu", in_units=8), gluon.nn.Dense(3, in_units=8))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), "adam")
    loss = gluon.loss.SoftmaxCrossEntropyLoss()

    def steps(n):
        for k in range(n):
            batch = slice(2 * k, 2 * k + 2)
            with record():
                value = loss(net(data[batch]), labels[batch])
            value.backward()
            trainer.step(2)

    steps(2000)  # Python keeps up to 2000 tuples of each length for the next that is needed
    growth = []
    for _ in range(5):
        before = tracemalloc.get_traced_memory()[0]
        steps(2000)
        growth.append(tracemalloc.get_traced_memory()[0] - before)
    tracemalloc.stop()
    assert min(growth) < 2000  # one byte a step; what leaks does so all the time, what Python keeps for later once


def test_memory_is_flat_with_graphs_of_gradients_and_with_errors(no_collector):
    x = np.ones(100)
    x.attach_grad()

    def steps(n):
        for _ in range(n):
            with record():
                y = (ops.tanh(x) * x).sum()
                g = autograd.grad(y, x, create_graph=True)
                z = (g * g).sum()
            z.backward()
            with record():
                y = x * x
            y[...] = 0
            with contextlib.suppress(RuntimeError):
                y.backward()

    steps(2500)
    tracemalloc.start()
    steps(10)
    before = tracemalloc.get_traced_memory()[0]
    steps(500)
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 5000  # ten bytes a step: not one object
