"""Names for blocks: `dense0_`, `dense1_` ... at the top, and inside `with net.name_scope():` under the name of the net."""

from __future__ import annotations

import threading
from collections import Counter
from types import TracebackType


class _Local(threading.local):
    scope: NameScope | None = None


_local = _Local()
_top: Counter[str] = Counter()


class NameScope:
    """A `with` block in which new blocks are named under `prefix`."""

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix
        self._count: Counter[str] = Counter()
        self._outer: list[NameScope | None] = []

    def __enter__(self) -> None:
        self._outer.append(_local.scope)
        _local.scope = self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _local.scope = self._outer.pop()


def new_prefix(prefix: str | None, hint: str) -> str:
    """The prefix of a new block: what was asked for, or the class name with a number, under the current scope."""
    scope = _local.scope
    count = _top if scope is None else scope._count
    if prefix is None:
        prefix = f"{hint}{count[hint]}_"
        count[hint] += 1
    return prefix if scope is None else scope.prefix + prefix
