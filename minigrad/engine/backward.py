"""The backward pass: gradients pulled back through the recorded graph, from the newest node to the oldest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import numpy

from minigrad.device import excursion, ones, xp_of
from minigrad.dtypes import wide, widened
from minigrad.engine.graph import Leaf, Node, Piece
from minigrad.engine.guards import changed, freed, overwritten, where
from minigrad.engine.modes import Scope, state
from minigrad.engine.registry import raw, recorded
from minigrad.errors import DTypeError, GraphError, KeywordError, ShapeError, UsageError
from minigrad.explain import EXPLAINED, explained

if TYPE_CHECKING:
    from minigrad.engine.tensor import Tensor


def backward(
    heads: Tensor | Sequence[Tensor],
    head_grads: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool = False,
    train_mode: bool = True,
) -> None:
    """Pass gradients back from `heads` to every attached array that they were computed from.

    Let `b = a + a` and `c = b + b`: a diamond, twice. The gradient of `c` reaches `b` along two edges, and only their
    sum, 2, may travel on to `a`. An engine that does not wait for both parts gets 2 instead of 4 (it passes on
    only the first), or 6 (it passes on the first, and then their sum). So nodes are visited from the newest to the
    oldest: when a node's turn comes, everything computed from it has been visited, and its gradient is complete.

    >>> from minigrad import np, autograd
    >>> a = np.array(1.0)
    >>> a.attach_grad()
    >>> with autograd.record():
    ...     b = a + a
    ...     c = b + b
    >>> c.backward()
    >>> a.grad
    array(4.)

    `head_grads` are the gradients of a further scalar with respect to the heads (ones if absent). The graph is freed
    along the way unless `retain_graph` is set. Raises GraphError if nothing was recorded, if the graph was freed, or if
    a value that it needs was changed in place; then no `.grad` has changed.
    """
    heads = list(heads) if isinstance(heads, (list, tuple)) else [heads]  # type: ignore[list-item]
    with Scope(False, train_mode), excursion:
        start = checked_seeds("backward", heads, head_grads)
        # Which leaves get the gradient of a mean? A Trainer warns before it divides that by the batch size once more.
        means = [head for head in heads if head.data.size == 1 and head.node.name == "mean"]
        mixed = 0 < len(means) < len(heads)
        averaged = {parent for node in toposort(means, ()) for parent in node.parents} if mixed else ()
        ctx = None
        for leaf, g in walk(heads, start, retain_graph).items():
            if leaf.ctx is not ctx:
                ctx = leaf.ctx
                ctx.use()
            leaf.receive(g, leaf in averaged if mixed else bool(means))


def walk(
    heads: Iterable[Tensor],
    seeds: Iterable[Any],
    retain_graph: bool = False,
    create_graph: bool = False,
    wanted: Collection[Any] = (),
    beyond: bool = True,
) -> dict[Any, Any]:
    """The gradients of all leaves that the heads were computed from, and of the `wanted` nodes, by node.

    `seeds` are the gradients of the heads. The walk continues `beyond` a wanted node, since there may be other wanted
    nodes behind it, unless told not to. The gradient of a leaf may have a wider dtype than the leaf.
    """
    nodes = toposort(heads, () if beyond else wanted)
    found: dict[Any, Any] = {}
    grads: dict[Any, Any] = {}  # sums so far, of leaves and of nodes whose turn has not come
    own: set[Any] = set()  # those whose sum nothing else refers to, so that slices can be added in place
    F = recorded() if create_graph else None
    observers = state.observers
    for head, seed in zip(heads, seeds):
        add(F, grads, own, head.node, seed)
    ctx = None
    while nodes:
        node = nodes.pop()
        g = grads.pop(node)
        if g.dtype is not node.dtype:  # its parts were added up in a wider dtype
            g = g.astype(node.dtype, copy=False)
        if node in wanted:
            found[node] = g
            if not beyond:
                continue
        for version in node.versions:
            if version[0] > node.number:
                raise changed(node)
        if node.ctx is not ctx and not create_graph:
            ctx, F = node.ctx, raw(xp_of(g))
            ctx.use()
        try:
            parts = node.pull(F, g)
            for observer in observers:
                observer.pulled(node, g, parts)
        except Exception as error:
            error.add_note(f"This happened in the backward pass of '{node.name}', {where(node)}.")
            raise
        for parent, part in zip(node.parents, parts):
            add(F, grads, own, parent, part)
        if not retain_graph:
            node.free()
        elif not create_graph:
            node.gradient = g  # for `autograd.draw`
    return found | grads  # every node has had its turn, so only leaves are left in `grads`


def toposort(heads: Iterable[Tensor], ends: Collection[Any]) -> list[Node]:
    """All nodes that the heads were computed from, back to the `ends`: oldest first, which is topological order."""
    found: set[Node] = set()
    waiting = [head.node for head in heads]
    while waiting:
        node = waiting.pop()
        if type(node) is Leaf or node in found:
            continue
        found.add(node)
        if node not in ends:
            if node.parents is None:
                raise freed()
            waiting += node.parents
    return sorted(found, key=attrgetter("number"))


def add(F: Any, grads: dict[Any, Any], own: set[Any], node: Any, part: Any) -> None:
    """Add one part to the gradient of a node. Several parts are added up in a wider dtype (float16 in float32).

    The part of a slice is added in place: n slices of an array then cost as much as one array of its size, not n.
    """
    if part.shape != node.shape or part.dtype is not node.dtype:
        if type(part) is not Piece:
            part = unbroadcast(F, part, node)
        elif node in own and node.shape:  # the sum of arrays without axes is a number, which cannot be changed
            with node.ctx:
                grads[node] = whole = widened(grads[node])
                whole[part.key] += part.values
            return
        else:
            own.add(node)
            part = F.put_back(part.values, part.key, part.shape)
    if node in grads:
        with node.ctx:
            part = widened(grads[node]) + part
    grads[node] = part


def unbroadcast(F: Any, g: Any, node: Any) -> Any:
    """A gradient in the shape of its node: summed over broadcast axes, or itself broadcast; real if the node is."""
    if g.dtype.kind == "c" and node.dtype.kind == "f":
        g = F.real(g)
    shape = node.shape
    if g.ndim > len(shape):
        g = F.sum(g, tuple(range(g.ndim - len(shape))), wide(g.dtype))
    stretched = tuple(i for i, n in enumerate(shape[len(shape) - g.ndim :]) if n == 1 and g.shape[i] != 1)
    if stretched:
        g = F.sum(g, stretched, wide(g.dtype), True)
    return g if g.shape == shape else F.broadcast_to(g, shape)


def checked_seeds(caller: str, heads: Sequence[Tensor], head_grads: Any) -> list[Any]:
    """The raw gradients to start from, one for each head: ones, or copies of those given. All are checked first."""
    if not heads:
        raise UsageError(f"{caller}() got an empty list of heads; name at least one array to start from.")
    given = head_grads if isinstance(head_grads, (list, tuple)) else [head_grads]
    given = [None] * len(heads) if head_grads is None else given
    if len(given) != len(heads):
        raise UsageError(
            f"{caller}() got {len(heads)} heads but {len(given)} head gradients; give one for each, or None."
        )
    return [_seed(caller, head, g) for head, g in zip(heads, given)]


def _seed(caller: str, head: Tensor, g: Any) -> Any:
    """The raw gradient to start from at one head, if both can be used."""
    if not hasattr(head, "node"):
        raise KeywordError(
            f"{caller}() starts from arrays, not a value of type {type(head).__name__}; pass the loss itself."
        )
    data = head.data
    if head.node is None:
        raise GraphError(
            f"{caller}() was called on a value that was not recorded. Compute it inside `with autograd.record():` "
            "from at least one array on which attach_grad() was called (or from a network's parameters). To go "
            "back through a gradient, take that with create_graph=True."
        )
    head.ctx.use()
    try:
        g = None if g is None else head.ctx.put(g.data if hasattr(g, "node") else numpy.asarray(g))
    except EXPLAINED as error:  # rows of unequal length
        raise explained(f"{caller}()", error, {"head gradient": g}) from None
    for a, role in ((data, "on"), (g, "with")):
        if a is not None and a.dtype.kind not in "biuf":
            use = "; take np.real(y), np.imag(y) or np.abs(y) first." if a.dtype.kind == "c" else "."
            raise DTypeError(f"{caller}() was called {role} {a.dtype}, but only real numbers have a gradient{use}")
    check_unchanged(head)
    if g is not None and g.shape != data.shape:
        raise ShapeError(
            f"The head gradient has shape {g.shape} but the value has shape {data.shape}; they must be equal."
        )
    xp = xp_of(data)  # a given gradient is copied: it may be a `.grad`, which the pass replaces
    return ones(xp, data.shape, data.dtype) if g is None else xp.array(g, dtype=data.dtype)


def check_unchanged(x: Tensor) -> None:
    """Raise if an array at which a walk starts or ends was changed in place after it was recorded."""
    if isinstance(x.node, Node) and x.version[0] > x.node.number:
        raise overwritten(x.node)
