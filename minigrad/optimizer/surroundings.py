"""Whether a program can stand for a rule: what the rule reads and calls besides its arguments.

A rule is *closed* if it uses only arithmetic, known pure functions, numbers of its optimizer, and numbers and functions
of its module, which are watched. Only such a rule becomes a program. A rule that uses anything else (random numbers, a
dictionary, a file, `print`, a list that it fills) is run by Python at every step.
"""

from __future__ import annotations

import builtins
import dis
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from numbers import Real
from types import CodeType, FunctionType, ModuleType
from typing import Any

import numpy

from minigrad.optimizer.elementwise import OTHERS, SAME, name_of
from minigrad.optimizer.graph import PLAIN, Graph, Scalars, same

MODULES = (
    "numpy", "math", "minigrad", "minigrad.np", "minigrad.npx", "minigrad.nd", "minigrad.optimizer",
    "minigrad.optimizer.rule",
)  # fmt: skip
"""The modules whose known functions a rule may call."""

BUILTINS = (abs, bool, enumerate, float, int, max, min, pow, range, super, tuple, zip)
"""Python's own functions that treat a symbol like a number, or refuse it."""

IMPURE = {
    "STORE_GLOBAL", "DELETE_GLOBAL", "STORE_ATTR", "DELETE_ATTR", "STORE_SUBSCR", "DELETE_SUBSCR", "STORE_SLICE",
    "IS_OP", "CONTAINS_OP", "BUILD_MAP", "BUILD_CONST_KEY_MAP", "BUILD_SET", "FORMAT_VALUE", "FORMAT_SIMPLE",
    "FORMAT_WITH_SPEC", "IMPORT_NAME", "LOAD_BUILD_CLASS", "PUSH_EXC_INFO", "YIELD_VALUE",
}  # fmt: skip
"""Instructions of Python (3.11 to 3.13) that change something, or that see the symbol itself: `t is 3`, f"{t}"."""

OFTEN = 3
"""After this many changes a rule runs with NumPy: compiling a loop for each value would take a second each time."""

BASE = "minigrad.optimizer.optimizer"

_GONE = object()


class Open(Exception):
    """Raised when the search for everything that a rule reads finds something unknown."""


def closed(optimizer: Any) -> bool:
    """Whether the rule, and the functions and methods that it calls, use only known things."""
    try:
        list(elsewhere(optimizer))
    except Open:
        return False
    return True


def watch(graph: Graph, optimizer: Any, others: Sequence[Graph]) -> None:
    """Have a graph compared with its rule for two steps, and make `holds` check what the rule reads elsewhere."""
    graph.unproved = 2
    graph.moving = sum(other.stale for other in others) >= OFTEN
    try:
        values = list(elsewhere(optimizer))
    except Open:  # the graph is only for showing: the rule runs as Python
        return
    if not values:
        return
    branches = graph.holds

    def holds(self: Any, scalars: Scalars) -> bool:
        if not branches(self, scalars):
            return False
        unchanged = all([same(now(self), value) for now, value in values])
        graph.stale = graph.stale or not unchanged
        return unchanged

    graph.holds = holds


def elsewhere(optimizer: Any) -> Iterator[tuple[Callable[[Any], Any], Any]]:
    """The numbers and functions that the rule, and everything it calls, reads from modules and closures; a user's
    methods, which can be replaced, and the defaults of functions.

    Yields pairs: a function that looks the value up, given an optimizer, and the value. Raises Open if the rule is not
    closed.
    """
    waiting, seen = [type(optimizer).rule], set()
    while waiting:
        function = waiting.pop()
        if function in seen:
            continue
        seen.add(function)
        if not isinstance(function, FunctionType):
            raise Open
        code = function.__code__
        if is_minigrads(function):  # it is pure, but may call methods that a user overrides
            for name in code.co_names:
                found = attributes(optimizer, name)
                waiting += filter(is_method, found)
                if any(is_users(x) and x is not type(optimizer).rule for x in found):
                    yield partial(methods, name=name), methods(optimizer, name)
            continue
        cells = dict(zip(code.co_freevars, function.__closure__ or ()))
        modules: list[ModuleType] = []
        values = [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]
        if values:
            yield partial(defaults, function), defaults(function)
        for kind, name in names_in(code):
            if kind == "attribute":
                of_modules = [getattr(module, name) for module in modules if hasattr(module, name)]
                found = [*attributes(optimizer, name), *of_modules]
                if not found:
                    raise Open  # an attribute of an array, or of something unknown
                modules += [x for x in of_modules if isinstance(x, ModuleType)]
                waiting += filter(is_method, found)
                values += [x for x in found if not is_method(x)]
                if any(is_users(x) and x is not type(optimizer).rule for x in found):
                    yield partial(methods, name=name), methods(optimizer, name)
            elif (kind == "global" or name in cells) and name != "__class__":
                now = partial(contents, cells[name]) if name in cells else partial(global_of, function, name)
                value = now()
                modules += [value] if isinstance(value, ModuleType) else []
                waiting += [value] if is_users(value) else []
                values += [value] if value is not _GONE and not is_users(value) else []
                if is_plain(value) or is_users(value):
                    yield partial(number_in, now), number_in(now)
        if not all(map(is_known, values)):
            raise Open


def names_in(code: CodeType) -> Iterator[tuple[str, str]]:
    """What some code and the functions defined in it look up: "global", "cell" or "attribute", and the name."""
    instructions = list(dis.get_instructions(code))
    for instruction, following in zip(instructions, [*instructions[1:], None]):
        name = instruction.opname
        if name in ("BUILD_MAP", "BUILD_CONST_KEY_MAP") and following and following.opname == "CALL_FUNCTION_EX":
            continue  # the names in `f(*states, lr=lr)`
        if name in IMPURE or (name == "STORE_DEREF" and instruction.argval not in code.co_cellvars):
            raise Open
        if name == "LOAD_GLOBAL":
            yield "global", instruction.argval
        elif name == "LOAD_DEREF":
            yield "cell", instruction.argval
        elif name in ("LOAD_ATTR", "LOAD_METHOD", "LOAD_SUPER_ATTR"):
            yield "attribute", instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from names_in(constant)


def global_of(function: FunctionType, name: str) -> Any:
    return function.__globals__.get(name, getattr(builtins, name, _GONE))


def number_in(now: Callable[[], Any], _: Any = None) -> Any:
    """What is there now; an array of one number, which can change inside, as that number."""
    value = now()
    return value.item() if isinstance(value, numpy.ndarray) and value.ndim == 0 else value


def defaults(function: FunctionType, _: Any = None) -> tuple[Any, ...]:
    return function.__defaults__, function.__kwdefaults__ and tuple(function.__kwdefaults__.items())


def methods(optimizer: Any, name: str) -> tuple[Any, ...]:
    """What `attributes` finds, numbers left out: those are read at every step."""
    return tuple(filter(is_method, attributes(optimizer, name)))


def contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return _GONE


def attributes(optimizer: Any, name: str) -> list[Any]:
    """What the optimizer has under a name: its own value, or else that of each of its classes, as plain functions."""
    if name in vars(optimizer):
        return [vars(optimizer)[name]]
    found = []
    for value in (vars(cls)[name] for cls in type(optimizer).__mro__ if name in vars(cls)):
        if isinstance(value, (staticmethod, classmethod)):
            value = value.__func__
        found.append(value.fget if isinstance(value, property) else value)
    return found


def is_known(value: Any) -> bool:
    """Whether a program may hold a value, or call it: a number, or a pure function of a known module."""
    if isinstance(value, ModuleType):
        return value.__name__ in MODULES
    if isinstance(value, type):
        return value in BUILTINS or issubclass(value, numpy.generic)
    if is_plain(value) or isinstance(value, numpy.ufunc) or any(value is x for x in BUILTINS):
        return True
    home, name = str(getattr(value, "__module__", "")), name_of(value)
    if home in ("math", "minigrad.optimizer.rule") or (home, name) == (BASE, "learning_rate"):
        return True
    return home.split(".")[0] in ("numpy", "minigrad") and home != "numpy.linalg" and name in (*SAME, *OTHERS)


def is_plain(value: Any) -> bool:
    """Whether a value is a number or the like, which cannot change inside."""
    if isinstance(value, tuple):
        return all(map(is_plain, value))
    return isinstance(value, (*PLAIN, Real)) or (isinstance(value, numpy.ndarray) and value.ndim == 0)


def is_minigrads(value: Any) -> bool:
    return str(getattr(value, "__module__", "")).startswith("minigrad.")


def is_users(value: Any) -> bool:
    """Whether this is a user's function, whose code can be examined."""
    return isinstance(value, FunctionType) and not str(value.__module__).startswith(("minigrad.", "numpy."))


def is_method(value: Any) -> bool:
    """Whether this is a function whose code is, or may be, part of the rule."""
    return is_users(value) or (is_minigrads(value) and isinstance(value, FunctionType) and value.__module__ != BASE)
