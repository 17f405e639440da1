"""MXNet's symbols, graphs without values. minigrad has none; the error says what to do instead."""

from typing import Any

from minigrad.errors import AbsentError


def __getattr__(name: str) -> Any:
    raise AbsentError(
        f"minigrad has no symbols, so there is no sym.{name}: a network is called on arrays, hybridized or not. "
        "Call it on an array of the right shape, for instance nd.zeros(...)."
    )
