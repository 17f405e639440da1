"""A rule is written once, as its equations; run with symbols instead of numbers, the same code becomes a graph.

An optimizer's `rule(self, w, g, *states, *, lr, t, ...)` is pure and elementwise. It is written with `+ - * / **`,
comparisons and the functions below, which work alike on Python floats (arithmetic), NumPy or CuPy arrays (array
programs) and `Symbol`s (a graph, see `graph.py`). So do the functions of the same names in NumPy and minigrad's `np`;
anything that is not elementwise is refused (`elementwise.py` has the messages).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator
from numbers import Real
from typing import Any

from minigrad.define import identifier
from minigrad.device import xp_of

__all__ = ["absolute", "clip", "cos", "exp", "log", "maximum", "minimum", "sign", "sin", "sqrt", "square", "where"]

INFIX = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**",
    "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=", "equal": "==", "not_equal": "!=",
}  # fmt: skip
CONDITIONS = ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal")
OUTSIDE = ("norm", "row_mean", "normal", "logical_and", "divides")
"""Operations that `outside` and `measure` may use, but not a rule: see `outside.py`."""

# The meaning of every operation on Python floats. Arrays use the NumPy or CuPy function of the same name.
FLOAT: dict[str, Callable[..., Any]] = {
    "add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv,
    "power": operator.pow, "negative": operator.neg, "sqrt": math.sqrt, "square": lambda x: x * x, "absolute": abs,
    "sign": lambda x: float(x > 0) - float(x < 0), "maximum": max, "minimum": min, "exp": math.exp, "log": math.log,
    "sin": math.sin, "cos": math.cos,
    "less": operator.lt, "less_equal": operator.le, "greater": operator.gt, "greater_equal": operator.ge,
    "equal": operator.eq, "not_equal": operator.ne, "where": lambda condition, x, y: x if condition else y,
}  # fmt: skip


def sqrt(x: Any) -> Any:
    """Square root of a float, an array or a symbol.

    >>> sqrt(9.0)
    3.0
    """
    return apply("sqrt", x)


def square(x: Any) -> Any:
    """`x * x`, also written `x**2`."""
    return apply("square", x)


def absolute(x: Any) -> Any:
    """Absolute value, also written `abs(x)`."""
    return apply("absolute", x)


def sign(x: Any) -> Any:
    """-1, 0 or 1."""
    return apply("sign", x)


def exp(x: Any) -> Any:
    """Exponential."""
    return apply("exp", x)


def log(x: Any) -> Any:
    """Natural logarithm."""
    return apply("log", x)


def sin(x: Any) -> Any:
    """Sine of an angle in radians."""
    return apply("sin", x)


def cos(x: Any) -> Any:
    """Cosine of an angle in radians."""
    return apply("cos", x)


def maximum(x: Any, y: Any) -> Any:
    """The larger one, element by element."""
    return apply("maximum", x, y)


def minimum(x: Any, y: Any) -> Any:
    """The smaller one, element by element."""
    return apply("minimum", x, y)


def clip(x: Any, low: Any = None, high: Any = None) -> Any:
    """`x` limited to [low, high]; a limit may be None.

    >>> clip(3.0, -1.0, 1.0)
    1.0
    """
    x = x if low is None else maximum(x, low)
    return x if high is None else minimum(x, high)


def where(condition: Any, x: Any, y: Any) -> Any:
    """`x` where the condition holds, else `y`: the elementwise `if`. Both sides are computed."""
    if isinstance(condition, bool):
        return x if condition else y
    return apply("where", condition, x, y)


def apply(op: str, *args: Any) -> Any:
    """Apply an operation by name to floats, arrays or symbols."""
    for x in args:
        if isinstance(x, Symbol):
            return x.trace.node(op, *args)
    for x in args:
        if not isinstance(x, Real):
            return getattr(xp_of(x), op)(*args)
    return FLOAT[op](*args)


def elementwise() -> Any:
    """The module `elementwise`, which is only needed when a rule uses something other than the functions above."""
    import minigrad.optimizer.elementwise as found

    return found


def infix(op: str, swapped: bool = False) -> Callable[[Any, Any], Any]:
    """The method of `Symbol` behind an operator."""
    if swapped:
        return lambda self, other: self.trace.node(op, other, self)
    return lambda self, other: self.trace.node(op, self, other)


def compare(op: str) -> Callable[[Any, Any], Any]:
    """The method of `Symbol` behind a comparison."""
    return lambda self, other: self.trace.compare(op, self, other)


class Symbol:
    """A value in the rule that is not known yet: an operation and the symbols it is applied to.

    `op` is the name of a NumPy function, or the kind of a leaf: "array" (weight, gradient, state ...), "scalar" (lr,
    t ...), "hyper" (an attribute of the optimizer) or "const" (a number in the text of the rule). `order` is the
    position in the order written. `value` is the present value of a leaf that has one.
    """

    __slots__ = ("args", "is_array", "name", "op", "order", "trace", "value")

    def __init__(self, trace: Trace, op: str, args: tuple[Symbol, ...], name: str, value: float | None) -> None:
        self.trace, self.op, self.args, self.name, self.value = trace, op, args, name, value
        self.is_array: bool = op == "array" or (op not in OUTSIDE and any(x.is_array for x in args))
        self.order = len(trace.nodes)

    __add__, __radd__ = infix("add"), infix("add", swapped=True)
    __sub__, __rsub__ = infix("subtract"), infix("subtract", swapped=True)
    __mul__, __rmul__ = infix("multiply"), infix("multiply", swapped=True)
    __truediv__, __rtruediv__ = infix("divide"), infix("divide", swapped=True)
    __pow__, __rpow__ = infix("power"), infix("power", swapped=True)
    __lt__, __le__ = compare("less"), compare("less_equal")
    __gt__, __ge__ = compare("greater"), compare("greater_equal")
    __eq__, __ne__ = compare("equal"), compare("not_equal")
    __hash__ = object.__hash__

    def __and__(self, other: Any) -> Symbol:
        if not self.trace.outside:
            raise elementwise().refused("__and__", repr(self))
        return self.trace.node("logical_and", self, other)

    def __neg__(self) -> Symbol:
        return self.trace.node("negative", self)

    def __pos__(self) -> Symbol:
        return self

    def __abs__(self) -> Symbol:
        return self.trace.node("absolute", self)

    def __bool__(self) -> bool:
        return self.trace.decide(self)

    def __float__(self) -> float:
        return self.trace.number(self)

    def __index__(self) -> int:
        return int(float(self))

    def __array_ufunc__(self, ufunc: Any, method: str, *args: Any, **kwargs: Any) -> Any:
        return self.__array_function__(ufunc if method == "__call__" else getattr(ufunc, method), (), args, kwargs)

    def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
        return elementwise().meaning(apply, function, args, kwargs)

    def __minigrad_operation__(self, operation: Any, args: Any, kwargs: Any = None) -> Any:
        return elementwise().meaning(apply, operation, args, kwargs or {}, "np")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise elementwise().refused(name, repr(self))

    def __repr__(self) -> str:
        if not self.args:
            return self.name or repr(self.value)
        if self.op in INFIX:
            return f"({self.args[0]!r} {INFIX[self.op]} {self.args[1]!r})"
        return f"{self.op}({', '.join(map(repr, self.args))})"


def refusing(special: str) -> Callable[..., Any]:
    def method(self: Symbol, *args: Any, **kwargs: Any) -> Any:
        raise elementwise().refused(special, repr(self))

    return method


for _special in ["array", "len", "iter", "getitem", "setitem", "contains", "matmul", "rmatmul", "or", "xor", "invert"]:
    setattr(Symbol, f"__{_special}__", refusing(f"__{_special}__"))


class Trace:
    """The symbols of one rule, each stored once however often it occurs, and the branches the rule took."""

    def __init__(self) -> None:
        self.nodes: dict[Any, Symbol] = {}
        self.decided: dict[Symbol, bool] = {}
        self.constants: dict[str, Any] = {}
        self.outside = False  # whether operations that are not elementwise are allowed

    def leaf(self, op: str, name: str, value: float | None = None) -> Symbol:
        key = (op, name or repr(value))
        if key not in self.nodes:
            self.nodes[key] = Symbol(self, op, (), name if op == "const" else identifier(name), value)
        return self.nodes[key]

    def node(self, op: str, *args: Any) -> Symbol:
        if op in OUTSIDE and not self.outside:
            raise elementwise().joins(op)
        symbols = tuple(self.symbol(x) for x in args)
        if op not in ("where", "logical_and"):  # true and false become 1 and 0
            symbols = tuple(self.node("where", x, 1.0, 0.0) if is_condition(x) else x for x in symbols)
        elif symbols[0].is_array and not is_condition(symbols[0]):
            symbols = (self.node("not_equal", symbols[0], 0.0), *symbols[1:])
        if op == "power" and symbols[1].op == "const" and symbols[1].value in POWERS:
            op, symbols = POWERS[symbols[1].value], symbols[:1]
        key = (op, *map(id, symbols))
        if key not in self.nodes:
            self.nodes[key] = Symbol(self, op, symbols, "", None)
        return self.nodes[key]

    def symbol(self, x: Any) -> Symbol:
        if isinstance(x, Symbol):
            return x
        if isinstance(x, Real):
            return self.leaf("const", "", float(x))
        raise elementwise().not_a_number(x)

    def compare(self, op: str, x: Symbol, y: Any) -> Any:
        """A comparison of hyper-parameters is decided now; any other becomes a node, for `where`."""
        if not isinstance(y, (Symbol, Real)):
            return NotImplemented
        node = self.node(op, x, y)
        return self.decide(node) if is_known(node) else node

    def decide(self, x: Symbol) -> bool:
        """Whether a scalar made of hyper-parameters is true. The answer is recorded, as it decides the branch."""
        if not is_known(x):
            raise elementwise().refused("__bool__", repr(x)) if x.is_array else elementwise().undecided(repr(x))
        self.decided[x] = bool(evaluate(x))
        return self.decided[x]

    def number(self, x: Symbol) -> float:
        """The present value of a scalar made of hyper-parameters. It is recorded, like a branch."""
        if not is_known(x):
            raise elementwise().refused("__float__", repr(x))
        value = float(evaluate(x))
        self.decided[self.node("equal", x, value)] = True
        return value


POWERS: dict[float | None, str] = {2.0: "square", 0.5: "sqrt"}


def is_condition(x: Symbol) -> bool:
    """Whether a value is true or false, maybe for each element."""
    return x.op in CONDITIONS


def is_known(x: Symbol) -> bool:
    return all(is_known(y) for y in x.args) if x.args else x.value is not None


def evaluate(x: Symbol) -> Any:
    return FLOAT[x.op](*map(evaluate, x.args)) if x.args else x.value


def ancestors(symbols: list[Symbol]) -> Iterator[Symbol]:
    """Every symbol that the given ones are made of, including themselves, each once."""
    seen: set[Symbol] = set()
    stack = list(symbols)
    while stack:
        x = stack.pop()
        if x not in seen:
            seen.add(x)
            stack.extend(x.args)
            yield x


def spell(op: str, *args: str) -> str:
    """An operation as text that means the same in Python, numba and, except for `**` and `where`, C."""
    if op in INFIX:
        return f"{args[0]} {INFIX[op]} {args[1]}"
    if op == "where":
        return f"{args[1]} if {args[0]} else {args[2]}"
    return f"-{args[0]}" if op == "negative" else f"{op}({', '.join(args)})"
