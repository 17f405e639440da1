"""Edits of powers, roots, absolute values, signs, maxima, logarithms."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from minigrad.exercises.edits.roles import COUNT, Roles, right
from minigrad.exercises.edits.trees import (
    binary,
    call,
    factors_of,
    is_call,
    is_name,
    is_power,
    is_sum,
    number,
    product_of,
    products,
    said,
    several,
    sum_of,
    swapped,
    terms_of,
)
from minigrad.exercises.exercise import Exercise, Neighbour
from minigrad.exercises.program import Program


def powers(exercise: Exercise, text: Program) -> Iterator[Neighbour]:
    """Every power, root, absolute value, sign, maximum and logarithm that is missing or is another one."""
    roles = Roles(exercise, text)
    for line, node, _ in text.nodes():
        shown = said(node)

        def made(new: ast.expr, mistake: str, what: str, *also: str) -> Iterator[Neighbour]:
            yield from swapped(text, line, node, new, mistake, what, *also)  # noqa: B023

        if is_power(node, 2):
            base = node.left  # type: ignore[attr-defined]
            yield from made(base, "power-missing", f"{said(base)} is not squared.")
            yield from made(
                call("absolute", base),
                "power-missing",
                f"|{said(base)}| takes the place of the square.",
                "wrong-operation",
            )
            yield from made(binary(number(2), "*", base), "wrong-operation", f"{said(base)} is doubled, not squared.")
            yield from made(binary(base, "**", number(3)), "wrong-factor", f"{shown} has the wrong exponent.")
            yield from made(call("sqrt", call("absolute", base)), "wrong-operation", f"a root stands for {shown}.")
        elif is_power(node):
            base, exponent = node.left, right(node)  # type: ignore[attr-defined]
            yield from made(base, "power-missing", f"the exponent of {shown} is missing.")
            yield from made(binary(base, "*", exponent), "wrong-operation", f"a product stands for {shown}.")
            yield from made(
                binary(exponent, "**", base), "operands-swapped", f"base and exponent of {shown} are swapped."
            )
        elif is_call(node, "sqrt"):
            (inside,) = node.args  # type: ignore[attr-defined]
            yield from made(inside, "root-missing", f"the root {shown} is missing.")
            yield from made(
                binary(inside, "**", number(2)), "wrong-operation", f"a square stands for {shown}.", "root-missing"
            )
            yield from made(binary(inside, "**", number(1 / 3)), "wrong-operation", f"a cube root stands for {shown}.")
            yield from made(call("sqrt", node), "wrong-operation", f"the root {shown} is taken twice.", "extra-term")
            for hyper in [x for x in ast.walk(inside) if is_name(x, *roles.hypers) and not is_name(x, *roles.epsilons)]:
                for op, word in ("*", "doubled"), ("/", "halved"):
                    new = binary(hyper, op, number(2))  # type: ignore[arg-type]
                    what = f"{said(hyper)} is {word} under the root."  # type: ignore[arg-type]
                    yield from swapped(text, line, hyper, new, "wrong-factor", what)  # type: ignore[arg-type]
            if is_sum(inside):
                roots = sum_of([(added, call("sqrt", x)) for added, x in terms_of(inside)])
                yield from made(roots, "wrong-operation", f"the root is taken of each part of {said(inside)}.")
        elif is_call(node, "absolute", "sign"):
            (inside,) = node.args  # type: ignore[attr-defined]
            name = node.func.id  # type: ignore[attr-defined]
            mistake = "absolute-missing" if name == "absolute" else "wrong-operation"
            what = (
                f"the absolute value of {said(inside)} is missing."
                if name == "absolute"
                else f"{said(inside)} stands for its sign."
            )
            yield from made(inside, mistake, what)
            other = "sign" if name == "absolute" else "absolute"
            yield from made(call(other, inside), "wrong-operation", f"{other} stands for {name}.")
            if name == "sign":
                for kind, value in (ast.GtE(), 1), (ast.Gt(), -1):
                    positive = ast.Compare(inside, [kind], [number(0)])
                    signs = binary(call("where", positive, number(1), number(-1)), "*", one_like(inside))
                    what = f"{shown} is {value} where {said(inside)} is 0; it should be 0."
                    yield from made(signs, "condition-missing", what, "off-by-one-boundary")
                for reduction, whole in ("norm_over", "norm"), ("max_over", "largest"), ("mean_over", "mean"):
                    scale = call(reduction, call("absolute", inside), number(None))  # type: ignore[arg-type]
                    what = f"{said(inside)} is divided by its {whole}, which does not give signs."
                    yield from made(binary(inside, "/", scale), "wrong-operation", what, "max-not-elementwise")
                quotient = binary(inside, "/", call("absolute", inside))
                yield from made(quotient, "condition-missing", f"{said(inside)} may be 0.")
            if name == "absolute":
                yield from made(binary(inside, "**", number(2)), "wrong-operation", f"the square stands for {shown}.")
        elif is_call(node, "maximum", "minimum"):
            x, y = node.args  # type: ignore[attr-defined]
            name = node.func.id  # type: ignore[attr-defined]
            other = "minimum" if name == "maximum" else "maximum"
            yield from made(call(other, x, y), "wrong-operation", f"{other} stands for {name}.")
            yield from made(x, "missing-term", f"{said(y)} is left out of the {name}.", "clip-missing")
            yield from made(y, "missing-term", f"{said(x)} is left out of the {name}.", "assignment-for-accumulation")
            yield from made(binary(x, "+", y), "wrong-operation", f"a sum stands for the {name}.")
        elif is_call(node, "log"):
            for base in "log2", "log10":
                yield from made(call(base, *node.args), "log-base", "The logarithm has another base.")  # type: ignore[attr-defined]
        elif isinstance(node, ast.Name) and node.id in roles.arrays:
            for function in "sign", "absolute", "square":
                what = f"{function} of {shown} stands for {shown}."
                yield from made(call(function, node), "wrong-operation", what)
    every = [(line, node, node.args[0]) for line, node, _ in text.nodes() if is_call(node, "sqrt")]  # type: ignore[attr-defined]
    for group in [every, *([x for x in every if x[0] == line] for line in dict.fromkeys(x[0] for x in every))]:
        if len(group) > 1:
            yield from several(text, group, "root-missing", "The roots are missing.")
    yield from wider(text)
    yield from rooted(roles, text)
    yield from counts(text)


def one_like(x: ast.expr) -> ast.expr:
    """Ones of the dtype of an array."""
    return binary(number(1), "+", binary(number(0), "*", x))


def wider(text: Program) -> Iterator[Neighbour]:
    """`(a * g) ** 2` for `a * g ** 2`."""
    for line, node in products(text):
        parts = factors_of(node)
        for i, (_, factor) in enumerate(parts):
            if is_power(factor, 2):
                base = factor.left  # type: ignore[attr-defined]
                inner = product_of([*parts[:i], (True, base)])
                new = product_of([(True, binary(inner, "**", number(2))), *parts[i + 1 :]])
                what = f"the factor of {said(factor)} is squared, too."
                yield from swapped(text, line, node, new, "wrong-factor", what, "wrong-operation")


def rooted(roles: Roles, text: Program) -> Iterator[Neighbour]:
    """A root of what has none: a divisor, a mean that is used."""
    for line, node in products(text):
        for times, factor in factors_of(node):
            if not times and roles.is_array(factor):
                what = f"a root of {said(factor)} is taken."
                yield from swapped(text, line, factor, call("sqrt", factor), "wrong-operation", what, "extra-term")


def counts(text: Program) -> Iterator[Neighbour]:
    """The step count one too high or too low: in one place, in one line, everywhere."""
    places = [(line, node) for line, node, _ in text.nodes() if is_name(node, COUNT)]
    groups = [places, *([x for x in places if x[0] == line] for line in dict(places)), *([x] for x in places)]
    for group in groups:
        for sign, side in ("+", "high"), ("-", "low"):
            swaps = [(line, node, binary(node, sign, number(1))) for line, node in group]
            yield from several(text, swaps, "count-off-by-one", f"the step count is one too {side}.")
        guarded = [(line, node, call("maximum", binary(node, "-", number(1)), number(1))) for line, node in group]
        yield from several(text, guarded, "count-off-by-one", "the step count is one too low, but for the first step.")
