"""The errors for a graph that would give wrong gradients: it was freed, or an array in it was changed in place.

Every change in place sets the array's version to the time of the change. Every node's number is the time at which it
was recorded. If the version is larger, the node no longer has the values that it was computed with. The code that
relies on them compares the two: `Node.__init__`, `walk` and `check_unchanged`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minigrad.errors import GraphError
from minigrad.explain import line_of

if TYPE_CHECKING:
    from minigrad.engine.graph import Node


def changed(node: Node) -> GraphError:
    """The error if an array that a node saved was changed in place after the node was recorded."""
    return GraphError(
        f"An array that the derivative of '{node.name}' needs was changed in place after it was used ({where(node)}). "
        "Write y = y + ... (a new value) instead of y += ... or y[:] = ..., or change a copy."
    )


def freed() -> GraphError:
    """The error if a graph is walked a second time."""
    return GraphError(
        "backward() reached a part of the graph that an earlier backward() used and freed. Compute the loss again "
        "inside record(); detach what an earlier step left, such as the state of an RNN: h = h.detach(); or pass "
        "retain_graph=True to the first backward()."
    )


def overwritten(node: Node) -> GraphError:
    """The error if an output is used after a change in place, when it is no longer what its node computed."""
    return GraphError(
        f"The result of '{node.name}' ({where(node)}) was changed in place, so the record no longer says how it was "
        "computed. Write y = y + ... (a new value) inside record(), or use y.detach() if it is now a constant."
    )


def where(node: Node) -> str:
    """Which line of the user's code recorded this node, in words."""
    return f"recorded in {line_of(node.code, node.instruction)}"
