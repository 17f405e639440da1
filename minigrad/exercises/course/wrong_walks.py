"""Walks back as they are often written, and what is wrong with each."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from minigrad.exercises.course.graphs import backward, reachable

Visit = Callable[[Any], Iterable[Any]]

EARLY = "a node passes its gradient on before all nodes that use it have given theirs."
AGAIN = "a node that is reached in two ways passes on, a second time, what it has passed on before."
REPLACED = "a gradient replaces what the other uses of a node have given; it should be added."


def walk(node: Any, order: Iterable[Any], give: Callable[[Any, Any], None]) -> None:
    """Visit the nodes in this order, each once."""
    node.grad = 1.0
    for x in order:
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            give(parent, part)


def add(parent: Any, part: Any) -> None:
    parent.grad = parent.grad + part


def put(parent: Any, part: Any) -> None:
    parent.grad = part


def add_in_place(parent: Any, part: Any) -> None:
    if isinstance(parent.grad, float):
        parent.grad = part
    else:
        parent.grad += part


def sorted_back(node: Any) -> list[Any]:
    return reachable(node)[::-1]


def met_first(node: Any, last_in: bool, turned: bool) -> list[Any]:
    """Every node once, when it is first met: in depth (a stack) or in breadth (a queue)."""
    found, seen, waiting = [], set(), deque([node])
    while waiting:
        x = waiting.pop() if last_in else waiting.popleft()
        if id(x) not in seen:
            seen.add(id(x))
            found.append(x)
            waiting.extend(x.parents[::-1] if turned else x.parents)
    return found


def marked_when_added(node: Any, last_in: bool, turned: bool) -> list[Any]:
    """The same, but a node counts as seen once it waits."""
    found, seen, waiting = [], {id(node)}, deque([node])
    while waiting:
        x = waiting.pop() if last_in else waiting.popleft()
        found.append(x)
        for parent in x.parents[::-1] if turned else x.parents:
            if id(parent) not in seen:
                seen.add(id(parent))
                waiting.append(parent)
    return found


def every_time(node: Any, give: Callable[[Any, Any], None], last_in: bool, seen: set[int] | None = None) -> None:
    """A node is visited each time that it is reached, and passes on all that it has by then."""
    node.grad = 1.0
    waiting = deque([node])
    for _ in range(200_000):  # a ladder has many ways down
        if not waiting:
            return
        x = waiting.pop() if last_in else waiting.popleft()
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            give(parent, part)
            waiting.append(parent)


for _give, _mistake, _what in ((add, "order-wrong", EARLY), (put, "assignment-for-accumulation", REPLACED)):
    for _visit in (met_first, marked_when_added):
        for _last_in in (True, False):
            for _turned in (True, False):
                backward.mistaken(_mistake, _what, *(["order-wrong"] if _give is put else []))(
                    lambda node, give=_give, visit=_visit, last_in=_last_in, turned=_turned: walk(
                        node, visit(node, last_in, turned), give
                    )
                )
    for _last_in in (True, False):
        backward.mistaken(_mistake, AGAIN, "order-wrong" if _give is put else "extra-term")(
            lambda node, give=_give, last_in=_last_in: every_time(node, give, last_in)
        )


@backward.mistaken("order-wrong", "the nodes are visited from the leaves: each should come before its parents.")
def from_the_leaves(node: Any) -> None:
    walk(node, reachable(node), add)


@backward.mistaken(
    "input-modified", "what a vjp has returned is changed in place; it may belong to others, too.", "state-shared"
)
def in_place(node: Any) -> None:
    walk(node, sorted_back(node), add_in_place)


@backward.mistaken("upstream-missing", "vjp is given 1.0 in place of the gradient of the node.")
def without_upstream(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node):
        for parent, part in zip(x.parents, x.vjp(1.0)):
            add(parent, part)


@backward.mistaken("missing-term", "the gradient of the node itself is not set to 1.0.")
def without_its_own(node: Any) -> None:
    walk(node, sorted_back(node), add)
    node.grad = 0.0


@backward.mistaken("missing-term", "the walk begins with 0, so all gradients stay 0: set the node's own to 1.0.")
def from_zero(node: Any) -> None:
    for x in sorted_back(node):
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            add(parent, part)


@backward.mistaken("missing-term", "only the parents of the node get a gradient, not those further away.")
def one_level(node: Any) -> None:
    walk(node, [node], add)


@backward.mistaken(
    "missing-term",
    "a node that is twice among the parents gets only one of its gradients.",
    "assignment-for-accumulation",
)
def each_parent_once(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node):
        for parent, part in {id(p): (p, part) for p, part in zip(x.parents, x.vjp(x.grad))}.values():
            add(parent, part)


@backward.mistaken("missing-term", "only the first parent gets a gradient.")
def first_parent(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node):
        for parent, part in list(zip(x.parents, x.vjp(x.grad)))[:1]:
            add(parent, part)


@backward.mistaken("missing-term", "the first parent gets no gradient.", "off-by-one-boundary")
def other_parents(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node):
        for parent, part in list(zip(x.parents, x.vjp(x.grad)))[1:]:
            add(parent, part)


@backward.mistaken("operands-swapped", "the gradients reach the parents in the wrong order.", "order-wrong")
def parents_turned(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node):
        for parent, part in zip(x.parents[::-1], x.vjp(x.grad)):
            add(parent, part)


@backward.mistaken("wrong-sign", "the gradient of the node itself is 1.0, not -1.0.")
def turned(node: Any) -> None:
    walk(node, sorted_back(node), add)
    for x in reachable(node):
        x.grad = -x.grad


@backward.mistaken("extra-term", "each gradient is added twice.", "wrong-factor")
def added_twice(node: Any) -> None:
    walk(node, sorted_back(node), lambda parent, part: add(parent, part + part))


@backward.mistaken("extra-term", AGAIN, "order-wrong")
def in_every_way(node: Any) -> None:
    order, stack = [], [(node, False)]
    while stack:
        x, complete = stack.pop()
        if complete:
            order.append(x)
        else:
            stack += [(x, True), *((parent, False) for parent in x.parents)]
    walk(node, order[::-1], add)


@backward.mistaken("wrong-sign", "the gradients are subtracted.")
def subtracted(node: Any) -> None:
    walk(node, sorted_back(node), lambda parent, part: setattr(parent, "grad", parent.grad - part))


@backward.mistaken("wrong-operation", "the gradients of several uses are multiplied; they should be added.")
def multiplied(node: Any) -> None:
    walk(
        node,
        sorted_back(node),
        lambda parent, part: setattr(
            parent, "grad", part if isinstance(parent.grad, float) and parent.grad == 0 else parent.grad * part
        ),
    )


@backward.mistaken("mean-for-sum", "the gradients of several uses are averaged; they should be added.", "wrong-factor")
def averaged(node: Any) -> None:
    uses: dict[int, int] = {}
    order = sorted_back(node)
    for x in order:
        for parent in x.parents:
            uses[id(parent)] = uses.get(id(parent), 0) + 1
    walk(node, order, lambda parent, part: setattr(parent, "grad", parent.grad + part / uses[id(parent)]))


@backward.mistaken("extra-term", "the gradient of the node itself counts twice: it is 1.0 afterwards.", "wrong-factor")
def two_at_the_start(node: Any) -> None:
    node.grad = 1.0
    add(node, 1.0)
    for x in sorted_back(node):
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            add(parent, part)


@backward.mistaken("missing-term", "gradients are kept for the leaves only.")
def leaves_only(node: Any) -> None:
    walk(node, sorted_back(node), add)
    for x in reachable(node):
        if x.parents:
            x.grad = 0.0


@backward.mistaken("missing-term", "the node that comes last in the walk passes nothing on.", "off-by-one-boundary")
def without_the_last(node: Any) -> None:
    inner = [x for x in sorted_back(node) if x.parents]
    walk(node, inner[:-1], add)


@backward.mistaken("missing-term", "only the first parent is followed.")
def first_way(node: Any) -> None:
    order, x = [node], node
    while x.parents:
        x = x.parents[0]
        order.append(x)
    walk(node, order, add)


@backward.mistaken("missing-term", "a node that is both parents gets only one gradient.")
def distinct_parents(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node):
        seen: set[int] = set()
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            if id(parent) not in seen:
                seen.add(id(parent))
                add(parent, part)


@backward.mistaken("extra-term", "each parent gets the gradients of all parents.", "wrong-factor")
def all_to_each(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node):
        for parent in x.parents:
            for part in x.vjp(x.grad):
                add(parent, part)


@backward.mistaken("extra-term", "every node begins with 1.0; only the node itself should.")
def ones_everywhere(node: Any) -> None:
    for x in reachable(node):
        x.grad = 1.0
    walk(node, sorted_back(node), add)


@backward.mistaken("missing-term", "leaves get no gradient.")
def no_leaves(node: Any) -> None:
    walk(node, sorted_back(node), lambda parent, part: add(parent, part) if parent.parents else None)


@backward.mistaken("axis-wrong", "gradients that are arrays are summed to numbers.", "shape-wrong")
def summed(node: Any) -> None:
    walk(node, sorted_back(node), lambda parent, part: add(parent, np.sum(part)))


@backward.mistaken("missing-term", "the node itself passes nothing on: the walk begins with it.", "off-by-one-boundary")
def without_the_first(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node)[1:]:
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            add(parent, part)


@backward.mistaken("missing-term", "no gradient is written to a node.", "state-not-updated")
def not_written(node: Any) -> None:
    pass


@backward.mistaken(
    "extra-term", "vjp has multiplied by the gradient of the node; here it multiplies once more.", "wrong-factor"
)
def multiplied_again(node: Any) -> None:
    node.grad = 1.0
    for x in sorted_back(node):
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            add(parent, part * x.grad)


@backward.mistaken("wrong-operation", "the largest of the gradients is taken; they should be added.")
def largest_use(node: Any) -> None:
    parts: dict[int, list[Any]] = {id(node): [1.0]}
    for x in sorted_back(node):
        x.grad = max(parts[id(x)], key=lambda part: float(np.sum(np.abs(part))))
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            parts.setdefault(id(parent), []).append(part)
