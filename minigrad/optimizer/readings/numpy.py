"""Run a rule with NumPy: a flat list of ufunc calls that write into the states and a few scratch registers.

Run as written, a rule makes a new array for every operation; with a million weights each of those arrays travels to
memory and back. Here every operation gets a place to write to (`program`), and the program runs on blocks small enough
to stay in the processor's cache (`step`). Adam is 14 calls and two registers.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy

from minigrad.define import define
from minigrad.device import Array
from minigrad.dtypes import single
from minigrad.optimizer.graph import Graph
from minigrad.optimizer.rule import CONDITIONS, FLOAT, Symbol

BLOCK = 512 * 1024
"""Bytes of one array in a block, at most: small enough for the cache, large enough to hide the cost of a call."""

SCRATCH = 1280 * 1024
"""Bytes of all scratch arrays of one thread, at most."""

APART = ("where", "sign")
"""Operations that must not write to what they read: `where` is two copies, and the first would overwrite what the
second reads; in place, NumPy's `sign` makes a step of Lion four times slower (800,000 float32, NumPy 2.4)."""

DIGITS = "0123456789"
TAKEN = (*FLOAT, "positive", "copyto", "bool", "real", "range", "i", "x", "s", "inverse")
"""What names in the programs for NumPy and numba begin with, before digits."""


def local(name: str) -> str:
    """What an array is called in a program: by its name, unless the program may need that itself."""
    return f"{name}_own" if name[:1] == "_" or name.endswith(("_", "_own")) or name.rstrip(DIGITS) in TAKEN else name


class Program:
    """A rule as a list of NumPy calls: `run(*arrays, *registers, *masks, *parameters)` changes the arrays in place.

    `source` is its text; `registers` and `masks` say how many scratch arrays of floats and of booleans it needs.
    """

    def __init__(self, source: str, registers: int, masks: int) -> None:
        self.source, self.registers, self.masks = source, registers, masks
        self.block = min(BLOCK, SCRATCH // max(registers + masks, 1))
        functions = {op: getattr(numpy, op) for op in (*FLOAT, "positive", "copyto")}
        self.run: Callable[..., None] = define(source, "step", functions)
        if "where=" in source:  # both sides are computed, and the one not taken may divide by zero
            self.run = numpy.errstate(all="ignore")(self.run)
        self.spare: list[Workspace] = []

    def workspace(self, length: int, dtype: Any, parameters: int) -> Workspace:
        """A workspace that is not in use: that of the previous step, if it fits."""
        if self.spare:
            found = self.spare.pop()
            if found.length == length and found.values.dtype == dtype:
                return found
        return Workspace(self, length, dtype, parameters)


class Workspace:
    """Scratch arrays of a program, and its parameters as 0-d arrays (ufuncs convert a Python float at every call)."""

    def __init__(self, code: Program, length: int, dtype: Any, parameters: int) -> None:
        self.length = length
        self.scratch = [numpy.empty(length, dtype) for _ in range(code.registers)]
        self.scratch += [numpy.empty(length, bool) for _ in range(code.masks)]
        self.values = numpy.empty(parameters, dtype)
        self.scalars = [self.values[k, ...] for k in range(parameters)]


def program(graph: Graph) -> Program:
    """Give every operation of the graph a place to write its result to.

    A place is free once its value has been read for the last time; the next operation may write there, often the very
    one that reads it. The array of a state is such a place too, until its next value is due. A result is written to its
    array at once if that is free by then; otherwise it waits in a register until everything has been read.
    """
    nodes, goals = in_order(graph)
    last_read = {y: i for i, x in enumerate(nodes) for y in x.args}
    due = {goals[x]: i for i, x in enumerate(nodes) if x in goals}
    place = {x: local(x.name) if x.is_array else f"_s{x.order}" for x in last_read if not (x.is_array and x.args)}
    free = [name for name in due if name not in place.values()]
    made = {"_r": 0, "_mask": 0}
    lines, late = [], []

    for i, x in enumerate(nodes):
        args = [place[y] for y in x.args]
        done = [place[y] for y in dict.fromkeys(x.args) if y.is_array and last_read[y] == i]
        if x.op not in APART:
            free += done
        own = goals.get(x, "")
        kind = "_mask" if x.op in CONDITIONS else "_r"
        if own in free:
            target = own
        else:
            if own:
                last_read[x] = len(nodes)
                late.append(x)
            # An array is a place only until its next value is due, and never if it has none: g is only read.
            usable = [p for p in free if p.rstrip(DIGITS) == kind or (kind == "_r" and last_read[x] <= due.get(p, -1))]
            if usable:
                target = usable[-1]
            else:
                target = f"{kind}{made[kind]}"
                made[kind] += 1
        free = [p for p in free if p != target]
        place[x] = target
        lines += spell(x, target, args)
        if x.op in APART:
            free += done
    lines += [f"copyto({goals[x]}, {place[x]})" for x in late]
    scratch = [f"{kind}{k}" for kind, count in made.items() for k in range(count)]
    head = f"def step({', '.join([*map(local, graph.arrays), *scratch, *(f'_s{x.order}' for x in graph.parameters)])}):"
    return Program("\n    ".join([head, *(lines or ["pass"])]), made["_r"], made["_mask"])


def spell(x: Symbol, target: str, args: Sequence[str]) -> list[str]:
    """One operation as NumPy calls."""
    if x.op != "where":
        return [f"{x.op}({', '.join(args)}, out={target})"]
    condition = args[0] if x.args[0].is_array else f"bool({args[0]})"
    return [f"copyto({target}, {args[2]})", f"copyto({target}, {args[1]}, where={condition})"]


def in_order(graph: Graph) -> tuple[list[Symbol], dict[Symbol, str]]:
    """The operations in order, and which of them computes the next value of which array.

    A next value that is just another array (DCASGD's `prev`, the old weight) or a number is copied as soon as the value
    it replaces has been read.
    """
    nodes, goals = list(graph.nodes), {}
    for name, x in graph.written.items():
        if x.is_array and x.args and x not in goals:
            goals[x] = local(name)
            continue
        copy = Symbol(x.trace, "positive", (x,), "", None)
        copy.is_array = True
        earlier = [i for i, y in enumerate(nodes) if y is x or any(z.name == name and z.op == "array" for z in y.args)]
        nodes.insert(1 + max(earlier, default=-1), copy)
        goals[copy] = local(name)
    return nodes, goals


def step(graph: Graph, arrays: Sequence[Array], parameters: Sequence[float]) -> None:
    """Run the rule on flat arrays of the same length, in place, block by block."""
    code = graph.compiled.get("numpy") or graph.compiled.setdefault("numpy", program(graph))
    size, dtype = arrays[0].size, arrays[0].dtype
    alike = dtype.char in "fd" and all([a.dtype is dtype for a in arrays])
    if not alike:
        dtype = single(numpy.result_type(*[a.dtype for a in arrays]))  # float16 is computed in float32
    length = min(size, code.block // dtype.itemsize)
    workspace = code.workspace(length, dtype, len(parameters))
    workspace.values[:] = parameters
    if alike and length == size:
        code.run(*arrays, *workspace.scratch, *workspace.scalars)
    else:
        for start in range(0, size, length):
            in_block(graph, code, [a[start : start + length] for a in arrays], workspace)
    code.spare.append(workspace)


def in_block(graph: Graph, code: Program, blocks: list[Array], workspace: Workspace) -> None:
    """Run the rule on one block, converting arrays of another dtype."""
    length, dtype = blocks[0].size, workspace.values.dtype
    converted = [b.astype(dtype, copy=False) for b in blocks]
    code.run(*converted, *(r[:length] for r in workspace.scratch), *workspace.scalars)
    for name, block, result in zip(graph.arrays, blocks, converted):
        if result is not block and name in graph.written:
            block[...] = result
