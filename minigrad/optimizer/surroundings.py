"""What a rule reads that is neither its argument nor a number of its optimizer, so that a graph of it may go stale.

A module's number that the rule names, say, is in the graph with the value that it had. `watch` makes the graph notice
when it changes: the rule is then traced again. Rules that read nothing of the kind pay nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from numbers import Real
from types import CodeType, FunctionType, ModuleType
from typing import Any

from minigrad.optimizer.graph import PLAIN, Graph, Scalars, run_with_symbols, same

LIBRARIES = ("numpy", "math", "minigrad", "builtins")
"""Whose functions and constants stay what they are."""

OFTEN = 3
"""From so many changes on, a rule runs with NumPy: compiling a loop for each value would take a second each time."""

_GONE = object()


def watch(graph: Graph, optimizer: Any, scalars: Scalars, others: Sequence[Graph]) -> None:
    """Have a graph compared with its rule for two steps, and let `holds` look at what the rule reads elsewhere."""
    graph.unproved = 2
    graph.moving = sum(other.stale for other in others) >= OFTEN
    values = list(elsewhere(optimizer))
    plain = [(now, value) for now, value in values if isinstance(value, (*PLAIN, FunctionType))]
    if not values:
        return
    branches = graph.holds
    # A dictionary or an object can change inside: then only the rule itself can say whether it says the same.
    written = text(optimizer, scalars) if len(plain) < len(values) else None

    def holds(self: Any, scalars: Scalars) -> bool:
        if not branches(self, scalars):
            return False
        unchanged = all([same(now(), value) for now, value in plain])
        if written is not None:
            unchanged = unchanged and written == text(self, scalars)
        graph.stale = graph.stale or not unchanged
        return unchanged

    graph.holds = holds


def text(optimizer: Any, scalars: Scalars) -> list[Any]:
    """What the rule says now, as data to be compared."""
    _, trace, _, _, _, results = run_with_symbols(optimizer, scalars)
    said: list[Any] = [(name, x.order) for name, x in results.items()]
    for x in trace.nodes.values():
        said.append((x.op, x.name, repr(x.value) if x.op == "const" else "", [y.order for y in x.args]))
    return said


def elsewhere(optimizer: Any) -> Iterator[tuple[Callable[[], Any], Any]]:
    """What the rule, and functions and methods that it calls, read from modules, closures and mutable attributes.

    Pairs of a function that looks the value up, and the value. Names are taken from the code, so there may be too many.
    """
    cls = type(optimizer)
    waiting, seen = [cls.rule], set()
    while waiting:
        function = waiting.pop()
        if not isinstance(function, FunctionType) or function in seen or trusted(function):
            continue
        seen.add(function)
        names = set(names_in(function.__code__))
        cells = zip(function.__code__.co_freevars, function.__closure__ or ())
        defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
        places: list[Callable[[], Any]] = [partial(function.__globals__.get, name, _GONE) for name in names]
        places += [partial(contents, cell) for name, cell in cells if name != "__class__"]
        places += [partial(vars(optimizer).get, name, _GONE) for name in names if is_mutable(optimizer, name)]
        places += [partial(tuple, [default]) for default in defaults if not isinstance(default, PLAIN)]
        for now in places:
            value = now()
            if value is not _GONE and (draws(value, names) or not trusted(value)):
                waiting.append(value)
                yield now, value
        waiting += [vars(base)[name] for base in cls.__mro__ for name in names if name in vars(base)]


def names_in(code: CodeType) -> Iterator[str]:
    """The names of globals and attributes in some code, and in functions defined inside it."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from names_in(inner)


def contents(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty
        return _GONE


def is_mutable(optimizer: Any, name: str) -> bool:
    """Whether an attribute of the optimizer can change inside. (That another value was put there, `holds` sees.)"""
    return not isinstance(vars(optimizer).get(name), (*PLAIN, Real))


def trusted(value: Any) -> bool:
    """Whether a value is a function, a class or a module of a library, which stays what it is."""
    name = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None) or ""
    return name.split(".")[0] in LIBRARIES and (isinstance(value, ModuleType) or callable(value))


def draws(value: Any, names: set[str]) -> bool:
    """Whether this may be NumPy's module of random numbers."""
    return isinstance(value, ModuleType) and bool({"random", "default_rng"} & names)
