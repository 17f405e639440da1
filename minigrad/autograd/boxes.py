"""The recorded graph as boxes with text, and arrows between them."""

import sys
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from minigrad.autograd.layout import Point
from minigrad.device import MODULES, to_host
from minigrad.engine.graph import Leaf, Node
from minigrad.engine.guards import overwritten
from minigrad.engine.tensor import Tensor
from minigrad.errors import GraphError, KeywordError, UsageError
from minigrad.explain import HERE

MOST = 200
"""A picture of more boxes than this is unreadable."""

FONT, LINE, LETTER = 12, 16, 0.61  # size, line height, and the width of a letter of a monospaced font in sizes
LONGEST = 40  # letters in a line


@dataclass(frozen=True)
class Box:
    """A box before it has a place."""

    kind: str
    lines: list[str]
    step: int = 0  # of the backward pass

    @property
    def size(self) -> Point:
        return max(map(columns, self.lines)) * FONT * LETTER + 20, len(self.lines) * LINE + 12


def columns(line: str) -> int:
    """How wide a line is, in letters: those of Chinese, Japanese and Korean, and emoji, are twice as wide.

    >>> columns("ab"), columns("重み")
    (2, 4)
    """
    return sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in line)


def read(y: Tensor, variables: Mapping[str, Any]) -> tuple[list[Box], list[tuple[int, int]]]:
    """The graph behind `y`: a box for each node from the newest to the oldest, then for each constant, and edges.

    What the graph does not name is named after the variable that holds it.
    """
    nodes = _reachable(y)
    index = {node: i for i, node in enumerate(nodes)}
    names, known = _named(variables)
    known[y.node] = y.data
    edges: list[tuple[int, int]] = []
    constants: list[Box] = []
    for node in nodes:
        if type(node) is Leaf:
            continue
        parents = dict(zip(node.names, node.parents))
        if "y" in node.saved:
            known[node] = node.saved["y"]
        edges += [(index[parent], index[node]) for parent in node.parents]
        for name, raw in node.saved.items():
            if name in parents:
                known.setdefault(parents[name], raw)
            elif type(raw) in MODULES and name not in ("y", "aux", "target"):
                edges.append((len(nodes) + len(constants), index[node]))
                constants.append(Box("constant", [_line(names.get(id(raw), name)), _content(raw.shape, raw)]))
    steps = 1 + sum(isinstance(node, Node) for node in nodes)
    boxes = []
    for i, node in enumerate(nodes):
        content = _content(node.shape, known.get(node))
        if isinstance(node, Node):
            step = 1 + sum(isinstance(other, Node) for other in nodes[:i])
            options = [value for value in node.saved.values() if type(value) is str]  # as relu in linear
            does = ", ".join([node.name, *options])
            title = f"{names[node]} = {does}" if node in names else does
            pulled = getattr(node, "gradient", None)  # of the last backward pass that kept the graph
            boxes.append(Box("operation", [_line(title), content, *_gradient(pulled)], step))
        else:
            gradient = _gradient(node.grad.data if node.fresh else None)
            boxes.append(Box("leaf", [_line(node.name or names.get(node, "array")), content, *gradient], steps))
    return [*boxes, *constants], edges


def variables() -> dict[str, Any]:
    """The variables of the first caller outside minigrad, the local ones first."""
    frame: Any = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(HERE):
        frame = frame.f_back
    return {**frame.f_locals, **{name: x for name, x in frame.f_globals.items() if name not in frame.f_locals}}


def _named(variables: Mapping[str, Any]) -> tuple[dict[Any, str], dict[Any, Any]]:
    """Node, or id of an array -> the name of the variable that holds it; and node -> its values, if they are known."""
    names: dict[Any, str] = {}
    values: dict[Any, Any] = {}
    for name, x in _arrays(variables):
        names.setdefault(id(x.data), name)
        if x.node is not None:
            names.setdefault(x.node, name)
            if type(x.node) is Leaf or x.version[0] <= x.node.number:
                values[x.node] = x.data
    return names, values


def _arrays(variables: Mapping[str, Any]) -> Iterator[tuple[str, Tensor]]:
    """The arrays among the variables, and in lists and tuples, except those that Python or Jupyter keeps."""
    for name, x in variables.items():
        if name.startswith("_"):
            continue
        if isinstance(x, Tensor):
            yield name, x
        elif isinstance(x, (list, tuple)):
            yield from ((f"{name}[{i}]", part) for i, part in enumerate(x) if isinstance(part, Tensor))


def _reachable(y: Tensor) -> list[Any]:
    """All nodes and leaves that `y` was computed from, from the newest to the oldest."""
    if not isinstance(y, Tensor):
        raise KeywordError(
            f"A picture shows the graph behind an array, not a value of type {type(y).__name__}; pass the loss itself."
        )
    head: Any = y.node
    if head is None:
        raise GraphError(
            "There is no graph behind this value: it was not recorded. Compute it inside `with autograd.record():` "
            "from at least one array on which attach_grad() was called (or from a network's parameters)."
        )
    if isinstance(head, Node) and y.version[0] > head.number:
        raise overwritten(head)
    found, waiting = {head}, [head]
    while waiting:
        node = waiting.pop()
        if type(node) is Leaf:
            continue
        if node.parents is None:
            raise GraphError(
                "A part of the graph was already used by backward() and freed. Draw before backward(), or pass "
                "retain_graph=True to it."
            )
        new = set(node.parents) - found
        found |= new
        waiting += new
    if len(found) > MOST:
        raise UsageError(
            f"The graph has {len(found)} operations and arrays, but a picture of more than {MOST} cannot be read. Draw "
            "a part of it: one layer, one step of the loop, or a smaller network of the same kind."
        )
    return sorted(found, key=lambda node: -node.number)


def _line(text: str) -> str:
    """A name shortened to one line of printable characters."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= LONGEST else "…" + text[-LONGEST + 1 :]


def _content(shape: tuple[int, ...], raw: Any) -> str:
    """A shape, and the numbers if they are known and few."""
    few = raw is not None and raw.size <= 3
    return f"{shape} {_numbers(to_host(raw))}" if few else str(shape)


def _gradient(raw: Any) -> list[str]:
    """A gradient in a line: its numbers if they are few, else its norm; no line if there is none."""
    if raw is None:
        return []
    g = to_host(raw)
    return [f"grad {_numbers(g)}" if g.size <= 3 else f"|grad| {numpy.linalg.norm(g.ravel().astype('float64')):.3g}"]


def _numbers(array: Any) -> str:
    text = ", ".join(f"{value:.4g}" if isinstance(value, float) else str(value) for value in array.ravel().tolist())
    return f"= {text}" if array.ndim == 0 else f"= [{text}]"
