"""Functions from many files put into one, with what each needs from its own file, and no name with two meanings."""

from __future__ import annotations

import ast
import builtins
import copy
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy

from minigrad.exercises.scopes import bound, of_the_file

STARS = {"numpy": numpy, "math": math}
"""Modules from which `*` may be imported: only the names that are used come along."""


@dataclass(frozen=True, eq=False)
class Source:
    """A file: its name, its text, and `beside`, which finds a file that it imports, if that is next to it."""

    name: str
    text: str
    beside: Callable[[str], Source | None] = lambda module: None


@dataclass(eq=False)
class Opened:
    """A file from which something was taken: its lines, the new names of its names, and which lines are done."""

    source: Source
    tree: ast.Module
    names: dict[str, str] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)


@dataclass
class Section:
    """What came from one file: a title, and lines of text."""

    title: str
    texts: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        text = f"# {' '.join(self.title.split())}"
        for before, line in zip(["", *self.texts], self.texts):
            apart = any(
                x.lstrip().startswith(("def ", "class ", "@")) for x in (*before.splitlines(), *line.splitlines())
            )
            text += ("\n\n\n" if apart and before else "\n") + line
        return text


class Gathering:
    """Sections from many files, and the imports they share."""

    def __init__(self, reserved: Iterable[str], chosen: Mapping[str, Source]) -> None:
        """`reserved` names are taken; `chosen` says which file each function comes from; these keep their names."""
        self.chosen = chosen
        self.taken = {*reserved, *dir(builtins), *chosen}
        self.imports: dict[str, str] = {}  # name -> line
        self.first: set[str] = set()  # lines that must come first
        self.sections: list[Section] = []
        self.files: dict[str, Opened] = {}

    def add(self, source: Source, wanted: Iterable[str], title: str) -> dict[str, str]:
        """Add names of a file, and what they need. Returns the new names of the file's names."""
        if source.name not in self.files:
            self.files[source.name] = Opened(source, ast.parse(source.text))
        file = self.files[source.name]
        needed = [i for i in closure(file.tree, wanted) if i not in file.done]
        file.done.update(needed)
        section = Section(title)
        lines = [file.tree.body[i] for i in needed]
        others = [line for line in lines if not is_import(line)]
        uses = {name for line in others for name, _ in of_the_file(line)} | set(wanted)
        for line in lines:
            if isinstance(line, ast.Import):
                for alias in line.names:
                    if (alias.asname or alias.name.split(".")[0]) in uses:
                        file.names.update(self.imported(source, alias, section))
            elif isinstance(line, ast.ImportFrom):
                file.names.update(self.imported_from(source, line, uses - bound(others)))
        for name in sorted(bound(others)):
            if name not in file.names:
                ours = name in self.chosen and self.chosen[name].name == source.name
                file.names[name] = name if ours else self.free(name, source)
        section.texts += [written(line, source.text, file.tree, file.names) for line in others]
        self.sections.append(section)
        return file.names

    def free(self, name: str, source: Source) -> str:
        """The name, if it is not taken; else one made from it."""
        found, stem = name, source.name.removesuffix(".py").rpartition("/")[2]
        while found in self.taken or found in self.imports:
            found = f"{name}_of_{stem}" if found == name else f"{found}_"
        self.taken.add(found)
        return found

    def imported(self, source: Source, alias: ast.alias, section: Section) -> dict[str, str]:
        """`import module as name`: the new name."""
        name = alias.asname or alias.name.split(".")[0]
        other = source.beside(alias.name)
        if other:
            inside = self.add(other, bound(ast.parse(other.text).body), f"from {other.name}")
            found = self.free(name, source)
            self.imports.setdefault("SimpleNamespace", "from types import SimpleNamespace")
            section.texts.append(f"{found} = SimpleNamespace({', '.join(f'{x}={y}' for x, y in inside.items())})")
            return {name: found}
        return {name: self.shared(name, f"import {alias.name}", alias.asname, source)}

    def imported_from(self, source: Source, line: ast.ImportFrom, uses: set[str]) -> dict[str, str]:
        """`from module import a, b as c`: the new names of those that are used."""
        module = "." * line.level + (line.module or "")
        if module == "__future__":
            self.first.update(f"from __future__ import {alias.name}" for alias in line.names)
            return {}
        other = source.beside(module)
        names: dict[str, str] = {}
        for alias in line.names:
            star = alias.name == "*" and module in STARS
            aliases = [ast.alias(name) for name in sorted(uses & {*dir(STARS[module])})] if star else [alias]
            for x in aliases:
                if (x.asname or x.name) not in uses:
                    continue
                name = x.asname or x.name
                if x.name in self.chosen and other:
                    names[name] = x.name
                elif other:
                    names[name] = self.add(other, [x.name], f"from {other.name}")[x.name]
                else:
                    names[name] = self.shared(name, f"from {module} import {x.name}", x.asname, source)
        return names

    def shared(self, name: str, line: str, asname: str | None, source: Source) -> str:
        """The name that an import gives, which several files may share."""
        if self.imports.get(name) in (line, f"{line} as {name}"):
            return name
        found = name if name not in self.taken and name not in self.imports else self.free(name, source)
        self.imports[found] = line if found == name and not asname else f"{line} as {found}"
        return found

    def head(self) -> list[str]:
        """The imports of all sections."""
        return [*sorted(self.first), *sorted(set(self.imports.values()))]


def closure(tree: ast.Module, wanted: Iterable[str]) -> list[int]:
    """The lines of a file that give the wanted names, and the lines these need."""
    lines = {i: line for i, line in enumerate(tree.body) if not aside(line)}
    modules = {x for line in lines.values() if is_import(line) for x in given(line)}
    names, chosen = set(wanted), set[int]()
    while True:
        own = names - modules
        more = {
            i for i, line in lines.items()
            if given(line) & (names if is_import(line) else own) or setting(line, modules) or is_future(line)
        }  # fmt: skip
        if more <= chosen:
            return sorted(chosen)
        chosen |= more
        names |= {name for i in more for name, _ in of_the_file(lines[i])}


def aside(line: ast.stmt) -> bool:
    """Whether a line can be left out: `if __name__ == "__main__"`, or a bare text."""
    if isinstance(line, ast.If) and any(isinstance(x, ast.Name) and x.id == "__name__" for x in ast.walk(line.test)):
        return True
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)


def is_import(line: ast.stmt) -> bool:
    return isinstance(line, (ast.Import, ast.ImportFrom))


def is_future(line: ast.stmt) -> bool:
    return isinstance(line, ast.ImportFrom) and line.module == "__future__"


def given(line: ast.stmt) -> set[str]:
    """The names that a line defines or changes: in `a[0] = b` and `a.append(b)` that is a."""
    if isinstance(line, ast.ImportFrom) and any(alias.name == "*" for alias in line.names):
        return set(dir(STARS.get(line.module or "", ast)))
    names = set(bound([line]))
    for node in ast.walk(line) if not isinstance(line, (ast.FunctionDef, ast.ClassDef)) else ():
        changed = isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store)
        base: ast.AST | None = node if changed else node.func if isinstance(node, ast.Call) else None
        while isinstance(base, (ast.Subscript, ast.Attribute)):
            base = base.value
            if isinstance(base, ast.Name):
                names.add(base.id)
    return names


def setting(line: ast.stmt, modules: set[str]) -> bool:
    """Whether a line calls a function of a module for its effect, such as sys.setrecursionlimit(10000)."""
    names = {name for name, _ in of_the_file(line)}
    return isinstance(line, ast.Expr) and isinstance(line.value, ast.Call) and bool(names) and names <= modules


def written(line: ast.stmt, text: str, tree: ast.Module, names: dict[str, str]) -> str:
    """A line of the file as text, with the comments above it; rewritten if a name in it has changed."""
    if any(names.get(name, name) != name for name, _ in of_the_file(line)):
        new = copy.deepcopy(line)
        for name, place in list(of_the_file(new)):
            setattr(place, "id" if isinstance(place, ast.Name) else "name", names.get(name, name))
        for node in ast.walk(new):
            if isinstance(node, ast.Global):
                node.names = [names.get(name, name) for name in node.names]
        return ast.unparse(new)
    first = min([line.lineno, *(x.lineno for x in getattr(line, "decorator_list", []))])
    last = line.end_lineno or line.lineno
    if any(x is not line and x.lineno <= last and (x.end_lineno or x.lineno) >= first for x in tree.body):
        return ast.unparse(line)  # it shares its line with another
    lines = re.split(r"\r\n?|\n", text)  # Python's lines, which do not end at a form feed, as those of splitlines() do
    while first > 1 and lines[first - 2].startswith("#"):
        first -= 1
    return "\n".join(lines[first - 1 : last])
