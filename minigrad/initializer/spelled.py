"""Initializers as text, and compared: Gluon writes one as its name and its constructor's arguments."""

import json
from typing import Any

from minigrad.config import places
from minigrad.initializer.initializer import Initializer


def dumps(self: Initializer) -> str:
    """The lower-cased class name and the present values of the constructor's arguments, as JSON.

    >>> from minigrad import init
    >>> init.Constant(3).dumps()
    '["constant", {"value": 3}]'
    """
    own = vars(self)
    arguments = {name: own.get(place, own.get(f"_{place}")) for name, place in places(type(self), {}).items()}
    return _spelled([type(self).__name__.lower(), arguments])


def equal(self: Initializer, other: Any) -> bool:
    """Whether both have the same class and the same attributes."""
    return type(self) is type(other) and _spelled(vars(self)) == _spelled(vars(other))


def _spelled(value: Any) -> str:
    return json.dumps(value, default=lambda v: v.tolist() if hasattr(v, "tolist") else repr(v))


for _name, _given in (("dumps", dumps), ("__eq__", equal), ("__hash__", lambda self: hash(type(self)))):
    setattr(Initializer, _name, _given)  # added by name, because the core does not need them
del _name, _given
