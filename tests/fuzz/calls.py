"""Calls that work, found without a list: every call in the examples of public docstrings, and what those leave out.

A function without an example, and every method of an object from an example, is called with values that had the same
parameter names elsewhere. So whatever becomes public is tried, too.
"""

import ast
import contextlib
import doctest
import importlib
import inspect
import io
import sys
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from minigrad import np
from minigrad.engine.tensor import Tensor
from tests.test_names import ROOMS

PLACES = [*(room for room in ROOMS if room != "ops"), "compat.io", "exercises", "gradcheck", "image"]
"""Where to look for what is public; `minigrad.` goes before each. (`ops` is behind `np`, `npx` and `nd`.)"""
INNER = {"Exercise", "Leaf", "NDArray", "Node", "Tensor", "attach", "leaf", "ndarray", "state"}
"""Public for those who extend the engine or write an exercise, who read it first."""
HOOKS = {
    "assign", "backward", "begin", "called", "calling", "change", "combine", "confusion", "create_state",
    "create_state_multi_precision", "error", "forward", "get_warmup_lr", "hybrid_forward", "infer_shape",
    "initial_state", "measure", "mu", "named", "outside", "per_sample", "prepared", "pulled", "rate", "recolor",
    "rule", "scale", "score", "seen_as", "set_config", "step", "step_group", "sum_gradients", "total", "update_weights",
    "updates_weights", "value", "weighted",
}  # fmt: skip
"""What a subclass defines, or parts of minigrad ask of each other: whoever calls it has checked the arguments."""


EXAMPLE = "<example>"
"""The file name of the code in examples."""


@dataclass(frozen=True)
class Call:
    """A function, arguments that it takes, and its name as a user writes it."""

    name: str
    function: Any
    arguments: inspect.BoundArguments


def harvest():
    """All calls, in an order that does not change."""
    known = dict(public())
    calls = {}
    for found in known.values():
        for text in documents(found):
            for call in in_examples(text, vars(sys.modules[found.__module__]), known):
                calls.setdefault((call.name, tuple(call.arguments.arguments)), call)
    usual = {key: value for call in calls.values() for key, value in call.arguments.arguments.items()}
    reached = {call.name for call in calls.values()}
    calls |= {(name, ()): guessed(name, found, usual) for name, found in known.items() if name not in reached}
    made = {Tensor: np.ones((2, 3))}
    for call in list(calls.values()):
        if inspect.isclass(call.function):
            with contextlib.suppress(Exception):
                made.setdefault(call.function, call.function(*call.arguments.args, **call.arguments.kwargs))
    for cls, one in made.items():
        for name, method in methods(cls, one):
            if name not in reached:
                reached.add(name)
                calls[name, ()] = guessed(name, method, usual)
    return list(filter(None, calls.values()))


def public():
    """Pairs of a name and a function or class, for everything public, once each."""
    seen = set()
    for place in PLACES:
        room = importlib.import_module(f"minigrad.{place}")
        own = [name for name, found in vars(room).items() if getattr(found, "__module__", "") == room.__name__]
        for name in getattr(room, "__all__", own):
            found = getattr(room, name)
            listed = hasattr(room, "__all__") or ">>>" in (found.__doc__ or "")
            if name not in INNER and listed and callable(found) and ours(found) and id(found) not in seen:
                seen.add(id(found))
                yield f"{place}.{name}", found


def ours(found):
    """Whether something is minigrad's, and not an error."""
    module = getattr(found, "__module__", None) or type(found).__module__
    return module.startswith("minigrad") and not (inspect.isclass(found) and issubclass(found, BaseException))


def documents(found):
    """The docstrings of a function, or of a class and its own public methods."""
    yield inspect.getdoc(found) or ""
    for name, member in sorted(vars(found).items()) if inspect.isclass(found) else ():
        if name[0] != "_" and (text := getattr(member, "__doc__", None)):
            yield inspect.cleandoc(text)


def methods(cls, one):
    """The public methods of an object, named by the class that defines them."""
    for key in sorted(dir(cls)):
        if key[0] != "_" and key not in HOOKS and callable(getattr(cls, key, None)):
            method = getattr(one, key)
            owner = next(base for base in cls.__mro__ if key in vars(base))
            if ours(owner) and ours(method):
                yield f"{owner.__name__}.{key}", method


def in_examples(text, room, known):
    """Calls in a docstring of what is public, with their arguments as they are when the example gets there."""
    names = dict(room)
    for example in doctest.DocTestParser().get_examples(text):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(Exception):
            tree = ast.parse(example.source)
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    with contextlib.suppress(Exception):
                        if call := evaluated(node, names, known):
                            yield call
            exec(compile(tree, EXAMPLE, "exec"), names)


def evaluated(node, names, known):
    """The call at this node; None if it calls nothing public."""

    def value(part):
        return eval(compile(ast.Expression(part), EXAMPLE, "eval"), dict(names))

    function = value(node.func)
    name = next((name for name, found in known.items() if found is function), None) or named_by_class(function)
    if name is None:
        return None
    keywords = {part.arg: value(part.value) for part in node.keywords}
    return Call(name, function, inspect.signature(function).bind(*map(value, node.args), **keywords))


def named_by_class(function):
    """The name of a public method, or of an object that is called; None for anything else."""
    one = getattr(function, "__self__", None)
    if one is None and type(function).__name__ not in ("function", "type", "method"):
        return f"{type(function).__name__}.__call__" if ours(type(function)) else None
    cls = one if inspect.isclass(one) else type(one)
    if one is None or isinstance(one, ModuleType) or function.__name__[0] == "_" or function.__name__ in HOOKS | INNER:
        return None
    owner = next((base for base in cls.__mro__ if function.__name__ in vars(base)), cls)
    return f"{owner.__name__}.{function.__name__}" if ours(owner) else None


def guessed(name, function, usual):
    """A call with a usual value for every argument that has no default; None if it hides its arguments."""
    try:
        signature = inspect.signature(function)
    except ValueError:
        return None
    bound = signature.bind_partial()
    for key, parameter in signature.parameters.items():
        collects = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if parameter.default is parameter.empty and not collects:
            bound.arguments[key] = usual.get(key, 1)
    return Call(name, function, bound)
