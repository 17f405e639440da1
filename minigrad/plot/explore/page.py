"""The page that runs rules: one HTML file made from the files in this folder and from every rule's own programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

from minigrad.disk import FilePath, replacing
from minigrad.docstrings import docstring
from minigrad.errors import MinigradError
from minigrad.optimizer.optimizer import Optimizer
from minigrad.optimizer.readings.javascript import PRELUDE
from minigrad.optimizer.readings.legend import words
from minigrad.optimizer.readings.mathml import MathML, MathRow
from minigrad.optimizer.readings.meanings import described as meaning
from minigrad.optimizer.registry import OPTIMIZERS
from minigrad.plot.explore.ground import CURVES, grounds
from minigrad.plot.explore.programs import Branch, Program, programs
from minigrad.plot.explore.settings import Setting, settings
from minigrad.plot.surfaces import Surface, surface

HERE = Path(__file__).parent
LIBRARIES = ("d3/d3-array.min.js", "d3/d3-contour.min.js")
SCRIPTS = (
    "numbers", "random", "walk", "address", "drawing", "picture", "charts", "equations", "cards", "page", "controls",
)  # fmt: skip
FIRST = "on=valley&count=60&at=6&rule=sgd,learning_rate:0.4,momentum:0.6,arrows&rule=adam,learning_rate:0.4"
"""What the page shows initially."""
TITLE = "Explorer of update rules"
HEIGHT = 900
"""The height of the page in a notebook, in pixels."""


class Page:
    """The page as one HTML file. Jupyter shows it; `save` writes it. See `Optimizer.explore`."""

    def __init__(self, optimizer: Any = None, on: str | Surface | Callable[[Any, Any], Any] = "rosenbrock") -> None:
        known = isinstance(on, str) and on.lower() in CURVES
        ground = CURVES[str(on).lower()] if known else surface(on)
        more = {} if known else {ground.name: ground}
        self.title = "every rule" if optimizer is None else f"{ground.name}, {type(optimizer).__name__.lower()}"
        first = FIRST if optimizer is None else address(optimizer, ground)
        self.html = page(script([*data(optimizer, more), f"const FIRST = {written(first)};"]))

    @property
    def size(self) -> int:
        """The size in kB."""
        return len(self.html.encode()) // 1000

    def save(self, path: FilePath) -> None:
        """Write the file, completely or not at all."""
        with replacing(path) as file:
            file.write(self.html.encode())

    def _repr_html_(self) -> str:
        style = f"width:100%;height:{HEIGHT}px;border:0"
        return f'<iframe title="{TITLE}" sandbox="allow-scripts" style="{style}" srcdoc="{escape(self.html)}"></iframe>'

    def __repr__(self) -> str:
        return (
            f'Page({self.title}: {self.size} kB of HTML; save("explorer.html") and open it, or look at it in Jupyter)'
        )


def page(code: str) -> str:
    """The whole file."""
    text = (HERE / "page.html").read_text(encoding="utf-8")
    style = (HERE / "page.css").read_text(encoding="utf-8")
    return text.replace("/* the style */", style).replace("/* the program */", code)


def script(parts: list[str]) -> str:
    """The program of the page: what others wrote, with its licence; the data; the scripts of this folder."""
    licence = (HERE / "d3" / "LICENSE").read_text(encoding="utf-8")
    libraries = [(HERE / name).read_text(encoding="utf-8") for name in LIBRARIES]
    own = [(HERE / f"{name}.js").read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(['"use strict";', f"/*\n{licence}*/", *libraries, PRELUDE, *parts, *own])


def written(value: Any) -> str:
    """A value as JavaScript that cannot end the script it is in."""
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/").replace("<!", "<\\!")


def data(optimizer: Optimizer | None, more: Mapping[str, Surface]) -> Iterator[str]:
    """All rules and surfaces as JavaScript text. Equations are lists of row numbers, since most rows recur."""
    table: dict[MathRow, int] = {}
    steps: dict[str, int] = {}
    found, left_out = {}, {}
    for name, cls in classes(optimizer).items():
        try:
            found[name] = described(cls, optimizer if type(optimizer) is cls else None)
        except Exception as error:  # a user's rule that fails must not break the page for the others
            if type(optimizer) is cls:
                raise
            known = isinstance(error, MinigradError)
            left_out[name] = str(error) if known else f"{cls.__name__} failed: {type(error).__name__}: {error}"
    rules = []
    for name, (about, branches) in found.items():
        texts = []
        for branch in branches:
            step = steps.setdefault(branch.step, len(steps))
            forms = [[table.setdefault(row, len(table)) for row in form] for form in branch.forms]
            texts.append(
                f"{{when: {branch.when}, start: {branch.start}, step: STEPS[{step}], fixed: {written(branch.fixed)}, "
                f"forms: {written(forms)}, idle: {written(branch.idle)}}}"
            )
        rules.append(f"{written(name)}: {{...{written(about)}, programs: [\n{','.join(texts)}]}}")
    hills = (
        f"{written(name)}: {{...{written(about)}, program: {text}}}"
        for name, (text, about) in grounds(dict(more)).items()
    )
    yield f"const STEPS = [{', '.join(steps)}];"
    yield f"const ROWS = {written([row._asdict() for row in table])};"
    yield f"const RULES = {{{', '.join(rules)}}};"
    yield f"const LEFT_OUT = {written(left_out)};"
    yield f"const GROUNDS = {{{', '.join(hills)}}};"


def classes(optimizer: Optimizer | None) -> dict[str, type[Optimizer]]:
    """All registered rules by name, without aliases; and the optimizer's class, even if it is not registered."""
    found = {name: cls for name, cls in sorted(OPTIMIZERS.items()) if name == cls.__name__.lower()}
    return found if optimizer is None else found | {type(optimizer).__name__.lower(): type(optimizer)}


Described = tuple[dict[str, Any], list[Program]]


def described(cls: Any, example: Optimizer | None) -> Described:
    """What the page knows about a rule, and its programs. The example is used if the class needs arguments."""
    try:
        cls()
    except Exception:
        if example is None:
            raise
        return facts(example)
    return facts_of(cls)


@lru_cache(maxsize=64)
def facts_of(cls: Any) -> Described:
    """The facts about a class, found only once: all rules together take a second or two."""
    return facts(cls())


def facts(optimizer: Optimizer) -> Described:
    """What the page knows about an optimizer's class, with this optimizer's values as the defaults."""
    cls, found = type(optimizer), settings(optimizer)
    branches = programs(optimizer, found)
    notation = MathML(Branch(optimizer, {}, {of.name: of for of in found}).javascript.of)
    used = [of for of in found if not all(of.name in branch.idle for branch in branches)]
    lines = {row.name for branch in branches for form in branch.forms for row in form} | {*optimizer.states}
    return {
        "title": cls.__name__,
        "sentence": docstring(cls, inherited=False).partition("\n")[0],
        "settings": [asdict(of) | {"letter": letter(notation, of), "about": about(notation, of)} for of in used],
        "about": {name: text for name in sorted(lines) if (text := meaning(cls, name))},
    }, branches


def letter(notation: MathML, of: Setting) -> str:
    """The letter for a number in the equations, if it has one."""
    found = notation.letter(of.place) if of.kind in ("number", "whole") else ""
    return "" if found == notation.word(of.place) else found


def about(notation: MathML, of: Setting) -> str:
    """What a setting is, in the words of the legend. A list of words explains itself."""
    return "" if of.kind == "word" else words(notation, of.place)


def address(optimizer: Optimizer, ground: Surface) -> str:
    """The address at which the page shows this optimizer on this surface."""
    values = [f"{of.name}:{spelled(of.value)}" for of in settings(optimizer)]
    rule = ",".join([quote(type(optimizer).__name__.lower()), *values, "arrows"])
    return f"on={quote(ground.name)}&count=100&at=30&rule={rule}"


def spelled(value: Any) -> str:
    return quote(json.dumps(value) if not isinstance(value, str) else value)
