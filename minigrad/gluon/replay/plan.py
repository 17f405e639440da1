"""A plan: a program of array calls that replaces a network's Python code, for inputs of certain shapes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from operator import attrgetter
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy

from minigrad import ops
from minigrad.device import Context, to_host
from minigrad.engine.backward import walk
from minigrad.engine.clock import clock
from minigrad.engine.graph import Node
from minigrad.engine.tensor import Tensor
from minigrad.errors import GraphError
from minigrad.gluon.replay.program import Program
from minigrad.gluon.replay.script import Script, gradients
from minigrad.gluon.replay.tape import Tape, Unreplayable

if TYPE_CHECKING:
    from minigrad.gluon.replay.capture import Captures

_node_of: Callable[[Tensor], Any] = attrgetter("node")
_data_of: Callable[[Tensor], Any] = attrgetter("data")

SPARE = 4
"""The most sets of unused arrays that a plan keeps."""


class Plan:
    """The computation of a script on `tensors`, which are the inputs and then the parameters called `names`.

    `program.source` is its text. Raises if there is none, or if its results differ from the script's by a single bit.
    """

    def __init__(self, script: Script, tensors: Sequence[Tensor], names: Sequence[str], y: Any) -> None:
        script.end(y)
        self.ctx = y.ctx
        self.kind: type[Tensor] = type(y)
        inputs = len(tensors) - len(names)
        self.parameters = tensors[inputs:]
        self.leaves = [t.node for t in self.parameters]
        variables = [f"x{i or ''}" for i in range(inputs)] + as_variables(names)
        tracked = [i for i, t in enumerate(tensors) if t.node is not None] if y.node is not None else []
        raw = [t.data for t in tensors]
        dy = self.ctx.put(numpy.random.default_rng(0).standard_normal(y.shape).astype(y.dtype))
        leaves, again = script.forward(raw, tracked, self.ctx)
        expected = gradients(leaves, tracked, again, dy)
        self.tracked = tuple(i for i, d in zip(tracked, expected) if d is not None)
        self.through = tuple(i for i in self.tracked if i < inputs)
        self.program = noted(script, raw, self.tracked, dy, variables, self.ctx)
        self.spare: list[Any] = []
        self.captures: Captures | None = None
        self._compare(raw, [y.data, *(d for d in expected if d is not None)], dy)
        if self.ctx.device_type == "gpu":
            from minigrad.gluon.replay.capture import Captures

            self.captures = Captures(self.program, inputs, len(self.through), dy, self.spare)
        self.script = script
        self.variables = [variables[i] for i in self.tracked]
        # what a node needs to know of the parameters is the same at each call; of the inputs it is looked up
        self.reads = tuple(i for i in self.program.reads if i < inputs)
        self.ends = [tensors[i].node for i in self.tracked if i >= inputs]
        self.versions = [tensors[i].version for i in {*self.tracked, *self.program.reads} if i >= inputs]

    def _compare(self, raw: Sequence[Any], expected: Sequence[Any], dy: Any) -> None:
        for _ in range(2):  # the second time in arrays that have been used
            run = Run(self, (), ())
            done = [run.forward(*raw)]
            if self.tracked:
                done += run.backward(dy)
            for a, b in zip(done, expected, strict=True):
                if a.dtype != b.dtype or a.shape != b.shape or to_host(a).tobytes() != to_host(b).tobytes():
                    raise Unreplayable
            del run  # this returns its arrays to the plan

    def text(self) -> str:
        """The program's text, and how it is run."""
        captured = self.captures is not None and self.captures.holds
        return f"# Captured as two CUDA graphs.\n{self.program.source}" if captured else self.program.source

    def holds(self) -> bool:
        """Whether the same arrays have a gradient as when it was made."""
        return [*map(_node_of, self.parameters)] == self.leaves

    def __call__(self, inputs: Sequence[Tensor]) -> Tensor:
        """The output."""
        if self.captures is not None and not self.ctx.is_current():
            with self.ctx:
                return self(inputs)
        tensors = (*inputs, *self.parameters)
        raw = [*map(_data_of, tensors)]
        run = Run(self, tensors, raw)
        y = self.kind(run.forward(*raw), self.ctx)
        if self.tracked:
            y.node = NetworkNode(self, run, inputs, y)
        return y


class NetworkNode(Node):
    """One call of a network, recorded: the gradients of all its parameters are one program."""

    __slots__ = ("plan", "run")

    def __init__(self, plan: Plan, run: Run, inputs: Sequence[Tensor], y: Tensor) -> None:
        versions = list(plan.versions)
        for i in plan.reads:
            versions.append(inputs[i].version)
        if plan.program.reads_y:
            versions.append(y.version)
        Node.__init__(self, "hybridized network", plan.variables, inputs, plan.through, y, {}, versions)
        self.plan, self.run = plan, run
        self.parents += plan.ends

    def pull(self, F: Any, g: Any) -> Sequence[Any]:
        """The program's gradients; if the backward pass is recorded, those of the script's operations."""
        if type(g) is Tensor:
            return recorded(self.plan.script, self.plan.tracked, self.parents, self.run, g)
        with self.run.lock:  # threads walking the same graph would write into the same arrays
            gradients: list[Any] = self.run.backward(g)
        return gradients

    def free(self) -> None:
        """Release everything, and return the arrays of this run to the plan."""
        Node.free(self)
        del self.run


def noted(
    script: Script, raw: Sequence[Any], tracked: Sequence[int], dy: Any, variables: Sequence[str], ctx: Context
) -> Program:
    """The program of a script: its forward and backward pass, recorded on a tape."""
    tape = Tape(ctx.xp)
    inputs = [tape.traced(tape, a, name) for a, name in zip(raw, variables)]
    leaves, y = script.forward(inputs, tracked, ctx)
    n_forward = len(tape.lines)
    found = gradients(leaves, tracked, y, tape.traced(tape, dy, "dy"))
    if y.data.owner in {*inputs}:
        raise Unreplayable
    program = Program(tape, inputs, n_forward, y.data, dict(zip([variables[i] for i in tracked], found)))
    tape.lines.clear()  # so that its arrays are freed
    tape.made.clear()
    return program


def recorded(script: Script, tracked: Sequence[int], parents: Sequence[Any], run: Run, g: Tensor) -> list[Any]:
    """The gradients as Tensors, by running the script again on copies of its inputs, and back.

    `parents` are the nodes that the tracked inputs had then: since, they may have been attached or frozen.
    """
    if any([t.version[0] > run.begun for t in run.tensors]):
        raise GraphError(
            "An input or parameter of a hybridized network was changed in place after it was used, and the gradients "
            "of its gradients need it. Write y = y + ... (a new value) instead of y += ..., or change a copy."
        )
    nodes = dict(zip(tracked, parents))
    inputs = [ops.positive(Tensor(t.data, t.ctx, nodes.get(i), t.version)) for i, t in enumerate(run.tensors)]
    found = walk([script.run(inputs)], [g], True, True, {inputs[i].node for i in tracked}, beyond=False)
    return [found[inputs[i].node] for i in tracked]


class Run:
    """One forward pass and the backward passes that follow it. The plan gets the arrays back when both are done."""

    __slots__ = ("backward", "begun", "forward", "functions", "lock", "release", "spare", "tensors")

    def __init__(self, plan: Plan, tensors: Sequence[Tensor], raw: Sequence[Any]) -> None:
        self.tensors = tensors
        self.begun = next(clock)
        self.lock = Lock()
        self.spare = plan.spare if plan.captures is None else plan.captures.spare_for(raw)
        try:
            self.functions = self.spare.pop()
        except IndexError:
            self.functions = plan.program.make()
        self.forward, self.backward, self.release = self.functions

    def __del__(self) -> None:
        self.release()
        if len(self.spare) < SPARE:
            self.spare.append(self.functions)


def as_variables(names: Sequence[str]) -> list[str]:
    """The names of parameters as variables; if any cannot be one, all are numbered instead."""
    found = [re.sub(r"\W", "_", name) for name in names]
    plain = [re.fullmatch(r"[a-z]\w*_\w+", name) and not hasattr(numpy, name) for name in found]
    if len({*found}) < len(found) or not all(plain):
        return [f"w{i}" for i in range(len(found))]
    return found
