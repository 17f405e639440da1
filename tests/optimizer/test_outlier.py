"""What one gradient of 1e30 among ordinary ones does to each rule, which its docstring says too."""

import numpy
import pytest

from minigrad import np, optimizer
from minigrad.optimizer.registry import OPTIMIZERS
from minigrad.optimizer.run import reading

MOMENTUM = {"momentum": 0.9}
THROWN = [("sgd", {}), ("sgd", MOMENTUM), ("nag", MOMENTUM), ("lbsgd", {}), ("sgld", {})]
NEVER_MOVES = ["adagrad", "groupadagrad", "rmsprop", "adadelta", "adam", "nadam", "adamw", "adabelief", "lamb"]
TURNS_TO_NAN = [("dcasgd", {}), ("ftrl", {}), ("ftml", {}), ("rmsprop", {"centered": True})]
REMEMBERS = [("signum", 630), ("lion", 6400)]


class Weights:
    """Two weights of 1 whose first gets a huge gradient after ten of size 1."""

    def __init__(self, name, spike=1e30, **arguments):
        self.opt = optimizer.create(name, **arguments)
        self.w = np.ones((2, 1) if name == "groupadagrad" else (2,))
        self.state = self.opt.create_state(0, self.w)
        self.step(10)
        self.before = self.now()
        self.step(1, spike)
        self.after = self.now()

    def step(self, times, first=1.0, second=1.0):
        g = numpy.array([first, second], "float32").reshape(self.w.shape)
        with reading("numpy"), numpy.errstate(all="ignore"):
            for _ in range(times):
                self.opt.update(0, self.w, g, self.state)

    def now(self):
        return self.w.asnumpy().reshape(-1)


def says(name, phrase):
    text = " ".join(OPTIMIZERS[name].__doc__.split())
    assert "single gradient of 1e30" in text and phrase in text


@pytest.mark.parametrize(("name", "arguments"), THROWN)
def test_rules_that_move_by_the_size_of_the_gradient_are_thrown_and_do_not_come_back(name, arguments):
    says(name, "throws the weight to")
    weights = Weights(name, **arguments)
    rate = weights.opt.lr * (0.5 if name == "sgld" else 1.9 if name == "nag" else 1)
    assert weights.after[0] == pytest.approx(-rate * 1e30, rel=1e-5)
    weights.step(1000, -1.0)
    assert weights.now()[0] <= weights.after[0]


@pytest.mark.parametrize("name", NEVER_MOVES)
def test_rules_that_divide_by_a_mean_square_never_move_that_weight_again(name):
    says(name, "never moves again")
    weights = Weights(name)
    weights.step(1000)
    assert weights.now()[0] == weights.before[0]
    assert weights.now()[1] < weights.after[1] < weights.before[1]


@pytest.mark.parametrize(("name", "arguments"), TURNS_TO_NAN)
def test_rules_that_subtract_what_has_overflowed_turn_it_into_nan(name, arguments, on_gpu):
    says(name, "NaN")
    weights = Weights(name, **arguments)
    weights.step(1)
    (first, second), (after, before) = weights.now(), (weights.after[0], weights.before[0])
    # a GPU may subtract a square before it is rounded to infinity: inf - x * x stays inf, and only the momentum goes on
    rests = on_gpu and first - after == pytest.approx(0.9 * (after - before), rel=1e-3)
    assert (numpy.isnan(first) or (name == "rmsprop" and rests)) and numpy.isfinite(second)


def test_adamax_lets_the_weight_rest_until_its_maximum_has_shrunk():
    says("adamax", "some 69,000 steps")
    weights = Weights("adamax")
    weights.step(1000)  # until its mean, of 1e30 too, has died away
    rested = weights.now()[0]
    weights.step(54_000)
    assert weights.now()[0] == rested
    weights.step(20_000)
    assert weights.now()[0] < rested - 0.01


@pytest.mark.parametrize(("name", "steps"), REMEMBERS)
def test_rules_of_signs_go_on_against_it_for_as_long_as_they_remember(name, steps):
    says(name, f"for some {steps:,} steps")
    weights = Weights(name)
    assert weights.after[0] == weights.after[1]
    path = []
    for _ in range(round(steps * 1.05)):
        weights.step(1, -1.0)
        path.append(weights.now()[0])
    assert numpy.argmin(path) == pytest.approx(steps, rel=0.03)


def test_an_infinite_norm_makes_lars_and_lans_take_a_step_without_a_gradient():
    says("lars", "takes that step without a gradient")
    says("lans", "takes that step as if its gradient were 0")
    for limit in (None, 1.0):
        assert (Weights("lars", clip_gradient=limit).after == Weights("lars", spike=1.0).before).all()
    assert (Weights("lans").after[0] == Weights("lans").after[1]).all()


LIMITED = [name for name, _ in THROWN + TURNS_TO_NAN] + NEVER_MOVES + ["adamax"] + [name for name, _ in REMEMBERS]


@pytest.mark.parametrize("name", dict.fromkeys(LIMITED))
def test_clipping_makes_it_a_gradient_like_any_other(name, on_gpu):
    clipped, plain = Weights(name, clip_gradient=1.0), Weights(name, spike=1.0)
    if name == "sgld":
        assert abs(clipped.after).max() < 10
    else:
        tolerance = 1e-5 if on_gpu else 0  # a kernel with clipping may be rounded in other places than one without
        numpy.testing.assert_allclose(clipped.after, plain.after, rtol=tolerance, equal_nan=False)
