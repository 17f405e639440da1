"""Steps worked by hand: every line of a rule with its numbers filled in, as you would do it on paper.

The lines are the printed ones. Here they are computed one after the other, in float64, and shown to five digits.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy

from minigrad.arguments import whole
from minigrad.device import Array, cpu
from minigrad.engine.tensor import Tensor
from minigrad.errors import ArgumentError, ShapeError
from minigrad.generators import generator
from minigrad.optimizer.outside import divides, norm, normal
from minigrad.optimizer.ratios import row_mean
from minigrad.optimizer.readings.latex import Latex, aligned
from minigrad.optimizer.readings.lines import RAW, Lines
from minigrad.optimizer.readings.notation import Notation, stem_of
from minigrad.optimizer.readings.text import Text, wrapped
from minigrad.optimizer.rule import FLOAT, Symbol

MOST = 6
"""The most elements a weight may have: more cannot be followed by eye."""

MOST_STEPS = 1000
"""The most steps: more than anybody reads."""

NEW = "a new parameter"
"""The index of the weight: one that the optimizer has not seen, so that it counts from the start."""


class Worked:
    """Some steps of an optimizer on one small weight, line by line.

    It prints as text, and shows as LaTeX in Jupyter. The steps are those of a parameter that is new to the optimizer.
    `steps` has the values of each step by name: all lines, the gradient as passed in (`raw_gradient`), and the
    weight and the states after the step.

    >>> from minigrad import optimizer
    >>> worked = optimizer.SGD(learning_rate=0.1).worked(w=[1.0, 2.0], g=lambda w: 2 * w, steps=1)
    >>> worked
    step 1: w_0 = [1, 2], g_1 = [2, 4]
      w_1 = w_0 - η g_1 = [1, 2] - 0.1·[2, 4] = [0.8, 1.6]
    >>> worked.steps[0]["w"]
    array([0.8, 1.6])
    """

    def __init__(self, optimizer: Any, w: Any, g: Any, steps: int | None = None) -> None:
        self.lines = Lines(optimizer)
        weight = numbers("weight", w)
        if not 1 <= weight.size <= MOST:
            raise ArgumentError(f"the weight has {weight.size} elements; expected 1 to {MOST}, to be worked by hand")
        gradient, count = gradients(g, weight.shape, steps)
        with undrawn():
            run = Run(optimizer, self.lines, weight)
            self._computed = [run.step(gradient(run.arrays["w"], k)) for k in range(count)]
        self.steps = [step.seen for step in self._computed]

    def text(self, width: int = 80) -> str:
        """The steps as text, no line wider than `width`."""
        return "\n".join(line for step in self._computed for line in as_text(self.lines, step, width))

    def __repr__(self) -> str:
        return self.text()

    def _repr_latex_(self) -> str:
        rows = [row for step in self._computed for row in as_latex(self.lines, step)]
        return f"$${aligned(rows)}$$"


@contextmanager
def undrawn() -> Iterator[None]:
    """Leave the random generator as it was: noise that is only shown must not change later training."""
    bits = generator(cpu()).bit_generator
    before = bits.state
    try:
        yield
    finally:
        bits.state = before


class Step(NamedTuple):
    """One step: its number, the weight before it, the value of every symbol, whether it acts, and values by name."""

    t: int
    w: Array
    values: dict[Symbol, Any]
    acts: bool
    seen: dict[str, Any]


class Run:
    """Computes the lines, step by step, on a copy of the optimizer that has not counted any updates."""

    def __init__(self, optimizer: Any, lines: Lines, w: Array) -> None:
        parameters = optimizer.param_dict  # not copied: their arrays may be large
        self.optimizer, self.lines = copy.deepcopy(optimizer, {id(parameters): parameters}), lines
        self.optimizer.num_update = self.optimizer.begin_num_update
        state = self.optimizer.create_state(NEW, Tensor(w))
        tensors = state if isinstance(state, tuple) else () if state is None else (state,)
        arrays = [tensor.data for tensor in tensors]
        own = lines.graph.states
        self.arrays, self.others = {"w": w, **dict(zip(own, arrays))}, arrays[len(own) :]
        self.before: dict[str, Any] = dict(self.optimizer.starts)

    def step(self, raw: Array) -> Step:
        """Compute one step, and keep the values that the next one starts from."""
        opt, lines, w = self.optimizer, self.lines, self.arrays["w"]
        opt._update_count(NEW)
        t = opt._index_update_count[NEW]
        self.scalars = {
            "lr": opt._get_lr(NEW), "wd": opt._get_wd(NEW), "t": t,
            "rescale_grad": opt.rescale_grad, "clip_gradient": opt.clip_gradient,
        }  # fmt: skip
        self.values: dict[Symbol, Any] = {}
        self.found: dict[str, Any] = {RAW: raw, **({} if "g" in lines.names else {"g": raw})}
        self.handed: dict[str, Any] = {}
        with numpy.errstate(all="ignore"):
            if lines.unstated:
                made = [self.value(x) for x in lines.made]
                states = [*(self.arrays[name] for name in lines.graph.states), *self.others]
                self.handed |= opt.named(NEW, w, raw, states, self.scalars)
                self.handed |= opt.measure(w, *made) if opt.measured else {}
            always = lines.lines[: lines.always]
            self.found |= {name: self.value(x) for name, x in always}
            acts = lines.acts is None or bool(self.value(lines.acts))
            if opt.divides_by_rate and self.scalars["lr"] <= 0:
                acts = False
            results = lines.graph.results
            if acts:
                for name, x in lines.lines[lines.always :]:
                    value = self.value(x)
                    if name not in results:
                        self.found[name] = value
                after = {name: self.value(x) for name, x in results.items()}
                self.arrays = {name: numpy.zeros_like(self.arrays[name]) + x for name, x in after.items()}
        self.before |= {**self.scalars, **self.found}
        return Step(t, w, self.values, acts, {**self.found, **self.arrays})

    def value(self, x: Symbol) -> Any:
        """The value of an expression in this step, computed once."""
        if x not in self.values:
            self.values[x] = self.apply(x.op, [self.value(y) for y in x.args]) if x.args else self.leaf(x)
        return self.values[x]

    def leaf(self, x: Symbol) -> Any:
        """The value of a name, or of a number in the text of the rule."""
        name = x.name
        if x.op == "const":
            return x.value
        if x.op == "hyper":
            return float(getattr(self.optimizer, name))
        if stem_of(name) != name and name not in (*self.handed, *self.arrays):
            return self.before.get(stem_of(name), 0.0)
        for known in (self.arrays, self.scalars, self.handed, self.found):
            if name in known:
                return known[name]
        raise ArgumentError(f"the rule asks for {name!r}, and neither `named` nor `outside` supplies it")

    def apply(self, op: str, args: list[Any]) -> Any:
        """One operation on numbers or arrays."""
        if op == "norm":
            return norm(numpy.asarray(args[0]))
        if op == "normal":
            return args[0] + normal(args[1], like=self.arrays["w"])
        if op == "row_mean":
            return row_mean(args[0])
        if op == "divides":
            return divides(*args)
        if not any(isinstance(y, (numpy.ndarray, numpy.generic)) for y in args) and op in FLOAT:
            try:
                return FLOAT[op](*args)
            except (ArithmeticError, ValueError):  # NumPy continues with inf and nan
                args = [numpy.float64(y) for y in args]
        return getattr(numpy, op)(*args)


def numbers(what: str, x: Any) -> Array:
    """The given numbers as an array of float64."""
    try:
        found = numpy.array(x, "float64")
    except (TypeError, ValueError, OverflowError):
        found = numpy.empty(0)
    if not found.size or (numpy.isnan(found).any() and None in numpy.array(x, object).ravel().tolist()):
        raise ArgumentError(f"the {what} is {x!r:.60}; expected a number or a short list of numbers")
    return found


def gradients(g: Any, shape: tuple[int, ...], steps: int | None) -> tuple[Callable[[Array, int], Array], int]:
    """The gradient as a function of the weight and the number of the step, from 0, and how many steps there are."""
    given = None if callable(g) else numbers("gradient", g)
    if steps is None:
        steps = 2 if given is None or given.shape in ((), shape) else len(given)
    count = whole("steps", steps, 1, MOST_STEPS)
    if given is not None and given.shape == shape:
        given = numpy.broadcast_to(given, (count, *shape))
    if given is not None and given.shape != (count, *shape):
        raise ShapeError(
            f"the gradient has shape {given.shape}, the weight {shape}; expected the shape of the weight, or a list of "
            f"{count} such gradients, one for each step"
        )

    def gradient(w: Array, k: int) -> Array:
        found = numbers("gradient", g(w.copy() if w.ndim else float(w))) if given is None else given[k]
        if found.shape != shape:
            raise ShapeError(f"the gradient has shape {found.shape}, the weight {shape}; they must be the same")
        return found

    return gradient, count


def rows(notation: Notation, step: Step) -> Iterator[tuple[str, str, Sequence[str]]]:
    """The lines of a step: the left side, the relation, and what follows: symbols, numbers, the value.

    A condition on the lines after it has no left side.
    """
    of = notation.of
    for place, (name, x) in enumerate(of.lines):
        if of.acts is not None and place == of.always:
            yield "", "", notation.both(of.acts, step.values)
        if place >= of.always and not step.acts:
            return
        left, parts, value = notation.left(name, x), notation.both(x, step.values), notation.number(step.values[x])[0]
        if x.op == "normal":
            yield left, notation.signs["normal"], parts
            yield left, "=", [value]
        else:
            yield left, "=", list(dict.fromkeys([*parts, value]))
        notation.define(name, x)


def given(notation: Notation, step: Step) -> list[str]:
    """What a step starts from: the weight and the gradient."""
    raw = RAW if "g" in notation.of.names else "g"
    return [
        f"{notation.name(name, back)} = {notation.number(value)[0]}"
        for name, back, value in (("w", -1, step.w), (raw, 0, step.seen[RAW]))
    ]


def as_text(lines: Lines, step: Step, width: int) -> Iterator[str]:
    """A step as text. An equation too long for one line has a line for each part."""
    notation = Text(lines)
    notation.t = step.t
    yield from wrapped(f"step {step.t}: ", ", ".join(given(notation, step)), width)
    for left, relation, parts in rows(notation, step):
        if not left:
            yield f"  only if {parts[0]}: {parts[1]} {'holds' if step.acts else 'does not hold'}"
        elif len(line := f"  {left} {relation} {' = '.join(parts)}") <= width:
            yield line
        else:
            margin = " " * len(f"  {left} ")
            yield from wrapped(f"  {left} {relation} ", parts[0], width)
            for part in parts[1:]:
                yield from wrapped(f"{margin}= ", part, width)
    if not step.acts:
        yield f"  {notation.name('w', 0)} = {', '.join(given(notation, step)[:1])}"


def as_latex(lines: Lines, step: Step) -> Iterator[str]:
    """A step as rows of aligned LaTeX: symbols in one row, numbers in the next."""
    notation = Latex(lines)
    notation.t = step.t
    yield rf"& \textbf{{step {step.t}:}} \quad {', '.join(given(notation, step))}"
    for left, relation, parts in rows(notation, step):
        if not left:
            holds = "holds" if step.acts else "does not hold"
            yield rf"& \text{{only if }} {parts[0]} \text{{: }} {parts[1]} \text{{ {holds}}}"
        else:
            yield rf"{left} &{relation} {parts[0]}"
            if parts[1:]:
                yield rf"&= {' = '.join(parts[1:])}"
    if not step.acts:
        yield rf"{notation.name('w', 0)} &= {given(notation, step)[0]}"
