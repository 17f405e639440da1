"""Steps worked by hand: the numbers are those of real updates, and those that one gets on paper."""

import re

import numpy
import pytest
from table import TABLE

from minigrad import cpu, np, optimizer, random
from minigrad.errors import ArgumentError, ShapeError
from minigrad.lr_scheduler import FactorScheduler
from minigrad.optimizer import Optimizer

PREPARED = {"rescale_grad": 0.5, "clip_gradient": 0.6, "wd": 0.1}
MORE = [{}, PREPARED, {"lr_scheduler": FactorScheduler(2, 0.5), "begin_num_update": 3}]
CASES = [pytest.param(row, more, id=f"{row} {' '.join(more)}") for row in TABLE for more in MORE]
GRADIENTS = [[0.5, -0.25], [-3.0, 0.125], [0.0, 0.75], [1.0, -1.0], [0.25, 0.5]]


def made(row, more):
    return row.make(**{name: value for name, value in more.items() if name != "wd" or not row.matrix})


@pytest.mark.parametrize(("row", "more"), CASES)
def test_the_values_are_those_of_real_updates(row, more, numpy_reading):
    opt, start = made(row, more), numpy.array(row.start)
    gradients = numpy.array(GRADIENTS).reshape(-1, *start.shape)
    random.seed(7)
    worked = opt.worked(start, gradients)
    w, real = start.copy(), made(row, more)
    state = real.create_state(0, w)
    random.seed(7)
    for g, step in zip(gradients, worked.steps, strict=True):
        real.update(0, w, g, state)
        numpy.testing.assert_allclose(step["w"], w, rtol=1e-9, atol=1e-12)
    states = state if isinstance(state, tuple) else (state,)
    for name, array in zip(opt.states, states, strict=False):
        numpy.testing.assert_allclose(worked.steps[-1][name], array.asnumpy(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("lars", {"momentum": 0.5, "momentum_correction": False, "eta": 0.1}),
        ("lars", {"momentum": 0.5, "rescale_grad": -0.5, "lr_scheduler": FactorScheduler(1, 0.5, base_lr=0.3)}),
        ("lamb", {"lower_bound": 2.0, "wd": 0.1}),
        ("lamb", {"lower_bound": 0.1, "upper_bound": 0.5, "wd": 0.1}),
        ("lans", {"lower_bound": 2.0, "wd": 0.1, "rescale_grad": -0.5}),
        ("lans", {"upper_bound": 0.5, "rescale_grad": 0.0, "wd": 0.1}),
        ("lbsgd", {"warmup_strategy": "lars", "wd": 0.1, "rescale_grad": 0.5}),
        ("lbsgd", {"batch_scale": 2, "begin_epoch": 1, "updates_per_epoch": 3, "begin_num_update": 5}),
        ("lbsgd", {"batch_scale": 2, "warmup_strategy": "none", "updates_per_epoch": 1, "warmup_epochs": 4}),
        ("lbsgd", {"batch_scale": 3, "warmup_epochs": 0, "momentum": 0.5, "rescale_grad": 0.5, "clip_gradient": 0.1}),
    ],
)
def test_so_are_those_of_every_option_of_what_is_computed_outside(name, arguments, numpy_reading):
    schedule = arguments.get("lr_scheduler")
    opt = optimizer.create(name, **{"learning_rate": None if schedule else 0.1, **arguments})
    w = numpy.array([1.0, -0.5])
    worked = opt.worked(w, GRADIENTS)
    state = opt.create_state(0, w)
    for g, step in zip(GRADIENTS, worked.steps, strict=True):
        opt.update(0, w, numpy.array(g), state)
        numpy.testing.assert_allclose(step["w"], w, rtol=1e-9, atol=1e-12)
    assert not numpy.allclose(w, [1.0, -0.5])


@pytest.mark.parametrize(("row", "more"), CASES)
def test_it_is_readable_and_what_it_shows_is_what_it_has(row, more):
    worked = made(row, more).worked(row.start, numpy.array(row.start) / 2)
    text = str(worked)
    assert max(map(len, text.splitlines())) <= 80
    shown = re.findall(r"^  w_\d[^=]*(?:.|\n   )*? = ([^=]*?)$(?=\nstep|\n  \S|\Z)", text, flags=re.M)
    last = [re.sub(r"\s+", " ", found) for found in shown]
    assert len(last) == 2
    for step, found in zip(worked.steps, last, strict=True):
        numbers = numpy.array(re.findall(r"-?[\d.]+(?:e-?\d+)?", found), float)
        numpy.testing.assert_allclose(numbers, step["w"].ravel(), rtol=1e-4)


def test_momentum_as_on_paper():
    worked = optimizer.SGD(learning_rate=0.1, momentum=0.9, wd=0.5).worked(1.0, [0.5, -0.25])
    # g = 0.5 + 0.5·1 = 1, v = -0.1, w = 0.9; then g = -0.25 + 0.45 = 0.2, v = -0.09 - 0.02 = -0.11, w = 0.79
    assert [{k: round(float(step[k]), 12) for k in "gvw"} for step in worked.steps] == [
        {"g": 1.0, "v": -0.1, "w": 0.9},
        {"g": 0.2, "v": -0.11, "w": 0.79},
    ]
    assert (
        str(worked)
        == """\
step 1: w_0 = 1, ∇_1 = 0.5
  g_1 = ∇_1 + δ w_0 = 0.5 + 0.5·1 = 1
  v_1 = γ v_0 - η g_1 = 0.9·0 - 0.1·1 = -0.1
  w_1 = w_0 + v_1 = 1 + (-0.1) = 0.9
step 2: w_1 = 0.9, ∇_2 = -0.25
  g_2 = ∇_2 + δ w_1 = -0.25 + 0.5·0.9 = 0.2
  v_2 = γ v_1 - η g_2 = 0.9·(-0.1) - 0.1·0.2 = -0.11
  w_2 = w_1 + v_2 = 0.9 + (-0.11) = 0.79"""
    )


def test_adam_as_on_paper():
    worked = optimizer.Adam(learning_rate=0.1, beta1=0.5, beta2=0.75, epsilon=0.5).worked(1.0, [2.0, -2.0])
    # mean 1, var 1, corrected 2 and 4: w = 1 - 0.1·2 / 2.5 = 0.92
    # mean -0.5, var 1.75, corrected -0.5 / 0.75 and 1.75 / 0.4375 = 4: w = 0.92 + 0.1 (2 / 3) / 2.5 = 0.9466666...
    first, second = worked.steps
    assert [first[k] for k in ("mean", "var", "mean_hat", "var_hat", "w")] == pytest.approx([1, 1, 2, 4, 0.92])
    assert [second[k] for k in ("mean", "var", "mean_hat", "var_hat")] == pytest.approx([-0.5, 1.75, -2 / 3, 4])
    assert second["w"] == pytest.approx(0.92 + 2 / 75)
    assert "  mean_hat_2 = mean_2 / (1 - β₁^t) = (-0.5) / (1 - 0.5^2) = -0.66667\n" in str(worked)


def test_large_batches_as_on_paper():
    opt = optimizer.LBSGD(learning_rate=0.1, batch_scale=2, warmup_epochs=1, updates_per_epoch=4)
    worked = opt.worked(1.0, [0.5, 1.5, 1.0])
    # total 0.5; then total 2, average 1, scale 1 + 1·2/4 = 1.5: w = 1 - 0.1·1.5·1 = 0.85; then total 1
    assert [float(step["w"]) for step in worked.steps] == pytest.approx([1.0, 0.85, 0.85])
    assert [step["total"] for step in worked.steps] == [0.5, 0.0, 1.0]
    assert worked.steps[1]["scale"] == 1.5
    first, second, _ = str(worked).split("\nstep ")
    assert first.endswith("\n  only if B divides t: 2 divides 1 does not hold\n  w_1 = w_0 = 1")
    assert "\n  only if B divides t: 2 divides 2 holds\n  g_2 = grown_2 / B = 2 / 2 = 1\n" in second


def test_layers_as_on_paper():
    worked = optimizer.LARS(learning_rate=0.5, eta=0.1).worked([3.0, 4.0], [0.0, 2.0], steps=1)
    # |w| = 5, |g| = 2, trust = 0.1·5 / 2 = 0.25: w = [3, 4 - 0.5·0.25·2]
    assert worked.steps[0]["trust"] == pytest.approx(0.25)
    assert worked.steps[0]["w"].tolist() == pytest.approx([3.0, 3.75])
    assert "  length_1 = ‖w_0‖ = ‖[3, 4]‖ = 5\n" in str(worked)


def test_noise_is_drawn_and_shown_with_its_law():
    random.seed(1)
    worked = optimizer.SGLD(learning_rate=0.25).worked(1.0, 0.5, steps=1)
    random.seed(1)
    with cpu():
        assert worked.steps[0]["noise"] == random.normal(0.0, 0.5, shape=(), dtype="float64").item()
    assert re.search(r"\n  ξ_1 ~ N\(0, η\) = N\(0, 0.25\)\n  ξ_1 = -?0\.\d+\n", str(worked))


def test_showing_noise_does_not_change_what_is_drawn_next():
    random.seed(5)
    expected = random.normal(shape=(3,)).asnumpy()
    random.seed(5)
    shown = [str(optimizer.SGLD(learning_rate=0.25).worked([1.0, 2.0], [0.5, 0.5])) for _ in range(2)]
    assert random.normal(shape=(3,)).asnumpy().tolist() == expected.tolist()
    assert shown[0] == shown[1]


def test_the_optimizer_stays_as_it_is_and_starts_anew():
    opt = optimizer.LARS(momentum=0.5, lr_scheduler=FactorScheduler(2, 0.5))
    w = np.array([3.0, 4.0])
    state = opt.create_state(0, w)
    opt.update(0, w, w.copy(), state)
    before = (opt.num_update, dict(opt._index_update_count), opt._rates, opt.lr_scheduler.base_lr)
    assert "step 1:" in str(opt.worked(w, w)) and str(opt.worked(w, w)) == str(opt.worked(w, w))
    assert before == (opt.num_update, dict(opt._index_update_count), opt._rates, opt.lr_scheduler.base_lr)


def test_a_gradient_is_one_for_all_steps_or_a_list_or_a_function():
    opt = optimizer.SGD(learning_rate=0.5)
    assert [step["w"] for step in opt.worked(2.0, 1.0, 3).steps] == [1.5, 1.0, 0.5]
    assert [step["w"] for step in opt.worked(2.0, [1.0, 0.0, 1.0]).steps] == [1.5, 1.5, 1.0]
    assert [step["w"] for step in opt.worked(2.0, lambda w: w).steps] == [1.0, 0.5]
    assert opt.worked(np.array([2.0, 4.0]), np.array([1.0, 0.0])).steps[1]["w"].tolist() == [1.0, 4.0]
    assert opt.worked(numpy.ones(6), numpy.ones(6)).steps[0]["w"].tolist() == [0.5] * 6


@pytest.mark.parametrize(
    ("arguments", "error", "sentence"),
    [
        ((numpy.ones(7), 1.0), ArgumentError, "the weight has 7 elements; expected 1 to 6"),
        (([], []), ArgumentError, r"the weight is \[\]; expected a number or a short list"),
        ((1.0, None), ArgumentError, "the gradient is None; expected a number"),
        (([1.0, 2.0], [0.5, None]), ArgumentError, r"the gradient is \[0.5, None\]; expected a number"),
        ((1.0, []), ArgumentError, r"the gradient is \[\]; expected a number"),
        ((1.0, lambda w: None), ArgumentError, "the gradient is None; expected a number"),
        (("one", 1.0), ArgumentError, "the weight is 'one'; expected a number"),
        ((1.0, "uphill"), ArgumentError, "the gradient is 'uphill'; expected a number"),
        (([1.0, 2.0], 1.0), ShapeError, r"the gradient has shape \(\), the weight \(2,\); expected"),
        ((1.0, [0.5, 0.25], 3), ShapeError, r"shape \(2,\), the weight \(\); .* a list of 3 such gradients"),
        (([1.0, 2.0], lambda w: w[:1]), ShapeError, r"shape \(1,\), the weight \(2,\)"),
        ((1.0, 1.0, 0), ArgumentError, "steps=0"),
    ],
)
def test_what_cannot_be_worked_is_said(arguments, error, sentence):
    with pytest.raises(error, match=sentence):
        optimizer.SGD().worked(*arguments)


def test_a_rule_of_one_s_own_is_worked_with_what_it_hands_in():
    class Warm(Optimizer):
        states = ("m",)
        measured = ("size",)

        def rule(self, w, g, m, *, lr, warmth, size):
            m = m + g
            return w - warmth * size * lr * m, m

        def named(self, index, w, g, states, scalars):
            return {"warmth": 1 / scalars["t"] if numpy.abs(states[0]).sum() == 3 * (scalars["t"] - 1) else None}

        def measure(self, w, m):
            return {"size": float(numpy.abs(numpy.asarray(m)).max())}

    worked = Warm(learning_rate=0.5).worked([1.0, 0.0], [1.0, -2.0])
    # m = [1, -2], size 2, warmth 1: w = [1 - 1, 2]; then m = [2, -4], size 4, warmth 1/2: w = [0 - 2, 2 + 4]
    assert [step["w"].tolist() for step in worked.steps] == [[0.0, 2.0], [-2.0, 6.0]]


def test_a_rate_of_0_by_which_the_rule_divides_changes_nothing():
    worked = optimizer.Ftrl(learning_rate=0.0).worked(1.0, 0.5)
    assert [float(step["w"]) for step in worked.steps] == [1.0, 1.0]
    assert "w_2 = w_1 = 1" in str(worked)


def test_jupyter_shows_symbols_and_below_them_numbers():
    latex = optimizer.SGD(learning_rate=0.1, momentum=0.9).worked(1.0, 0.5, 1)._repr_latex_()
    assert latex == (
        "$$\\begin{aligned}\n"
        "& \\textbf{step 1:} \\quad w_0 = 1, g_1 = 0.5 \\\\\n"
        "v_1 &= \\gamma v_0 - \\eta g_1 \\\\\n"
        "&= 0.9 \\cdot 0 - 0.1 \\cdot 0.5 = -0.05 \\\\\n"
        "w_1 &= w_0 + v_1 \\\\\n"
        "&= 1 + (-0.05) = 0.95\n"
        "\\end{aligned}$$"
    )


@pytest.mark.parametrize("row", [row for row in TABLE if not row.matrix], ids=str)
def test_a_number_is_worked_as_an_array_of_one(row):
    random.seed(7)
    one = row.make().worked([1.0], [[0.5], [-0.25]])
    random.seed(7)
    number = row.make().worked(1.0, [0.5, -0.25])
    assert [float(step["w"]) for step in number.steps] == pytest.approx([step["w"].item() for step in one.steps])
