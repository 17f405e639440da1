"""A plan: a network as a program of NumPy calls, for inputs of certain shapes, in the place of its Python code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy

from minigrad import ops
from minigrad.engine.backward import walk
from minigrad.engine.clock import clock
from minigrad.engine.graph import Leaf, Node
from minigrad.engine.operation import Joint, Op
from minigrad.engine.tensor import Tensor
from minigrad.errors import GraphError
from minigrad.gluon.replay.program import Program
from minigrad.gluon.replay.script import Script, gradients
from minigrad.gluon.replay.tape import Tape, Traced, Unreplayable

SPARE = 4
"""Sets of arrays that a plan keeps at most while nobody uses them."""


class Plan:
    """What a script computes from `tensors`, which are the inputs and then the parameters called `names`.

    `program.source` is its text. Raises if there is none, or if it does not give the same as the script, to the bit.
    """

    def __init__(self, script: Script, tensors: Sequence[Tensor], names: Sequence[str], y: Any) -> None:
        script.end(y)
        self.ctx = y.ctx
        inputs = len(tensors) - len(names)
        self.parameters = tensors[inputs:]
        self.leaves = [t.node for t in self.parameters]
        self.buffers = {id(leaf.grad.version) for leaf in self.leaves if leaf is not None}  # of the gradients
        variables = [f"x{i or ''}" for i in range(inputs)] + as_variables(names)
        tracked = [i for i, t in enumerate(tensors) if t.node is not None] if y.node is not None else []
        raw = [t.data for t in tensors]
        dy = numpy.random.default_rng(0).standard_normal(y.shape).astype(y.dtype)
        leaves, again = script.forward(raw, tracked)
        expected = gradients(leaves, tracked, again, dy)
        self.tracked = tuple(i for i, d in zip(tracked, expected) if d is not None)
        self.program = noted(script, raw, self.tracked, dy, variables)
        self.spare: list[Any] = []
        self._compare(raw, [y.data, *(d for d in expected if d is not None)], dy)
        self.operation = operation(script, self.program, self.tracked, variables, inputs)
        # what a node needs to know of the inputs it finds out; that of the parameters is always the same
        self.through = tuple(i for i in self.tracked if i < inputs)
        self.ends = tuple(tensors[i].node for i in self.tracked if i >= inputs)
        self.cells = tuple(tensors[i].version for i in {*self.tracked, *self.program.reads} if i >= inputs)

    def _compare(self, raw: Sequence[Any], expected: Sequence[Any], dy: Any) -> None:
        for _ in range(2):  # the second time in arrays that have been used
            run = Run(self, ())
            done = [run.forward(*raw)]
            if self.tracked:
                done += run.backward(dy, [None] * len(self.tracked))
            for a, b in zip(done, expected, strict=True):
                if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
                    raise Unreplayable
            del run  # its arrays are free

    def holds(self) -> bool:
        """Whether the same arrays have a gradient as when it was made."""
        return [t.node for t in self.parameters] == self.leaves

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor | None:
        """The output; None if an input is a gradient that would be overwritten on the way back while it is needed."""
        buffers = self.buffers
        if self.through:
            buffers = buffers | {id(x.node.grad.version) for x in inputs if type(x.node) is Leaf}
        for x in inputs:
            if id(x.version) in buffers:
                return None
        tensors = (*inputs, *self.parameters)
        raw = [t.data for t in tensors]
        run = Run(self, tensors)
        y = Tensor(run.forward(*raw), self.ctx)
        if self.tracked:
            y.node = node = Node(self.operation, inputs, raw, self.through, run, y)
            node.tracked, node.parents, node.cells = self.tracked, node.parents + self.ends, node.cells + self.cells
        return y


def noted(script: Script, raw: Sequence[Any], tracked: Sequence[int], dy: Any, variables: Sequence[str]) -> Program:
    """The program of what a script computes."""
    tape = Tape()
    inputs = [Traced(tape, a, name) for a, name in zip(raw, variables)]
    leaves, y = script.forward(inputs, tracked)
    there = len(tape.lines)
    found = gradients(leaves, tracked, y, Traced(tape, dy, "dy"))
    if y.data.owner in {*inputs}:
        raise Unreplayable
    program = Program(tape, inputs, there, y.data, dict(zip([variables[i] for i in tracked], found)))
    tape.lines.clear()  # its arrays are let go
    tape.made.clear()
    return program


def operation(script: Script, program: Program, tracked: tuple[int, ...], variables: Sequence[str], inputs: int) -> Op:
    """The network as one operation, whose derivatives are those of the program."""
    made = Op(lambda xp, *args: None)
    made.name, made.names = "hybridized network", tuple(variables)

    def back(F: Any, g: Any, kept: list[Any], out: list[Any]) -> list[Any]:
        run: Run = kept[-2]
        if type(g) is Tensor:  # the backward pass is recorded: the operations of the script have derivatives
            return recorded(script, tracked, run, g)
        gradients: list[Any] = run.backward(g, out)
        return gradients

    reads = [i for i in program.reads if i < inputs]
    made.joint = Joint(back, (-2, *reads, *([-1] if program.reads_y else [])))
    return made


def recorded(script: Script, tracked: Sequence[int], run: Run, g: Tensor) -> list[Any]:
    """The gradients as Tensors, by running the script once more: from copies of its inputs, and back to these."""
    if any([t.version[0] > run.begun for t in run.tensors]):
        raise GraphError(
            "An input or parameter of a hybridized network was changed in place after it was used, and the gradients "
            "of its gradients need it. Write y = y + ... (a new value) instead of y += ..., or change a copy."
        )
    inputs = [ops.positive(t) for t in run.tensors]
    found = walk([script.run(inputs)], [g], True, True, {inputs[i].node for i in tracked}, farther=False)
    return [found[inputs[i].node] for i in tracked]


class Run:
    """One forward pass and the backward passes that follow it. The plan gets the arrays back when both are done."""

    __slots__ = ("backward", "begun", "forget", "forward", "functions", "spare", "tensors")

    def __init__(self, plan: Plan, tensors: Sequence[Tensor]) -> None:
        self.tensors = tensors
        self.begun = next(clock)
        self.spare = plan.spare
        try:
            self.functions = self.spare.pop()
        except IndexError:
            self.functions = plan.program.make()
        self.forward, self.backward, self.forget = self.functions

    def __del__(self) -> None:
        self.forget()
        if len(self.spare) < SPARE:
            self.spare.append(self.functions)


def as_variables(names: Sequence[str]) -> list[str]:
    """The names of parameters as variables; if one could be taken for something else, they are only numbered."""
    found = [re.sub(r"\W", "_", name) for name in names]
    plain = [re.fullmatch(r"[a-z]\w*_\w+", name) and not hasattr(numpy, name) for name in found]
    if len({*found}) < len(found) or not all(plain):
        return [f"w{i}" for i in range(len(found))]
    return found
