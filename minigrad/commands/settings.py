"""Constructor arguments of an optimizer from a command line: `--momentum 0.9 --centered`."""

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from minigrad import compare
from minigrad.arguments import arguments_of
from minigrad.errors import ArgumentError, suggestion

Value = bool | int | float | str

OBJECTS = ("lr_scheduler", "param_idx2name", "param_dict")
"""Arguments that only Python code can pass."""
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def settings(cls: type, words: Sequence[str], own: Sequence[str] = ()) -> dict[str, Value]:
    """Read `--name value`, `--name=value`, or `--name` alone to switch something on.

    A value gets the type of its argument's default; if that is None, it is a number. `own` are options of the command:
    one of them may have been meant.

    >>> from minigrad.optimizer import RMSProp
    >>> settings(RMSProp, ["--momentum", "0.8", "--centered", "--clip-gradient=1"])
    {'momentum': 0.8, 'centered': True, 'clip_gradient': 1.0}
    """
    defaults = {name: default for name, default in arguments_of(cls).items() if name not in OBJECTS}
    found: dict[str, Value] = {}
    for option, text in _pairs(words):
        name = option.removeprefix("--").replace("-", "_")
        name = "learning_rate" if name == "lr" else name
        if name in OBJECTS:
            raise ArgumentError(f"{option} takes a Python object, which a command line cannot pass; use it in a script")
        if name not in defaults:
            known = list(dict.fromkeys([*(f"--{known}" for known in defaults), *own]))
            raise ArgumentError(f"{cls.__name__.lower()} has no argument {option}{suggestion(option, known)}")
        if name in found:
            raise ArgumentError(f"{option} is given twice; give it once")
        found[name] = _value(option, text, defaults[name])
    return found


def preset(name: str, given: Collection[str] = ()) -> str:
    """What the commands set for the digits, besides the rate, unless it is given: text such as "momentum=0.9".

    >>> preset("nag"), preset("nag", ["momentum"])
    ('momentum=0.9', '')
    """
    best = compare.best_arguments().get(name, {})
    return ", ".join(f"{key}={value:g}" for key, value in best.items() if key not in {"learning_rate", *given})


def _pairs(words: Sequence[str]) -> Iterator[tuple[str, str | None]]:
    """Options with their values; None for an option without one."""
    rest = list(words)
    while rest:
        option, equals, text = rest.pop(0).partition("=")
        if not option.startswith("--") or option == "--":
            raise ArgumentError(f"{option!r} belongs to no option; expected --name value")
        if equals:
            yield option, text
        else:
            yield option, rest.pop(0) if rest and not rest[0].startswith("--") else None


def _value(option: str, text: str | None, default: Any) -> Value:
    """The text as a value of the same kind as the default."""
    if isinstance(default, bool):
        truth = True if text is None else TRUTHS.get(text.lower())
        if truth is None:
            raise ArgumentError(f"{option} is {text!r}; it is on or off: {option} true or {option} false")
        return truth
    if text is None:
        raise ArgumentError(
            f"{option} needs a value after it, such as {option} {default if default is not None else 0.5}"
        )
    if isinstance(default, str):
        return text
    kind, what = (int, "a whole number") if isinstance(default, int) else (float, "a number")
    try:
        return kind(text)
    except ValueError:
        raise ArgumentError(f"{option} is {text!r}; expected {what}") from None
