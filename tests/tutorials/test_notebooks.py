"""Every notebook runs from top to bottom, and is stored so that a diff shows what changed: no outputs, no metadata."""

import json

import matplotlib
import pytest

from tests.tutorials.notebook import NOTEBOOKS, read, run

each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
EMPTY = {"code": {"execution_count": None, "metadata": {}, "outputs": []}, "markdown": {"metadata": {}}}


def test_there_are_notebooks():
    assert NOTEBOOKS


@each
def test_every_cell_runs(path):
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    try:
        run(path)
    finally:
        plt.close("all")


@each
def test_nothing_is_stored_but_text_and_code(path):
    book = read(path)
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"] == {"language_info": {"name": "python"}}
    for cell in book["cells"]:
        rest = {key: value for key, value in cell.items() if key not in ("cell_type", "id", "source")}
        assert rest == EMPTY[cell["cell_type"]], f"clear the cell {cell['id']}: see CONTRIBUTING.md"


@each
def test_it_is_laid_out_as_jupyter_saves_it(path):
    book = read(path)
    assert len({cell["id"] for cell in book["cells"]}) == len(book["cells"])
    assert path.read_text(encoding="utf-8") == json.dumps(book, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
