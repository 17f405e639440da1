"""MXNet's symbols, graphs without values. minigrad has none; the error says what to do instead."""

from typing import Any

from minigrad.errors import AbsentError


class Symbol:
    """A name for annotations, such as `def hybrid_forward(self, F, x: sym.Symbol)`. It has no instances."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        raise _absent("Symbol")


def _absent(name: str) -> AbsentError:
    return AbsentError(
        f"minigrad has no symbols, so there is no sym.{name}: a network is called on arrays, hybridized or not. "
        "Call it on an array of the right shape, for instance nd.zeros(...)."
    )


def __getattr__(name: str) -> Any:
    raise _absent(name)
