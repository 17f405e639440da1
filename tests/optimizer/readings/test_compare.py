"""A graph is compared with its rule before it is used, twice; nothing is changed where they differ."""

import numpy
import pytest
from as_written import drawn, example
from drive import drive

from minigrad import gpu, np, optimizer
from minigrad.errors import RuleError
from minigrad.optimizer import Optimizer
from minigrad.optimizer import run as running
from minigrad.optimizer.graph import trace
from minigrad.optimizer.readings import plain
from minigrad.optimizer.rule import sqrt
from minigrad.optimizer.run import graph_of, reading, run


class Momentum(Optimizer):
    states = ("v",)

    def rule(self, w, g, v, *, lr, noise):
        v = 0.9 * v - lr * g
        return w + v + noise, v

    def named(self, index, w, g, states, scalars):
        return {"noise": 0.5 * w}


class Forgets(Momentum):
    def rule(self, w, g, v, *, lr, noise):
        v = 0.0 * v - lr * g
        return w + v + noise, v


@pytest.fixture
def compared(monkeypatch):
    """How many elements the rule was called with, to be compared."""
    sizes, after = [], plain.after

    def noting(optimizer, arrays, scalars):
        sizes.append(arrays[0].size)
        return after(optimizer, arrays, scalars)

    monkeypatch.setattr(plain, "after", noting)
    monkeypatch.setattr(running, "_graphs", {})
    return sizes


@pytest.mark.parametrize(("shape", "most"), [((5,), 5), ((3, 4), 12), ((100, 101), 1000), ((), 1)])
def test_two_steps_are_compared_on_some_of_the_elements(shape, most, compared):
    with reading("numpy"):
        drive(Momentum(), numpy.ones(shape), [numpy.ones(shape)] * 4)
    first, second = compared
    assert first == second
    assert most / 2 < first <= most


@pytest.mark.parametrize("same_steps", [0, 1])
def test_a_difference_is_refused_before_anything_is_changed(same_steps, monkeypatch):
    """The graph is that of another rule, which is the same as long as the state is zero."""
    monkeypatch.setattr(running, "_graphs", {})
    monkeypatch.setattr(running, "trace", lambda optimizer, scalars: trace(Forgets(), scalars))
    opt, w, g = Momentum(learning_rate=0.5), np.array([1.0, 2.0]), np.array([1.0, 1.0])
    v = np.array([0.0, 0.0] if same_steps else [1.0, 1.0])
    with reading("numpy"), pytest.raises(RuleError, match=r"Momentum.rule .* again: \S+, then \S+ for the next w"):
        for _ in range(4):
            before = [w.asnumpy().copy(), v.asnumpy().copy()]
            opt.update(0, w, g, v)
    numpy.testing.assert_array_equal([w.asnumpy(), v.asnumpy()], before)
    assert opt.num_update == 1 + same_steps


def test_what_is_not_a_number_equals_itself(compared):
    with reading("numpy"), numpy.errstate(all="ignore"):
        drive(Momentum(), [numpy.nan, 1.0, 2.0], [[1.0, numpy.inf, numpy.nan]] * 3)
    assert len(compared) == 2


def test_a_difference_in_rounding_is_none():
    class Single(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * numpy.float32(0.1) * g**-1 * 3**g

    with reading("numpy"):
        drive(Single(learning_rate=0.3), [1.0, 2.0], [[0.1, 3.0]] * 3)


def test_rules_of_minigrad_are_exempt_since_tests_compare_them():
    opt = optimizer.Adam()
    arrays, scalars = example(opt)
    assert graph_of(opt, len(arrays), scalars).unproved == 0
    opt = drawn(3)
    arrays, scalars = example(opt)
    assert graph_of(opt, len(arrays), scalars).unproved == 2


def test_arrays_on_a_gpu_are_compared_on_the_host(gpus, monkeypatch):
    monkeypatch.setattr(running, "_graphs", {})
    monkeypatch.setattr(running, "trace", lambda optimizer, scalars: trace(Forgets(), scalars))
    with gpu(0), reading("numpy"):
        w, v = np.array([1.0, 2.0]), np.array([1.0, 1.0])
        with pytest.raises(RuleError, match="gives other numbers"):
            Momentum().update(0, w, np.array([1.0, 1.0]), v)
        assert w.asnumpy().tolist() == [1.0, 2.0]


@pytest.mark.parametrize("name", ["numpy", "plain"])
@pytest.mark.parametrize("factor", [lambda lr: 1 / (1 / lr), lambda lr: sqrt(lr - 1)])
def test_a_number_that_python_cannot_compute_in_the_first_step_is_an_error(factor, name):
    class Odd(Optimizer):
        def rule(self, w, g, *, lr):
            return w * factor(lr)

    w = numpy.array([1.0, -1.0])
    off = {"rescale_grad": 1.0, "clip_gradient": None, "wd": 0.0}
    said = r"Odd.rule .*(division by zero|math domain|nonnegative).* the same for all"
    with reading(name), pytest.raises(RuleError, match=said):
        run(Odd(), [w, w.copy()], off | {"lr": 0.0, "t": 1})
    assert w.tolist() == [1.0, -1.0]
