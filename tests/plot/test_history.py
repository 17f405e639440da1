"""A recording is what the rule does: compared with steps in plain numbers, for every rule, and nothing else changes."""

import math

import numpy
import pytest

from minigrad import compare, lr_scheduler, np, optimizer, random
from minigrad.errors import ArgumentError, KindError
from minigrad.plot.history import record, slope
from minigrad.plot.surfaces import Surface


def test_momentum_in_plain_numbers_is_what_is_recorded():
    history = record(optimizer.SGD(learning_rate=0.2, momentum=0.5), "valley", start=(-4.0, 1.0), steps=5)
    x, y, u, v = -4.0, 1.0, 0.0, 0.0
    for i in range(5):
        assert history.positions[i] == pytest.approx([x, y], rel=1e-12)
        assert history.losses[i] == pytest.approx(0.1 * x * x + 2 * y * y, rel=1e-12)
        assert history.gradients[i] == pytest.approx([0.2 * x, 4 * y], rel=1e-12)
        assert history.states["v"][i] == pytest.approx([u, v], rel=1e-12)
        u, v = 0.5 * u - 0.2 * 0.2 * x, 0.5 * v - 0.2 * 4 * y
        x, y = x + u, y + v
        assert history.step_sizes[i] == pytest.approx(math.hypot(u, v), rel=1e-12)
    assert history.positions[5] == pytest.approx([x, y], rel=1e-12)
    assert (history.name, history.steps, history.rates.tolist()) == ("sgd", 5, [0.2] * 5)


@pytest.mark.parametrize("name", [name for name in compare.optimizers() if name != "sgld"])
def test_each_rule_walks_as_it_does_on_gradients_that_are_written_out(name):
    """Rosenbrock's gradient is written here; the states are those that `update` leaves."""
    rule = optimizer.create(name, learning_rate=0.0005)
    history = record(rule, "rosenbrock", steps=8)
    w = np.array([[-1.2, 1.0]], dtype="float64")
    state = rule.create_state(0, w)
    for place in history.positions:
        x, y = place
        numpy.testing.assert_allclose(w.asnumpy()[0], place, rtol=1e-9)
        g = np.array([[-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]], dtype="float64")
        rule.update(0, w, g, state)
    assert list(history.states)[: len(rule.states)] == list(rule.states)
    assert all(values.shape == (9, 2) for values in history.states.values())


def test_a_rule_of_ones_own_is_recorded_with_its_states():
    class Halving(optimizer.Optimizer):
        states = ("before",)

        def rule(self, w, g, before, *, lr, t):
            return w - lr / t * g, w + 0 * before

    history = record(Halving(learning_rate=0.5), lambda x, y: x**2 + 3 * y, start=(1, 1), steps=3)
    assert history.positions[:, 0].tolist() == [1.0, 0.0, 0.0, 0.0]
    assert history.positions[:, 1].tolist() == [1.0, -0.5, -1.25, -1.75]
    assert history.states["before"][:, 1].tolist() == [0.0, 1.0, -0.5, -1.25]


def test_a_rule_of_a_script_runs_as_it_stands(capsys):
    class Loud(optimizer.Optimizer):
        def rule(self, w, g, *, lr):
            print("gradient", g.tolist())
            return w - lr * g

    Loud.rule.__module__ = "__main__"
    record(Loud(learning_rate=0.5), lambda x, y: x**2 + 3 * y, start=(1, 1), steps=2)
    assert capsys.readouterr().out == "gradient [[2.0, 3.0]]\ngradient [[0.0, 3.0]]\n"


def test_an_update_of_ones_own_is_recorded_too():
    class Plain(optimizer.Optimizer):
        def create_state(self, index, weight):
            return np.zeros((1, 2)), {"seen": 0}

        def update(self, index, weight, grad, state):
            self._update_count(index)
            state[0][:] = grad
            weight[:] = weight - 0.1 * grad

    history = record(Plain(), "valley", start=(-5, 0.5), steps=2)
    assert history.positions[1] == pytest.approx([-4.9, 0.3])
    assert history.states["state 1"][1] == pytest.approx([-1.0, 2.0])


def test_one_number_for_a_row_stands_for_both_weights():
    history = record("groupadagrad", "valley", start=(-5.0, 0.5), steps=1)
    assert list(history.states) == ["h"]
    assert history.states["h"][1] == pytest.approx([(1.0**2 + 2.0**2) / 2] * 2)


def test_sums_that_a_rule_keeps_have_their_name():
    history = record(optimizer.LBSGD(learning_rate=0.1, momentum=0.5, batch_scale=3), "valley", steps=2)
    assert list(history.states) == ["v", "total"]
    assert history.states["total"][2] == pytest.approx(history.gradients.sum(0))


def test_the_callers_optimizer_stays_as_it_is():
    rule = optimizer.Adam(learning_rate=0.1, lr_scheduler=lr_scheduler.FactorScheduler(2, 0.5))
    w = np.ones((3,))
    rule.update(0, w, w.copy(), rule.create_state(0, w))
    before = rule.get_config()
    history = record(rule, "valley", steps=5)
    assert rule.get_config() == before
    rule.lr_scheduler, rule.beta1 = None, 0.5
    assert (history.optimizer.lr_scheduler.base_lr, history.optimizer.beta1) == (0.1, 0.9)
    assert history.rates.tolist() == [0.1, 0.1, 0.05, 0.05, 0.025]  # from its own first step


def test_multipliers_of_the_callers_parameters_have_no_effect():
    rule = optimizer.SGD(learning_rate=0.1, param_idx2name={0: "bias"})
    rule.set_lr_mult({0: 0.0})
    assert record(rule, "valley", steps=1).positions[1] == pytest.approx([-4.9, -1.2])


def test_noise_is_normal_seeded_and_added_to_the_slope():
    quiet, loud = (record("sgd", lambda x, y: x + y, start=(0, 0), steps=4000, noise=s) for s in (0, 0.5))
    assert (quiet.gradients == 1).all()
    noise = loud.gradients - 1
    assert abs(noise.mean()) < 0.02 and noise.std() == pytest.approx(0.5, rel=0.03)
    again, other = (record("sgd", lambda x, y: x + y, (0, 0), 10, noise=0.5, seed=s) for s in (0, 1))
    assert (again.gradients == loud.gradients[:10]).all() and (other.gradients != again.gradients).all()
    assert record("sgd", "noisy", steps=2).noise == 1 and record("sgd", "noisy", steps=2, noise=0).noise == 0


def test_a_sampler_repeats_itself_and_leaves_the_random_numbers_alone():
    random.seed(5)
    expected = random.normal(size=3).asnumpy()
    random.seed(5)
    first, second = (record("sgld", "valley", steps=5, seed=3) for _ in range(2))
    assert (first.positions == second.positions).all()
    assert (random.normal(size=3).asnumpy() == expected).all()


def test_a_walk_that_diverges_is_kept_as_far_as_numbers_go():
    history = record(optimizer.SGD(learning_rate=10), "rosenbrock", steps=20)
    assert numpy.isfinite(history.losses[:3]).all() and not numpy.isfinite(history.losses[-1])
    assert history.losses.shape == (21,)


def test_what_cannot_be_recorded_is_refused_with_what_to_do():
    with pytest.raises(KindError, match=r"start=3 cannot be used; expected two numbers, x and y"):
        record("sgd", "valley", start=3)
    with pytest.raises(KindError, match="y='a' cannot be used"):
        record("sgd", "valley", start=(1, "a"))
    with pytest.raises(ArgumentError, match="steps=0 cannot be used"):
        record("sgd", "valley", steps=0)
    with pytest.raises(ArgumentError, match="did you mean 'valley'"):
        record("sgd", "vally")
    with pytest.raises(ArgumentError, match="no optimizer is called 'sdg'"):
        record("sdg", "valley")
    with pytest.raises(ArgumentError, match="returned 3.0; expected a height computed from x and y"):
        record("sgd", lambda x, y: 3.0)
    with pytest.raises(ArgumentError, match=r"rosenbrock has no finite slope at its start \(1e\+300, 1\)"):
        record("sgd", "rosenbrock", start=(1e300, 1.0))


@pytest.mark.parametrize("start", [np.array([1, 2]), numpy.array([1.0, 2.0]), [1, 2]])
def test_a_start_may_be_an_array(start):
    assert record("sgd", "valley", start=start, steps=1).positions[0].tolist() == [1, 2]


def test_a_surface_that_uses_x_alone_has_no_slope_in_y():
    assert slope(Surface("cut", lambda x, y: x**2), (3.0, 4.0)).tolist() == [6.0, 0.0]
