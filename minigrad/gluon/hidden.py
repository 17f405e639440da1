"""Blocks hidden in lists and dictionaries, where `collect_params` does not find their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minigrad.warn import warn

if TYPE_CHECKING:
    from minigrad.gluon.block import Block


def warn_of_hidden_blocks(block: Block, kind: type) -> None:
    """Warn of each attribute whose lists or dictionaries hold a block (of class `kind`) that is not a child."""
    children = set(map(id, block._children.values()))
    for name, value in vars(block).items():
        if not name.startswith("_") and any(id(b) not in children for b in held(value, kind)):
            warn(
                f"'{type(block).__name__}.{name}' holds Blocks in a {type(value).__name__}, where their parameters "
                "are not found. Add them to a nn.Sequential, or call self.register_child(block) for each."
            )


def held(value: Any, kind: type) -> list[Any]:
    """The blocks in a list, tuple or dictionary, nested ones included."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [b for item in inside for b in ([item] if isinstance(item, kind) else held(item, kind))]
