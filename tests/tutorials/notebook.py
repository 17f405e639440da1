"""A notebook as a test reads it: its cells by their ids, and all of its code run in one namespace, without Jupyter."""

import json
import linecache
from pathlib import Path

TUTORIALS = Path(__file__).parents[2] / "tutorials"
NOTEBOOKS = sorted(TUTORIALS.glob("*.ipynb"))


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


def code(path):
    """The text of each cell of code, by its id."""
    return {cell["id"]: "".join(cell["source"]) for cell in read(path)["cells"] if cell["cell_type"] == "code"}


def run(path):
    """Run the cells of code one after the other."""
    scope = {"__name__": path.stem}
    for name, text in code(path).items():
        file = f"{path.name}, cell {name}"
        linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)  # inspect.getsource looks there
        exec(compile(text, file, "exec"), scope)
