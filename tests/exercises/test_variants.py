"""Rules that stand in no book: reproducible, each another one, going downhill, with mistakes of their own."""

import re

import numpy
import pytest

from minigrad import optimizer
from minigrad.errors import UsageError
from minigrad.exercises import EXERCISES, check, variant
from minigrad.exercises.made import function_of
from minigrad.exercises.variants import variants

RULES = ["adagrad_step", "rmsprop_step", "adam_step"]


@pytest.mark.parametrize("rule", RULES)
def test_a_seed_always_gives_the_same_rule_and_neighbouring_seeds_others(rule):
    texts = [variant(rule, seed).reference.__text__ for seed in range(12)]
    variants.cache_clear()
    assert texts == [variant(rule, seed).reference.__text__ for seed in range(12)]
    assert len(set(texts)) == 12


@pytest.mark.parametrize("rule", [*RULES, "momentum_step", "adamax_step", "ftrl_step"])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_variant_is_not_the_rule_that_it_comes_from_and_its_reference_solves_it(rule, seed):
    made = variant(rule, seed)
    assert check(made, made.reference)
    assert "no book" in made.text
    assert not all(
        numpy.allclose(x, y)
        for probe in made.tried
        for x, y in zip(made.reference(*probe.make()[0], **probe.make()[1]), on(EXERCISES[rule], probe))
    )


def on(exercise, probe):
    """What the book's rule does on a variant's probe."""
    args, kwargs = probe.make()
    return exercise.reference(*args, **kwargs)


def test_a_power_in_words_is_that_of_the_equations():
    powers = []
    for words, text in variants(EXERCISES["rmsprop_step"]):
        written = " ".join(text.text(line) for line, _ in text.lines)
        powers += [(power, written) for power in re.findall(r"to the power ([\d.]+)\.", " ".join(words))]
    assert powers and all(f"absolute(g) ** {power}" in written for power, written in powers)


@pytest.mark.parametrize("seed", range(4))
def test_a_variant_finds_the_bottom_of_a_parabola(seed):
    made = variant("adam_step", seed)
    w, m, v = numpy.array([2.0, -1.0]), numpy.zeros(2), numpy.zeros(2)
    for t in range(1, 1001):
        w, m, v = made.reference(w, w, m, v, t, lr=0.02, beta1=0.9, beta2=0.999, eps=1e-8)
    assert numpy.abs(w).max() < 0.5


@pytest.mark.parametrize("rule", RULES)
def test_twenty_variants_of_a_rule_go_down_a_parabola(rule):
    hypers = {"lr": 0.05, "beta": 0.9, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
    start, curved = numpy.array([1.5, -1.0, 0.8]), numpy.array([1.0, 0.5, 3.0])
    for seed in range(20):
        made = variant(rule, seed)
        chosen = {name: hypers[name] for name in made.program.keywords}
        w, *states = start, *(numpy.zeros(3) for _ in made.results[1:])
        for t in range(1, 301):
            args = [w, curved * w, *states] + [t] * ("t" in made.arguments)
            w, *states = made.reference(*args, **chosen)
        assert (curved * w**2).sum() < 0.5 * (curved * start**2).sum(), made.text


def test_no_variant_takes_the_root_of_a_negative_number():
    """Centered RMSProp takes that of a difference of two means, which some ideas would make negative."""
    base = EXERCISES["rmsprop_centered_step"]
    for words, text in variants(base):
        rule = function_of(text)
        for probe in base.tried:
            args, hypers = probe.make()
            assert all(numpy.isfinite(x).all() for x in rule(*args, **hypers)), words


def test_every_variant_of_ftrl_goes_down_a_parabola():
    """Some of its ideas go up, and some so that w³ falls."""
    start, curved = numpy.array([2.0, -1.5, 0.7]), numpy.array([1.0, 0.3, 2.0])
    for words, text in variants(EXERCISES["ftrl_step"]):
        rule, w, z, n = function_of(text), start, numpy.zeros(3), numpy.zeros(3)
        hypers = {"lr": 0.05, "lamda1": 0.01, "beta": 1.0, "wd": 0.0}
        for _ in range(400):
            w, z, n = rule(w, curved * w, z, n, **{x: hypers[x] for x in text.keywords})
        assert (curved * w**2).sum() < 0.8 * (curved * start**2).sum(), words


@pytest.mark.parametrize("seed", range(4))
def test_the_books_rule_and_a_wrong_sign_are_not_passed(seed):
    made = variant("rmsprop_step", seed)
    assert not check(made, EXERCISES["rmsprop_step"].reference)

    def uphill(w, g, s, **hypers):
        new, s = made.reference(w, g, s, **hypers)
        return w + (w - new), s

    found = check(made, uphill)
    assert not found
    assert found.mistake in ("wrong-sign", None)


def test_a_variant_of_a_class_of_optimizers():
    made = variant(optimizer.RMSProp, 3)
    assert check(made, made.reference)


def test_no_idea_suits_a_norm():
    with pytest.raises(UsageError, match="no variant"):
        variant(EXERCISES["lars_ratio"], 0)


def test_a_state_is_averaged_with_the_gradient_only_if_it_has_its_unit():
    """A velocity that holds the rate has the unit of a step."""
    said = {
        name: {idea for ideas, _ in variants(EXERCISES[name]) for idea in ideas if "+ g) / 2" in idea}
        for name in ("signum_step", "momentum_step")
    }
    assert said == {"signum_step": {"The step uses (m + g) / 2, with the new m."}, "momentum_step": set()}


@pytest.mark.parametrize(("rule", "state"), [("ftrl_step", "n"), ("ftml_step", "v")])
def test_a_state_that_is_no_mean_does_not_hide_those_after_it(rule, state):
    ideas = {idea for ideas, _ in variants(EXERCISES[rule]) for idea in ideas}
    assert f"{state} never falls below half of what it was." in ideas


@pytest.mark.parametrize("rule", ["adam_step", "adagrad_step", "sgd_step"])
def test_where_no_weight_moves_by_more_than_a_half_the_step_is_bounded_and_not_the_weight(rule):
    base = EXERCISES[rule]
    bounded = [text for words, text in variants(base) if words == ["No weight moves by more than ½ in a step."]]
    (text,) = bounded
    w, g = numpy.array([10.0, -10.0, 0.2]), numpy.array([1.0, -100.0, 0.3])
    given = {"w": w, "g": g, "t": 1}
    hypers = {"lr": 0.1, "wd": 0.0, "eps": 1e-8} | dict.fromkeys(("beta1", "beta2"), 0.9)
    chosen = {name: 9.0 if name == "lr" else hypers[name] for name in text.keywords}
    new = function_of(text)(*(given.get(x, numpy.zeros(3)) for x in text.positional), **chosen)
    new = new[0] if isinstance(new, tuple) else new
    numpy.testing.assert_allclose(new, w - 0.5 * numpy.sign(g))
