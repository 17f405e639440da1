"""A graph notices that a number which its rule reads elsewhere has changed; what no graph could follow, Python runs."""

import contextlib
import math
import random
import time

import numpy
import pytest
from drive import drive

from minigrad import np, optimizer
from minigrad.optimizer import Optimizer
from minigrad.optimizer import run as running
from minigrad.optimizer.run import reading
from minigrad.optimizer.surroundings import closed, elsewhere

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
        monkeypatch.setattr(running, "trace", None)
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


@pytest.mark.parametrize("what", ["an array of one number", "a method", "a method of one optimizer", "a default"])
def test_what_changes_inside_or_is_replaced_acts_at_the_next_step(what):
    number = numpy.array(1.0)

    def twice(x, factor=2.0):
        return factor * x

    class Changing(Optimizer):
        def scaled(self, x):
            return float(number) * x

        def rule(self, w, g, *, lr):
            return w - twice(self.scaled(g))

    opt, w, g = Changing(), np.array([0.0]), np.array([1.0])
    with reading("numpy"):
        for _ in range(3):  # by now the graph is no longer compared with the rule
            opt.update(0, w, g, None)
        if what == "an array of one number":
            number[...] = 3.0
        elif what == "a method":
            Changing.scaled = lambda self, x: 3.0 * x
        elif what == "a method of one optimizer":
            opt.scaled = lambda x: 3.0 * x
        else:
            twice.__defaults__ = (6.0,)
        opt.update(0, w, g, None)
    assert w.item() == -12.0


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


# ---- What no graph could follow

DROPS = {3: 0.1}
NOISE = numpy.random.default_rng(0)
STEPS = 0


def made(formula, **attributes):
    """An optimizer whose rule steps by a factor: `formula(self, g, t)`."""

    def rule(self, w, g, *, lr, t):
        return w - lr * self.formula(g, t) * g

    return type("Made", (Optimizer,), {"rule": rule, "formula": formula} | attributes)()


def counting(self, g, t):
    global STEPS
    STEPS += 1
    return STEPS


def noting(self, g, t):
    self.log.append(t)
    return len(self.log)


def guarded(self, g, t):
    try:
        return 0.1 if t == 3 else 1.0
    except Exception:
        return 7.0


def defining(note):
    """A rule that does something in the body of a class that it defines."""

    def formula(self, g, t):
        class Noted:
            note(self, g, t)

        return 0.1 if t == 3 else 1.0

    return formula


OPEN = {
    "a dictionary": lambda self, g, t: {3: 0.1}.get(t, 1.0),
    "a dictionary of the module": lambda self, g, t: DROPS.get(t, 1.0),
    "a dictionary asked for its own count": lambda self, g, t: {3: 0.1}.get(self.num_update, 1.0),
    "a set": lambda self, g, t: 0.1 if t in {3, 4} else 1.0,
    "text": lambda self, g, t: 0.1 if str(t) == "3" else 1.0,
    "an f-string": lambda self, g, t: 0.1 if f"{t}" == "3" else 1.0,
    "a kind": lambda self, g, t: 0.1 if isinstance(t, int) else 1.0,
    "an error that is caught": guarded,
    "a global": counting,
    "a list": noting,
    "a class of its own": defining(noting),
    "globals()": lambda self, g, t: globals()["RATE"],
    "getattr": lambda self, g, t: getattr(self, "table")["k"][0],  # noqa: B009
}
RANDOM = {
    "Python": lambda self, g, t: 0.0 if random.random() < 0.5 else 1.0,
    "NumPy": lambda self, g, t: numpy.random.normal(),
    "a generator": lambda self, g, t: NOISE.normal(),
    "minigrad": lambda self, g, t: np.random.normal().item(),
    "the clock": lambda self, g, t: time.perf_counter() % 1.0,
}


@pytest.mark.parametrize("name", ["", "numpy"])
@pytest.mark.parametrize("what", OPEN)
def test_what_a_graph_could_not_follow_is_run_as_python_once_a_step(what, name, monkeypatch):
    def path(way):
        monkeypatch.setitem(globals(), "STEPS", 0)
        opt = made(OPEN[what], table={"k": [0.5]})
        opt.log = []
        assert not closed(opt)
        with reading(way) if way else contextlib.nullcontext():
            return drive(opt, [1.0], [[1.0]] * 5).tolist()

    def factor(t):
        if what in ("a global", "a list"):
            return t
        return {"globals()": 1.0, "getattr": 0.5, "a kind": 0.1}.get(
            what, 0.1 if t in (3, 4)[: 1 + (what == "a set")] else 1
        )

    w, expected = 1.0, []
    for t in range(1, 6):
        w -= 0.01 * factor(t)
        expected.append([w])
    numpy.testing.assert_allclose(path(name), expected, rtol=1e-12)


@pytest.mark.parametrize("what", RANDOM)
def test_random_numbers_are_drawn_anew_at_every_step(what):
    opt = made(RANDOM[what])
    with reading("numpy"):
        path = drive(opt, [0.0], [[1.0]] * 40)[:, 0]
    assert len({*numpy.diff(path).round(12)}) > 1
    assert not opt.elementwise


def test_methods_that_a_user_overrides_are_looked_at_in_rules_of_minigrad():
    class Jumps(optimizer.Nadam):
        def mu(self, t):
            return 0.9 * random.random()

    class Steady(optimizer.Nadam):
        def mu(self, t):
            return 0.9

    assert closed(optimizer.Nadam()) and closed(Steady()) and not closed(Jumps())


def test_a_table_in_place_of_a_number_is_run_as_python():
    opt, w, g = made(lambda self, g, t: self.k * 1.0), np.array([0.0]), np.array([1.0])
    opt.k = 1.0
    with reading("numpy"):
        opt.update(0, w, g, None)
        assert closed(opt) and opt.elementwise
        opt.k = numpy.array([2.0])
        for _ in range(2):
            opt.update(0, w, g, None)
            opt.k += 1
    assert w.item() == pytest.approx(-0.01 * (1 + 2 + 3))


def test_a_rule_of_arithmetic_and_known_functions_becomes_a_program():
    class Much(Optimizer):
        states = ("v",)
        limit = None

        def rule(self, w, g, v, *, lr, t):
            v = self.memory(t) * v - lr * numpy.sqrt(abs(g)) * np.sign(g) * twice_scaled(math.sqrt(RATE))
            if self.limit is None:
                v = numpy.where(g > 0, v, 0.0)
            return w + v, v

        @staticmethod
        def memory(t):
            return 0.9**t

    class Nested(Much):
        def rule(self, *arrays, lr, t):
            w, v = super().rule(*arrays, lr=lr, t=t)
            return w, v

    class Renamed(optimizer.Adam):
        pass

    assert closed(Much()) and closed(Nested()) and closed(Renamed())
