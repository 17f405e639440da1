"""Rules as MathML: a browser can draw it, and with its places filled in each line computes what it defines."""

import re
from xml.etree import ElementTree

import numpy
import pytest
from table import TABLE

from minigrad import optimizer, random
from minigrad.optimizer.readings import mathml
from tests.optimizer.readings.reader import evaluate

PREPARED = {"rescale_grad": 0.5, "clip_gradient": 0.6, "wd": 0.1}
CASES = [pytest.param(row, more, id=f"{row} {'prepared' if more else ''}") for row in TABLE for more in ({}, PREPARED)]
GRADIENTS = [[0.5, -0.25], [-3.0, 0.125], [0.0, 0.75], [1.0, -1.0]]
SIGNS = {"·": "*", "≤": "<=", "≥": ">=", "=": "==", "≠": "!=", "{": ""}


def made(row, more):
    return row.make(**{name: value for name, value in more.items() if name != "wd" or not row.matrix})


def python(element):
    """An element as a Python expression; a place for a number is a name."""
    parts = [python(x) for x in element]
    if element.tag == "mfrac":
        return "(({})/({}))".format(*parts)
    if element.tag == "msup":
        return "(({})**({}))".format(*parts)
    if element.tag == "msqrt":
        return f"sqrt({''.join(parts)})"
    if element.tag == "mtable":
        (this, condition), (that, _) = ([python(cell) for cell in row] for row in element)
        return f"where({condition}, {this}, {that})"
    if element.tag == "mn" and "data-of" in element.attrib:
        return re.sub(r"\W", "_", element.attrib["data-of"])
    if parts:
        text = "".join(parts)
        text = re.sub(r"\|(.*)\|", r"abs(\1)", re.sub("‖(.*)‖", r"norm(\1)", text))
        divides = re.fullmatch("(.*)∣(.*)", text)
        return f"divides({divides[1]}, {divides[2]})" if divides else text
    text = element.text or ""
    text = text.replace("\u00a0", " ")
    return "" if text in ("if ", "otherwise") else SIGNS.get(text, text.replace("row mean", "row_mean"))


def drawn(text):
    return ElementTree.fromstring(f"<math>{text}</math>")


@pytest.mark.parametrize(("row", "more"), CASES)
def test_all_text_is_in_elements_that_a_browser_draws(row, more):
    for line in mathml.rows(made(row, more)):
        for part in (line.left, line.relation, line.symbols, line.numbers):
            for element in drawn(part).iter():
                inside = [element.text, *(x.tail for x in element)]
                assert not len(element) or not "".join(filter(None, inside)).strip()
                assert element.tag != "mfrac" or len(element) == 2


@pytest.mark.parametrize(("row", "more"), CASES)
def test_with_its_places_filled_in_a_line_computes_what_it_defines(row, more):
    opt, start = made(row, more), numpy.array(row.start)
    random.seed(3)
    steps = opt.worked(start, numpy.array(GRADIENTS).reshape(-1, *start.shape)).steps
    first = {name: numpy.zeros_like(start) for name in opt.states} | {"w": start, "prev": start, "P": 1.0, "h": 0.0}
    first |= {"total": 0.0, "lr": 0.0}
    numbers = {name: x for name, x in vars(opt).items() if type(x) in (int, float)}
    compared = 0
    for t, (before, now) in enumerate(zip([first, *steps], steps, strict=False), 1):
        h = numbers | {"t": t}
        env = {f"before_{name}": x for name, x in (first | {"lr": opt.lr if t > 1 else 0.0} | before).items()}
        env |= {f"now_{name}": x for name, x in now.items()} | {f"h_{name}": x for name, x in h.items()}
        env = {name: numpy.asarray(x, float)[()] for name, x in env.items()} | {"raw": now["raw_gradient"]}
        for line in mathml.rows(opt):
            if not line.name and not evaluate(python(drawn(line.numbers)), env):
                break  # LBSGD gathers gradients: this step does not act
            if line.name and "𝒩" not in line.numbers:
                value = evaluate(python(drawn(line.numbers)), env)
                numpy.testing.assert_allclose(numpy.zeros_like(now[line.name]) + value, now[line.name], rtol=1e-12)
                compared += 1
    assert compared >= len(steps)


@pytest.mark.parametrize("row", TABLE)
def test_what_is_drawn_at_random_stands_behind_a_tilde_and_all_else_behind_an_equals_sign(row):
    for line in mathml.rows(row.make()):
        assert line.relation == ("<mo>~</mo>" if "𝒩" in line.symbols else "<mo>=</mo>" if line.name else "")


def test_symbols_are_those_of_the_docstrings():
    rows = mathml.rows(optimizer.Adam(wd=0.1))
    assert [row.name for row in rows] == ["g", "mean", "var", "mean_hat", "var_hat", "w"]
    assert rows[0].symbols == (
        "<msub><mi>∇</mi><mrow><mi>t</mi></mrow></msub> <mo>+</mo> <mi>δ</mi>"
        '<mspace width="0.17em"/><msub><mi>w</mi><mrow><mi>t</mi><mo>-</mo><mn>1</mn></mrow></msub>'
    )
    assert '<mover><mrow><mi>m</mi></mrow><mo stretchy="false">^</mo></mover>' in rows[3].left


def test_the_weight_of_before_has_a_tilde_above_it():
    tilde = '<mover><mrow><mi>w</mi></mrow><mo stretchy="false">~</mo></mover>'
    assert tilde in mathml.rows(optimizer.DCASGD())[0].symbols


def test_a_symbol_of_ones_own_may_have_a_sign_or_a_number_above_it():
    class Own(optimizer.Optimizer):
        symbols = {"grow": r"\eta^{+}", "twice": "a_0^2"}

        def __init__(self, **kwargs):
            super().__init__(**kwargs)
            self.grow = self.twice = 2.0

        def rule(self, w, g):
            return self.grow * w - self.twice * g

    (row,) = mathml.rows(Own())
    assert "<msup><mi>η</mi><mrow><mo>+</mo></mrow></msup>" in row.symbols
    assert "<msup><msub><mi>a</mi><mrow><mn>0</mn></mrow></msub><mrow><mn>2</mn></mrow></msup>" in row.symbols


def test_a_letter_with_an_index_has_the_step_beside_it():
    class WithAnIndex(optimizer.Optimizer):
        states = ("v_1",)

        def rule(self, w, g, v_1, *, lr):
            v_1 = v_1 + g
            return w - lr * v_1, v_1

    first = mathml.rows(WithAnIndex())[0]
    assert first.left == "<msub><mi>v</mi><mrow><mn>1</mn><mo>,</mo><mi>t</mi></mrow></msub>"
