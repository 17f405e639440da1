"""What is printed is what is computed: the printed lines, read by sympy, give the rule's numbers."""

import re
import sys

import numpy
import pytest
import sympy
from as_written import Drawn, as_written, asked, example
from table import TABLE

from minigrad import optimizer
from minigrad.errors import UsageError
from minigrad.optimizer import Optimizer
from minigrad.optimizer.graph import trace
from minigrad.optimizer.readings.latex import equation, named, plain
from minigrad.optimizer.rule import FLOAT, exp, log, maximum, minimum, where

RULES = [pytest.param(row, id=str(row)) for row in TABLE]

FUNCTIONS = {
    "abs": sympy.Abs, "sign": sympy.sign, "sqrt": sympy.sqrt, "max": sympy.Max, "min": sympy.Min, "exp": sympy.exp,
    "log": sympy.log, "clip": lambda x, low, high: sympy.Min(sympy.Max(x, low), high),
    "where": lambda c, x, y: sympy.Piecewise((x, c), (y, True)),
}  # fmt: skip


def one_element(opt, seed=0):
    """What each name stands for (timeless, before the step, now), and the rule's next value of w and each state."""
    wd = 0.3 if "wd" in asked(opt) else 0.0
    arrays, scalars = example(opt, shape=(1,), seed=seed, rescale_grad=1.0, clip_gradient=None, wd=wd)
    after = [x.item() for x in as_written(opt, arrays, scalars)]
    given = {name: float(numpy.squeeze(scalars[name])) for name in ("lr", "wd", "t", *asked(opt))}
    timeless = {name: float(value) for name, value in vars(opt).items() if isinstance(value, (int, float))}
    timeless |= {name: given.pop(name) for name in ("lr", "wd", "t")}
    before = {name: a.item() for name, a in zip(["w", *opt.states], [arrays[0], *arrays[2:]])}
    return timeless, before, {"g": arrays[1].item(), **given}, after


def evaluate(expression, values):
    """The number that sympy makes of an expression in Python's notation."""
    symbols = {name: sympy.Symbol(name) for name in values}
    numbers = {"Float": sympy.Float, "Integer": sympy.Integer}
    parsed = sympy.parse_expr(expression, symbols | FUNCTIONS | numbers)
    return float(parsed.subs({symbols[name]: number for name, number in values.items()}))


def run_plain(text, timeless, before, now):
    """Evaluate the printed lines from top to bottom."""
    values = {**timeless, **{f"{k}_before": v for k, v in before.items()}, **{f"{k}_now": v for k, v in now.items()}}
    for line in re.sub(r"\n +", " ", text).splitlines():
        left, right = line.replace("[t-1]", "_before").replace("[t]", "_now").split(" = ", 1)
        values[left] = evaluate(right, values)
    return values


@pytest.mark.parametrize("row", RULES)
def test_the_printed_text_gives_the_numbers_of_the_rule(row):
    opt = row.make()
    for seed in range(3):
        timeless, before, now, expected = one_element(opt, seed)
        values = run_plain(plain(opt), timeless, before, now)
        got = [values[f"{name}_now"] for name in before]
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-12)


def from_latex(text):
    """LaTeX of the form that is printed, as an expression that sympy reads: written for this test, knows no rule."""
    text = text.replace(r"\left|", r"\operatorname{abs}(").replace(r"\right|", ")")
    text = text.replace(r"\left", "").replace(r"\right", "")
    cases = re.fullmatch(r"\\begin\{cases\} (.*) & \\text.if . (.*) \\\\ (.*) & \\text.otherwise. \\end\{cases\}", text)
    if cases:
        this, condition, that = map(from_latex, cases.groups())
        return f"where({condition}, {this}, {that})"
    text = text.replace(r"\le", "<=").replace(r" \cdot ", "*")
    out, i = "", 0
    while i < len(text):
        for command, count, pattern in ((r"\frac", 2, "((%s)/(%s))"), (r"\sqrt", 1, "sqrt(%s)")):
            if text.startswith(command, i):
                i, groups = i + len(command), []
                for _ in range(count):
                    group, i = braces(text, i)
                    groups.append(from_latex(group))
                out += pattern % tuple(groups)
                break
        else:
            name = re.compile(NAME).match(text, i)
            if name:
                out, i = out + identifier(name[0]), name.end()
            elif text[i] == "^":
                exponent, i = braces(text, i + 1) if text[i + 1] == "{" else (text[i + 1], i + 2)
                out += f"**({from_latex(exponent)})"
            else:
                out, i = out + text[i], i + 1
    return re.sub(r"(?<=[\w)]) (?=[\w(])", "*", out)  # what stands side by side is multiplied


NAME = (
    r"\\operatorname\{\w+\}|\\(?:max|min|log|exp)"
    r"|(?:\\(?:hat|bar|tilde|mathrm)\{[^{}]*\}|\\[A-Za-z]+|[A-Za-z])(?:_(?:\{[^{}]*\}|\w))?"
)


def identifier(name):
    """A letter with its marks and subscripts, as a Python name."""
    function = re.fullmatch(r"\\operatorname\{(\w+)\}|\\(max|min|log|exp)", name)
    if function:
        return function[1] or function[2]
    word = name.replace("t-1", "tbefore").replace("t+1", "tafter")
    return "L" + re.sub(r"\W", lambda found: f"_{ord(found[0]):02x}", word)


def braces(text, start):
    """The text in the braces that open at `start`, and where they end."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "{") - (text[i] == "}")
        if depth == 0:
            return text[start + 1 : i], i + 1
    raise AssertionError(f"unbalanced braces in {text}")


LETTERS = {
    "lr": r"\eta", "momentum": r"\gamma", "wd": r"\lambda", "wd_lh": r"\lambda", "lamda": r"\lambda",
    "lamda1": r"\lambda_1", "beta": r"\beta", "beta1": r"\beta_1", "beta2": r"\beta_2", "rho": r"\rho",
    "epsilon": r"\epsilon", "schedule_decay": r"\psi", "clip_weights": r"\mathrm{clip\,weights}", "mean": "m_",
    "var": "v_", "prev": r"\tilde{w}_", "noise": r"\xi_", "trust": r"\mathrm{trust}_", "scale": r"\mathrm{scale}_",
    "correction": r"\mathrm{correction}_", "trust_r": r"\mathrm{trust}_{r,", "trust_q": r"\mathrm{trust}_{q,",
}  # fmt: skip
"""The notation, written a second time, by hand: a letter and its subscript as far as the step."""


def indexed(name, step):
    if name.endswith("_before"):
        name, step = name.removesuffix("_before"), "t-1"
    letter = LETTERS.get(name, f"{name}_")
    return f"{letter}{step}}}" if letter.endswith(",") else letter + (step if len(step) == 1 else f"{{{step}}}")


@pytest.mark.parametrize("row", RULES)
def test_the_printed_latex_gives_the_numbers_of_the_rule(row):
    opt = row.make()
    timeless, before, now, expected = one_element(opt)
    letters = LETTERS | opt.symbols
    used = set(re.findall(r"\w+", plain(opt)))
    values = {identifier(letters.get(k, k)): v for k, v in timeless.items() if k in used}
    values |= {identifier(indexed(k, "t-1")): v for k, v in before.items()}
    values |= {identifier(indexed(k, "t")): v for k, v in now.items()}
    lines = equation(opt).removeprefix("\\begin{aligned}\n").removesuffix("\n\\end{aligned}").split(" \\\\\n")
    for line in lines:
        left, right = line.split(" &= ")
        values[identifier(left)] = evaluate(from_latex(right), values)
    got = [values[identifier(indexed(name, "t"))] for name in before]
    assert got == pytest.approx(expected, rel=1e-9, abs=1e-12)


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


@pytest.mark.parametrize("row", RULES)
def test_no_line_is_wider_than_the_terminal(row):
    assert max(map(len, plain(row.make()).splitlines())) <= 80
    assert max(map(len, plain(row.make(), 50).splitlines())) <= 50


class Odd(Optimizer):
    """Every corner of the notation."""

    symbols = {"a": r"\alpha"}

    def rule(self, w, g, *, lr, a):
        low_half = -(w - g) * -0.5
        quotient = w / (g / a)
        powers = (-w) ** 3 - (w * g) ** 2 - 2 ** (a + 1)
        limits = minimum(maximum(w, g), a) - maximum(w, minimum(g, a))
        grown = exp(-w) + log(a * a) * 2.0
        chosen = where(w < g, w - (g - a), -w)
        return low_half + quotient + powers + limits + (grown - chosen)


def test_signs_and_parentheses_keep_their_meaning():
    opt = Odd()
    w, g, a = 1.3, 0.7, 1.9
    values = run_plain(plain(opt), {"lr": 0.1, "wd": 0, "t": 1}, {"w": w}, {"g": g, "a": a})
    assert values["w_now"] == pytest.approx(opt.rule(w, g, lr=0.1, a=a), rel=1e-12)
    assert r"\alpha" in equation(opt)


def test_rules_drawn_at_random_are_printed_as_they_compute():
    clip = {"clip": lambda x, low, high: min(max(x, low), high), "abs": abs}
    for seed in range(200):
        opt = Drawn(seed)
        now = {"w": 0.3, "g": -0.8, "a": 1.1, "b": 0.2, "c": -1.7}
        expected = opt.rule(*now.values(), lr=0.1)
        values = {f"{name}_before": value for name, value in now.items()} | {"g_now": now["g"], "lr": 0.1}
        for line in re.sub(r"\n +", " ", plain(opt)).splitlines():
            left, right = line.replace("[t-1]", "_before").replace("[t]", "_now").split(" = ", 1)
            values[left] = eval(right, {**FLOAT, **clip, "max": max, "min": min}, values)
        got = [values.get(f"{name}_now", now[name]) for name in ("w", "a", "b", "c")]
        assert got == pytest.approx(expected, rel=1e-9, abs=1e-12), plain(opt)


def test_named_locals_are_known_in_the_order_written_also_those_of_methods():
    assert list(named(optimizer.Adam())[1]) == ["mean", "var", "mean_hat", "var_hat"]
    assert list(named(optimizer.LAMB())[1]) == ["mean", "var", "mean_hat", "var_hat", "r"]


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

    with pytest.raises(UsageError, match="Stepwise has no equations to print"):
        equation(Stepwise())


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

    assert plain(Doubled()) == "step[t] = lr*g[t]\nw[t] = w[t-1] - 2*(step[t] + g[t])"
