"""Imports run downhill: no files import each other in a circle, and no room imports one that stands below it."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

FACES = {"minigrad", "minigrad.__main__", "minigrad.compat.paths"}
"""Files that may name everything, whatever the order."""


def module_of(path):
    """The name under which a file of the checkout is imported."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {module_of(path): path for path in (ROOT / "minigrad").rglob("*.py")}


def imported(node, package):
    """What the code below a node imports, in functions too but not for types alone: pairs (module, name or None).

    `package` is what the first dot of a relative import stands for.
    """
    if isinstance(node, ast.Import):
        yield from ((alias.name, None) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        above = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
        module = ".".join([*above, *([node.module] if node.module else [])])
        yield from ((module, alias.name) for alias in node.names)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "import_module":
        yield from ((literal.value, None) for literal in node.args[:1] if isinstance(literal, ast.Constant))
    for_types = isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
    for child in node.orelse if for_types else ast.iter_child_nodes(node):
        yield from imported(child, package)


def imports_of(text, package):
    """The modules of minigrad that this code imports. A name taken from a package may be a file of it."""
    found = set()
    for module, name in imported(ast.parse(text), package):
        if module.split(".")[0] == "minigrad":
            found.add(f"{module}.{name}" if f"{module}.{name}" in FILES else module)
    return found


def package_of(module):
    """The package that a file belongs to: the file itself, if it is the package's `__init__`."""
    return module if FILES[module].name == "__init__.py" else module.rpartition(".")[0]


ARROWS = {
    (module, other)
    for module, path in FILES.items()
    for other in imports_of(path.read_text(encoding="utf-8"), package_of(module))
}


def circle(arrows):
    """One circle of files, each of which imports the next; none if there is no circle."""
    graph = {}
    for module, other in arrows:
        graph.setdefault(module, set()).add(other)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1][::-1]
    return []


def rooms():
    """The files and folders of the table in the order of the page."""
    table = PAGE.split("what lives there")[1].split("### Why")[0]
    first_cells = re.findall(r"^\| (`.*?`) \|", table, flags=re.M)
    return [name.removesuffix(".py").rstrip("/") for cell in first_cells for name in re.findall(r"`(.*?)`", cell)]


def test_no_files_import_each_other_in_a_circle():
    assert " -> ".join(circle(ARROWS)) == ""


def test_no_room_imports_one_that_stands_below_it():
    order = {name: place for place, name in enumerate(rooms())}
    uphill = {
        (module, other)
        for module, other in ARROWS
        if not {module, other} & FACES and order[other.split(".")[1]] > order[module.split(".")[1]]
    }
    assert uphill == set()


def test_every_room_has_one_place_in_the_table():
    assert sorted(rooms()) == sorted({module.split(".")[1] for module in set(FILES) - FACES})


def test_every_import_of_minigrad_is_of_a_file_by_its_present_name():
    assert {other for _, other in ARROWS} <= set(FILES)


@pytest.mark.parametrize(
    ("text", "package", "found"),
    [
        ("from minigrad import ops, cpu", "minigrad", {"minigrad.ops", "minigrad"}),
        ("import minigrad.np.grid as g, numpy", "minigrad", {"minigrad.np.grid"}),
        ("from minigrad.ops.reduce import sum", "minigrad.np", {"minigrad.ops.reduce"}),
        ("from .reduce import sum", "minigrad.ops", {"minigrad.ops.reduce"}),
        ("from . import reduce, sum", "minigrad.ops", {"minigrad.ops.reduce", "minigrad.ops"}),
        ("from ..ops import reduce", "minigrad.np", {"minigrad.ops.reduce"}),
        ("def f():\n    from minigrad import np", "minigrad", {"minigrad.np"}),
        ("import importlib\nimportlib.import_module('minigrad.nd')", "minigrad", {"minigrad.nd"}),
        ("if TYPE_CHECKING:\n    from minigrad import nd\nelse:\n    from minigrad import np", "", {"minigrad.np"}),
        ("if typing.TYPE_CHECKING:\n    import minigrad.nd", "minigrad", set()),
    ],
)
def test_imports_are_found_in_every_spelling(text, package, found):
    assert imports_of(text, package) == found


def test_a_circle_is_found_and_named():
    assert circle({("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")}) == []
    assert set(circle({("a", "b"), ("b", "c"), ("c", "b")})) == {"b", "c"}
