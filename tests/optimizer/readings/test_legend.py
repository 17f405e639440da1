"""Every symbol that is printed is explained, and no symbol stands for two things."""

import re

import pytest
from table import TABLE

from minigrad import optimizer
from minigrad.lr_scheduler import FactorScheduler
from minigrad.optimizer import Optimizer
from minigrad.optimizer.readings.latex import Latex
from minigrad.optimizer.readings.legend import entries
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.text import Text, legend, plain
from tests.optimizer.readings.reader import FUNCTIONS, LATEX_NAMES, NAMES

CASES = [
    pytest.param(row, more, id=f"{row} {' '.join(more)}")
    for row in TABLE
    for more in (
        {},
        {"rescale_grad": 0.5, "clip_gradient": 1.0, "wd": 0.1},
        {"lr_scheduler": FactorScheduler(9)},
    )
]
STEP = r"_(?:0|t|\{t[+-]1\})$"
COMMANDS = r"\\(?:left|right|lVert|rVert|begin|end|d?frac|sqrt|cdot|mathcal|max|min|sim|le|mid)\b"
WORDS = {"if", "otherwise", "and", "divides", "N"} | {*FUNCTIONS}


def made(row, more):
    return row.make(**{name: value for name, value in more.items() if name != "wd" or not row.matrix})


def in_text(written):
    return {re.sub(STEP, "", name) for name in re.findall(NAMES, written) if name not in WORDS}


def in_latex(written):
    """The symbols in LaTeX, without the step that is the last of their subscripts."""
    written = written.replace("[4pt]", "")
    bare = re.sub(
        r"\\text\{[^}]*\}|\\(?:left|right|lVert|rVert|begin|end|d?frac|sqrt|cdot|mathcal)\b|\{cases\}", " ", written
    )
    found = {
        name
        for name in re.findall(LATEX_NAMES, bare)
        if not re.match(r"\d|\\(operatorname|max|min|sim|le|mid)\b", name)
    }
    return {re.sub(r"_\{(\w),t(?:-1)?\}$", r"_\1", re.sub(STEP, "", name)) for name in found} - {"N"}


@pytest.mark.parametrize("notation", [Text, Latex])
@pytest.mark.parametrize(("row", "more"), CASES)
def test_every_symbol_is_in_the_legend_or_is_the_left_side_of_a_line_and_none_twice(row, more, notation):
    symbols = in_text if notation is Text else in_latex
    writer = notation(Lines(made(row, more)))
    rows, explained = list(writer.rows()), [entry.symbol for entry in entries(writer)]
    named = [re.sub(STEP, "", found.split(" = ")[0]) for found in explained]
    lefts = [row.left for row in rows if row.name]
    assert len({*lefts}) == len(lefts)
    assert len({*explained}) == len(explained) == len({name.split(" = ")[0] for name in explained})
    used = set().union(*(symbols(row.right) for row in rows))
    assert used <= set().union(*map(symbols, named), *map(symbols, lefts)), rows
    of_this_step = {name for row in rows for name in re.findall(r"[^\W\d]\w*_t\b", row.right)}
    assert notation is Latex or of_this_step <= {*lefts} | {name.split(" = ")[0] for name in explained}


@pytest.mark.parametrize("notation", [Text, Latex])
@pytest.mark.parametrize(("row", "more"), CASES)
def test_no_symbol_stands_for_two_things(row, more, notation):
    writer = notation(Lines(made(row, more)))
    things = {
        name.removesuffix("_before").removesuffix("_next")
        for name in writer.of.names | {x.name for x in writer.of.leaves}
    }
    if "g" not in writer.of.names:
        things -= {"raw_gradient"}  # with nothing done to it, it is g
    letters = {thing: writer.letter(thing) for thing in things}
    assert len({*letters.values()}) == len(letters), letters


def test_the_legend_has_values_names_and_starts():
    assert (
        legend(optimizer.DCASGD(learning_rate=0.5, momentum=0.9, wd=0.1, clip_gradient=1e-8, rescale_grad=1 / 3))
        == """\
w                       weight
∇_t                     gradient, as passed in
η = 0.5                 learning rate
ρ = 0.3333333333333333  factor on the gradient (rescale_grad)
c = 1e-8                limit on each element (clip_gradient)
δ = 0.1                 weight decay
λ = 0.04                lamda, strength of the correction
γ = 0.9                 momentum
v_0 = 0                 velocity, before the first step
prev_0 = w_0            weight for which g was computed, before the first step"""
    )


def test_a_rate_that_changes_carries_the_step():
    opt = optimizer.SGD(lr_scheduler=FactorScheduler(10))
    assert plain(opt) == "w_t = w_{t-1} - η_t g_t"
    assert "η_t  learning rate of the step, by FactorScheduler" in legend(opt)


def test_a_letter_of_the_rule_s_own_is_not_taken_for_something_else():
    class Letters(Optimizer):
        symbols = {"speed": r"\eta"}

        def __init__(self, delta=0.5, speed=2.0, **kwargs):
            super().__init__(**kwargs)
            self.delta, self.speed = delta, speed

        def rule(self, w, g, *, lr):
            rho = self.delta * g
            return w - lr * self.speed * rho

    opt = Letters(wd=0.1, rescale_grad=0.5)
    assert plain(opt) == ("g_t = rescale_grad ∇_t + wd w_{t-1}\nρ_t = δ g_t\nw_t = w_{t-1} - lr η ρ_t")
    assert r"\mathrm{lr} \, \eta \rho_t" in opt.equation()


def test_an_optimizer_says_in_its_own_words_what_a_name_does_not_say():
    text = legend(optimizer.LARS(eta=0.5))
    assert "\nκ = 0.5   trust coefficient (eta)\n" in text
    assert "\ntrust_t   for gammas, betas and biases it is 1\n" in text


def test_a_legend_line_that_is_too_long_is_wrapped():
    assert max(map(len, legend(optimizer.SGLD(), 50).splitlines())) <= 50


def test_the_latex_legend_is_a_table_with_the_same_entries():
    latex = optimizer.Adam(epsilon=1e-8, clip_gradient=1.0).legend()
    assert latex.startswith("\\begin{array}{ll}\n") and latex.endswith("\n\\end{array}")
    assert r"\epsilon = 10^{-8} & \text{epsilon, keeps the quotient finite} \\" in latex
    assert r"c = 1 & \text{limit on each element (clip}\_\text{gradient)} \\" in latex
    assert r"m_0 = 0 & \text{mean, before the first step} \\" in latex


def test_the_words_of_a_latex_legend_have_no_letters_that_only_mathematics_has():
    latex = optimizer.Nadam().legend()
    assert r"\text{decay, how fast }\mu\text{ grows from }\beta_1\text{ / 2 to }\beta_1 \\" in latex
    assert r"\text{running mean of }\Delta^2\text{, before the first step}" in optimizer.AdaDelta().legend()
    assert all(made(*case.values).legend().isascii() for case in CASES)


@pytest.mark.parametrize(
    ("opt", "line"),
    [
        (optimizer.Nadam(), "ψ = 0.004   schedule_decay, how fast μ grows from β₁ / 2 to β₁"),
        (optimizer.RMSProp(clip_weights=1), "clip_weights = 1  limit on each element of the new weight (not of v)"),
        (optimizer.AdaDelta(learning_rate=5), "η         learning rate: it has no effect on this rule"),
        (optimizer.LARS(momentum=0.5), "η_t = 0.01  learning rate of the step"),
        (optimizer.DCASGD(beta=0.9), "λ = 0.04      lamda, strength of the correction"),  # the rule has a local `lamda`
        (optimizer.Lion(), "m_0 = 0     momentum, before the first step"),
    ],
    ids=lambda x: type(x).__name__.lower() if isinstance(x, Optimizer) else "",
)
def test_words_come_from_the_docstring(opt, line):
    assert line in legend(opt).splitlines()


def test_no_line_of_a_legend_only_repeats_a_name():
    for row in TABLE:
        for line in legend(row.make(), 200).splitlines():
            symbol, words = re.split(r" {2,}", line, maxsplit=1)
            name = symbol.split(" = ")[0].removesuffix("_0")
            assert len(name) > 2 or not re.match(rf"(state )?{re.escape(name)}\b", words), line


class Named(Optimizer):
    """A rule whose attributes have the names of its weight and of its locals.

    Let w be the weight and v the speed:

    Args:
        pull: how hard, default 2.
        k: in \\(LaTeX\\).
    """

    states = ("v",)

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.w, self.k, self.pull = 3.0, 2.0, 2.0

    def rule(self, w, g, v, *, lr):
        k = self.k * 2
        pull = self.pull * g
        v = v + pull
        return w - lr * self.w * k * v, v


def test_an_attribute_with_the_name_of_something_else_is_told_from_it():
    opt = Named()
    lines = ["pull_t = pull g_t", "v_t = v_{t-1} + pull_t", "w_t = w_{t-1} - η self.w k·2 v_t"]
    assert plain(opt).splitlines() == lines
    found = dict(re.split(r" {2,}", line, maxsplit=1) for line in legend(opt).splitlines())
    assert found["w"] == "weight"
    assert found["self.w = 3"] == "the optimizer's attribute 'w'"
    assert (found["k = 2"], found["pull = 2"], found["v_0 = 0"]) == ("k", "how hard", "speed, before the first step")
    assert r"\mathrm{self.w}" in opt.equation()


def test_a_rule_that_looks_numbers_up_says_that_they_may_change():
    class Falls(Optimizer):
        def rule(self, w, g, *, lr, t):
            return w - {3: 0.1}.get(t, 1.0) * lr * g

    class Steady(Optimizer):
        def rule(self, w, g, *, lr):
            return w - 0.5 * lr * g

    last = legend(Falls()).splitlines()[-1].strip()
    assert last.startswith("values that the rule looks up or draws are printed")
    assert "draws" not in legend(Steady()) and "draws" not in legend(optimizer.SGD())
