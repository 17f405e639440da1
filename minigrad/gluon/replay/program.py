"""A program: a tape printed as Python text, and compiled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy

from minigrad.gluon.replay.tape import Line, Tape, Traced
from minigrad.optimizer.graph import define


class Program:
    """The text of `make(*places)`, which returns functions: `forward(*inputs)`, `backward(dy)`, and for each gradient
    one that, after `backward`, returns it or computes it into `out`; and `forget()`, which lets go of the inputs.

    What is computed goes into the places, arrays that are used again in each run; only what leaves, the output and the
    gradients, is made anew. A gradient can be `given` a place from outside if its call can come after all others.
    """

    def __init__(
        self, tape: Tape, inputs: Sequence[Traced], there: int, y: Traced, gradients: dict[str, Traced]
    ) -> None:
        lines = tape.lines
        read = {a for line in lines for a in line.read}
        ends = {*gradients.values()} - read
        leaving = {y.owner, *(d.owner for d in gradients.values())}
        last = {line.made: line for line in lines[there:] if line.takes_out and line.made in ends}
        made = [line.made for line in lines if line.takes_out and line.made is not None]
        places = dict.fromkeys(a for a in made if a not in leaving)
        new = [a.text for line in lines if (a := line.made) is not None and a not in places and a not in last]
        variables = [a.text for a in inputs]
        names = ", ".join([*variables, "dy", *new])

        def spelled(part: Sequence[Line]) -> list[str]:
            return ["        " + line.spelled(line.made in places) for line in part if line.made not in last]

        self.given = [d in last for d in gradients.values()]
        back = {a for line in lines[there:] for a in line.read}
        self.reads = [i for i, a in enumerate(inputs) if a in back]
        self.reads_y = y.owner in back
        self.source = "\n".join(
            [
                f"def make({', '.join(a.text for a in places)}):",
                f"    {names.replace(', ', ' = ')} = None",
                "",
                "    def forward(*inputs):",
                f"        nonlocal {names}",
                f"        {', '.join(variables)}, = inputs",
                *spelled(lines[:there]),
                f"        return {y.text}",
                "",
                "    def backward(gradient):",
                f"        nonlocal {names}",
                "        dy = gradient",
                *spelled(lines[there:]),
                "",
                *[
                    f"    def d_{name}(out=None):\n        return {last[d].into('out') if d in last else d.text}\n"
                    for name, d in gradients.items()
                ],
                "    def forget():",
                f"        nonlocal {names}",
                f"        {names.replace(', ', ' = ')} = None",
                "",
                f"    return forward, backward, forget, [{', '.join(f'd_{name}' for name in gradients)}]",
            ]
        )
        self._make = define(self.source, "make", tape.names)
        self._kinds, self._numbers = shared(lines, there, places, last)

    def make(self) -> Any:
        """The functions, with places of their own."""
        arrays = [numpy.empty(*kind) for kind in self._kinds]
        return self._make(*(arrays[i] for i in self._numbers))


def shared(
    lines: Sequence[Line], there: int, places: Collection[Any], last: Collection[Any]
) -> tuple[list[Any], list[int]]:
    """Shapes and dtypes of the arrays that are needed, and for each place which of them it is.

    Places share an array if the first is not needed any more when the second is.
    """
    end = len(lines)
    until: dict[Any, int] = {}
    for i, line in enumerate(lines):
        for a in (line.made, *line.read):
            until[a] = end if line.made in last else max(i, until.get(a, 0))
    for line in lines[:there]:
        if until[line.made] >= there:
            until[line.made] = end  # the way back may be gone twice
    kinds: list[Any] = []
    free: list[int] = []
    numbers: dict[Any, int] = {}
    for i, line in enumerate(lines):
        if line.made is not None and line.made in places:
            kind = (line.made.shape, line.made.dtype)
            fitting = [k for k in free if kinds[k] == kind]
            if fitting:
                free.remove(fitting[-1])
            else:
                kinds.append(kind)
            numbers[line.made] = fitting[-1] if fitting else len(kinds) - 1
        free += [numbers[a] for a in {line.made, *line.read} if a in numbers and until[a] == i]
    return kinds, [numbers[a] for a in places]
