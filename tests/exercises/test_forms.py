"""One source, three forms: nbgrader takes its notebooks, and no student gets a solution."""

import ast
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from minigrad import cli
from minigrad.exercises import EXERCISES
from minigrad.exercises.forms import KINDS, forms
from minigrad.exercises.statement import blank, statement

ROOT = Path(__file__).parents[2]
ADAM = """def adam_step(w, g, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g * g
    return w - lr * m / (1 - beta1**t) / ((v / (1 - beta2**t)) ** 0.5 + eps), m, v
"""


def written(name, kind):
    pytest.importorskip("jupytext")
    return forms(EXERCISES[name], kind)


def cells(name, kind):
    return json.loads(written(name, kind)[f"{name}.ipynb"])["cells"]


def reference_lines(name):
    """The lines of a reference and of what it calls in its file, of more than a few letters."""
    module = ast.parse(inspect.getsource(inspect.getmodule(EXERCISES[name].reference)))
    functions = {x.name: ast.Module(x.body) for x in module.body if isinstance(x, ast.FunctionDef)}
    chosen, waiting = set(), [name]
    while waiting:
        chosen.add(waiting.pop())
        called = {x.id for y in chosen for x in ast.walk(functions[y]) if isinstance(x, ast.Name)}
        waiting = sorted(called & set(functions) - chosen)
    nodes = [x for y in chosen for x in ast.walk(functions[y])]
    lines = [ast.unparse(x) for x in nodes if isinstance(x, (ast.Assign, ast.AugAssign, ast.Return))]
    return [line for line in lines if len(line) > 8]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_solution_is_in_the_source_and_in_no_form_for_students(name):
    lines = reference_lines(name)
    told = statement(EXERCISES[name])
    assert lines
    (source,) = written(name, "nbgrader").values()
    assert [line for line in lines if json.dumps(line, ensure_ascii=False)[1:-1] not in source] == []
    for kind in ("student", "pytest"):
        texts = written(name, kind).values()
        assert not any("SOLUTION" in text for text in texts)
        assert [x for x in lines if any(x in y or json.dumps(x)[1:-1] in y for y in texts) and x not in told] == []


@pytest.mark.parametrize("name", EXERCISES)
def test_the_solution_of_a_source_is_right_and_a_student_has_the_usual_blank(name):
    code = [x["source"] for x in cells(name, "nbgrader") if x["cell_type"] == "code"]
    given = {}
    exec(code[0], given)
    exec(code[1], given)  # it raises if it does not like the answer
    assert given["feedback"].right and given["feedback"].exercise == name
    (student, _) = (x["source"] for x in cells(name, "student") if x["cell_type"] == "code")
    assert student + "\n" == blank(EXERCISES[name]) == written(name, "pytest")[f"{name}.py"]


@pytest.mark.parametrize("kind", ["nbgrader", "student"])
def test_a_form_is_a_notebook_as_jupyter_defines_it(kind):
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(json.loads(written("adam_step", kind)["adam_step.ipynb"]))


def test_the_test_cell_is_locked_has_a_point_and_names_the_mistake():
    _, function, test = cells("adam_step", "nbgrader")
    told = [x["metadata"]["nbgrader"] for x in (function, test)]
    assert [(x["solution"], x["locked"], x["grade"], x.get("points")) for x in told] == [
        (True, False, False, None), (False, True, True, 1),
    ]  # fmt: skip
    given = {}
    exec(ADAM.replace("+ eps)", ")"), given)
    with pytest.raises(AssertionError, match="adam_step: not yet .epsilon-missing.*\n"):
        exec(test["source"], given)


def test_equal_forms_are_equal_files():
    assert all(written("log_softmax", kind) == written("log_softmax", kind) for kind in KINDS)


def test_pytest_passes_a_right_answer_and_no_blank(tmp_path, capsys):
    pytest.importorskip("jupytext")
    assert cli.main(["exercises", "forms", "adam_step", "log_softmax", "--out", str(tmp_path), "--kind", "pytest"]) == 0
    assert "4 files for 2 exercises" in capsys.readouterr().out
    (tmp_path / "adam_step.py").write_text(ADAM)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for flag in [], ["-O"]:  # which drops every assert
        command = [sys.executable, *flag, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert "1 failed, 1 passed" in done.stdout and "log_softmax: not yet" in done.stdout


def test_files_that_are_there_stay(tmp_path, capsys):
    pytest.importorskip("jupytext")
    (tmp_path / "adam_step.ipynb").write_text("mine")
    assert cli.main(["exercises", "forms", "sgd_step", "adam_step", "--out", str(tmp_path)]) == 2
    assert "exists already" in capsys.readouterr().err
    assert [x.name for x in tmp_path.iterdir()] == ["adam_step.ipynb"]


def test_a_missing_jupytext_is_said(tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    assert cli.main(["exercises", "forms", "sgd_step", "--out", str(tmp_path)]) == 2
    assert "jupytext, which is not installed" in capsys.readouterr().err


@pytest.mark.skipif(importlib.util.find_spec("nbgrader") is None, reason="nbgrader is not installed")
def test_nbgrader_makes_the_assignment_and_marks_what_is_handed_in(tmp_path):
    source = tmp_path / "source" / "week1"
    source.mkdir(parents=True)
    for name in ("adam_step", "log_softmax"):
        (source / f"{name}.ipynb").write_text(written(name, "nbgrader")[f"{name}.ipynb"], encoding="utf-8")

    def nbgrader(*words):
        tools = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # it calls alembic by name
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": tools}
        command = [sys.executable, "-m", "nbgrader", *words, f"--course={tmp_path}"]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]

    nbgrader("generate_assignment", "week1", "--create")
    released = (tmp_path / "release" / "week1" / "adam_step.ipynb").read_text(encoding="utf-8")
    assert not [line for line in reference_lines("adam_step") if line in released]
    for student, answer in {"ada": ADAM, "emmy": ADAM.replace("+ eps)", ")")}.items():
        handed_in = tmp_path / "submitted" / student / "week1"
        handed_in.mkdir(parents=True)
        for name in ("adam_step", "log_softmax"):
            book = json.loads((tmp_path / "release" / "week1" / f"{name}.ipynb").read_text(encoding="utf-8"))
            if name == "adam_step":
                book["cells"][1]["source"] = answer
            (handed_in / f"{name}.ipynb").write_text(json.dumps(book), encoding="utf-8")
    nbgrader("autograde", "week1")
    nbgrader("export")
    head, *lines = [line.split(",") for line in (tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()]
    scores = {line[head.index("student_id")]: float(line[head.index("score")]) for line in lines}
    assert scores == {"ada": 1.0, "emmy": 0.0}
