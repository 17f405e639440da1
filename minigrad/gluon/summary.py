"""The summary of a network as a table: each part, its output shape, and its number of parameters."""

from __future__ import annotations

import math
from itertools import cycle
from typing import TYPE_CHECKING, Any

from minigrad import autograd
from minigrad.engine.tensor import Tensor
from minigrad.guarded import guarded

if TYPE_CHECKING:
    from minigrad.gluon.block import Block, HookHandle
    from minigrad.gluon.parameter import Parameter

WIDTH = 80


@guarded
def summary(net: Block, *inputs: Any) -> str:
    """A table made by one forward pass of `inputs`, which also fixes deferred shapes.

    A parameter that several parts share is counted at the first of them. Indentation shows which part contains which.

    >>> from minigrad import gluon, np
    >>> net = gluon.nn.Sequential()
    >>> net.add(gluon.nn.Dense(3, activation="relu"), gluon.nn.Dense(1))
    >>> net.initialize()
    >>> print(summary(net, np.zeros((2, 4))))
    Layer                                    Output shape                 Parameters
    --------------------------------------------------------------------------------
    Input                                    (2, 4)
    Sequential                               (2, 1)
      0: Dense                               (2, 3)                               15
      1: Dense                               (2, 1)                                4
    --------------------------------------------------------------------------------
    Parameters                                                                    19
      learned                                                                     19
      not learned                                                                  0
    """
    calls: list[tuple[int, str, Block, str]] = []
    handles: list[HookHandle] = []
    places: dict[int, list[tuple[int, str]]] = {}  # depth and name of each place of a block, by its id

    def watch(block: Block, name: str, depth: int) -> None:
        mine = places.setdefault(id(block), [])
        mine.append((depth, name))
        if len(mine) > 1:  # its calls are noted already
            return
        open_calls: list[int] = []
        turn = cycle(mine)

        def before(_: Block, args: Any) -> None:
            open_calls.append(len(calls))
            calls.append((*next(turn), block, ""))

        def after(_: Block, args: Any, out: Any) -> None:
            at = open_calls.pop()
            calls[at] = (*calls[at][:3], _shapes(out))

        handles.extend((block.register_forward_pre_hook(before), block.register_forward_hook(after)))
        for child_name, child in block._children.items():
            watch(child, f"{child_name}: {type(child).__name__}", depth + 1)

    watch(net, type(net).__name__, 0)
    try:
        with autograd.pause():
            net(*inputs)
    finally:
        for handle in handles:
            handle.detach()

    lines = [_row("Layer", "Output shape", "Parameters"), "-" * WIDTH]
    lines.append(_row("Input", _shapes(inputs if len(inputs) != 1 else inputs[0]), ""))
    seen: dict[int, Parameter] = {}
    for depth, name, block, shapes in calls:
        own = {id(p): p for p in (*block.params.values(), *block._own.values())}
        new = {key: p for key, p in own.items() if key not in seen}
        seen.update(new)
        lines.append(_row("  " * depth + name, shapes, f"{sum(map(_size, new.values())):,}" if own else ""))
    learned = sum(_size(p) for p in seen.values() if p.grad_req != "null")
    total = sum(map(_size, seen.values()))
    lines.append("-" * WIDTH)
    for name, count in (("Parameters", total), ("  learned", learned), ("  not learned", total - learned)):
        lines.append(_row(name, "", f"{count:,}"))
    return "\n".join(line.rstrip() for line in lines)


def _size(p: Parameter) -> int:
    return math.prod(p.shape or (0,))


def _shapes(values: Any) -> str:
    """The shape of an array, or those of a list of arrays."""
    if isinstance(values, Tensor):
        return str(values.shape)
    if isinstance(values, (list, tuple)):
        return ", ".join(_shapes(v) for v in values)
    return type(values).__name__


def _row(name: str, shape: str, count: str) -> str:
    """Three columns, 41, 27 and 12 wide; longer text is cut."""
    return f"{_cut(name, 40):<41}{_cut(shape, 26):<27}{count:>12}"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."
