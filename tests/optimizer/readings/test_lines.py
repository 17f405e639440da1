"""The lines of a step: what they are called, their order, and what is computed outside the rule."""

import sys

import numpy
import pytest
from table import TABLE

from minigrad import np, optimizer
from minigrad.errors import UsageError
from minigrad.optimizer import Optimizer
from minigrad.optimizer.graph import trace
from minigrad.optimizer.outside import norm
from minigrad.optimizer.ratios import ratio, row_mean
from minigrad.optimizer.readings.latex import equation
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.text import legend, plain


def names(opt):
    return [name for name, _ in Lines(opt).lines]


def test_named_locals_are_lines_in_the_order_written_also_those_of_methods():
    assert names(optimizer.Adam()) == ["mean", "var", "mean_hat", "var_hat", "w"]
    assert names(optimizer.Nadam())[:3] == ["mu", "mu_next", "P"]


def test_what_is_computed_outside_stands_between_what_it_needs_and_what_needs_it():
    assert names(optimizer.LAMB(clip_gradient=1.0))[:2] == ["g", "mean"]
    assert names(optimizer.LAMB(clip_gradient=1.0))[5:] == ["r", "length", "trust", "w"]
    assert names(optimizer.LARS(momentum=0.5)) == ["length", "slope", "trust", "correction", "v", "w"]
    assert "correction" not in names(optimizer.LARS())


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_a_line_for_the_gradient_says_what_is_done_to_it(row):
    decays = row.name not in ("ftrl", "adamw", "lamb", "lans", "groupadagrad", "lion")
    first = {}
    for name, value in ({"rescale_grad": 0.5, "clip_gradient": 1.0} | ({"wd": 0.1} if decays else {})).items():
        lines = map(str.strip, plain(row.make(**{name: value})).splitlines())
        first[name] = [line for line in lines if line.startswith("g_t = ")]
    raw = {"lans": "g_hat_t", "lbsgd": "g_bar_t"}.get(row.name, "∇_t")
    factor = "rescale_grad" if row.name in ("rmsprop", "adadelta") else "ρ"
    limit = "clip_gradient" if row.name == "lion" else "c"
    if row.name != "lans":
        assert first["rescale_grad"] == [f"g_t = {factor} {raw}"]
    assert first["clip_gradient"] == [f"g_t = clip({raw}, -{limit}, {limit})"]
    if decays:
        assert first["wd"] == [f"g_t = {raw} + δ w_{{t-1}}"]


def test_the_equations_are_those_of_the_present_values():
    opt = optimizer.SGD()
    before = opt.equation()
    opt.wd, opt.clip_gradient = 0.1, 1.0
    assert opt.equation() == optimizer.SGD(wd=0.1, clip_gradient=1).equation() != before
    opt.wd, opt.clip_gradient = 0.0, -1.0  # which is off
    assert opt.equation() == before


def test_a_warm_up_that_is_over_at_the_first_update_is_not_printed():
    printed = [plain(optimizer.LBSGD(batch_scale=4, warmup_epochs=n, updates_per_epoch=1)) for n in range(3)]
    assert ["scale_t = B\n" in text for text in printed] == [True, True, False]
    assert "scale_t = 1 + (B - 1) (t / N) if t < N, otherwise B\n" in printed[2]


def test_what_named_supplies_without_saying_how_is_said_to_be_handed_in():
    class Warm(Optimizer):
        measured = ("size",)
        meanings = {"size": "length of the step"}

        def rule(self, w, g, *, lr, warmth, size):
            step = lr * g
            return w - warmth * size * step

        def named(self, index, w, g, states, scalars):
            return {"warmth": 0.5}

        def measure(self, w, step):
            return {"size": float(numpy.linalg.norm(step))}

    assert plain(Warm()) == "step_t = η g_t\nw_t = w_{t-1} - warmth_t size_t step_t"
    assert "warmth_t  warmth, passed in by `named`" in legend(Warm())
    assert "size_t    length of the step, passed in by `measure`" in legend(Warm())


@pytest.mark.parametrize("function", [norm, row_mean, lambda x: ratio(abs(x), 1.0)])
def test_what_is_not_elementwise_cannot_be_used_in_a_rule(function):
    class Sum(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * function(g)

    w = np.array([[1.0, 2.0]])
    with pytest.raises(UsageError, match="is not elementwise|joins conditions|is not known in a rule"):
        Sum().update(0, w, w, None)


def test_a_profiler_stays_in_place():
    seen = []

    def profiler(frame, event, arg):
        seen.append(event)

    before = sys.getprofile()
    sys.setprofile(profiler)
    try:
        equation(optimizer.Adam())
        assert sys.getprofile() is profiler
    finally:
        sys.setprofile(before)


def test_an_optimizer_without_a_rule_says_that_it_has_no_equations():
    class Stepwise(Optimizer):
        def update(self, index, weight, grad, state):
            pass

    for ask in Stepwise().equation, Stepwise().legend, lambda: Stepwise().worked(1.0, 1.0):
        with pytest.raises(UsageError, match="Stepwise has no equations to print"):
            ask()


def test_only_printing_looks_for_names(monkeypatch):
    monkeypatch.setattr(sys, "setprofile", None)
    trace(optimizer.Adam())
    with pytest.raises(TypeError):
        equation(optimizer.Adam())


def test_what_a_method_is_given_is_no_line_of_its_own():
    class Doubled(Optimizer):
        def twice(self, x):
            return 2 * x

        def rule(self, w, g, *, lr):
            step = lr * g
            return w - self.twice(step + g)

    assert plain(Doubled()) == "step_t = η g_t\nw_t = w_{t-1} - 2 (step_t + g_t)"


def test_a_local_that_replaces_an_input_is_written_out():
    class Corrected(Optimizer):
        def rule(self, w, g, *, lr, t):
            lr = lr / (1 - 0.9**t)
            g = g + 1
            return w - lr * g

    assert plain(Corrected()) == "w_t = w_{t-1} - (η / (1 - 0.9^t)) (g_t + 1)"
    assert plain(Corrected(wd=0.1)).splitlines()[0] == "g_t = ∇_t + δ w_{t-1}"


def test_a_state_may_have_any_name():
    class Kept(Optimizer):
        states = ("raw", "noise")

        def rule(self, w, g, raw, noise, *, lr):
            raw = raw + g
            return w - lr * raw, raw, noise + 1

    lines = ["g_t = ∇_t + δ w_{t-1}", "raw_t = raw_{t-1} + g_t", "w_t = w_{t-1} - η raw_t", "ξ_t = ξ_{t-1} + 1"]
    assert plain(Kept(wd=0.1)).splitlines() == lines


def test_a_rule_that_looks_at_its_arrays_says_why_it_has_no_equations():
    class Looks(Optimizer):
        def rule(self, w, g, *, lr):
            print(g.mean())
            return w - lr * g

    with pytest.raises(UsageError, match=r"Looks has no equations to print.*leave out what only looks.*g\.mean\(\)"):
        Looks().equation()


def test_a_condition_in_a_sum_is_written_as_the_number_that_it_is():
    class Later(Optimizer):
        def rule(self, w, g, *, lr, t):
            return w - lr * (1 + (t > 3)) * g

    assert plain(Later()) == "w_t = w_{t-1} - η (1 + (1 if t > 3, otherwise 0)) g_t"


def test_a_local_that_is_called_like_another_step_of_a_state_is_no_line():
    class Own(Optimizer):
        states = ("v",)

        def rule(self, w, g, v, *, lr):
            v_before = 0.5 * v
            v = v_before + g
            v_next = 2 * v
            return w - lr * v_next, v

    assert plain(Own()).splitlines() == ["v_t = 0.5 v_{t-1} + g_t", "w_t = w_{t-1} - η·2 v_t"]
