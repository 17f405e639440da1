"""`minigrad figures`: the pictures of the documentation, drawn from their data or measured again.

A figure is a file `figures/NAME.py` of the checkout, with its data in NAME.json and its picture next to them. It has:

* a docstring: what it shows, in the first line; then how that was measured, with which seeds, how closely a new
  measurement agrees, and where the idea comes from;
* `PICTURE`, the file name: .png, .svg, or .gif for one that moves;
* `measure()`, which returns the data: see `minigrad.commands.data`;
* `draw(data)`, which returns the figure, or for a GIF the `Animation`: everything in it follows from the data;
* `agree(old, new)`, which gives a sentence for each point in which new data are not close enough to the old.

From the same data, Matplotlib draws the same picture byte for byte, but another version may not: `figures/versions.txt`
names the versions that drew the present pictures, in the form that pip reads. `figures/README.md` shows all pictures,
each with its docstring.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy

from minigrad.commands.data import Data, written
from minigrad.commands.output import WIDTH, encoded, write
from minigrad.device import cpu
from minigrad.disk import reading
from minigrad.docstrings import docstring
from minigrad.errors import ArgumentError, FileError, MissingFileError, UsageError, suggestion

FOLDER = Path(__file__).parents[2] / "figures"
DRAWN_WITH = ("matplotlib", "pillow")
TOLD = 8
"""The most sentences printed about one figure; the rest are only counted."""


@dataclass(frozen=True)
class Script:
    """One figure: what its file defines."""

    path: Path
    picture: Path
    words: str
    """Its docstring."""
    measure: Callable[[], Data]
    draw: Callable[[Data], Any]
    agree: Callable[[Data, Data], Iterable[str]]

    @property
    def title(self) -> str:
        """What it shows, in a sentence."""
        return self.words.partition("\n")[0]

    @property
    def data(self) -> Path:
        """The file with its data."""
        return self.path.with_suffix(".json")

    def load(self) -> Data:
        """Its stored data."""
        try:
            return json.loads(read(self.data))
        except ValueError:
            raise FileError(f"{str(self.data)!r} is not JSON; take it from git again, or measure again") from None

    def drawn(self, data: Data) -> bytes:
        """The picture of these data, whatever the user's own Matplotlib style."""
        from matplotlib import style

        with style.context("default"):
            figure = self.draw(data)
            found: bytes = figure.gif() if self.picture.suffix == ".gif" else encoded(figure, self.picture.suffix)
        return found

    def measured(self) -> Data:
        """Its data measured again: on a CPU, for the same random numbers, and as they would come back from a file."""
        with cpu(), numpy.errstate(all="ignore"):
            return json.loads(written(self.measure()))


def script(name: str) -> Script:
    """A figure by name."""
    path = FOLDER / f"{name}.py"
    found = importlib.util.spec_from_file_location(f"figures.{name}", path)
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    words = docstring(module)
    missing = [part for part in ("PICTURE", "measure", "draw", "agree") if not getattr(module, part, None)]
    missing += [] if words else ["docstring"]
    if missing:
        raise UsageError(f"{str(path)!r} is not a figure yet: it has no {' and no '.join(missing)}")
    return Script(path, FOLDER / module.PICTURE, words, module.measure, module.draw, module.agree)


def names() -> list[str]:
    """All figures of the checkout."""
    if not (FOLDER.parent / "pyproject.toml").exists():  # so minigrad is an installed package
        raise MissingFileError("figures are drawn in a checkout of minigrad, and this is an installed one")
    return sorted(path.stem for path in FOLDER.glob("*.py"))


def run_figures(arguments: argparse.Namespace) -> int:
    """Draw the figures, or only compare them, and print the result for each; 1 if a check found a change."""
    every = names()
    for name in arguments.names:
        if name not in every:
            raise ArgumentError(f"no figure is called {name!r}{suggestion(name, every)}")
    chosen, other = arguments.names or every, other_versions()
    if other and not arguments.check and len(chosen) < len(every):
        raise UsageError(f"{other} Draw all figures, without naming any, or install what figures/versions.txt says.")
    as_before = all([redo(script(name), arguments.measure, arguments.check) for name in chosen])
    if arguments.check:
        if other and not as_before:
            print(f"minigrad: {other}")
        return 0 if as_before else 1
    write(FOLDER / "README.md", page(every).encode())
    if other:
        write(FOLDER / "versions.txt", versions().encode())
    return 0


def redo(one: Script, measure: bool, check: bool) -> bool:
    """Draw one figure, or only compare it, and print the result; return whether nothing has changed."""
    old = one.load() if one.data.exists() else None
    if old is None and not measure:
        name = one.path.stem
        raise MissingFileError(f"figure {name} has no data; measure them: minigrad figures {name} --measure")
    data = one.measured() if measure else old
    apart = list(one.agree(old, data)) if measure and old is not None else []
    drawn = one.drawn(old if check and old is not None else data)
    same = one.picture.exists() and one.picture.read_bytes() == drawn
    state = "the same" if same else "not the same" if check else "drawn"
    print(textwrap.fill(f"{one.path.stem} ({state}): {one.title}", WIDTH, subsequent_indent="    "))
    if measure and not apart:
        print("    measured for the first time" if old is None else "    measured: close to what it was")
    for sentence in apart[:TOLD]:
        print(textwrap.fill(sentence, WIDTH, initial_indent="    ! ", subsequent_indent="      "))
    if len(apart) > TOLD:
        print(f"    ! and {len(apart) - TOLD} more")
    if measure and not check:
        write(one.data, f"{written(data)}\n".encode())
    if not same and not check:
        write(one.picture, drawn)
    return same and not apart


def page(every: list[str]) -> str:
    """All pictures, with how each was measured, as Markdown."""
    parts = [
        "# Figures\n\nEach is drawn by the script of its name from the data next to it. `minigrad figures` draws them "
        "again and writes this page,\n`minigrad figures NAME --measure` measures again."
    ]
    for one in map(script, every):
        _, _, rest = one.words.partition("\n")
        parts.append(f"## {one.path.stem}\n\n{one.title}\n\n![{one.title}]({one.picture.name})\n\n{rest.strip()}")
    return "\n\n".join(parts) + "\n"


def read(path: Path) -> str:
    """The text of a file."""
    with reading(path) as file:
        return file.read().decode()


def versions() -> str:
    """The installed versions of what draws, in the form of `figures/versions.txt`."""
    return "".join(f"{name}=={importlib.metadata.version(name)}\n" for name in DRAWN_WITH)


def other_versions() -> str:
    """A sentence if the installed versions are not those that drew the present pictures."""
    file = FOLDER / "versions.txt"
    drawn_with = read(file) if file.exists() else ""
    if drawn_with == versions():
        return ""
    before, here = (", ".join(text.split()) or "nothing" for text in (drawn_with, versions()))
    return f"The pictures were drawn with {before}; this is {here}."
