"""A plan: a network as a program of NumPy calls, for inputs of certain shapes, in the place of its Python code."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from minigrad.autograd.backward import grad
from minigrad.autograd.graph import record
from minigrad.device import cpu
from minigrad.gluon.replay.program import Program
from minigrad.gluon.replay.script import Script
from minigrad.gluon.replay.tape import Tape, Traced, Unreplayable
from minigrad.ops.operation import Op, Vjp
from minigrad.tensor import Tensor

SPARE = 4
"""Sets of arrays that a plan keeps at most while nobody uses them."""


class Plan:
    """What a script computes from `tensors`, which are the inputs and then the parameters called `names`.

    `program.source` is its text. Raises if there is none, or if it does not give the same as the script, to the bit.
    """

    def __init__(self, script: Script, tensors: Sequence[Tensor], names: Sequence[str], y: Any) -> None:
        script.end(y)
        self.script = script
        self.inputs = len(tensors) - len(names)
        self.parameters = tensors[self.inputs :]
        self.leaves = [t._node for t in self.parameters]
        self.tracked = tuple(i for i, t in enumerate(tensors) if t._node is not None) if y._node is not None else ()
        self.names = [f"x{i or ''}" for i in range(self.inputs)] + as_variables(names)
        raw = [t.data for t in tensors]
        dy = numpy.random.default_rng(0).standard_normal(y.shape).astype(y.dtype)
        self.program = self._program(raw, dy)
        self.operation = self._operation()
        self.spare: list[Any] = []
        self._compare(raw, y.data, dy)

    def _program(self, raw: Sequence[Any], dy: Any) -> Program:
        """What the script computes, noted on a tape."""
        tape = Tape()
        inputs = [Traced(tape, a, name) for a, name in zip(raw, self.names)]
        traced_dy = Traced(tape, dy, "dy")
        there: list[int] = []
        y, gradients = self.script.both_ways(inputs, self.tracked, traced_dy, lambda: there.append(len(tape.lines)))
        if y.owner in {*inputs} or not all([isinstance(d, Traced) for d in gradients]):
            raise Unreplayable
        tracked = [self.names[i] for i in self.tracked]
        program = Program(tape, self.names, there[0], y, dict(zip(tracked, gradients)))
        tape.lines.clear()  # its arrays are let go
        return program

    def _compare(self, raw: Sequence[Any], y: Any, dy: Any) -> None:
        _, gradients = self.script.both_ways(raw, self.tracked, dy)
        for _ in range(2):  # the second time in arrays that have been used
            run = Run(self)
            done = [run.forward(*raw)]
            if self.tracked:
                run.backward(dy)
                done += [gradient() for gradient in run.gradients]
            for a, b in zip(done, [y, *gradients], strict=True):
                if a.dtype != b.dtype or a.shape != b.shape or a.tobytes() != b.tobytes():
                    raise Unreplayable
            del run  # its arrays are free

    def _operation(self) -> Op:
        """The network as one operation, whose derivatives are those of the program."""
        operation = Op(lambda xp, *args: None)
        operation.name, operation.names = "hybridized network", tuple(self.names)

        def back(F: Any, g: Any, memo: Run, *kept: Any) -> Any:
            if isinstance(g, Tensor):  # the backward pass is recorded: the operations of the script have derivatives
                y = self.script.run(kept[: len(self.names)])
                return grad([y], [kept[i] for i in self.tracked], [g], create_graph=True)
            memo.backward(g)
            return g

        def gradient(k: int) -> Callable[..., Any]:
            if self.program.given[k]:
                return lambda F, g, memo, out=None: g[k] if type(g) is list else memo.gradients[k](out)
            return lambda F, g, memo: g[k] if type(g) is list else memo.gradients[k]()

        operation.shared = Vjp(back, ())
        operation.shared.bind((-2, *range(len(self.names)), *([-1] if self.program.reads_y else [])))
        for k, i in enumerate(self.tracked):
            operation.vjps[i] = Vjp(gradient(k), ())
        return operation

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor | None:
        """The output; None if the plan does not hold: something else has a gradient than before."""
        if [t._node for t in self.parameters] != self.leaves:
            return None
        tensors = (*inputs, *self.parameters)
        raw = [t.data for t in tensors]
        run = Run(self)
        y = Tensor(run.forward(*raw), cpu())
        if self.tracked:
            y._node = record(self.operation, tensors, raw, self.tracked, run, y)
        return y


class Run:
    """One forward pass and the backward passes that follow it. The plan gets the arrays back when both are done."""

    __slots__ = ("backward", "forget", "forward", "functions", "gradients", "spare")

    def __init__(self, plan: Plan) -> None:
        self.spare = plan.spare
        try:
            self.functions = self.spare.pop()
        except IndexError:
            self.functions = plan.program.make()
        self.forward, self.backward, self.forget, self.gradients = self.functions

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
