"""A program: a tape printed as Python text, and compiled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import numpy

from minigrad.define import define
from minigrad.gluon.replay.tape import Line, Tape, Traced


class Program:
    """The text of `make(*places)`, which returns functions: `forward(*inputs)`, `backward(dy)`, which returns the
    gradients, and `release()`, which releases the inputs.

    The first `n_forward` lines of the tape are the forward pass. Results are written into the places, arrays that every
    run reuses; only the output and the gradients, which go to the user, are new arrays. The first line of a program for
    a GPU says so.
    """

    def __init__(
        self, tape: Tape, inputs: Sequence[Traced], n_forward: int, y: Traced, gradients: dict[str, Traced]
    ) -> None:
        lines = tape.lines
        takes_out = {line.made for line in lines if line.takes_out}
        leaving = {y.owner, *(d.owner for d in gradients.values())}
        made = [line.made for line in lines if line.made is not None]
        read = {a for line in lines for a in line.read}
        uses = Counter(d.owner for d in gradients.values())
        for name, d in gradients.items():
            if d in tape.made and d not in read and uses[d] == 1:
                d.text = f"d_{name}"
        places = dict.fromkeys(a for a in made if a in takes_out and a not in leaving)
        new = [line.made.text for line in lines[:n_forward] if line.made is not None and line.made not in places]
        variables = [a.text for a in inputs]
        names = ", ".join([*variables, *new])

        def spelled(line: Line) -> str:
            if line.made is None:
                return line.text
            if line.made in places:
                return line.into(line.made.text)
            return f"{line.made.text} = {line.text}"

        back = {a for line in lines[n_forward:] for a in line.read}
        self.reads = [i for i, a in enumerate(inputs) if a in back]
        self.reads_y = y.owner in back
        self.source = "\n".join(
            [
                *([] if tape.xp is numpy else ["# CuPy's calls"]),
                f"def make({', '.join(a.text for a in places)}):",
                f"    {names.replace(', ', ' = ')} = None",
                "",
                "    def forward(*inputs):",
                f"        nonlocal {names}",
                f"        {', '.join(variables)}, = inputs",
                *[f"        {spelled(line)}" for line in lines[:n_forward]],
                f"        return {y.text}",
                "",
                "    def backward(dy):",
                *[f"        {spelled(line)}" for line in lines[n_forward:]],
                f"        return [{', '.join(d.text for d in gradients.values())}]",
                "",
                "    def release():",
                f"        nonlocal {names}",
                f"        {names.replace(', ', ' = ')} = None",
                "",
                "    return forward, backward, release",
            ]
        )
        self._names, self._empty = tape.names, tape.xp.empty
        self._make = define(self.source, "make", self._names)
        self._kinds, self._numbers = allocate(lines, n_forward, places)

    def make(self, **others: Any) -> Any:
        """The functions, with places of their own; `others` replaces functions that they call, by name."""
        arrays = [self._empty(*kind) for kind in self._kinds]
        make = define(self.source, "make", {**self._names, **others}) if others else self._make
        return make(*(arrays[i] for i in self._numbers))


def allocate(lines: Sequence[Line], n_forward: int, places: Collection[Any]) -> tuple[list[Any], list[int]]:
    """The shapes and dtypes of the arrays needed, and for each place the number of its array.

    Two places share an array if the first is no longer needed when the second is. Fewer arrays fit better in the cache.
    """
    until = {a: i for i, line in enumerate(lines) for a in (line.made, *line.read)}
    for line in lines[:n_forward]:
        if until[line.made] >= n_forward:
            until[line.made] = len(lines)  # the backward pass may run twice
    kinds: list[Any] = []
    free: list[int] = []
    numbers: dict[Any, int] = {}
    for i, line in enumerate(lines):
        done = [numbers[a] for a in line.read if a in numbers and until[a] == i]
        if line.elementwise:  # it may overwrite its inputs
            free, done = free + done, []
        if line.made is not None and line.made in places:
            kind = (line.made.shape, line.made.dtype)
            fitting = [k for k in free if kinds[k] == kind]
            if fitting:
                free.remove(fitting[-1])
            else:
                kinds.append(kind)
            numbers[line.made] = fitting[-1] if fitting else len(kinds) - 1
            if until[line.made] == i:  # nothing reads it
                done.append(numbers[line.made])
        free += done
    return kinds, [numbers[a] for a in places]
