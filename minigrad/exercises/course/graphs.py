"""The graph: an order in which to visit its nodes, and the backward pass."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy

from minigrad.exercises.exercise import Symptom, exercise
from minigrad.exercises.outcome import Outcome
from minigrad.exercises.probes import Arguments, Probe

LESSON = "02-autograd-from-nothing"
DEEP = 50_000


class Node:
    """A node of a probe: parent number i gets `weights[i] * g`, or g itself where the weight is None.

    `given` are the arrays that vjp returned, each with a copy; `everything` are the nodes reachable
    from the last one, each with a copy of its parents.
    """

    given: list[tuple[Any, Any]] | tuple[()] = ()
    everything: list[tuple[Node, list[Node]]]

    def __init__(self, parents: Sequence[Node] = (), weights: Sequence[Any] = ()) -> None:
        self.parents, self.weights, self.grad = list(parents), weights, 0.0

    def noted(self, order: Sequence[Node] = ()) -> Node:
        """The node itself, after noting all nodes below it, which may be passed in order."""
        self.everything = [(x, list(x.parents)) for x in order or reachable(self)]
        return self

    def vjp(self, g: Any) -> list[Any]:
        """The gradients of the parents."""
        whole = {id(x): times(x, g) for x in self.weights}  # one object for equal weights
        parts = [g if x is None else whole[id(x)] for x in self.weights]
        arrays = [(x, x.copy()) for x in parts if isinstance(x, numpy.ndarray)]
        if arrays:
            self.given = [*self.given, *arrays]
        return parts


def times(weight: Any, g: Any) -> Any:
    """The gradient times a number, an array (element by element) or a matrix."""
    if numpy.ndim(weight) == 2:
        return weight @ numpy.broadcast_to(g, len(weight))
    return weight if weight is None else weight * g


def reachable(node: Any) -> list[Any]:
    """Every reachable node, parents before the nodes that use them."""
    order: list[Any] = []
    seen: set[int] = set()
    stack = [(node, False)]
    while stack:
        x, complete = stack.pop()
        if complete:
            order.append(x)
        elif id(x) not in seen:
            seen.add(id(x))
            stack.append((x, True))
            stack.extend((parent, False) for parent in x.parents)
    return order


def chain(weights: Sequence[float]) -> Node:
    """A node above a node above a node ..."""
    nodes = [Node()]
    for weight in weights:
        nodes.append(Node([nodes[-1]], [weight]))
    return nodes[-1].noted(nodes)


def deep() -> Node:
    """A chain deeper than Python's stack, made without the garbage collector, which would scan it again and again."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return chain([1.0] * (DEEP - 1))
    finally:
        if collecting:
            gc.enable()


def leaf() -> Node:
    return Node()


def tree() -> Node:
    """No node is used twice."""
    return Node([Node([Node(), Node()], [2.0, 3.0]), Node([Node()], [5.0])], [7.0, 11.0])


def twice() -> Node:
    """One node is both parents."""
    middle = Node([Node()], [3.0])
    return Node([middle, middle], [2.0, 5.0])


def diamond() -> Node:
    bottom = Node([Node()], [3.0])
    return Node([Node([bottom], [2.0]), Node([bottom], [5.0])], [7.0, 11.0])


def uneven(first: bool) -> Node:
    """A node is reached by a short path and by a long one, which comes first or last among the parents."""
    bottom = Node([Node()], [3.0])
    long = Node([Node([bottom], [2.0])], [5.0])
    parents, weights = [long, bottom], [7.0, 11.0]
    return Node(parents, weights) if first else Node(parents[::-1], weights[::-1])


def ladder() -> Node:
    """Every node uses the two before it."""
    one, two = Node(), Node()
    for i in range(5):
        one, two = two, Node([one, two], [1.0 + i, 2.0])
    return two


def repeated() -> Node:
    """Two nodes each have one leaf twice among their parents, and reach the other by a longer path."""
    a, b = Node(), Node()
    after_a, after_b = Node([Node([a], [2.0])], [3.0]), Node([Node([b], [5.0])], [7.0])
    return Node([Node([a, a, after_b], [1.0, 2.0, 3.0]), Node([b, b, after_a], [4.0, 5.0, 6.0])], [2.0, 3.0])


def in_arrays() -> Node:
    """Gradients are arrays, but one is a number; and some parents get g itself or share one array."""
    w = numpy.array([2.0, -1.0, 0.5])
    a, b = Node(), Node()
    c = Node([a, b, a], [w, w, None])
    return Node([c, a, c, Node([c, b], [None, None]), Node()], [w, w, w, w, 2.0])


def mixed() -> Node:
    """Gradients are arrays, and a vjp mixes their elements, as that of a matrix product does."""
    matrix = numpy.array([[1.0, 2.0], [-3.0, 0.5]])
    a = Node()
    b = Node([a], [matrix])
    return Node([b, a], [numpy.array([2.0, 3.0]), numpy.array([1.0, -1.0])])


SMALL: dict[str, Callable[[], Node]] = {
    "one node": leaf, "a chain of 4": lambda: chain([0.5, 1.5, 2.5]), "a tree": tree,
    "a node that is both parents": twice,
    "a diamond": diamond, "a short path and a long one": lambda: uneven(False),
    "a long path and a short one": lambda: uneven(True), "a ladder": ladder,
    "a parent twice and another once": repeated, "gradients that are arrays": in_arrays, "a matrix product": mixed,
}  # fmt: skip


AGAIN = "the same graph again"


def graphs() -> Iterator[Probe]:
    """Small graphs, and a chain deeper than Python's stack."""

    def one(make: Callable[[], Node]) -> Callable[[], Arguments]:
        return lambda: ((make().noted(),), {})

    for words, make in SMALL.items():
        yield Probe(words, one(make))
    yield Probe(f"a chain of {DEEP:,} nodes", lambda: ((deep(),), {}))


def too_deep(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """Whether Python's stack was not deep enough for the chain."""
    if any(x.kind == "RecursionError" for x in found):
        return [Symptom("recursion-limit", "it calls itself for each node, so deep graphs fail: keep your own stack.")]
    return []


# The order


def orders() -> Iterator[Probe]:
    """The same graphs, and one that is given twice."""
    yield from graphs()
    kept = ladder().noted()

    def same() -> Arguments:
        for node, parents in kept.everything:
            node.parents = list(parents)
        return (kept,), {}

    yield Probe("a graph", same)
    yield Probe(AGAIN, same)


def faults(returned: Any, args: tuple[Any, ...]) -> list[Any]:
    """What is wrong with an order: nine counts.

    Nodes missing, and whether the node itself is; nodes repeated; nodes of other graphs; edges whose
    parent comes too late, and edges whose parent comes early enough; items that are not nodes; whether
    it is not a list; nodes whose parents were changed.
    """
    right = args[0].everything
    damaged = sum(x.parents != parents for x, parents in right)
    if not isinstance(returned, (list, tuple)):
        return [0, 0, 0, 0, 0, 0, 0, 1, damaged]
    place = {id(x): i for i, (x, _) in enumerate(right)}
    strange = sum(isinstance(x, Node) and id(x) not in place for x in returned)
    first: dict[int, int] = {}
    for i, x in enumerate(returned):
        first.setdefault(place.get(id(x), -1), i)
    known = first.keys() - {-1}
    repeated = sum(id(x) in place for x in returned) - len(known)
    edges = [
        first[place[id(parent)]] < first[i]
        for i in known for parent in right[i][1] if place[id(parent)] in known
    ]  # fmt: skip
    others = sum(not isinstance(x, Node) for x in returned)
    missing = float(len(right) - 1 not in known)
    return [
        len(right) - len(known), missing, repeated, strange, edges.count(False), edges.count(True), others, 0, damaged,
    ]  # fmt: skip


def order_agrees(expected: Any, found: Any, probe: Probe) -> bool:
    """Whether nothing is wrong."""
    return not any(x for i, x in enumerate(found) if i != 5)


def wrong_order(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """The mistakes that show in an order."""
    symptoms, deep = [], too_deep(found, words)
    seen = [x.results for x in found if x.results is not None]

    def any_of(i: int) -> bool:
        return any(x[i] for x in seen)

    if any_of(6) or any_of(7):
        return [Symptom("shape-wrong", "the result should be a list of the nodes themselves."), *deep]
    if any_of(8):
        return [Symptom("input-modified", "it changes the parents of a node."), *deep]
    if any_of(3) or (seen and set(words) <= {AGAIN}):
        return [Symptom("state-shared", "something is kept from one call to the next: start afresh each time."), *deep]
    if any_of(0):
        only = all(x[0] == x[1] for x in seen)
        missing = "the node itself is missing" if only else "some nodes are missing"
        symptoms.append(Symptom("missing-term", f"{missing}."))
    if any_of(2):
        symptoms.append(Symptom("extra-term", "a node that is reached by two paths appears twice."))
    if any_of(4):
        turned = not any_of(5)
        what = "the order is reversed." if turned else "a node comes before one of its parents."
        symptoms.append(Symptom("order-wrong", what))
    return [*symptoms, *deep]


@exercise(orders, results="order", lesson=LESSON, observe=faults, agree=order_agrees, symptoms=wrong_order)
def topological_order(node: Any) -> list[Any]:
    """An order of all nodes in which every node comes after its parents.

    A node has a list `node.parents`, empty for a leaf; the same node may be in it twice, and nodes may
    share parents. There are no cycles. Gradients can then be computed in one walk through the order,
    from its end.

    Args:
        node: the node from which the backward pass will start.

    Returns:
        A list of every node that can be reached through parents, `node` included, each once and after
        all its parents. Any such order is right. A chain of 50,000 nodes must work, and Python's stack
        is not that deep.

    >>> class N:
    ...     def __init__(self, *parents): self.parents = list(parents)
    >>> a = N(); b = N(a); c = N(a, b)
    >>> topological_order(c) == [a, b, c]
    True

    Hints:
        1. Keep a set of the nodes you have seen, so that each is visited once.
        2. Add a node to the order only when all its parents are in it, not when you first meet it.
        3. Keep your own stack of pairs (node, whether its parents are done). Push the node again, as
           done, below its parents.
    """
    return reachable(node)


# The backward pass


def grads(returned: Any, args: tuple[Any, ...]) -> list[Any]:
    """The gradients of all nodes, the node itself first; how many arrays returned by a vjp were changed.

    And how many nodes with several uses have a gradient that differs from what each single use gives; how many nodes
    have other parents than before.
    """
    nodes, above = [x for x, _ in args[0].everything[::-1]], {id(x): parents for x, parents in args[0].everything}
    changed = sum(not numpy.array_equal(x, kept) for node in nodes for x, kept in node.given)
    values = [numpy.ravel(numpy.asarray(node.grad, float)) for node in nodes]
    uses = Counter(id(parent) for node in nodes for parent in above[id(node)])
    shared = {x for x in uses if uses[x] > 1}
    single = {
        id(parent)
        for node in nodes if shared & set(map(id, above[id(node)]))
        for parent, part in zip(above[id(node)], node.vjp(node.grad)) if numpy.array_equal(parent.grad, part)
    }  # fmt: skip
    sums = len(shared - single)
    return [numpy.concatenate(values), changed, sums, sum(node.parents != above[id(node)] for node in nodes)]


def wrong_grads(found: Sequence[Outcome], words: Sequence[str]) -> list[Symptom]:
    """The mistakes that show in gradients."""
    deep = too_deep(found, words)
    seen = [x.results for x in found if x.results is not None]
    if len(seen) > 5 and not any(numpy.any(x[0]) for x in seen):
        return [Symptom("missing-term", "no gradient is set: all are still 0. Is it written yet?")]
    if set(words) == {"a matrix product"}:
        what = "a vjp may mix elements: pass the gradient in, vjp(g), and do not multiply by it afterwards."
        return [Symptom("wrong-operation", what)]
    if any(x[1] for x in seen):
        what = "an array that a vjp returned is changed in place; it may belong to others."
        return [Symptom("input-modified", what), *deep]
    if any(x[3] for x in seen):
        return [Symptom("input-modified", "it changes the parents of a node."), *deep]
    if not seen or {"one node", "a chain of 4", "a tree"} & set(words):
        return deep
    if not any(x[2] for x in seen):
        what = "a gradient replaces those from a node's other uses; it should be added to them."
        return [Symptom("assignment-for-accumulation", what), *deep]
    if set(words) <= {"gradients that are arrays", "a matrix product"}:  # in a wrong order, numbers are wrong, too
        return deep
    return [Symptom("order-wrong", "a node passes its gradient on before all its uses have contributed."), *deep]


@exercise(graphs, results="grad changed sums parents", lesson=LESSON, observe=grads, symptoms=wrong_grads)
def backward(node: Any) -> None:
    """The backward pass: the gradient of a node with respect to everything it was computed from.

    Every node has a list `node.parents`. If g is the gradient of the node, `node.vjp(g)` returns a list
    with the gradient of each parent, in order. A node that is used several times gets the sum over its
    uses. Every `.grad` is 0.0 at first.

        for each parent of x, and its part of x.vjp(x.grad):
            parent.grad ← parent.grad + part

    Args:
        node: the result. Its own gradient is 1.0.

    Return nothing: afterwards `.grad` of every reachable node is its gradient. Gradients are numbers or
    arrays. What a vjp returns may be the same object for several parents, or g itself, so it must not
    be changed in place. A chain of 50,000 nodes must work. You may import your own `topological_order`
    from the file next to this one: `from topological_order import topological_order`.

    >>> class N:
    ...     def __init__(self, *parents): self.parents, self.grad = list(parents), 0.0
    ...     def vjp(self, g): return [2 * g for _ in self.parents]
    >>> a = N(); b = N(a, a); backward(b)
    >>> a.grad
    4.0

    Hints:
        1. Set the node's own gradient to 1.0. Then each node passes its gradient on to its parents; the
           question is in which order.
        2. A node may pass its gradient on once it is complete: when all nodes that use it have been
           visited.
        3. Walk through `topological_order(node)` from its end, so that each node comes before its
           parents, and write `parent.grad = parent.grad + part`.
    """
    node.grad = 1.0
    for x in reversed(reachable(node)):
        for parent, part in zip(x.parents, x.vjp(x.grad)):
            parent.grad = parent.grad + part
