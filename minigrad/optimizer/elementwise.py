"""What a rule can do with its arrays: functions by name; everything else is refused in a sentence.

A rule says how each element of w moves, from the same element of the gradient and of the states. That is what lets
one text become a graph, a loop and a kernel, and lets all parameters lie side by side in one array.
"""

from collections.abc import Callable
from typing import Any

import numpy

from minigrad.errors import RuleError

Apply = Callable[..., Any]
"""`apply(op, *arguments)` of `rule.py`, or the same for another kind of array."""

SAME = (
    "negative", "sqrt", "square", "absolute", "sign", "exp", "log", "sin", "cos", "maximum", "minimum", "where", "add",
    "subtract", "multiply", "divide", "power", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
)  # fmt: skip
"""Operations of a rule that NumPy and minigrad have under the same name."""

OTHERS: dict[str, Callable[..., Any]] = {
    "clip": lambda F, x, low=None, high=None: limited(F, x, low, high),
    "fabs": lambda F, x: F("absolute", x),
    "positive": lambda F, x: x,
    "reciprocal": lambda F, x: F("divide", 1.0, x),
    "copy": lambda F, x: x,
    "zeros_like": lambda F, x: 0.0,
    "ones_like": lambda F, x: 1.0,
    "relu": lambda F, x: F("maximum", x, 0.0),
    "sigmoid": lambda F, x: F("divide", F("exp", F("minimum", x, 0.0)), F("add", 1.0, F("exp", -F("absolute", x)))),
}
"""Further functions, and what they are made of."""

LIMITS = {"a_min": "low", "min": "low", "a_max": "high", "max": "high"}
FUNCTIONS = "sqrt, square, abs, sign, exp, log, sin, cos, maximum, minimum, clip, where"

OUTSIDE = (
    "a rule computes each element of w from the same element of g and of the states. Compute it outside, in "
    "`named(self, index, w, g, states, scalars)`, whose g is the raw gradient (the rule's is self.prepared(w, g, "
    "scalars)), and ask for it by name, as lars.py does"
)
SPECIAL = {
    "__float__": "float(), int() and the functions of math",
    "__len__": "len()",
    "__iter__": "a loop over the elements (or sum(), max(), list() of them)",
    "__contains__": "`in`",
    "__getitem__": "an index",
    "__setitem__": "a change in place",
    "__array__": "numpy.array()",
    "__dlpack__": "np.array()",
    "__matmul__": "@",
    "__rmatmul__": "@",
}
"""The special methods of arrays, as they are written."""

LAYOUT = {"shape", "size", "ndim", "dtype", "strides", "nbytes", "itemsize", "reshape", "ravel", "flatten", "T"}


def limited(F: Apply, x: Any, low: Any, high: Any) -> Any:
    """`x` within limits that may be None."""
    x = x if low is None else F("maximum", x, low)
    return x if high is None else F("minimum", x, high)


def meaning(F: Apply, function: Any, args: Any, kwargs: Any, library: str = "numpy") -> Any:
    """What a function of NumPy or minigrad computes in a rule. Raises RuleError if a rule cannot use it."""
    name = name_of(function)
    home = getattr(function, "__module__", None)
    spelled = f"{home if library == 'numpy' and isinstance(home, str) else library}.{name}"
    if name == "clip":
        kwargs = {LIMITS.get(key, key): value for key, value in kwargs.items()}
    if name == "clip" and len(args) == 4:
        args, kwargs = args[:3], {"out": args[3]}
    if kwargs and not (name == "clip" and {*kwargs} <= {"low", "high"}):
        words = ", ".join(f"{key}=" for key in kwargs)
        raise RuleError(
            f"{spelled} was given {words} in a rule, which a rule cannot use: nothing is changed in place, and the "
            f"dtype is that of w. Write `x = {library}.{name}(...)`, and `where(condition, this, that)` for a choice"
        )
    if (name == "where" and len(args) != 3) or name in ("nonzero", "flatnonzero", "argwhere"):
        raise RuleError(
            f"{spelled} of a condition alone gives positions, which a rule cannot use; write where(condition, this, "
            "that), with both values"
        )
    if home != "numpy.linalg" and name in SAME:
        return F(name, *args)
    if home != "numpy.linalg" and name in OTHERS:
        return OTHERS[name](F, *args, **kwargs)
    raise missing(spelled, function)


def missing(spelled: str, function: Any) -> RuleError:
    """The error for a function that a rule cannot use: elementwise, but not there, or not elementwise."""
    if name_of(function) == "matmul":
        return joins("@ (matmul)")
    if name_of(function) == "bitwise_xor":
        return power()
    if name_of(function) in ("bitwise_and", "bitwise_or", "logical_and", "logical_or", "invert", "logical_not"):
        return logic(spelled)
    alone = isinstance(function, numpy.ufunc) or getattr(function, "elementwise", False)
    if alone or name_of(function) in ("round", "nan_to_num"):
        return RuleError(
            f"{spelled} is not among the functions of a rule, which are + - * / **, comparisons and {FUNCTIONS} "
            "(from minigrad.optimizer.rule, numpy or minigrad.np); write it with these"
        )
    return joins(spelled)


def name_of(function: Any) -> str:
    """The name of a function, of an operation, or of a method of a ufunc, as in `add.reduce`."""
    name = str(getattr(function, "name", "") or getattr(function, "__name__", function))
    owner = getattr(function, "__self__", None)
    return f"{owner.__name__}.{name}" if isinstance(owner, numpy.ufunc) else name


def not_a_number(x: object) -> RuleError:
    """The error for something in a formula that is neither a number nor an argument of the rule."""
    if getattr(x, "ndim", 1) == 0:
        return RuleError(f"a rule got {x!r:.60}, an array of one number; write float(...) of it, where it is made")
    return RuleError(
        f"a rule got a {type(x).__name__} ({x!r:.60}) where it can use only numbers and its own arguments: what is not "
        "elementwise is computed outside, in named(), and asked for by name, as lr and t are"
    )


def undecided(x: str) -> RuleError:
    """The error for a branch on a number of the step, such as t, which a graph has to leave open."""
    return RuleError(
        f"equations, and a program, cannot branch on {x}, which differs from step to step: write "
        "where(condition, this, that), maximum and minimum. As it is, only Python can run the rule: in a script or a "
        'notebook, or with optimizer.reading("plain")'
    )


def joins(spelled: str) -> RuleError:
    """The error for a function that combines several elements."""
    return RuleError(f"{spelled} is not elementwise, but {OUTSIDE}")


def power() -> RuleError:
    """The error for `g^2`."""
    return RuleError("^ is Python's exclusive or of whole numbers; a power is written **, as in g**2")


def logic(spelled: str) -> RuleError:
    """The error for joining two conditions."""
    return RuleError(
        f"{spelled} joins conditions, which a rule cannot do; write where(this, where(that, x, y), y) for `this and "
        "that`, and where(this, x, where(that, x, y)) for `this or that`"
    )


def refused(what: str, x: str) -> RuleError:
    """The error for an attribute or special method of an array that a rule cannot use; `x` is the array as text."""
    if what == "__bool__":
        return RuleError(
            f"a rule cannot branch on {x}, which differs from element to element: write where(condition, this, that), "
            "maximum and minimum; Python's `if`, `and`, `a < b < c`, min and max work on numbers of the optimizer only"
        )
    if what in ("__float__", "__int__", "__index__", "__complex__"):
        return RuleError(
            f"{x} in a rule is a symbol, not a number, or has a number for each element: {SPECIAL['__float__']} "
            f"cannot take it. Write {FUNCTIONS} (from minigrad.optimizer.rule, numpy or minigrad.np)"
        )
    if what in ("__and__", "__or__", "__invert__"):
        return logic({"__and__": "&", "__or__": "|", "__invert__": "~"}[what])
    if what in ("__setitem__", "fill", "put", "sort", "partition", "itemset", "resize"):
        spelled = SPECIAL.get(what, f".{what}()")
        return RuleError(
            f"{spelled} would change {x}, but a rule changes nothing: it returns the next values. Write `v = ...`, "
            "with where(condition, this, that) for some of the elements"
        )
    if what == "copy":
        return RuleError(f"{x}.copy() is not needed: in a rule no array is ever changed in place; write {x}")
    if what == "astype":
        return RuleError(f"{x}.astype() is not needed: a rule is computed in the dtype of w; write {x}")
    if what in ("clip", "round", "conj", "real"):
        return RuleError(
            f"{x}.{what} is not available in a rule; its functions are {FUNCTIONS} (from minigrad.optimizer.rule, "
            f"numpy or minigrad.np): write them in front, as in clip({x}, -1, 1)"
        )
    if what in LAYOUT:
        return RuleError(
            f"{x}.{what} is not known in a rule, because all parameters may lie side by side in one array; {OUTSIDE}"
        )
    if what == "__xor__":
        return power()
    if what == "__iter__":
        return RuleError(
            f"{SPECIAL[what]} of {x} is not elementwise, but {OUTSIDE}. If this is `w, v = super().rule(...)`: that "
            "rule returns w alone"
        )
    if what in SPECIAL:
        return RuleError(f"{SPECIAL[what]} of {x} is not elementwise, but {OUTSIDE}")
    if hasattr(numpy.ndarray, what):
        return joins(f"{x}.{what}()")
    return RuleError(
        f"{x} has no attribute {what!r} in a rule; there are + - * / **, comparisons and {FUNCTIONS} (from "
        "minigrad.optimizer.rule, numpy or minigrad.np)"
    )
