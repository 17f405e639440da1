"""The errors of a graph that would give wrong gradients: it was freed, or an array in it was changed in place.

Every change in place sets the array's version to the time of the change, and every node has the time at which it was
recorded, its number. If the version is the larger of the two, the node no longer has the values that it was computed
with. Whoever relies on them compares: `Node.__init__`, `walk` and `check_unchanged`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minigrad.errors import GraphError
from minigrad.explain import line_of

if TYPE_CHECKING:
    from minigrad.engine.graph import Node


def changed(node: Node) -> GraphError:
    """The error if something that a node saved was changed in place after it was recorded."""
    return GraphError(
        f"An array that the derivative of '{node.name}' needs was changed in place after it was used ({where(node)}). "
        "Write y = y + ... (a new value) instead of y += ... or y[:] = ..., or change a copy."
    )


def freed() -> GraphError:
    """The error if a graph is walked a second time."""
    return GraphError(
        "backward() came to a part of the graph that an earlier backward() has used and freed. Compute the loss anew "
        "inside record(), with h = h.detach() of what an earlier step has left, such as the state of an RNN; or pass "
        "retain_graph=True to the first backward()."
    )


def overwritten(node: Node) -> GraphError:
    """The error if an output is used that was changed in place, so that it is no longer what its node computed."""
    return GraphError(
        f"The result of '{node.name}' ({where(node)}) was changed in place, so what is recorded is no longer how it "
        "came about. Write y = y + ... (a new value) inside record(), or go on with y.detach() if it is now a constant."
    )


def where(node: Node) -> str:
    """Which line of the user's code recorded this node, in words."""
    return f"recorded in {line_of(node.code, node.instruction)}"
