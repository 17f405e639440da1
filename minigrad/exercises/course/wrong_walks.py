"""Backward passes as they are often written, and what is wrong with each."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import numpy as np

from minigrad.exercises.course.graphs import backward, reachable

EARLY = "a node passes its gradient on before all nodes that use it have contributed."
AGAIN = "a node that is reached by two paths passes on, a second time, what it has already passed on."
REPLACED = "a gradient replaces those from a node's other uses; it should be added to them."


def add(parent: Any, part: Any) -> None:
    parent.grad = parent.grad + part


def put(parent: Any, part: Any) -> None:
    parent.grad = part


def add_in_place(parent: Any, part: Any) -> None:
    if isinstance(parent.grad, float):
        parent.grad = part
    else:
        parent.grad += part


def multiply(parent: Any, part: Any) -> None:
    parent.grad = part if isinstance(parent.grad, float) and parent.grad == 0 else parent.grad * part


def back(node: Any) -> list[Any]:
    """The right order."""
    return reachable(node)[::-1]


def parts_of(x: Any) -> list[tuple[Any, Any]]:
    """Each parent of a node, with the gradient it should get."""
    return list(zip(x.parents, x.vjp(x.grad)))


def walk(
    node: Any, order: Iterable[Any] | None = None, give: Callable[[Any, Any], None] = add,
    parts: Callable[[Any], Iterable[tuple[Any, Any]]] = parts_of, start: float = 1.0,
) -> None:  # fmt: skip
    """The right walk, except for what is passed in: the order, how a part is added, the parts, the first gradient."""
    node.grad = start
    for x in back(node) if order is None else order:
        for parent, part in parts(x):
            give(parent, part)


def met_first(node: Any, last_in: bool, turned: bool) -> list[Any]:
    """Every node once, when it is first met: depth first (a stack) or breadth first (a queue)."""
    found, seen, waiting = [], set(), deque([node])
    while waiting:
        x = waiting.pop() if last_in else waiting.popleft()
        if id(x) not in seen:
            seen.add(id(x))
            found.append(x)
            waiting.extend(x.parents[::-1] if turned else x.parents)
    return found


def marked_when_added(node: Any, last_in: bool, turned: bool) -> list[Any]:
    """The same, but a node counts as seen once it is waiting."""
    found, seen, waiting = [], {id(node)}, deque([node])
    while waiting:
        x = waiting.pop() if last_in else waiting.popleft()
        found.append(x)
        for parent in x.parents[::-1] if turned else x.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                waiting.append(parent)
    return found


def every_time(node: Any, give: Callable[[Any, Any], None], last_in: bool) -> None:
    """A node is visited each time it is reached, and passes on all it has so far."""
    node.grad = 1.0
    waiting = deque([node])
    for _ in range(200_000):  # a ladder has many paths down
        if not waiting:
            return
        x = waiting.pop() if last_in else waiting.popleft()
        for parent, part in parts_of(x):
            give(parent, part)
            waiting.append(parent)


def average(node: Any) -> None:
    order = back(node)
    uses = Counter(id(parent) for x in order for parent in x.parents)
    walk(node, order, lambda parent, part: add(parent, part / uses[id(parent)]))


def keep_leaves_only(node: Any) -> None:
    walk(node)
    for x in reachable(node):
        if x.parents:
            x.grad = 0.0


def follow_first_parents(node: Any) -> None:
    order = [node]
    while order[-1].parents:
        order.append(order[-1].parents[0])
    walk(node, order)


def begin_with_ones(node: Any) -> None:
    for x in reachable(node):
        x.grad = 1.0
    walk(node)


def lose_its_own(node: Any) -> None:
    walk(node)
    node.grad = 0.0


def turn_all(node: Any) -> None:
    walk(node)
    for x in reachable(node):
        x.grad = -x.grad


def in_every_way(node: Any) -> list[Any]:
    """The right order, except that a node reached by several paths appears once for each."""
    order, stack = [], [(node, False)]
    while stack:
        x, complete = stack.pop()
        if complete:
            order.append(x)
        else:
            stack += [(x, True), *((parent, False) for parent in x.parents)]
    return order[::-1]


def take_largest_use(node: Any) -> None:
    parts: dict[int, list[Any]] = {id(node): [1.0]}
    for x in back(node):
        x.grad = max(parts[id(x)], key=lambda part: float(np.sum(np.abs(part))))
        for parent, part in parts_of(x):
            parts.setdefault(id(parent), []).append(part)


for _give, _mistake, _what in ((add, "order-wrong", EARLY), (put, "assignment-for-accumulation", REPLACED)):
    for _visit, *_how in product((met_first, marked_when_added), (True, False), (True, False)):
        backward.mistaken(_mistake, _what, *(["order-wrong"] if _give is put else []))(
            lambda node, give=_give, visit=_visit, how=_how: walk(node, visit(node, *how), give)
        )
    for _last_in in (True, False):
        backward.mistaken(_mistake, AGAIN, "order-wrong" if _give is put else "extra-term")(
            lambda node, give=_give, last_in=_last_in: every_time(node, give, last_in)
        )

WALKS: list[tuple[str, str, Callable[[Any], Any]]] = [
    ("order-wrong", "the nodes are visited from the leaves: each should come before its parents.",
     lambda node: walk(node, reachable(node))),
    ("input-modified, state-shared", "an array that a vjp returned is changed in place; it may belong to others.",
     lambda node: walk(node, give=add_in_place)),
    ("upstream-missing", "vjp gets 1.0 instead of the gradient of the node.",
     lambda node: walk(node, parts=lambda x: zip(x.parents, x.vjp(1.0)))),
    ("missing-term", "the gradient of the node itself is not set to 1.0.", lose_its_own),
    ("missing-term", "the walk starts with 0, so all gradients stay 0: set the node's own to 1.0.",
     lambda node: walk(node, start=0.0)),
    ("missing-term", "only the parents of the node get a gradient, not those further away.",
     lambda node: walk(node, [node])),
    ("missing-term, assignment-for-accumulation",
     "a node that is among the parents twice gets only one of its gradients.",
     lambda node: walk(node, parts=lambda x: {id(p): (p, part) for p, part in parts_of(x)}.values())),
    ("missing-term", "only the first parent gets a gradient.",
     lambda node: walk(node, parts=lambda x: parts_of(x)[:1])),
    ("missing-term, off-by-one-boundary", "the first parent gets no gradient.",
     lambda node: walk(node, parts=lambda x: parts_of(x)[1:])),
    ("operands-swapped, order-wrong", "the gradients reach the parents in the wrong order.",
     lambda node: walk(node, parts=lambda x: zip(x.parents[::-1], x.vjp(x.grad)))),
    ("wrong-sign", "the gradient of the node itself should be 1.0, not -1.0.", turn_all),
    ("extra-term, wrong-factor", "each gradient is added twice.",
     lambda node: walk(node, give=lambda parent, part: add(parent, part + part))),
    ("extra-term, order-wrong", AGAIN, lambda node: walk(node, in_every_way(node))),
    ("wrong-sign", "the gradients are subtracted.",
     lambda node: walk(node, give=lambda parent, part: add(parent, -part))),
    ("wrong-operation", "the gradients of several uses are multiplied; they should be added.",
     lambda node: walk(node, give=multiply)),
    ("mean-for-sum, wrong-factor", "the gradients of several uses are averaged; they should be added.", average),
    ("extra-term, wrong-factor", "the gradient of the node itself counts twice: it should be 1.0 afterwards.",
     lambda node: walk(node, start=2.0)),
    ("missing-term", "gradients are kept for the leaves only.", keep_leaves_only),
    ("missing-term, off-by-one-boundary", "the node that comes last in the walk passes nothing on.",
     lambda node: walk(node, [x for x in back(node) if x.parents][:-1])),
    ("missing-term", "only the first parent is followed.", follow_first_parents),
    ("missing-term", "a node that is both parents gets only one gradient.",
     lambda node: walk(node, parts=lambda x: {id(p): (p, part) for p, part in parts_of(x)[::-1]}.values())),
    ("extra-term, wrong-factor", "each parent gets the gradients of all parents.",
     lambda node: walk(node, parts=lambda x: product(x.parents, x.vjp(x.grad)))),
    ("extra-term", "every node starts with 1.0; only the node itself should.", begin_with_ones),
    ("missing-term", "leaves get no gradient.",
     lambda node: walk(node, give=lambda parent, part: add(parent, part) if parent.parents else None)),
    ("axis-wrong, shape-wrong", "gradients that are arrays are summed to numbers.",
     lambda node: walk(node, give=lambda parent, part: add(parent, np.sum(part)))),
    ("missing-term, off-by-one-boundary", "the node itself passes nothing on: the walk should start with it.",
     lambda node: walk(node, back(node)[1:])),
    ("missing-term, state-not-updated", "no gradient is written to a node.", lambda node: None),
    ("extra-term, wrong-factor", "vjp already multiplies by the gradient of the node; here it multiplies once more.",
     lambda node: walk(node, parts=lambda x: [(p, part * x.grad) for p, part in parts_of(x)])),
    ("wrong-operation", "the largest of the gradients is taken; they should be added.", take_largest_use),
]  # fmt: skip
"""(ids, what is wrong, the walk)."""

for _ids, _what, _run in WALKS:
    _mistake, *_also = _ids.split(", ")
    backward.mistaken(_mistake, _what, *_also)(_run)
