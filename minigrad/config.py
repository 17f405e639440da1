"""An object as plain data and back: the constructor arguments that would make it as it is now.

So a file holds only what a user could have typed, and loading it goes through the constructor's own checks. What has
changed since the object was made (counts, a rate that has fallen) is added by its `get_config` and restored by its
`set_config`, field by field.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy

from minigrad.arguments import arguments_of
from minigrad.errors import ArgumentError, FileError, KeywordError, MinigradError, suggestion

_MISSING = object()


def places(cls: type, renamed: Mapping[str, str], without: Collection[str] = ()) -> dict[str, str]:
    """The attribute that holds each constructor argument: the one of its name, unless `renamed` says otherwise."""
    return {name: renamed.get(name, name) for name in arguments_of(cls) if name not in without}


def as_call(
    thing: Any, renamed: Mapping[str, str] = {}, without: Collection[str] = (), always: Collection[str] = ()
) -> str:
    """The constructor call that makes `thing`, for a repr, with the arguments that differ from their defaults.

    An argument is looked up as the attribute `name`, then as `_name`. One that is found nowhere is left out.

    >>> from minigrad.gluon.data import RandomSampler
    >>> as_call(RandomSampler(4))
    'RandomSampler(length=4)'
    """
    own, defaults, shown = vars(thing), arguments_of(type(thing)), []
    for name, place in places(type(thing), renamed, without).items():
        value = own.get(place, own.get(f"_{place}", _MISSING))
        if value is not _MISSING and (name in always or not _same(value, defaults[name])):
            shown.append(f"{name}={value!r}")
    return f"{type(thing).__name__}({', '.join(shown)})"


def build(cls: type, found: Mapping[str, str], attributes: Mapping[str, Any], others: Collection[str]) -> Any:
    """An object made by its constructor from attributes read from a file; `found` maps each argument to its attribute.

    Raises KeywordError for an attribute that is neither an argument nor one of `others`, and whatever the constructor
    raises for a value. Files of the first versions hold every attribute; one that equals what the constructor makes
    anyway is accepted.
    """
    with as_file_error(cls):
        thing = cls(**{name: attributes[place] for name, place in found.items() if place in attributes})
    known, own = [*found.values(), *others], vars(thing)
    for name, value in attributes.items():
        if name not in known and not (name in own and _same(own[name], value)):
            raise KeywordError(f"a file cannot set {cls.__name__}.{name:.60}{suggestion(name, known)}")
    return thing


@contextmanager
def as_file_error(cls: type) -> Iterator[None]:
    """Turn what a user's class raises about unexpected values from a file into a FileError."""
    try:
        yield
    except MinigradError:
        raise
    except Exception as error:
        raise FileError(
            f"{cls.__name__} cannot be made from what was saved of it ({type(error).__name__}: {error!s:.200})."
        ) from error


def check_complete(thing: Any, twin: Any, apart: Collection[str] = ()) -> None:
    """Raise ArgumentError unless `twin`, which was built from the data of `thing`, has the same attributes.

    An attribute that differs would be lost in a file. Those in `apart` are saved separately.
    """
    own, again = vars(thing), vars(twin)
    for name in [*own, *again]:
        if name not in apart and not (name in own and name in again and _same(own[name], again[name])):
            cls = type(thing).__name__
            raise ArgumentError(
                f"{cls}.{name} = {own.get(name)!r:.60} cannot be saved: the constructor of {cls} does not make it from "
                f"its arguments. Store each argument under its own name (self.{name}), or define get_config(), which "
                "returns super().get_config() with your values added, and set_config(config), which restores them."
            )


def _same(a: Any, b: Any) -> bool:
    if a is b:
        return True
    a, b = plain(a), plain(b)
    if isinstance(a, float) != isinstance(b, float):  # 3 is 3.0, which a constructor makes of it; True is not 1
        return type(a) is not bool and type(b) is not bool and isinstance(a, (int, float)) and bool(a == b)
    try:
        return json.dumps(a) == json.dumps(b)
    except (TypeError, ValueError):
        return False


def plain(value: Any) -> Any:
    """A value for JSON: a NumPy number as a Python number, since users may assign one; anything else unchanged."""
    return value.item() if isinstance(value, numpy.generic) else value


def expected(name: str, value: Any, kind: type | tuple[type, ...]) -> Any:
    """`value`, if it is of this type; else a FileError that names the field."""
    if not isinstance(value, kind) or (isinstance(value, bool) and kind in (int, float, (int, str))):
        kinds = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise FileError(f"The field {name!r} is {value!r:.60}, but must be of type {kinds}.")
    return value


def field(config: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> Any:
    """The value of a field, if it is there and of the right type; else a FileError."""
    if name not in config:
        raise FileError(f"The field {name!r} is missing.")
    return expected(name, config[name], kind)


def list_of(config: Mapping[str, Any], name: str, kind: type | tuple[type, ...]) -> list[Any]:
    """The list in a field, if all its items are of the right type; else a FileError."""
    return [expected(name, item, kind) for item in field(config, name, list)]


def table(name: str, pairs: list[Any]) -> dict[int | str, Any]:
    """A dict from a list of its pairs. JSON would turn the integer keys of an object into strings."""
    found: dict[int | str, Any] = {}
    for pair in pairs:
        if len(expected(name, pair, list)) != 2 or expected(name, pair[0], (int, str)) in found:
            raise FileError(f"The field {name!r} contains {pair!r:.60}; expected pairs of different keys and a value.")
        found[pair[0]] = pair[1]
    return found
