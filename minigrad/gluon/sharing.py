"""Sharing: two blocks that learn the same parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from minigrad.errors import ShapeError, UsageError
from minigrad.gluon.parameter import Parameter
from minigrad.gluon.parameterdict import ParameterDict
from minigrad.guarded import guarded

if TYPE_CHECKING:
    from minigrad.gluon.block import Block


@guarded
def share(block: Block, shared: Mapping[str, Parameter]) -> None:
    """Put each parameter where its name belongs; nothing changes unless every name belongs somewhere."""
    lead = shared.prefix if isinstance(shared, ParameterDict) else ""
    given = {name.removeprefix(lead): parameter for name, parameter in shared.items()}
    places = {}
    for name, place in _places(block, ""):
        places[name] = places[place[1].name.removeprefix(block.prefix)] = place
    for name, parameter in given.items():
        if name not in places:
            has = ", ".join(n for n, _ in block.structure())
            raise UsageError(f"'{block.name}' has no parameter '{name}' to share; it has {has or 'none'}.")
        ours, theirs = places[name][1].shape, parameter.shape
        if ours and theirs and (len(ours) != len(theirs) or any(a and b and a != b for a, b in zip(ours, theirs))):
            raise ShapeError(f"Parameter '{name}' has shape {ours} in '{block.name}', but shape {theirs} to share.")
    for name, parameter in given.items():
        owner, _, attribute = places[name]
        setattr(owner, attribute, parameter)


def _places(block: Block, prefix: str) -> list[tuple[str, tuple[Block, Parameter, str]]]:
    """Each parameter's structural name, and the block and attribute that hold it."""
    found = [(prefix + name, (block, p, name)) for name, p in block._own.items()]
    for name, child in block._children.items():
        found += _places(child, f"{prefix}{name}.")
    return found
