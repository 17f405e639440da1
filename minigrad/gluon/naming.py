"""Names for blocks: `dense0_`, `dense1_`, ...; inside `with net.name_scope():`, the net's name comes first."""

from __future__ import annotations

import threading
from collections import Counter

from minigrad.arguments import shown, text
from minigrad.errors import KindError
from minigrad.gluon.parameterdict import ParameterDict


class NameScope:
    """A `with` block in which new blocks get the prefix of the scope's owner, and share the parameters it shares.

    A block whose prefix is '' has no scope of its own: names inside its `with` block are the same as outside.
    """

    def __init__(self, prefix: str, params: ParameterDict, inert: bool = False) -> None:
        self.prefix = prefix
        self.params = params
        self.count: Counter[str] = Counter()
        self._inert = inert
        self._outer: list[NameScope] = []

    def __enter__(self) -> NameScope:
        self._outer.append(_local.scope)
        if not self._inert:
            _local.scope = self
        return self

    def __exit__(self, *_: object) -> None:
        _local.scope = self._outer.pop()


_top = NameScope("", ParameterDict())
"""The scope outside all `with` blocks, in every thread."""


class _Local(threading.local):
    scope = _top


_local = _Local()


def new_names(prefix: str | None, params: ParameterDict | None, hint: str) -> tuple[str, ParameterDict]:
    """The prefix of a new block (the given one, or its class name with a number) and a dict for its parameters.

    The dict looks up missing parameters in `params`, or else among those that the enclosing block shares.
    """
    scope = _local.scope
    if prefix is None:
        own = f"{hint}{scope.count[hint]}_"
        scope.count[hint] += 1
    else:
        own = text("prefix", prefix)
    full = scope.prefix + own
    if params is not None:
        if not isinstance(params, ParameterDict):
            raise KindError(f"params={shown(params)} cannot be used; expected the params of another block")
        return full, ParameterDict(params.prefix, params)
    return full, ParameterDict(scope.params.prefix + own, scope.params.shared)
