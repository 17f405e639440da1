"""A notebook as a test reads it: its cells by their ids, and all of its code run in one namespace, without Jupyter."""

import ast
import importlib
import json
import linecache
import sys
from pathlib import Path

from minigrad import cpu
from minigrad.optimizer.registry import OPTIMIZERS

TUTORIALS = Path(__file__).parents[2] / "tutorials"
SOURCES = sorted(TUTORIALS.glob("[0-9]*.py"))
sys.path.insert(0, str(TUTORIALS))  # a notebook is run in its own folder, and may import what lies there
build = importlib.import_module("build")


def read(source):
    """The built notebook beside a source."""
    return json.loads(source.with_suffix(".ipynb").read_text(encoding="utf-8"))


def cells(source, kind):
    """The text of each cell of one kind, by its id."""
    return {cell["id"]: "".join(cell["source"]) for cell in read(source)["cells"] if cell["cell_type"] == kind}


def run(source):
    """Run the cells of code one after the other; returns what each cell's last expression gave, by the cell's id."""
    scope, given, before = {"__name__": "__main__"}, {}, dict(OPTIMIZERS)
    for name, text in cells(source, "code").items():
        file = f"{source.stem}, cell {name}"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # inspect.getsource looks there
        tree = ast.parse(text, file)
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        with cpu():  # also where all tests run on the stand-in for a GPU: the bundled data are not there
            exec(compile(tree, file, "exec"), scope)
            given[name] = eval(compile(ast.Expression(last.value), file, "eval"), scope) if last else None
    for name in OPTIMIZERS.keys() - before.keys():  # what a reader registers is not part of the package
        del OPTIMIZERS[name]
    return given
