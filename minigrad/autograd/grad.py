"""Gradients as values: `grad` returns them, and can record their computation so that they can be differentiated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from minigrad.device import excursion, xp_of
from minigrad.engine.backward import check_unchanged, checked_seeds, walk
from minigrad.engine.graph import Node
from minigrad.engine.modes import Scope
from minigrad.engine.tensor import Tensor
from minigrad.errors import GraphError, UsageError
from minigrad.guarded import guarded


@guarded
def grad(
    heads: Tensor | Sequence[Tensor],
    variables: Tensor | Sequence[Tensor],
    head_grads: Tensor | Sequence[Tensor | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    train_mode: bool = True,
) -> Any:
    """The gradients of `heads` with respect to `variables`, as new Tensors; every `.grad` stays as it is.

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
    With `create_graph=True` all of them count as recorded, even constants.
    """
    heads = [heads] if isinstance(heads, Tensor) else list(heads)
    single = isinstance(variables, Tensor)
    targets = [variables] if isinstance(variables, Tensor) else list(variables)
    if not targets:
        raise UsageError("grad() got an empty list of variables; give at least one array.")
    for i, v in enumerate(targets):
        if v.node is None:
            raise GraphError(
                f"grad() cannot differentiate with respect to variable {i}: it is a constant. Call attach_grad() on it "
                "before the computation."
            )
        check_unchanged(v)
    with Scope(create_graph, train_mode), excursion:
        start = checked_seeds("grad", heads, head_grads)
        if create_graph:
            given = head_grads if isinstance(head_grads, (list, tuple)) else [head_grads] * len(heads)
            start = [_recorded(h, s, g) for h, s, g in zip(heads, start, given)]
        retain = create_graph if retain_graph is None else retain_graph
        found = walk(heads, start, retain, create_graph, {v.node for v in targets})
        result = [_answer(v, found.get(v.node), create_graph) for v in targets]
    return result[0] if single else result


def _recorded(head: Tensor, seed: Any, given: Any) -> Tensor:
    """A seed as a Tensor: a given one may have a gradient itself."""
    if not isinstance(given, Tensor):
        return Tensor(seed, head.ctx)
    return given.seen_as(Tensor).as_in_ctx(head.ctx).astype(head.dtype)


def _answer(v: Tensor, g: Any, create_graph: bool) -> Tensor:
    """A gradient as an array of its own, which the caller may change.

    With `create_graph` it counts as recorded even if it is constant: then all its derivatives are zero.
    """
    if isinstance(g, Tensor):
        y = g.astype(v.dtype).seen_as(type(v))
    else:
        v.ctx.use()
        xp = xp_of(v.data)
        y = type(v)(xp.zeros(v.shape, v.dtype) if g is None else xp.array(g, dtype=v.dtype), v.ctx)
    if create_graph and y.node is None:
        y.node = _Constant("grad", (), (), (), y, {}, [])
    return y


class _Constant(Node):
    """The node of a gradient that depends on nothing."""

    __slots__ = ()

    def pull(self, F: Any, g: Any) -> Sequence[Any]:
        return ()
