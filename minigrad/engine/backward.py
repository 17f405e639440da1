"""The backward pass: gradients passed back through the recorded graph, from the newest node to the oldest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import numpy

from minigrad.autograd.anomaly import look_backward
from minigrad.device import excursion, ones, xp_of
from minigrad.engine.clock import touched
from minigrad.engine.graph import Node
from minigrad.engine.modes import Scope, state
from minigrad.engine.tensor import Tensor
from minigrad.errors import DTypeError, GraphError, KeywordError, ShapeError, UsageError

_number = attrgetter("number")


def backward(
    heads: Tensor | Sequence[Tensor],
    head_grads: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool = False,
    train_mode: bool = True,
) -> None:
    """Pass gradients back from `heads` to every attached array that they were computed from.

    Let `b = a + a` and `c = b + b`: a diamond, twice. The gradient of `c` reaches `b` along two edges, and only their
    sum, 2, may travel on to `a`; an engine that goes on too early gets 2 or 3 instead of 4. So nodes are visited from
    the newest to the oldest: when a node's turn comes, everything computed from it has been visited, and its gradient
    is complete.

    >>> from minigrad import np, autograd
    >>> a = np.array(1.0)
    >>> a.attach_grad()
    >>> with autograd.record():
    ...     b = a + a
    ...     c = b + b
    >>> c.backward()
    >>> a.grad
    array(4.)

    `head_grads` are the gradients of some further scalar by the heads (ones if absent). The graph is freed on the way
    unless `retain_graph`. Raises GraphError if nothing was recorded, if the graph is gone, or if a value that it needs
    was changed in place.
    """
    heads = [heads] if isinstance(heads, Tensor) else list(heads)
    with Scope(False, train_mode), excursion:
        seeds = _seeds("backward", heads, head_grads, create_graph=False)
        state.averaged = False
        for h in heads:
            if h.data.size == 1 and type(h.node) is Node and _is_mean(h.node):
                state.averaged = True
        walk(heads, seeds, retain_graph, create_graph=False, wanted=None)


def grad(
    heads: Tensor | Sequence[Tensor],
    variables: Tensor | Sequence[Tensor],
    head_grads: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    train_mode: bool = True,
) -> Any:
    """The gradients of `heads` by `variables`, as new Tensors; every `.grad` stays as it is.

    With `create_graph=True` the backward pass is recorded, so that the result can be differentiated again:

    >>> from minigrad import np, autograd
    >>> x = np.array(2.0)
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = x**3
    ...     slope = autograd.grad(y, x, create_graph=True)   # 3 x^2
    >>> slope.backward()
    >>> slope, x.grad                                        # and 6 x
    (array(12.), array(12.))

    Returns one Tensor for a single variable, a list for a list; zeros for a variable that the heads do not depend on.
    With `create_graph=True` all of them count as recorded, constants too.
    """
    heads = [heads] if isinstance(heads, Tensor) else list(heads)
    single = isinstance(variables, Tensor)
    targets = [variables] if isinstance(variables, Tensor) else list(variables)
    if not targets:
        raise UsageError("grad() got an empty list of variables; name at least one array to differentiate by.")
    for i, v in enumerate(targets):
        if v.node is None:
            raise GraphError(
                f"grad() cannot differentiate by variable {i}: it is a constant. Call attach_grad() on it before the "
                "computation."
            )
        _check_head(v)
    retain = create_graph if retain_graph is None else retain_graph
    with Scope(create_graph, train_mode), excursion:
        seeds = _seeds("grad", heads, head_grads, create_graph)
        found = walk(heads, seeds, retain, create_graph, {v.node for v in targets})
        result = [_answer(v, found.get(v.node), create_graph) for v in targets]
    return result[0] if single else result


def _answer(v: Tensor, g: Any, create_graph: bool) -> Tensor:
    """A gradient as an array of its own, which the caller may change.

    With `create_graph` it counts as recorded even if it is constant: then it is a node without inputs, and its
    derivative by anything is zero.
    """
    if isinstance(g, Tensor):
        y = g.copy()
    else:
        v.ctx.use()
        xp = xp_of(v.data)
        y = Tensor(xp.zeros(v.shape, v.dtype) if g is None else xp.array(g, dtype=v.dtype), v.ctx)
    if create_graph and y.node is None:
        y.node = Node(readings.OPS["copy"], (), [], (), None, y)
    return y


def _is_mean(node: Node) -> bool:
    return node.op is not None and node.op.name == "mean"


def walk(
    heads: Iterable[Tensor],
    seeds: Iterable[Any],
    retain_graph: bool,
    create_graph: bool,
    wanted: set[Any] | None,
    farther: bool = True,
) -> dict[Any, Any]:
    """The backward pass. Gradients go to `Leaf.receive`, or, if `wanted` nodes are named, are returned by node.

    A wanted node may have another one behind it, so the pass goes on there, unless told not to go `farther`.
    """
    nodes = _reached(heads, set() if wanted is None or farther else wanted)
    for node in nodes:
        node.check()  # all, before anything is written
    grads: dict[Any, Any] = {}  # as far as they are known, of nodes that wait for their turn, and of leaves
    F = readings.recorded() if create_graph else None  # else it is that of a node's array module
    for head, seed in zip(heads, seeds):
        _add(F, grads, head.node, seed)
    ctx, before = None, touched[0]
    found: dict[Any, Any] = {}
    while nodes:
        node = nodes.pop()
        g = grads.pop(node)
        if g.dtype is not node.dtype:  # until all parts were there it was kept in a wider one
            g = g.astype(node.dtype, copy=False)
        if wanted is not None and node in wanted:
            found[node] = g
            if not farther:
                continue
        if touched[0] != before:  # a backward() of the user's own has changed something
            node.check()
        if node.ctx is not ctx and not create_graph:
            ctx, F = node.ctx, readings.raw(xp_of(g))
            ctx.use()
        try:
            _pass_on(F, g, node, node.tensors(F) if create_graph else node.kept, grads, wanted is None)
        except Exception as error:
            error.add_note(f"This happened in the backward pass of '{node.op.name}', {node.where}.")
            raise
        if not retain_graph:
            node.free()
    if wanted is not None:
        found.update((leaf, g.astype(leaf.dtype, copy=False)) for leaf, g in grads.items() if leaf in wanted)
        return found
    for leaf, g in grads.items():
        if leaf.ctx is not ctx:
            ctx = leaf.ctx
            ctx.use()
        leaf.receive(g)
    return found


def _pass_on(F: Any, g: Any, node: Node, kept: list[Any], grads: dict[Any, Any], straight: bool) -> None:
    """From the gradient `g` of its output, give each input of an operation its part, in `grads`.

    If leaves are to receive theirs, it goes `straight` into the array where they keep it, if it can be computed there.
    """
    op = node.op
    anomalies = state.anomalies
    if op.joint is not None:
        places = [parent.lend(g, grads) if straight else None for parent in node.parents]
        parts = op.joint.function(F, g, kept, places)
        for parent, place, part in zip(node.parents, places, parts):
            if part is not place:
                _add(F, grads, parent, part, place)
        if anomalies:
            for i, part in zip(node.tracked, parts):
                look_backward(node, i, g, part)
        return
    if op.shared is not None:
        g = op.shared.function(F, g, *op.shared.find(kept))
    for i, parent in zip(node.tracked, node.parents):
        vjp = op.vjps[i]
        if vjp.takes_like:
            kept[-3] = parent
        place = parent.lend(g, grads) if straight and vjp.takes_out else None
        asked = vjp.find(kept)
        part = vjp.function(F, g, *asked) if place is None else vjp.function(F, g, *asked, out=place)
        if part is not place:
            _add(F, grads, parent, part, place)
        if anomalies:
            look_backward(node, i, g, part)


def _reached(heads: Iterable[Tensor], ends: set[Any]) -> list[Node]:
    """All nodes that the heads were computed from, up to the `ends`; the youngest, with the largest number, last."""
    found: set[Node] = set()
    waiting = [head.node for head in heads]
    while waiting:
        node = waiting.pop()
        if type(node) is Node and node not in found:
            found.add(node)
            if node not in ends:
                waiting += node.parents
    return sorted(found, key=_number)


def _add(F: Any, grads: dict[Any, Any], node: Any, part: Any, place: Any = None) -> None:
    """Accumulate one part of the gradient of a node. It may have been lent a place that it did not use."""
    if part.dtype is not node.dtype and part.dtype.kind == "c" and node.dtype.kind == "f":
        part = F.real(part)
    if part.shape != node.shape:
        part = _fit(F, part, node.shape)
    if node in grads and place is None:
        with node.ctx:
            grads[node] = widened(grads[node]) + part
    else:
        grads[node] = part


def _fit(F: Any, g: Any, shape: tuple[int, ...]) -> Any:
    """A gradient in the shape of its value: summed where the value was broadcast, or repeated."""
    if g.ndim > len(shape):
        g = F.sum(g, tuple(range(g.ndim - len(shape))), wide(g.dtype))
    stretched = tuple(i for i, n in enumerate(shape[len(shape) - g.ndim :]) if n == 1 and g.shape[i] != 1)
    if stretched:
        g = F.sum(g, stretched, wide(g.dtype), True)
    return g if g.shape == shape else F.broadcast_to(g, shape)


def _seeds(caller: str, heads: Sequence[Tensor], head_grads: Any, create_graph: bool) -> list[Any]:
    """The gradients to start from, one for each head, checked; raw unless the backward pass is recorded."""
    if not heads:
        raise UsageError(f"{caller}() got an empty list of heads; name at least one array to start from.")
    if not isinstance(head_grads, (list, tuple)):
        head_grads = [None] * len(heads) if head_grads is None else [head_grads]
    if len(head_grads) != len(heads):
        raise UsageError(
            f"{caller}() got {len(heads)} heads but {len(head_grads)} head gradients; give one for each, or None."
        )
    seeds = []
    for head, g in zip(heads, head_grads):
        if not isinstance(head, Tensor):
            raise KeywordError(f"{caller}() starts from arrays, but got a {type(head).__name__}; pass the loss itself.")
        data = head.data
        if head.node is None:
            raise GraphError(
                f"{caller}() was called on a value that was not recorded. Compute it inside `with autograd.record():` "
                "from at least one array that has called attach_grad() (or from a network's parameters)."
            )
        if data.dtype.kind == "c":
            raise DTypeError(
                f"{caller}() was called on {data.dtype}, but a gradient is that of real numbers; take np.real(y), "
                "np.imag(y) or np.abs(y) first."
            )
        _check_head(head)
        head.ctx.use()
        if g is None:
            one = ones(xp_of(data), data.shape, data.dtype)
            seeds.append(Tensor(one, head.ctx) if create_graph else one)
            continue
        if not isinstance(g, Tensor):
            g = Tensor(head.ctx.put(numpy.asarray(g)), head.ctx)
        if g.shape != head.shape:
            raise ShapeError(
                f"The head gradient has shape {g.shape} but the value has shape {head.shape}; they must be equal."
            )
        g = g if g.dtype == head.dtype else g.astype(head.dtype)
        seeds.append(g if create_graph else xp_of(g.data).array(g.data))  # a copy: it may be the place of a gradient
    return seeds


def _check_head(x: Tensor) -> None:
    """Refuse to start from, or end at, a value that is no longer what was recorded."""
    node = x.node
    if type(node) is Node and x.version[0] > node.number:
        raise node.overwritten()


# Operations record themselves with what is here, and are read here: a circle, closed last.
from minigrad.dtypes import wide, widened  # noqa: E402
from minigrad.engine import operation as readings  # noqa: E402
