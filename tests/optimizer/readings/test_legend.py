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
∇_t                     gradient, as it is handed in
η = 0.5                 learning rate
ρ = 0.3333333333333333  factor on the gradient (rescale_grad)
c = 1e-8                limit of each element (clip_gradient)
δ = 0.1                 weight decay
λ = 0.04                lamda
γ = 0.9                 momentum
v_0 = 0                 v, before the first step
prev_0 = w_0            prev, before the first step"""
    )


def test_a_rate_that_changes_carries_the_step():
    opt = optimizer.SGD(lr_scheduler=FactorScheduler(10))
    assert plain(opt) == "w_t = w_{t-1} - η_t g_t"
    assert "η_t  learning rate, by FactorScheduler" in legend(opt)


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
    assert r"\epsilon = 10^{-8} & \text{epsilon} \\" in latex
    assert r"c = 1 & \text{limit of each element (clip}\_\text{gradient)} \\" in latex
    assert r"m_0 = 0 & \text{mean, before the first step} \\" in latex
