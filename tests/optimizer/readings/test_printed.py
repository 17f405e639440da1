"""What is printed is what is computed: the printed lines, read back, give the path of real updates."""

import numpy
import pytest
from as_written import drawn
from table import TABLE

from minigrad import np, optimizer, random
from minigrad.optimizer import Optimizer
from minigrad.optimizer.readings.latex import equation
from minigrad.optimizer.readings.text import plain
from minigrad.optimizer.rule import exp, log, maximum, minimum, where
from tests.optimizer.readings.reader import evaluate, identifier, latex_identifier, latex_rows, text_rows

PREPARED = {"rescale_grad": 0.5, "clip_gradient": 0.6, "wd": 0.1}
GRADIENTS = [[0.5, -0.25], [-3.0, 0.125], [0.0, 0.75], [1.0, -1.0], [0.25, 0.5]]
NOISE = [[0.25, -0.5], [0.125, 0.0], [-0.75, 1.0], [0.5, 0.5], [-0.25, 0.0]]
CASES = [pytest.param(row, more, id=f"{row} {'prepared' if more else ''}") for row in TABLE for more in ({}, PREPARED)]

LETTERS = {
    "lr": ("η", r"\eta"), "wd": ("δ", r"\delta"), "momentum": ("γ", r"\gamma"), "wd_lh": ("δ'", r"\delta'"),
    "lamda": ("λ", r"\lambda"), "lamda1": ("λ₁", r"\lambda_1"), "beta": ("β", r"\beta"), "beta1": ("β₁", r"\beta_1"),
    "beta2": ("β₂", r"\beta_2"), "rho": ("ρ", r"\rho"), "epsilon": ("ε", r"\epsilon"), "eta": ("κ", r"\kappa"),
    "schedule_decay": ("ψ", r"\psi"), "clip_weights": ("clip_weights", r"\mathrm{clip\,weights}"), "t": ("t", "t"),
    "upper_bound": ("upper_bound", r"\mathrm{upper\,bound}"), "batch_scale": ("B", "B"), "warmup_epochs": ("E", "E"),
    "updates_per_epoch": ("U", "U"), "rescale_grad": ("ρ", r"\rho"), "clip_gradient": ("c", "c"),
}  # fmt: skip
TAKEN = {
    "rmsprop": {"rescale_grad": ("rescale_grad", r"\mathrm{rescale\,grad}")},
    "adadelta": {"rescale_grad": ("rescale_grad", r"\mathrm{rescale\,grad}")},
    "lion": {"clip_gradient": ("clip_gradient", r"\mathrm{clip\,gradient}")},
}
VARIABLES = {
    "mean": ("mean", "m"), "var": ("var", "v"), "prev": ("prev", r"\tilde{w}"), "noise": ("ξ", r"\xi"),
    "total": ("total", r"\mathrm{total}"), "lr": ("η", r"\eta"), "raw": ("∇", r"\nabla"),
}  # fmt: skip
"""The notation, written a second time, by hand: in the terminal and in LaTeX."""


@pytest.fixture
def noise(monkeypatch):
    """Noise that both sides know."""
    drawn = iter(NOISE)
    monkeypatch.setattr(random, "normal", lambda loc, scale, shape, dtype: np.array([next(drawn)], dtype=dtype)[0])


def made(row, more):
    if row.matrix:
        more = {name: value for name, value in more.items() if name != "wd"}
    return row.make(**more), more


@pytest.mark.parametrize("notation", [0, 1], ids=["text", "latex"])
@pytest.mark.parametrize(("row", "more"), CASES)
def test_the_printed_lines_read_back_give_the_path_of_real_updates(row, more, notation, noise, numpy_reading):
    opt, more = made(row, more)
    lines = list(text_rows(plain(opt)) if notation == 0 else latex_rows(equation(opt)))
    name_of = (identifier, latex_identifier)[notation]

    def name(word, step=None):
        letters = LETTERS | TAKEN.get(row.name, {}) if step is None else VARIABLES
        letter = letters.get(word, (word, word))[notation]
        return name_of(letter if step is None else f"{letter}_{step if len(step) == 1 else f'{{{step}}}'}")

    w = np.array(numpy.array(row.start))
    state = opt.create_state(0, w)
    numbers = {key: numpy.float64(value) for key, value in vars(opt).items() if isinstance(value, (int, float))}
    before = {name(key, "t-1"): numpy.float64(0) for key in (*opt.states, "total", "h", "lr")}
    before |= {name("P", "t-1"): 1.0, name("w", "t-1"): w.asnumpy(), name("prev", "t-1"): w.asnumpy()}
    for t, (raw, xi) in enumerate(zip(GRADIENTS, NOISE), 1):
        raw = numpy.array(raw).reshape(w.shape)
        env = before | {name(key): value for key, value in numbers.items()} | {name("t"): t, name("lr"): opt.lr}
        env |= {name("g", "t"): raw, name("raw", "t"): raw, name("lr", "t"): numpy.float64(opt.lr)}
        env[name("noise", "t")] = numpy.array(xi)
        for left, right in lines:
            value = evaluate(right, env)
            if left:
                env[left] = value
            elif not value:
                break
        opt.update(0, w, np.array(raw), state)
        after = env.get(name("w", "t"), before[name("w", "t-1")])
        numpy.testing.assert_allclose(w.asnumpy(), after, rtol=1e-9, atol=1e-12)
        now = name_of("x_t").removeprefix(name_of("x"))
        earlier = name_of("x_{t-1}").removeprefix(name_of("x"))
        moved = {key.removesuffix(now) + earlier: value for key, value in env.items() if key.endswith(now)}
        before |= {key: value for key, value in moved.items() if key in before}
    assert not numpy.allclose(w.asnumpy(), row.start)


def test_adam_is_printed_as_its_paper_prints_it():
    assert (
        equation(optimizer.Adam())
        == r"""\begin{aligned}
m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t \\
v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2 \\
\hat{m}_t &= \frac{m_t}{1 - \beta_1^t} \\
\hat{v}_t &= \frac{v_t}{1 - \beta_2^t} \\
w_t &= w_{t-1} - \frac{\eta \hat{m}_t}{\sqrt{\hat{v}_t} + \epsilon}
\end{aligned}"""
    )


@pytest.mark.parametrize(("row", "more"), CASES)
def test_no_line_is_wider_than_the_terminal(row, more):
    opt, _ = made(row, more)
    assert max(map(len, plain(opt).splitlines())) <= 80
    assert max(map(len, plain(opt, 50).splitlines())) <= 50


class Capitals(Optimizer):
    symbols = {"a": "A", "b": "B"}
    a = b = 2.0

    def rule(self, w, g, *, lr):
        return w - lr * self.a * self.b


def test_two_capital_letters_stand_apart_so_that_they_are_not_read_as_a_word():
    assert equation(Capitals()).splitlines()[1] == r"w_t &= w_{t-1} - \eta A \, B"


class Odd(Optimizer):
    """Every corner of the notation."""

    symbols = {"a": r"\alpha"}

    def rule(self, w, g, *, lr, a):
        low_half = -(w - g) * -0.5
        quotient = w / (g / a) - w / g / a
        powers = (-w) ** 3 - (w * g) ** 2 - 2 ** (a + 1)
        limits = minimum(maximum(w, g), a) - maximum(w, minimum(g, a))
        grown = exp(-w) + log(a * a) * 2.0 + w * -1e-30
        chosen = where(w < g, w - (g - a), -w)
        return low_half + quotient + powers + limits + (grown - chosen)


@pytest.mark.parametrize("notation", [0, 1], ids=["text", "latex"])
def test_signs_and_parentheses_keep_their_meaning(notation):
    w, g, a = 1.3, 0.7, 1.9
    if notation == 0:
        lines, names = text_rows(plain(Odd())), ("w__7b_t_2d_1_7d_", "g_t", "α_t", "w_t")
    else:
        lines = latex_rows(equation(Odd()))
        names = tuple(map(latex_identifier, ("w_{t-1}", "g_t", r"\alpha_t", "w_t")))
    values = dict(zip(names, (w, g, a)))
    for left, right in lines:
        values[left] = evaluate(right, values)
    assert values[names[3]] == pytest.approx(Odd().rule(w, g, lr=0.1, a=a), rel=1e-12)


def test_rules_drawn_at_random_are_printed_as_they_compute():
    for seed in range(200):
        opt = drawn(seed)
        now = {"w": 0.3, "g": -0.8, "a": 1.1, "b": 0.2, "c": -1.7}
        expected = opt.rule(*now.values(), lr=0.1)
        values = {identifier(f"{name}_{{t-1}}"): value for name, value in now.items()} | {"g_t": now["g"], "η": 0.1}
        for left, right in text_rows(plain(opt, 10**6)):
            values[left] = evaluate(right, values)
        got = [values.get(f"{name}_t", now[name]) for name in ("w", "a", "b", "c")]
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-12), plain(opt)
