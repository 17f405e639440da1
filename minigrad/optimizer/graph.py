"""The graph of a rule: its equations as data that other modules print, run in blocks or compile.

`trace` runs the rule once with symbols. Hyper-parameters (`self.beta1`), `lr` and `t` stay names in the graph, so
nothing is traced or compiled again when they change. A Python `if` on a hyper-parameter is allowed: the graph then
has only the branch that ran, and `holds` says whether the same one would run again.
"""

import inspect
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from numbers import Real
from types import MethodType
from typing import Any

import numpy

from minigrad.define import define
from minigrad.device import xp_of
from minigrad.dtypes import unhalved
from minigrad.errors import UsageError
from minigrad.optimizer.rule import FLOAT, Symbol, Trace, ancestors, clip, spell

Scalars = Mapping[str, Any]
PLAIN = (int, float, str, bytes, tuple, type(None))
PREPARATION: Scalars = {"rescale_grad": 1.0, "clip_gradient": None, "wd": 0.0}
"""The preparation of every gradient before the rule, with the values that do nothing."""


class Graph:
    """The equations of a rule, in the order written.

    * `states`: their names; `results`: the next value of w and of each state, by name.
    * `arrays`: the names of the array inputs (w, g, the states, and `extras`, all else asked for that is not a number).
    * `asked`: what the rule asks for by name, and whether that is an array; `prepared`: see `active`.
    * `written`: the results that are not the old value itself, by name.
    * `nodes`: the operations on each element, in order.
    * `parameters`: the scalars that these need, such as `1 - beta1**t`; `fold` computes them once per step.
    * `compiled`: the programs that the readings made of it.
    * `unproved`: how many more steps are compared with the rule; `stale`: whether something the rule read elsewhere has
      changed; `moving`: whether that happens too often for a compiled loop to pay off.
    """

    def __init__(
        self, rule: Any, trace: Trace, states: tuple[str, ...], asked: dict[str, bool], prepared: tuple[bool, ...],
        results: dict[str, Symbol],
    ) -> None:  # fmt: skip
        self.rule, self.states, self.asked, self.prepared, self.results = rule, states, asked, prepared, results
        alive = sorted(ancestors(list(results.values())), key=lambda x: x.order)
        self.extras = [x.name for x in alive if x.op == "array" and x.name in asked]
        self.arrays = ["w", "g", *states, *self.extras]
        self.nodes = [x for x in alive if x.is_array and x.args]
        self.scalars = [x for x in alive if not x.is_array]
        wanted = {*results.values(), *(y for x in self.nodes for y in x.args)}
        self.parameters = [x for x in self.scalars if x in wanted]
        self.written = {name: x for name, x in results.items() if not (x.op == "array" and x.name == name)}
        self.compiled: dict[Any, Any] = {}
        self.unproved = 0  # `surroundings.py` sets these for rules that are not minigrad's own
        self.moving = self.stale = False
        self.trace = trace

    @cached_property
    def holds(self) -> Callable[[Any, Scalars], bool]:
        """Whether the rule would take the same branches again, given an optimizer and the scalars of a step."""
        return compile_check(self.trace, self.asked)

    @cached_property
    def fold(self) -> Callable[[Any, Scalars], list[float]]:
        """The parameters, given an optimizer and the scalars of a step."""
        return compile_fold(self)


def trace(optimizer: Any, scalars: Scalars = PREPARATION) -> Graph:
    """The graph of the optimizer's rule, which is run once with symbols.

    `scalars` are the values of one step. They determine which of the rule's keyword arguments are arrays, and how the
    gradient is prepared: rescaled, then clipped to +-clip_gradient, then `wd * w` is added (unless the rule asks for
    `wd` itself). Parts that do nothing (1, off, 0) are left out; without `scalars`, so are all of them.
    """
    cls = type(optimizer)
    own, prepared = is_own(cls), active(scalars)
    if not own:
        from minigrad.optimizer.definition import call, check

        check(optimizer, scalars)
    rule, states = cls.rule, tuple(optimizer.states)
    asked = {name: not is_number(scalars.get(name, 0.0)) for name in asked_by(rule, scalars)}
    symbols = Trace()
    w, g = symbols.leaf("array", "w"), symbols.leaf("array", "g")
    before = [symbols.leaf("array", name) for name in states]
    given = {name: symbols.leaf("array" if is_array else "scalar", name) for name, is_array in asked.items()}
    numbers = {name: symbols.leaf("scalar", name) for name in PREPARATION}
    gradient = prepared_gradient(w, g, numbers, active(scalars, asked))

    seen, arrays = HyperParameters(optimizer, symbols), [w, gradient, *before]
    if own:
        returned = rule(seen, *arrays, **given)
        after = returned if isinstance(returned, tuple) else (returned, *before)
    else:
        before_rule = len(symbols.nodes)

        def used() -> set[int]:
            """The ids of all symbols that the rule computed with."""
            return {id(y) for x in list(symbols.nodes.values())[before_rule:] for y in x.args}

        after = call(optimizer, seen, arrays, given, used)
    results = {name: symbols.symbol(x) for name, x in zip(("w", *states), after)}
    return Graph(rule, symbols, states, asked, prepared, results)


def is_own(what: Any) -> bool:
    """Whether a class or a method is minigrad's own. Tests compare its rules with their readings, to the last bit."""
    return str(what.__module__).startswith("minigrad.")


def asked_by(rule: Callable[..., Any], scalars: Scalars) -> list[str]:
    """The names that a rule asks for. An argument with a default and no known value is left to its default."""
    known = {*scalars, "lr", "t"}
    parameters = inspect.signature(rule).parameters.values()
    return [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and (p.default is p.empty or p.name in known)]


def is_number(x: Any) -> bool:
    """Whether a value is one number on the host (a 0-d CuPy array is not: reading it waits for the device)."""
    return isinstance(x, Real) or (isinstance(x, numpy.ndarray) and x.ndim == 0)


def prepared_gradient(w: Any, g: Any, scalars: Scalars, parts: Sequence[bool]) -> Any:
    """The gradient as a rule gets it: rescaled, then clipped, then with decay, for those `parts` that are true."""
    if parts[0]:
        g = scalars["rescale_grad"] * g
    if parts[1]:
        g = clip(g, -scalars["clip_gradient"], scalars["clip_gradient"])
    return g + scalars["wd"] * w if parts[2] else g


def active(scalars: Scalars, asked: Collection[str] = ()) -> tuple[bool, bool, bool]:
    """Which parts of the preparation do anything: rescaling, clipping, and decay unless the rule `asked` for `wd`."""
    limit = scalars["clip_gradient"]
    return scalars["rescale_grad"] != 1, limit is not None and limit > 0, scalars["wd"] != 0 and "wd" not in asked


def as_the_rule_gets_it(optimizer: Any, w: Any, g: Any, scalars: Scalars) -> Any:
    """The gradient prepared for the optimizer's rule; a rule that asks for `wd` applies the decay itself."""
    w, g = unhalved(w), unhalved(g)
    found = prepared_gradient(w, g, scalars, active(scalars, asked_by(type(optimizer).rule, scalars)))
    return xp_of(g).asarray(found, g.dtype)  # NumPy makes a number of an array without axes


class Seen:
    """What a rule sees as `self`: its optimizer, which it cannot change, and the step's rate as `self.lr`."""

    def __init__(self, optimizer: Any, lr: Any) -> None:
        self.__dict__.update(_optimizer=optimizer, _lr=lr)

    @property  # type: ignore[misc]  # so that super() works inside a rule
    def __class__(self) -> Any:
        return type(self._optimizer)

    def __getattr__(self, name: str) -> Any:
        if name in ("lr", "learning_rate"):
            return self._lr
        if name in PREPARATION:
            from minigrad.optimizer.mistakes import done_before

            raise done_before(name)
        value = getattr(self._optimizer, name)
        if isinstance(value, numpy.generic):
            return value.item()
        return MethodType(value.__func__, self) if isinstance(value, MethodType) else value

    def __setattr__(self, name: str, value: Any) -> None:
        if value is not getattr(self._optimizer, name, None):  # it is the same in `self.log += [g]`
            raise UsageError(f"a rule is pure: it cannot set self.{name}; declare a state and return its next value")


class HyperParameters(Seen):
    """The same while a rule is traced: numbers are named symbols, and everything else has its present value."""

    def __init__(self, optimizer: Any, symbols: Trace) -> None:
        super().__init__(optimizer, symbols.leaf("scalar", "lr"))
        self.__dict__["_symbols"] = symbols

    def __getattr__(self, name: str) -> Any:
        value = super().__getattr__(name)
        if isinstance(value, (MethodType, Symbol)):
            return value
        if type(value) is not bool and is_number(value):
            return self._symbols.leaf("hyper", name, float(value))
        self._symbols.constants[name] = value
        return value


def compile_check(symbols: Trace, asked: dict[str, bool]) -> Callable[[Any, Scalars], bool]:
    """Compile a check that the same branches would run again, given the optimizer and a step's scalars."""
    conditions = [f"bool({inline(x)}) is {outcome}" for x, outcome in symbols.decided.items()]
    conditions += [f"same(self.{name}, constants[{name!r}])" for name in symbols.constants]
    hypers = [f"self.{x.name}" for x in symbols.nodes.values() if x.op == "hyper"]
    conditions += [f"(type({hyper}) is float or is_number({hyper}))" for hyper in hypers]
    conditions += [
        f"is_number(scalars[{name!r}]) is {not is_array}"
        for name, is_array in asked.items()
        if name not in ("lr", "t", "wd")
    ]
    source = f"def holds(self, scalars):\n    return {' and '.join(conditions) or 'True'}"
    found: Callable[[Any, Scalars], bool] = define(
        source, "holds", FLOAT | {"constants": symbols.constants, "is_number": is_number, "same": same}
    )
    return found


def same(a: Any, b: Any) -> bool:
    """Whether a value is still what it was: the same object, or an equal one of Python's plain kinds."""
    return a is b or (type(a) is type(b) and isinstance(a, PLAIN) and bool(a == b))


def inline(x: Symbol) -> str:
    """A scalar made of hyper-parameters as one Python expression."""
    if x.args:
        return f"({spell(x.op, *map(inline, x.args))})"
    return f"self.{x.name}" if x.op == "hyper" else repr(x.value)


def compile_fold(graph: Graph) -> Callable[[Any, Scalars], list[float]]:
    """Compile the scalars of a graph, such as `1 - beta1**t`, to one Python function, called once per step.

    It takes the optimizer and the step's scalars, and returns the parameters. Python floats are fast; where they raise
    (division by zero, overflow) the same code is run again with NumPy's float64, which continues with inf and nan as
    arrays do.
    """
    lines = []
    for x in graph.scalars:
        if x.args:
            text = spell(x.op, *(f"x{y.order}" for y in x.args))
        elif x.op == "const":
            text = f"float({x.value!r})"
        elif x.op == "hyper":
            text = f"float(self.{x.name})"
        else:
            text = f"float(scalars[{x.name!r}])"
        lines.append(f"    x{x.order} = {text}")
    parameters = ", ".join(f"x{x.order}" for x in graph.parameters)
    source = "\n".join(["def fold(self, scalars):", *lines, f"    return [{parameters}]"])
    in_floats: Callable[[Any, Scalars], list[float]] = define(
        source, "fold", FLOAT | {"inf": math.inf, "nan": math.nan}
    )
    in_numpy = define(
        source, "fold", {op: getattr(numpy, op) for op in (*FLOAT, "inf", "nan")} | {"float": numpy.float64}
    )

    def folded(self: Any, scalars: Scalars) -> list[float]:
        try:
            return in_floats(self, scalars)
        except (ArithmeticError, ValueError):
            with numpy.errstate(all="ignore"):
                return [float(x) for x in in_numpy(self, scalars)]

    return folded
