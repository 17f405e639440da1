"""`minigrad exercises`: the list, statements and hints, files to begin with, and how far one is."""

import ast
import doctest
import inspect
from pathlib import Path

import numpy
import pytest

from minigrad import cli
from minigrad.commands.exercises import WIDTH
from minigrad.exercises import EXERCISES
from minigrad.exercises.folder import answers
from minigrad.exercises.parts import PARTS, in_order
from minigrad.exercises.statement import blank, first_sentence, hints, statement

RIGHT = """
import numpy as np

def log_softmax(x):
    m = x.max(axis=-1, keepdims=True)
    return x - m - np.log(np.exp(x - m).sum(axis=-1, keepdims=True))
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys, *words, status=0):
    assert cli.main(["exercises", *words]) == status
    out, err = capsys.readouterr()
    return out if status == 0 else err


def test_list_does_what_no_command_does(capsys):
    assert said(capsys, "list") == said(capsys)


def test_every_exercise_is_in_one_part():
    names = [name for part in PARTS.values() for name in part]
    assert len(names) == len(set(names))
    assert set(EXERCISES) <= set(names)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_has_a_statement_with_an_example_and_three_hints(name):
    exercise = EXERCISES[name]
    assert first_sentence(exercise).endswith(".") and ">>>" in statement(exercise)
    assert len(hints(exercise)) == 3 and all(hints(exercise))
    assert "Hints" not in statement(exercise) and ".reference" not in statement(exercise)


@pytest.mark.parametrize("name", EXERCISES)
def test_the_example_of_every_statement_is_what_the_reference_does(name):
    reference = EXERCISES[name].reference
    names = {"np": numpy, "numpy": numpy, name: reference}
    parsed = doctest.DocTestParser().get_doctest(statement(EXERCISES[name]), names, name, None, None)
    found = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS).run(parsed)
    assert found.attempted and not found.failed


def reference_lines(name):
    """The lines of a reference that are its own: what no statement, hint or other code says."""
    function = ast.parse(inspect.cleandoc("\n" + inspect.getsource(EXERCISES[name].reference))).body[0]
    return [ast.unparse(x) for x in function.body[1:] if len(ast.unparse(x)) > 12]


@pytest.mark.parametrize("name", EXERCISES)
def test_a_file_to_begin_with_is_python_and_has_no_answer(name):
    tree = ast.parse(blank(EXERCISES[name]))
    function = tree.body[-1]
    assert [ast.unparse(x) for x in function.body[1:]] == ["..."]
    want = [x.name for x in inspect.signature(EXERCISES[name].reference).parameters.values()]
    assert [x.arg for x in (*function.args.args, *function.args.kwonlyargs)] == want
    text = blank(EXERCISES[name]).partition("Args:")[2]
    assert not [line for line in reference_lines(name) if line in text]


def test_the_list_has_each_in_a_line_with_a_mark(here, capsys):
    (here / "log_softmax.py").write_text(RIGHT)
    (here / "two.py").write_text("def bce_with_logits(x, y): return 0.0\ndef backward(node): ...\n")
    lines = said(capsys).splitlines()
    assert max(map(len, lines)) <= WIDTH
    for mark, name in {"+": "log_softmax", "-": "bce_with_logits", ".": "backward", " ": "sign_majority"}.items():
        assert [x for x in lines if x.startswith(f"  {mark} {name} ")], name
    assert sum(x.split()[-2] == "of" and len(x.split()) > 3 for x in lines if x) >= 4  # titles of parts


def test_an_unknown_name_is_answered_with_the_nearest_ones(capsys):
    err = said(capsys, "show", "adam", status=2)
    assert "did you mean 'adam_step' or 'nadam_step'" in err and "softmax" not in err
    assert "did you mean" not in said(capsys, "show", "qqqq", status=2)


@pytest.mark.parametrize("name", [name for name in EXERCISES if name.endswith("_step")])
def test_the_lesson_of_a_rule_is_a_notebook_that_names_it(name):
    lesson = Path(__file__).parents[2] / "tutorials" / f"{EXERCISES[name].lesson}.py"
    assert name in lesson.read_text(encoding="utf-8")


def test_start_writes_a_file_to_begin_with_and_never_over_one(here, capsys):
    said(capsys, "start", "log_softmax", "backward")
    assert sorted(x.name for x in here.iterdir()) == ["backward.py", "log_softmax.py"]
    assert answers(here) == {}
    (here / "backward.py").write_text("mine")
    (here / "link.py").symlink_to(here / "nothing")
    err = said(capsys, "start", "sign_majority", "backward", status=2)
    assert "'backward.py' exists already" in err
    assert (here / "backward.py").read_text() == "mine" and not (here / "sign_majority.py").exists()
    assert "did you mean 'log_softmax'" in said(capsys, "start", "log_softmx", status=2)
    assert "no folder" in said(capsys, "start", "sign_majority", "--folder", "none", status=2)
    (here / "sign_majority.py").symlink_to("nothing")
    assert "exists already" in said(capsys, "start", "sign_majority", status=2)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_statement_fits_into_a_window(name):
    assert max(map(len, EXERCISES[name].text.splitlines())) <= 100


@pytest.mark.parametrize("name", EXERCISES)
def test_what_is_shown_fits_into_a_terminal_except_for_code(name, capsys):
    lines = said(capsys, "show", name, "--hint", "3").splitlines()[1:]
    assert [line for line in lines if len(line) > 80 and not line.startswith((">>> ", "... "))] == []
    assert " ".join(lines).split()[:20] == EXERCISES[name].text.split()[:20]


def test_show_has_as_many_hints_as_are_asked_for(capsys):
    assert "Hint" not in said(capsys, "show", "log_softmax")
    out = said(capsys, "show", "log_softmax", "--hint", "2")
    assert out.startswith("log_softmax(x)\n\nThe logarithm")
    assert "Hint 2" in out and "Hint 3" not in out


def test_progress_checks_everything_and_says_what_is_next(here, capsys):
    assert f"Next: {in_order()[0]}.\n'minigrad exercises start {in_order()[0]}'" in said(capsys, "progress")
    (here / "log_softmax.py").write_text(RIGHT)
    (here / "wrong.py").write_text(RIGHT.replace("log_softmax", "bce_with_logits").replace("(x)", "(x, y)"))
    (here / "no python.py").write_text("def (")
    out = said(capsys, "progress")
    assert max(map(len, out.splitlines())) <= WIDTH
    assert f"\n1 of {len(EXERCISES)} are right.\nNext: bce_with_logits.\n" in out
    assert ["log_softmax", "right"] in [x.split() for x in out.splitlines()]
    assert ["bce_with_logits", "not", "yet", "shape-wrong"] in [x.split() for x in out.splitlines()]
    assert "See the notebook" in out
    (here / "wrong.py").unlink()
    (here / "begun.py").write_text("def sign_majority(signs): ...\n")
    assert "Next: sign_majority.\nWrite the function in begun.py." in said(capsys, "progress")
    elsewhere = Path("elsewhere")
    elsewhere.mkdir()
    assert f"0 of {len(EXERCISES)} are right" in said(capsys, "progress", "elsewhere")
    assert "no folder 'none'" in said(capsys, "progress", "none", status=2)


def test_an_answer_that_is_not_python_is_not_passed_over(here, capsys):
    """Otherwise its exercise would seem to be still to begin."""
    (here / "sgd_step.py").write_text("def sgd_step(w, g, *, lr, wd):\n    return w - lr * (g + wd w)\n")
    (here / "broken.py").write_text("x = (")
    (here / "relu_vjp.py").write_text("from broken import x\ndef relu_vjp(g, x): return g * (x > 0)\n")
    out = " ".join(said(capsys, "progress").split())
    assert "relu_vjp not yet" in out and "sgd_step not yet" in out
    assert "Next: relu_vjp." in out and "broken.py is not Python, line 1, `x = (`: " in out
    assert "minigrad: the answer in sgd_step.py is not right yet" in said(capsys, "assemble")


def test_the_file_of_its_name_answers_an_exercise_and_imports_do_not(here):
    (here / "a.py").write_text("def log_softmax(x): return 1\n")
    (here / "b.py").write_text("from a import log_softmax\ndef backward(node):\n    '''Later.'''\n    ...\n")
    assert answers(here) == {"log_softmax": here / "a.py"}
    (here / "log_softmax.py").write_text("def log_softmax(x): return 2\n")
    assert answers(here) == {"log_softmax": here / "log_softmax.py"}
