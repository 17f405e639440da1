"""One source for each exercise, and what is made from it: notebooks for nbgrader and for students, files for pytest.

The source is a notebook as text (py:percent): a title, a cell with the function, whose solution is between two marks,
and a cell that checks it. Students get what is made from the text without the solution.
"""

from __future__ import annotations

import ast
import json
import re
import textwrap
from typing import Any

from minigrad.errors import UsageError
from minigrad.exercises.assemble import library
from minigrad.exercises.exercise import Exercise
from minigrad.exercises.gather import Gathering
from minigrad.exercises.statement import first_sentence, head

KINDS = ("student", "nbgrader", "pytest")
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
KERNEL = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}


def forms(exercise: Exercise, kind: str) -> dict[str, str]:
    """The files of a form, "student", "nbgrader" or "pytest": name -> text. Only nbgrader's have the solution.

    Raises UsageError without jupytext.
    """
    name, text = exercise.name, source(exercise)
    book = notebook(text if kind == "nbgrader" else without_solution(text))
    if kind != "pytest":
        return {f"{name}.ipynb": json.dumps(book, indent=1, ensure_ascii=False) + "\n"}
    _, function, test = (cell["source"] for cell in book["cells"])
    imports, _, lines = test.partition("\n\n")
    body = textwrap.indent(lines, "    ")
    return {
        f"{name}.py": f"{function}\n",
        f"test_{name}.py": f"from {name} import {name}\n{imports}\n\n\ndef test_{name}():\n{body}\n",
    }


def source(exercise: Exercise) -> str:
    """The source of all forms, with the solution."""
    name = exercise.name
    answer = textwrap.indent(f"{BEGIN}\n{solution(exercise)}\n{END}", "    ")
    return f"""# %% [markdown]
# # {name}
#
# {first_sentence(exercise)} Write the function; the last cell checks it and names any mistake.

# %% nbgrader={cell(name, solution=True)}
import numpy as np


{head(exercise)}{answer}

# %% nbgrader={cell(f"{name}_test", grade=True, locked=True, points=1)}
from minigrad.exercises import check

feedback = check("{name}", {name})
if not feedback:  # an `assert` would pass every answer under `python -O`
    raise AssertionError(str(feedback))
"""


def cell(name: str, **values: Any) -> str:
    """What nbgrader needs to know about a cell."""
    usual = {"grade": False, "grade_id": name, "locked": False, "schema_version": 3, "solution": False, "task": False}
    return json.dumps({**usual, **values})


def solution(exercise: Exercise) -> str:
    """The lines of the reference, after the functions of minigrad that they call."""
    gathering = Gathering([], {exercise.name: library(exercise.reference, "minigrad.exercises.words")})
    gathering.add(gathering.chosen[exercise.name], [exercise.name], "")
    lines = [x for x in gathering.head() if x != "import numpy as np"]
    for section in gathering.sections:
        for text in section.texts:
            tree = ast.parse(text).body[0]
            own = isinstance(tree, ast.FunctionDef) and tree.name == exercise.name
            lines += map(ast.unparse, tree.body) if isinstance(tree, ast.FunctionDef) and own else [text]
    return "\n".join(lines)


def without_solution(text: str) -> str:
    """A source with `...` instead of the solution."""
    return re.sub(rf"{BEGIN}\n.*?{END}", "...", text, flags=re.S)


def notebook(text: str) -> dict[str, Any]:
    """A notebook made from its text."""
    try:
        import jupytext
    except ImportError:
        raise UsageError(
            "forms are made by jupytext, which is not installed; in the checkout of minigrad, "
            "run pip install -e '.[tutorials]'"
        ) from None
    book: dict[str, Any] = jupytext.reads(text, fmt="py:percent")
    book["metadata"], book["nbformat"], book["nbformat_minor"] = KERNEL, 4, 5
    for number, x in enumerate(book["cells"]):
        x["id"] = f"cell-{number}"  # so that equal notebooks give equal files
        x["metadata"].pop("lines_to_next_cell", None)
    return book
