"""A graph notices that what its rule reads elsewhere has changed: a number of a module, of a closure, in a dict."""

import numpy
import pytest

from minigrad import np, optimizer
from minigrad.optimizer import Optimizer, surroundings
from minigrad.optimizer import run as running
from minigrad.optimizer.run import reading
from minigrad.optimizer.surroundings import elsewhere

RATE = 1.0
SETTINGS = {"rate": 1.0}


class Holder:
    rate = 1.0


def scaled(x):
    return RATE * x


def twice_scaled(x):
    return scaled(2 * x) / 2


class OfAModule(Optimizer):
    def rule(self, w, g, *, lr):
        return w - RATE * g


class OfAHelper(Optimizer):
    def rule(self, w, g, *, lr):
        return w - self.scaled(g)

    def scaled(self, g):
        return twice_scaled(g)


class OfADictionary(Optimizer):
    def rule(self, w, g, *, lr):
        return w - SETTINGS["rate"] * g


class OfAClass(Optimizer):
    def rule(self, w, g, *, lr):
        return w - Holder.rate * g


class OfItsOwnDictionary(Optimizer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.settings = SETTINGS

    def rule(self, w, g, *, lr):
        return w - self.settings["rate"] * g


class OfALambda(Optimizer):
    def rule(self, w, g, *, lr):
        return w - (lambda x: RATE * x)(g)


def in_a_closure(find):
    class OfAClosure(Optimizer):
        def rule(self, w, g, *, lr):
            return w - find() * g

    return OfAClosure


OfAClosure = in_a_closure(lambda: RATE)


class Branches(Optimizer):
    def rule(self, w, g, *, lr):
        return w - g if RATE == 1.0 else w - RATE * g


READERS = [
    OfAModule, OfAHelper, OfADictionary, OfAClass, OfItsOwnDictionary, OfALambda, OfAClosure, Branches,
]  # fmt: skip


def set_everywhere(monkeypatch, rate):
    monkeypatch.setitem(globals(), "RATE", rate)
    monkeypatch.setitem(SETTINGS, "rate", rate)
    monkeypatch.setattr(Holder, "rate", rate)


@pytest.mark.parametrize("cls", READERS)
def test_a_number_that_changes_acts_at_the_next_step(cls, monkeypatch):
    opt, w, g = cls(), np.array([0.0]), np.array([1.0])
    way = []
    with reading("numpy"):
        for rate in (1.0, 1.0, 1.0, 3.0, 3.0, 1.0, 0.5):
            set_everywhere(monkeypatch, rate)
            before = w.item()
            opt.update(0, w, g, None)
            way.append(before - w.item())
    assert way == [1.0, 1.0, 1.0, 3.0, 3.0, 1.0, 0.5]


@pytest.mark.parametrize("cls", [OfAModule, OfAHelper])
def test_for_a_number_of_a_module_the_rule_is_not_called_again(cls, monkeypatch):
    opt, w, g = cls(), np.array([0.0]), np.array([1.0])
    with reading("numpy"):
        for _ in range(3):
            opt.update(0, w, g, None)
        monkeypatch.setattr(surroundings, "run_with_symbols", None)
        opt.update(0, w, g, None)
    assert w.item() == -4.0


def test_an_attribute_of_a_class_that_the_rule_names_is_watched(monkeypatch):
    class Own(Optimizer):
        def rule(self, w, g, *, lr):
            return w - Own.rate * g

        rate = 1.0

    w, g = np.array([0.0]), np.array([1.0])
    with reading("numpy"):
        Own().update(0, w, g, None)
        Own.rate = 3.0
        Own().update(0, w, g, None)
    assert w.item() == -4.0


def test_a_function_that_is_defined_anew_is_noticed(monkeypatch):
    opt, w, g = OfAHelper(), np.array([0.0]), np.array([1.0])
    with reading("numpy"):
        opt.update(0, w, g, None)
        monkeypatch.setitem(globals(), "scaled", lambda x: 5.0 * x)
        opt.update(0, w, g, None)
    assert w.item() == -6.0


@pytest.mark.parametrize("name", ["numpy", "numba"])
def test_a_number_that_changes_at_every_step_costs_no_memory_and_no_compiling(name, monkeypatch):
    if name == "numba":
        pytest.importorskip("numba")
    opt, w, g = OfAModule(), np.array([0.0]), np.array([1.0])
    monkeypatch.setattr(running, "MOST", 8)
    with reading(name):
        for k in range(20):
            monkeypatch.setitem(globals(), "RATE", float(k))
            opt.update(0, w, g, None)
    assert w.item() == -sum(range(20))
    graphs = running._graphs[OfAModule]
    assert len(graphs) <= 8
    assert all(graph.moving for graph in graphs)
    assert not any(isinstance(key, numpy.dtype) for graph in graphs for key in graph.compiled)


def test_rules_that_read_nothing_elsewhere_pay_nothing():
    class Closed(Optimizer):
        def rule(self, w, g, *, lr):
            return w - lr * numpy.sqrt(abs(g)) * np.sign(g) * optimizer.rule.exp(-1.0)

    assert list(elsewhere(Closed())) == []
