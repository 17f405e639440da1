"""The halves of a step, `allreduce_grads` and `update`, that a Trainer with a store refuses."""

from __future__ import annotations

from minigrad.errors import UsageError


def refuse(name: str, on_store: bool, summed: bool, places: int) -> None:
    """UsageError if this half cannot be done now; `places` is the number of devices of all workers."""
    if on_store:
        raise UsageError(
            f"{name}() is half a step, but here the store does both halves; use step(), or update_on_kvstore=False."
        )
    if name == "update" and places > 1 and not summed:
        raise UsageError(
            f"update() is the second half of a step, but the gradients of {places} devices have not been summed; call "
            "allreduce_grads() first. (With kvstore=None each device steps with its own.)"
        )
