"""The page for teachers keeps its word: its code runs and says what it shows, and its commands are there."""

import contextlib
import io
import linecache
import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from minigrad import cli
from minigrad.exercises import EXERCISES
from minigrad.exercises.classroom import COLUMNS

PAGE = (Path(__file__).parents[2] / "tutorials" / "teaching.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, flags=re.M | re.S)
COMMANDS = [line for kind, text in BLOCKS if kind == "sh" for line in text.splitlines()]


@pytest.fixture(scope="module")
def run():
    """What the page's Python leaves behind, and what each block prints."""
    scope, printed = {}, []
    for kind, text in BLOCKS:
        if kind == "python":
            name = f"<block {len(printed)}>"
            linecache.cache[name] = len(text), None, text.splitlines(keepends=True), name  # an exercise reads itself
            with contextlib.redirect_stdout(io.StringIO()) as out:
                exec(compile(text, name, "exec"), scope)
            printed.append(out.getvalue())
    del EXERCISES["fahrenheit"]  # which is no exercise of the course
    return scope, printed


def test_the_mistake_is_named_as_shown(run):
    _, printed = run
    (shown,) = [text for kind, text in BLOCKS if not kind]
    assert printed[1] == shown
    assert printed[2] == "wrong-sign\n"
    assert printed[0].startswith("One step of Halves.") and "halves_step(w, g, v, *, lr)" in printed[0]


def test_a_rule_makes_an_exercise_in_ten_lines():
    lines = [line for line in BLOCKS[0][1].splitlines() if line]
    assert len(lines[: lines.index("print(exercise.text)")]) <= 10


def test_every_student_has_another_rule_and_a_file_without_the_answer(run):
    scope, printed = run
    texts = {exercise.text for exercise in scope["exercises"].values()}
    assert len(texts) == len(scope["numbers"])
    assert printed[3].endswith('"""\n    ...\n\n') and "def adam_variant(" in printed[3]


def test_the_commands_run(tmp_path, monkeypatch, capsys):
    pytest.importorskip("jupytext")  # which makes the forms
    monkeypatch.chdir(tmp_path)
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "ada.py").write_text("def sgd_step(w, g, *, lr, wd):\n    return w - lr * (g + wd * w)\n")
    for line in COMMANDS:
        program, *words = shlex.split(line)
        if program == "mkdir":
            for word in words[1:]:
                Path(word).mkdir(parents=True)
        else:
            assert program == "minigrad" and cli.main(words) == 0, line
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*") if path.is_file()}
    assert {"week1/adam_step.ipynb", "course/source/week1/sgd_step.ipynb", "tests1/test_sgd_step.py"} < written
    assert {"report.csv", "report.png"} < written
    assert "1 right of 1 answer by 1 student;" in capsys.readouterr().out


def test_what_the_page_says_in_words():
    assert f"lists {len(EXERCISES)} functions" in PAGE
    assert f"| {' | '.join(COLUMNS)} |" in PAGE
    lessons = Counter(exercise.lesson[:2] for exercise in EXERCISES.values())
    told = re.search(r"belong to\n(.*?);", PAGE, flags=re.S)[1]
    assert {lesson: int(count) for lesson, count in re.findall(r"(\d\d) \((\d+)", told)} == lessons
    told = cli.parser().parse_args(["check", "x.py"])
    assert f"at most {told.seconds} seconds and in at most {told.megabytes:,} megabytes" in PAGE
    assert told.without == [] and "`--without minigrad.optimizer`" in PAGE
