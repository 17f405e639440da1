"""An algorithm from a paper, and the call and names with which minigrad does the same."""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Paper:
    """A paper's algorithm in its authors' letters, as a generator.

    `walk` gets the first weight, a function that returns the gradient at a weight, and the paper's hyper-parameters. It
    yields after each step; `letters` refers to its variables at that time. Its docstring says what differs, and why.
    """

    walk: Callable[..., Iterator[Any]]
    source: str
    """Where to find the algorithm."""
    here: str
    """The optimizer that takes the same steps, made from the paper's hyper-parameters."""
    at: str
    """The weight or state of that optimizer where the gradients are taken."""
    letters: dict[str, str]
    """Weight or state of that optimizer -> the same in the paper's letters."""

    @property
    def program(self) -> str:
        """The text of the algorithm, without its docstring."""
        (function,) = ast.parse(textwrap.dedent(inspect.getsource(self.walk))).body
        assert isinstance(function, ast.FunctionDef)
        lines = inspect.getsource(self.walk).splitlines()
        words, first = function.body[0], function.body[1]
        return "\n".join([*lines[function.lineno - 1 : words.lineno - 1], *lines[first.lineno - 1 :]])


def paper(source: str, here: str, at: str = "w", **letters: str) -> Callable[[Callable[..., Iterator[Any]]], Paper]:
    """Declare that a function is a paper's algorithm."""
    return lambda walk: Paper(walk, source, here, at, letters)
