"""Checks that a rule says what its author means: states, arguments, returned values; errors name the line.

`check` looks at the definition; `call` runs the rule and looks at what it returns. minigrad's own rules are not
checked.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping, Sequence
from numbers import Real
from typing import Any

from minigrad.define import identifier
from minigrad.device import MODULES
from minigrad.errors import RuleError, UsageError
from minigrad.explain import described
from minigrad.optimizer.arguments import Default
from minigrad.optimizer.mistakes import GIVEN, in_words, mistake, no_rule, not_given, place
from minigrad.optimizer.returned import check_returned, not_returned, returns_alone


def check(optimizer: Any, scalars: Mapping[str, Any]) -> None:
    """Raise RuleError unless the rule takes w, g and the states in order, and asks only for what exists."""
    cls = type(optimizer)
    if not hasattr(cls, "rule"):
        raise no_rule(cls)
    states = checked_states(cls, optimizer.states)
    parameters = list(inspect.signature(cls.rule).parameters.values())
    check_positional(cls, states, parameters)
    in_a_step = "lr" in scalars  # otherwise what `named` gives is unknown
    check_rate(cls, optimizer)
    known = dict.fromkeys([*GIVEN, *optimizer.measured, *scalars])
    for p in parameters:
        if p.kind is p.VAR_KEYWORD:
            raise mistake(cls, f"takes **{p.name}, which would be empty; name what it asks for, as in `*, lr`")
        if p.kind is not p.KEYWORD_ONLY:
            continue
        if p.default is p.empty and p.name not in known and in_a_step:
            raise mistake(cls, not_given(optimizer, p.name, known))
        if p.name in scalars:
            check_given(cls, p.name, scalars[p.name])


def check_given(cls: type, name: str, given: Any) -> None:
    """Raise RuleError unless what the rule gets under this name is a number or a raw array."""
    if given is None:
        raise mistake(cls, f"asks for {name!r}, which is None; read it in named(), and give the rule a number")
    if not isinstance(given, Real) and type(given) not in MODULES:
        told = f"asks for {name!r}, but named() gives {described(given)}; give a number, by float(...) of it,"
        raise mistake(cls, f"{told} or an array of NumPy or CuPy, by .data")


def check_rate(cls: Any, optimizer: Any) -> None:
    """Raise RuleError if the constructor takes a rate and does not pass it on, so that the rule gets another."""
    parameter = inspect.signature(cls.__init__).parameters.get("learning_rate")
    if parameter is None or parameter.default is None or cls.__init__.__module__.startswith("minigrad."):
        return
    kept = isinstance(getattr(optimizer, "lr", None), Default) and not isinstance(parameter.default, Default)
    if kept and "lr" in inspect.signature(cls.rule).parameters:
        raise RuleError(
            f"{cls.__name__}.__init__ {place(cls.__init__.__code__)}takes learning_rate and does not pass it on, so "
            f"the rate is {float(optimizer.lr)}; write super().__init__(learning_rate=learning_rate, **kwargs)."
        )


def check_class(optimizer: Any, base: type) -> None:
    """Raise RuleError for a base constructor that was not called, a bad state name, or a name that is taken."""
    cls = type(optimizer)
    if "_index_update_count" not in vars(optimizer):
        code = getattr(cls.__init__, "__code__", None)
        raise RuleError(
            f"{cls.__name__}.__init__ {place(code)}does not call super().__init__(), so the optimizer has no rate; "
            "begin it with super().__init__(learning_rate=learning_rate, **kwargs)."
        )
    if hasattr(cls, "rule"):
        checked_states(cls, optimizer.states)
        check_rate(cls, optimizer)
    for name in ("step", "update", "named", "measure", "initial_state", "create_state"):
        method, own = vars(base)[name], getattr(optimizer, name)
        passed = list(inspect.signature(method).parameters)[1:]
        try:
            inspect.signature(own).bind(*passed)
        except TypeError:
            kind = "method" if callable(own) else "value"
            raise RuleError(
                f"{cls.__name__} has a {kind} {name!r}, but every optimizer has a method of that name, "
                f"{name}(self, {', '.join(passed)}); give yours another name"
            ) from None


def checked_states(cls: type, states: Any) -> tuple[str, ...]:
    """The names of the states, if they are valid."""
    if isinstance(states, str):
        raise mistake(
            cls, f"has states = ({states!r}), a string, as the comma is missing; write states = ({states!r},)", "states"
        )
    if not isinstance(states, (tuple, list)):
        raise mistake(cls, f'has states = {states!r}; write a tuple of names, such as states = ("v",)', "states")
    for name in states:
        try:
            identifier(name)
        except UsageError as error:
            raise mistake(cls, f"has states = {tuple(states)!r}, but {str(error).rstrip('.')}", "states") from None
        if name in ("w", "g", *GIVEN):
            raise mistake(cls, f"has a state called {name!r}, which names something else already; rename it", "states")
    if len({*states}) < len(states):
        raise mistake(cls, f"has states = {tuple(states)!r}, one of them twice; each needs a name of its own", "states")
    return tuple(states)


def check_positional(cls: type, states: Sequence[str], parameters: Sequence[inspect.Parameter]) -> None:
    """Raise RuleError unless the arguments before the `*` are w, g and the states."""
    wanted, names = ["w", "g", *states], [p.name for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD]
    asked = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY and p.name not in wanted]
    right = f"def rule(self, {', '.join(wanted)}, *, {', '.join(asked or ['lr'])})"
    if not names or names[0] in wanted:
        raise mistake(cls, f"has no `self`; write {right}")
    names = names[1:]
    if names == wanted or (names == wanted[: len(names)] and any(p.kind is p.VAR_POSITIONAL for p in parameters)):
        return
    spare = {p.name for p in parameters if p.default is None} - {*GIVEN}  # states of other branches: `v=None`
    if names[: len(wanted)] == wanted and spare.issuperset(names[len(wanted) :]):
        return
    extra = [name for name in names if name not in wanted]
    missing = [name for name in wanted if name not in names]
    if not extra and not missing:
        raise mistake(cls, f"takes ({', '.join(names)}), but they are passed by position, in the order {right}")
    known = [name for name in extra if name in GIVEN]
    if known:
        right = f"def rule(self, {', '.join(wanted)}, *, {', '.join([*known, *asked])})"
        raise mistake(cls, f"takes {known[0]!r} by position, but must ask for it by name, after a `*`; write {right}")
    constants = {p.name: p.default for p in parameters if p.name in extra and p.default not in (p.empty, None, 0)}
    if constants and not missing:
        name, value = next(iter(constants.items()))
        raise mistake(
            cls,
            f"takes {name!r} by position, as if it were a state; make it a number of the optimizer, "
            f"`{name} = {value!r}` in the class or self.{name} in __init__, and write self.{name}",
        )
    if extra and not missing:
        hint = f"states = ({', '.join(repr(name) for name in [*states, *extra])},)"
        other = "`state`; it is written `states`: " if hasattr(cls, "state") else ""
        raise mistake(cls, f"takes {extra[0]!r}, which is neither w, g nor a state; declare {other}{hint}")
    if extra:
        raise mistake(cls, f"takes {extra[0]!r}, which is neither w, g nor one of the states {states}; write {right}")
    raise mistake(cls, f"does not take {missing[0]!r}; it is called with w, g and the states {states}: write {right}")


def call(
    optimizer: Any,
    seen: Any,
    arrays: Sequence[Any],
    asked: Mapping[str, Any],
    used: Callable[[], Collection[int] | None],
) -> tuple[Any, ...]:
    """Run the rule with `seen` as its `self`, on w, g and the states, and return the next w and states.

    `used` gives the ids of the arrays that something was computed from, or None if that is not known. Errors in the
    rule are reported with their line.
    """
    cls, states = type(optimizer), tuple(optimizer.states)
    try:
        returned = cls.rule(seen, *arrays, **asked)
    except Exception as error:
        told = in_words(cls, optimizer, error)
        if told is error:
            raise
        raise told from None
    read = used()
    after = results_of(cls, states, returned, read, arrays)
    for name, x in zip(("w", *states), after):
        is_array = type(x) is type(arrays[0]) or (hasattr(x, "dtype") and hasattr(arrays[0], "dtype"))
        if not is_array and not isinstance(x, Real):
            if inspect.isgenerator(x):
                raise mistake(cls, "is a generator, because of a `yield`; a rule ends with `return`")
            found = "several values" if isinstance(x, (tuple, list)) else described(x)
            raise mistake(cls, f"returns {found} for {name}, but the next {name} is one array, or a number")
    if "lr" in asked and read and id(arrays[1]) in read and not (after[0] is arrays[1] or isinstance(after[0], Real)):
        before = {id(arrays[0]), *map(id, arrays[2:])}
        if not before & {*read, id(after[0])}:
            raise mistake(cls, "returns a step, made of g alone; it must return the next w, as in `return w - lr * g`")
    return after


def results_of(
    cls: type, states: tuple[str, ...], returned: Any, used: Collection[int] | None, arrays: Sequence[Any]
) -> tuple[Any, ...]:
    """The next w and states, from what a rule returned. The states may be left out if none of them was used."""
    wanted = f"the next w and the next {', '.join(states)}" if states else "the next w"
    form = ", ".join(["w - lr * g", *states])
    if returned is None:
        raise mistake(cls, f"returns nothing; end it with {wanted}, as in `return {form}`")
    if isinstance(returned, (list, set, dict)):
        raise mistake(cls, f"returns a {type(returned).__name__}; write {wanted} with commas, as in `return {form}`")
    if isinstance(returned, tuple):
        check_returned(cls, states)
        if len(returned) != 1 + len(states):
            declared = f"the states are {states}" if states else 'it declares no states, as in states = ("v",)'
            raise mistake(cls, f"returned {len(returned)} values; expected {wanted}, as {declared}")
        return returned
    touched = [name for name, x in zip(states, arrays[2:]) if id(x) in (used or ()) or x is returned]
    reached = not_returned(cls, states, reading=used is None)
    left_out = [(name, line, text) for line, text, names in reached for name in names]
    if touched or left_out:
        names = touched or [name for name, _, _ in left_out]
        lines = returns_alone(cls) if touched else [(line, text) for _, line, text in left_out]
        at, text = lines[-1] if lines else (None, "...")
        raise mistake(
            cls,
            f"returns w alone, but {' and '.join(names)} {'is' if len(names) == 1 else 'are'} computed or used: write "
            f"`return {', '.join([text, *states])}`",
            line=at,
        )
    return (returned, *arrays[2:])
