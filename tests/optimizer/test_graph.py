"""The graph of a rule holds what its text says: each value once, only the branch that ran, names for numbers."""

import numpy
import pytest
from as_written import as_written, example

from minigrad import optimizer
from minigrad.errors import UsageError
from minigrad.optimizer import Optimizer
from minigrad.optimizer.graph import trace
from minigrad.optimizer.rule import sqrt, where
from minigrad.optimizer.run import graph_of, run

OFF = {"rescale_grad": 1.0, "clip_gradient": None, "wd": 0.0}


class Momentum(Optimizer):
    states = ("v",)

    def __init__(self, momentum=0.9, limit=None, **kwargs):
        super().__init__(**kwargs)
        self.momentum, self.limit = momentum, limit

    def rule(self, w, g, v, *, lr):
        if self.limit is not None:
            g = g / self.limit
        if self.momentum > 0:
            v = self.momentum * v - lr * g
            return w + v, v
        return w - lr * g


def operations(graph):
    return [x.op for x in graph.nodes]


def test_only_the_branch_that_ran_is_in_the_graph():
    assert operations(trace(Momentum(0.9))) == ["multiply", "multiply", "subtract", "add"]
    assert operations(trace(Momentum(0.0))) == ["multiply", "subtract"]


def test_adam_is_fourteen_operations():
    assert len(trace(optimizer.Adam()).nodes) == 14


def test_preparation_costs_nothing_when_it_does_nothing():
    off = trace(Momentum(), OFF)
    all_on = trace(Momentum(), {"rescale_grad": 0.5, "clip_gradient": 1.0, "wd": 0.1})
    assert operations(off) == ["multiply", "multiply", "subtract", "add"]
    assert operations(all_on)[:5] == ["multiply", "maximum", "minimum", "multiply", "add"]


@pytest.mark.parametrize("limit", [None, 0.0, -1.0])
def test_no_limit_and_limits_that_are_not_positive_switch_clipping_off(limit):
    assert operations(trace(Momentum(), OFF | {"clip_gradient": limit})) == ["multiply", "multiply", "subtract", "add"]


def test_decay_is_left_to_a_rule_that_asks_for_it():
    scalars = OFF | {"wd": 0.1}
    assert operations(trace(optimizer.AdamW(), scalars)) == operations(trace(optimizer.AdamW()))


def test_numbers_stay_names_and_are_folded_once_a_step():
    opt = optimizer.Adam(beta1=0.5)
    graph = trace(opt)
    assert "0.5" not in repr(graph.results["w"])
    parameters = graph.fold(opt, {"lr": 0.1, "t": 3})
    named = dict(zip(map(repr, graph.parameters), parameters))
    assert named["(1.0 - (beta1 ** t))"] == 1 - 0.5**3


def test_a_graph_is_traced_again_only_when_another_branch_would_run():
    opt = Momentum(0.9)
    scalars = OFF | {"lr": 0.1, "t": 1}
    first = graph_of(opt, 3, scalars)
    opt.momentum = 0.5
    assert graph_of(opt, 3, scalars | {"lr": 0.2, "t": 2}) is first, "numbers may change"
    opt.momentum = 0.0
    assert graph_of(opt, 3, scalars) is not first, "the branch changes"
    assert graph_of(Momentum(0.7), 3, scalars) is first, "another optimizer of the class shares it"
    assert graph_of(Momentum(0.9, limit=2.0), 3, scalars) is not first, "None became a number"
    assert graph_of(Momentum(0.9), 3, scalars) is first, "and is None again"


def test_hyper_parameters_changed_between_steps_act_at_once():
    opt = Momentum(0.9)
    for momentum, limit in ((0.9, None), (0.5, None), (0.0, None), (0.0, 2.0), (0.3, 4.0)):
        opt.momentum, opt.limit = momentum, limit
        arrays, scalars = example(opt)
        expected = as_written(opt, arrays, scalars)
        run(opt, arrays, scalars)
        numpy.testing.assert_allclose(arrays[0], expected[0], rtol=1e-12)


def test_super_works_in_a_rule():
    class Slower(Momentum):
        def rule(self, w, g, v, *, lr):
            return super().rule(w, g, v, lr=lr / 2)

    opt = Slower()
    arrays, scalars = example(opt)
    expected = as_written(opt, arrays, scalars)
    run(opt, arrays, scalars)
    numpy.testing.assert_allclose(arrays[0], expected[0], rtol=1e-12)


def test_a_rule_that_sets_an_attribute_is_refused():
    class Counting(Optimizer):
        def rule(self, w, g, *, lr):
            self.calls = 1
            return w

    with pytest.raises(UsageError, match=r"cannot set self\.calls"):
        trace(Counting())


def test_a_rule_that_forgets_a_state_is_refused():
    class Forgetful(Optimizer):
        states = ("m", "v")

        def rule(self, w, g, m, v, *, lr):
            return w - lr * m, m

    with pytest.raises(UsageError, match=r"Forgetful\.rule .* returned 2 values; expected .* \('m', 'v'\)"):
        trace(Forgetful())


def test_scalars_that_float_arithmetic_refuses_become_inf_and_nan_as_in_arrays():
    class Odd(Optimizer):
        def rule(self, w, g, *, lr):
            return where(w > 0, w / (1 / lr), w * sqrt(-1 - lr))

    assert str(trace(Odd()).fold(Odd(), {"lr": 0.0})) == "[0.0, inf, nan]"
