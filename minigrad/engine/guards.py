"""What keeps gradients right: is the graph still there, and is what it saved unchanged? Else a sentence, with a line.

Every change in place gives an array a new version, the time of the change; a node knows when it was made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minigrad.errors import GraphError
from minigrad.explain import line_of

if TYPE_CHECKING:
    from minigrad.engine.graph import Node


def changed(node: Node) -> GraphError:
    """The refusal to use what a node saved, if some of it was changed in place after it was recorded."""
    return GraphError(
        f"An array that the derivative of '{node.name}' needs was changed in place after it was used ({where(node)}). "
        "Write y = y + ... (a new value) instead of y += ... or y[:] = ..., or change a copy."
    )


def freed() -> GraphError:
    """The refusal to walk a graph twice."""
    return GraphError(
        "backward() came to a part of the graph that an earlier backward() has used and freed. Compute the loss anew "
        "inside record(), or pass retain_graph=True to the first backward()."
    )


def overwritten(node: Node) -> GraphError:
    """The refusal to go on with an output that is no longer what the operation computed."""
    return GraphError(
        f"The result of '{node.name}' ({where(node)}) was changed in place, so what is recorded is no longer how it "
        "came about. Write y = y + ... (a new value) inside record(), or go on with y.detach() if it is now a constant."
    )


def where(node: Node) -> str:
    """The user's line that recorded this node."""
    return f"recorded in {line_of(node.code, node.instruction)}"
