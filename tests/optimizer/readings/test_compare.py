"""A graph is compared with its rule before it is used, twice; nothing is changed where they differ."""

import numpy
import pytest
from as_written import Drawn, example
from drive import drive

from minigrad import np, optimizer
from minigrad.errors import RuleError
from minigrad.optimizer import Optimizer
from minigrad.optimizer.rule import sqrt
from minigrad.optimizer.run import graph_of, reading, run


def counted():
    """A rule, new to the cache of graphs, that counts how often it is called with arrays."""

    class Counted(Optimizer):
        states = ("v",)

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.called = []

        def rule(self, w, g, v, *, lr, noise):
            if isinstance(w, numpy.ndarray):
                self.called.append(w.size)
            v = 0.9 * v - lr * g
            return w + v + noise, v

        def named(self, index, w, g, states, scalars):
            return {"noise": numpy.linspace(0, 1, w.size).reshape(w.shape)}

    return Counted(learning_rate=0.1)


@pytest.mark.parametrize(("shape", "most"), [((5,), 5), ((3, 4), 12), ((100, 101), 1000), ((), 1)])
def test_two_steps_are_compared_on_some_of_the_elements(shape, most):
    opt = counted()
    with reading("numpy"):
        drive(opt, numpy.ones(shape), [numpy.ones(shape)] * 4)
    first, second = opt.called
    assert first == second
    assert most / 2 < first <= most


class Alternates(Optimizer):
    """A rule that is another one from its third call on: tracing, two comparisons, and one that comes too late."""

    states = ("v",)
    wrong_from = 3

    def __init__(self, wrong_from, **kwargs):
        super().__init__(**kwargs)
        self.calls, self.wrong_from = [], str(wrong_from)

    def rule(self, w, g, v, *, lr):
        if isinstance(w, numpy.ndarray):
            self.calls.append(0)
        factor = 2.0 if len(self.calls) >= int(self.wrong_from) else 1.0
        return w - lr * g, v + (factor if isinstance(w, numpy.ndarray) else 1.0)


@pytest.mark.parametrize(("wrong_from", "steps"), [(1, 0), (2, 1)])
def test_a_difference_is_refused_before_anything_is_changed(wrong_from, steps):
    opt, w, g, v = Alternates(wrong_from), np.array([1.0, 2.0]), np.array([1.0, 1.0]), np.array([0.0, 0.0])
    with reading("numpy"), pytest.raises(RuleError, match=r"Alternates.rule .* again: \d.0, then \d.0 for the next v"):
        for _ in range(4):
            opt.update(0, w, g, v)
    assert v.asnumpy().tolist() == [steps, steps]
    numpy.testing.assert_allclose(w.asnumpy(), numpy.array([1.0, 2.0]) - 0.01 * steps)


def test_what_is_not_a_number_equals_itself():
    opt = counted()
    with reading("numpy"), numpy.errstate(all="ignore"):
        drive(opt, [numpy.nan, 1.0, 2.0], [[1.0, numpy.inf, numpy.nan]] * 3)
    assert len(opt.called) == 2


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
    opt = Drawn(3)
    arrays, scalars = example(opt)
    assert graph_of(opt, len(arrays), scalars).unproved == 2


def test_arrays_on_a_gpu_are_compared_on_the_host(gpus):
    from minigrad import gpu

    class Noisy(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * g + numpy.random.normal()

    with gpu(0), reading("numpy"):
        w = np.array([1.0, 2.0])
        with pytest.raises(RuleError, match="gives other numbers"):
            Noisy().update(0, w, np.array([1.0, 1.0]), None)
        assert w.asnumpy().tolist() == [1.0, 2.0]


@pytest.mark.parametrize(("factor", "expected"), [(lambda lr: 1 / (1 / lr), 0.0), (lambda lr: sqrt(lr - 1), numpy.nan)])
def test_a_rule_whose_numbers_python_refuses_goes_on_with_infinity_and_nan(factor, expected):
    class Odd(Optimizer):
        def rule(self, w, g, *, lr):
            return w * factor(lr)

    w = numpy.array([1.0, -1.0])
    off = {"rescale_grad": 1.0, "clip_gradient": None, "wd": 0.0}
    with reading("numpy"):
        run(Odd(), [w, w.copy()], off | {"lr": 0.0, "t": 1})
    numpy.testing.assert_array_equal(w, [expected, expected])
