"""What the names in an update rule stand for: weight, gradient, states, rate, decay, ε, means."""

from __future__ import annotations

import ast
from typing import TypeGuard

from minigrad.exercises.edits.trees import is_name, is_power, uses
from minigrad.exercises.exercise import Exercise
from minigrad.exercises.program import RESULT, Program

RATES = ("lr", "learning_rate", "base_lr", "eta")
DECAYS = ("wd", "wd_lh")
EPSILONS = ("eps", "epsilon")
COUNT = "t"
GRADIENT = "g"


class Roles:
    """The names of a program by their roles.

    * `weight`, `states`: what one step hands to the next; `new`: name -> the line of its new value; `updated`: the same
      for states, as pairs.
    * `hypers`: the hyper-parameters, `lr` included; `factors`: those of them that are used as β and 1 - β.
    * `arrays`: arguments and lines that are arrays; `products`: states that are numbers.
    """

    def __init__(self, exercise: Exercise, text: Program) -> None:
        self.lines = dict(text.lines)
        self.results = list(zip(exercise.results, text.results))
        handed = [(name, x.id) for name, x in self.results if isinstance(x, ast.Name) and name in text.positional]
        self.new = {name: new for name, new in handed if new in self.lines}
        self.weight = exercise.results[0]
        self.states = [name for name, _ in self.results[1:] if name in text.positional]
        self.updated = [(name, self.new[name]) for name in self.states if name in self.new]
        self.hypers = list(text.keywords)
        self.decays = [x for x in self.hypers if x in DECAYS]
        self.epsilons = [x for x in self.hypers if x in EPSILONS]
        self.rate = next((x for x in self.hypers if x in RATES), "")
        self.factors = [x for x in self.hypers if any(is_rest(node, x) for _, node, _ in text.nodes())]
        self.arrays = arrays(exercise, text)
        numbers = [x for x in self.states if x not in self.arrays]
        self.products = [*numbers, *(self.new[x] for x in numbers if x in self.new)]

    def is_array(self, x: ast.AST) -> bool:
        """Whether an expression is an array."""
        return uses(x, *self.arrays)

    def is_correction(self, x: ast.AST) -> TypeGuard[ast.BinOp]:
        """Whether it is `1 - beta**t`, or 1 less a product of βs that is kept as a state."""
        if not is_one_minus(x) or self.is_array(x):
            return False
        return (is_power(x.right) and uses(x.right, COUNT)) or uses(x.right, *self.products)

    def corrections(self, text: Program) -> list[ast.expr]:
        """Every `1 - beta**t`, once."""
        found = {ast.unparse(x): x for _, x, _ in text.nodes() if self.is_correction(x)}
        return list(found.values())

    def state_of(self, line: str) -> str:
        """The state, or the weight, whose new value a line gives; "" for any other line."""
        return next((name for name, new in self.new.items() if new == line), "")


def arrays(exercise: Exercise, text: Program) -> set[str]:
    """The names of arrays: arguments that are arrays on the first probe, and lines computed from them."""
    given = exercise.bench.given[0]
    found = {name for name, x in given.items() if hasattr(x.value, "shape")}
    for _ in text.lines:
        found |= {name for name, x in text.lines if name != RESULT and uses(x, *found)}
    return found


def is_one_minus(x: ast.AST) -> TypeGuard[ast.BinOp]:
    """Whether it is `1 - ...`."""
    return isinstance(x, ast.BinOp) and isinstance(x.op, ast.Sub) and is_one(x.left)


def is_one(x: ast.AST) -> bool:
    return isinstance(x, ast.Constant) and x.value == 1


def is_rest(x: ast.AST, hyper: str) -> TypeGuard[ast.BinOp]:
    """Whether it is `1 - hyper`."""
    return is_one_minus(x) and is_name(x.right, hyper)
