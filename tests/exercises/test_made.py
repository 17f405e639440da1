"""Exercises made from rules: their references step as the optimizers do, and their mistakes are named."""

import ast

import numpy
import pytest

from minigrad import np, optimizer
from minigrad.errors import UsageError
from minigrad.exercises import check, from_rule
from minigrad.exercises.made import program_of, values
from minigrad.optimizer.registry import OPTIMIZERS

SOLVED_OUTSIDE = ("groupadagrad", "lamb", "lans", "lars", "lbsgd", "nadam", "sgld")  # more goes in than w, g, states


@pytest.mark.parametrize("name", sorted(set(OPTIMIZERS) - set(SOLVED_OUTSIDE)))
def test_a_reference_takes_the_step_of_its_optimizer(name):
    made = optimizer.create(name)
    exercise = from_rule(name)
    w = numpy.array([1.0, -2.0, 0.5])
    weight = np.array(w)
    state = made.create_state(0, weight)
    before = [x.asnumpy().copy() for x in (state if isinstance(state, tuple) else (state,)) if x is not None]
    hypers = {x: made.lr if x == "lr" else getattr(made, x) for x in exercise.program.keywords}
    for t in range(1, 4):
        g = numpy.array([0.5, -0.25, 2.0]) * t
        made.update(0, weight, np.array(g), state)
        args = [w, g, *before] + [t] * ("t" in exercise.arguments)
        returned = exercise.reference(*args, **hypers)
        w, *before = returned if isinstance(returned, tuple) else (returned,)
        assert numpy.allclose(w, weight.asnumpy(), rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_registered_rule_makes_an_exercise_that_its_reference_solves(name):
    exercise = from_rule(name)
    assert check(exercise, exercise.reference)
    assert exercise.name in exercise.text
    assert "Hints:" in exercise.text


def test_the_last_of_four_values_of_a_hyper_parameter_is_the_usual_one_and_the_others_are_other_ones():
    shares = dict.fromkeys(("beta1", "beta2", "beta3", "beta4", "beta5"), 0.99)
    usual = {"lr": 0.01, **shares, "epsilon": 1e-8, "wd": 0.0, "scale": 2.0}
    found = values(usual)
    assert {name: row[-1] for name, row in found.items()} == usual
    assert all(len({*row}) == 4 for row in found.values())
    assert all(0 < x < 1 for name in shares for x in found[name])
    assert all(1 <= x <= 4 for x in found["scale"])


def without_step(step, n):
    """The weight stays; the states are right."""
    return lambda w, *args, **hypers: (w.copy(), *step(w, *args, **hypers)[1:])


def without_memory(step, n):
    """The weight is right; the states stay."""
    return lambda w, g, *args, **hypers: (step(w, g, *args, **hypers)[0], *map(numpy.array, args[: n - 1]))


def reversed_order(step, n):
    """Right, in the order from last to first."""
    return lambda *args, **hypers: step(*args, **hypers)[::-1]


def uphill(step, n):
    """The weight moves the other way."""
    return lambda w, *args, **hypers: (2 * w - step(w, *args, **hypers)[0], *step(w, *args, **hypers)[1:])


def half_a_step(step, n):
    """The weight moves half as far."""
    return lambda w, *args, **hypers: ((w + step(w, *args, **hypers)[0]) / 2, *step(w, *args, **hypers)[1:])


SLIPS = [
    (without_step, "weight-not-updated"),
    (without_memory, "state-not-updated"),
    (reversed_order, "wrong-returned-order"),
    (uphill, "wrong-sign"),
    (half_a_step, "wrong-factor"),
]
WEIGHT_FOUND_ANEW = ("ftml", "ftrl")  # the other way, and half as far, are no single mistakes there


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_slips_in_every_registered_rule_are_named(name):
    exercise = from_rule(name)
    n = len(exercise.results)

    def step(*args, **hypers):
        returned = exercise.reference(*args, **hypers)
        return returned if isinstance(returned, tuple) else (returned,)

    for slip, mistake in SLIPS:
        if n == 1 and slip in (without_memory, reversed_order):
            continue
        if name in WEIGHT_FOUND_ANEW and slip in (uphill, half_a_step):
            continue
        wrong = slip(step, n)
        solution = wrong if n > 1 else lambda *args, wrong=wrong, **hypers: wrong(*args, **hypers)[0]
        found = check(exercise, solution)
        assert not found
        if (name, slip) != ("sgld", half_a_step):  # half of both terms: said not to be recognized
            assert mistake in (found.mistake, *found.also), found


class Halves(optimizer.Optimizer):
    """Halves: half of the old step, half of the new one."""

    states = ("v",)

    def rule(self, w, g, v, *, lr):
        v = 0.5 * v - lr * g
        return w + v, v


def test_a_line_is_written_as_an_expression_and_a_part_that_is_a_line_by_its_name():
    lines = program_of(optimizer.Adam(), "adam_step").lines
    text = {name: ast.unparse(x) for name, x in lines}
    assert text["var_new"] == "beta2 * var + (1 - beta2) * g ** 2"
    assert text["var_hat"] == "var_new / (1 - beta2 ** t)"


def test_a_users_rule_makes_an_exercise_whose_mistakes_are_named():
    exercise = from_rule(Halves)
    assert exercise.name == "halves_step"
    assert str(exercise.signature) == "(w, g, v, *, lr)"

    def halves_step(w, g, v, *, lr):
        v = 0.5 * v + lr * g
        return w + v, v

    found = check(exercise, halves_step)
    assert found.mistake == "wrong-sign"
    assert "lr * g" in found.message


def test_a_class_a_rule_and_a_function_are_solutions():
    assert check("adam_step", optimizer.Adam)
    assert check("adam_step", optimizer.Adam(learning_rate=0.5))
    assert check("sgd_step", lambda w, g, *, lr, wd: w - lr * (g + wd * w))

    def rule(self, w, g, h, *, lr):
        h = h + g**2
        return w - lr * g / (numpy.sqrt(h) + self.eps), h

    assert check("adagrad_step", rule).mistake == "epsilon-outside-root"


def test_what_is_no_solution_gets_a_sentence():
    class Update(optimizer.Optimizer):
        def update(self, index, weight, grad, state):
            pass

    for solution in (Update, 3, None, "adam"):
        found = check("adam_step", solution)
        assert not found
        assert found.mistake is None
        assert found.message


def test_a_name_that_is_no_identifier_is_refused():
    with pytest.raises(UsageError, match="identifier"):
        from_rule("adam", "adam step")
