"""What is wrong with a rule, in words: which class, on which line, what was found, and what to write instead."""

from __future__ import annotations

import difflib
import inspect
import linecache
import os
from collections.abc import Collection
from pathlib import Path
from types import CodeType, TracebackType
from typing import Any

import numpy

from minigrad.errors import MinigradError, RuleError, suggestion
from minigrad.explain import line_of

GIVEN = ("lr", "t", "wd", "rescale_grad", "clip_gradient")
"""What every rule can ask for by name."""

OTHER_NAMES = {
    "lr": ("eta", "alpha", "rate", "learning_rate", "step_size", "stepsize", "lrate", "gamma"),
    "t": ("step", "steps", "iteration", "num_update", "count", "n", "k", "epoch"),
    "wd": ("weight_decay", "decay", "delta"),
    "w": ("weight", "weights", "param", "theta", "x"),
    "g": ("grad", "gradient", "grads", "dw"),
}
"""What the same things are called elsewhere."""

OUT_OF_DOMAIN = ("math domain error", "expected a")
"""How a ValueError begins for the root of -1 and the like; since Python 3.14: "expected a nonnegative input"."""

LIBRARIES = tuple(str(Path(file).parent) + os.sep for file in (Path(__file__).parent, numpy.__file__))


def mistake(cls: Any, what: str, attribute: str = "rule", line: int | None = None) -> RuleError:
    """The error for a wrong definition: which class, where, what is wrong and what to write."""
    code = getattr(inspect.unwrap(cls.rule), "__code__", None)
    return RuleError(f"{cls.__name__}{'.rule' if attribute == 'rule' else ''} {place(code, line)}{what}.")


def place(code: CodeType | None, line: int | None = None) -> str:
    """Where some code is, in parentheses, if that is known."""
    if code is None:
        return ""
    return f"({line_of(code, 0).rpartition(' ')[0]} {line or code.co_firstlineno}) "


def in_words(cls: Any, optimizer: Any, error: Exception) -> Exception:
    """The error that a user sees when a rule raised `error`: with the class and the line, and what Python means."""
    where = f"{cls.__name__}.rule {users_place(error.__traceback__)}".rstrip()
    if isinstance(error, MinigradError):
        error.args = (f"{where}: {str(error).rstrip('.')}.{no_numbers(cls, optimizer)}", *error.args[1:])
        return error
    if isinstance(error, AttributeError) and isinstance(error.obj, type(optimizer)):
        return RuleError(f"{where}: {unknown(optimizer, str(error.name), 'self.')}")
    if (
        isinstance(error, AttributeError)
        and isinstance(error.obj, type)
        and error.obj.__name__ in ("Seen", "HyperParameters")
    ):
        return RuleError(f"{where}: in a rule type(self) is not the optimizer's class; write self.{error.name}.")
    if isinstance(error, NameError) and not isinstance(error, UnboundLocalError):
        return RuleError(f"{where}: {unknown(optimizer, str(error.name), '')}")
    if isinstance(error, ArithmeticError) or (type(error) is ValueError and str(error).startswith(OUT_OF_DOMAIN)):
        return RuleError(f"{where}: {error}, in a number that is the same for all elements. In the first step t is 1.")
    of_numpy = isinstance(error, ValueError) and "broadcast" in str(error)
    if of_numpy or isinstance(error, (TypeError, AttributeError, NameError)):
        return RuleError(
            f"{where}: {str(error).strip(' .')}. In a rule w, g, the states and what it asks for are arrays, or "
            "symbols for them; it is written with + - * / **, comparisons and the functions of minigrad.optimizer.rule."
            + (' With optimizer.reading("plain") Python runs it, on arrays.' if "Symbol" in str(error) else "")
            + (" A list of an array's elements is not an array." if "sequence" in str(error) else "")
            + no_numbers(cls, optimizer)
        )
    error.add_note(f"in {where}")
    return error


def no_numbers(cls: Any, optimizer: Any) -> str:
    """A sentence for each attribute of the optimizer that the rule reads and that is text or None, not a number."""
    names = getattr(getattr(cls.rule, "__code__", None), "co_names", ())
    read = [(name, vars(optimizer)[name]) for name in names if name in vars(optimizer)]
    return "".join(f" Here self.{name} is {x!r}, not a number." for name, x in read if x is None or type(x) is str)


def users_place(tb: TracebackType | None) -> str:
    """The innermost place of a traceback that is not in a library."""
    found = ""
    while tb is not None:
        name = tb.tb_frame.f_code.co_filename
        if not name.startswith(LIBRARIES) and (linecache.getline(name, tb.tb_lineno) or not found):
            found = place(tb.tb_frame.f_code, tb.tb_lineno)
        tb = tb.tb_next
    return found


def done_before(name: str) -> RuleError:
    """The error for a rule that reads `self.wd` or its like."""
    return RuleError(
        f"it reads self.{name}, but rescaling, clipping and decay are done before the rule, to the g that it is given; "
        "leave it out, or ask for wd by name, as adamw.py does: decay is then left to the rule"
    )


def no_rule(cls: Any) -> RuleError:
    """The error for a class that has neither equations nor an `update` of its own."""
    close = difflib.get_close_matches("rule", [name for name in vars(cls) if not name.startswith("__")], 1, 0.5)
    hint = f"; did you mean `rule` by `{close[0]}`?" if close else ""
    return RuleError(
        f"{cls.__name__} says nothing about how to step; define `rule(self, w, g, *, lr)`, which returns the next w, "
        f"or `update(self, index, weight, grad, state)`{hint}"
    )


def usual(name: str, known: Collection[str]) -> str:
    """Which name was meant, as the end of a sentence."""
    meant = next((usual for usual, others in OTHER_NAMES.items() if name.lower() in others), None)
    listed = f"known are {', '.join(known)}"
    if meant in known:
        return f"did you mean {meant!r}? ({listed})"
    close, _, _ = suggestion(name, known).lstrip("; .").rpartition("Known names")
    return f"{close.strip()} ({listed})" if close else listed


def not_given(optimizer: Any, name: str, known: Collection[str]) -> str:
    """What to say of a name that a rule asks for and that does not exist."""
    found = f"asks for {name!r}, which it is not given; "
    own = [vars(cls) for cls in type(optimizer).__mro__ if cls.__module__ != "minigrad.optimizer.optimizer"]
    if name in vars(optimizer) or any(name in names for names in own):
        return f"{found}it is an attribute of the optimizer: write self.{name}"
    return f"{found}{usual(name, known)}; what is not elementwise comes from named(), the optimizer's numbers from self"


def unknown(optimizer: Any, name: str, prefix: str) -> str:
    """The sentence for an undefined name in a rule, as `self.name` or on its own."""
    if name in GIVEN:
        return f"there is no {prefix}{name}; ask for it by name: def rule(self, w, g, *, {name})."
    own = [key for key in vars(optimizer) if not key.startswith("_")]
    if not prefix and hasattr(optimizer, name):
        return f"{name!r} is not defined; it is an attribute of the optimizer: write self.{name}."
    known = own if prefix else ["w", "g", *optimizer.states, *GIVEN, *(f"self.{key}" for key in own)]
    return f"{prefix}{name} is not defined; {usual(name, known)}."
