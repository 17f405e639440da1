"""`minigrad check`: what it prints, and its status."""

import pytest

from minigrad import cli

RIGHT = """
import numpy as np

def log_softmax(x):
    m = x.max(axis=-1, keepdims=True)
    return x - m - np.log(np.exp(x - m).sum(axis=-1, keepdims=True))
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text(RIGHT)
    (tmp_path / "a.ipynb").write_text('{"cells": []}')


def test_check_says_what_is_right_and_its_status_is_0(capsys):
    assert cli.main(["check", "a.py"]) == 0
    assert capsys.readouterr().out.startswith("log_softmax: right")


def test_check_names_a_mistake_and_its_status_is_1(tmp_path, capsys):
    text = RIGHT.replace("x - m - np", "x - m + np") + "def bce_with_logits(x, y): exit()\n"
    (tmp_path / "b.py").write_text(text)
    assert cli.main(["check", "b.py"]) == 1
    out = capsys.readouterr().out
    assert "log_softmax: not yet (wrong-sign)" in out
    assert "it calls exit()" in out
    assert out.endswith("0 of 2 are right.\n")
    assert cli.main(["check", "b.py", "log_softmax", "--hint", "1"]) == 1
    assert "of 2" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("none.py", "There is no file 'none.py'"),
        ("a.py log_softmx", "did you mean 'log_softmax'"),
        ("a.py bce_with_logits", "does not define bce_with_logits"),
        ("a.ipynb", "a.ipynb is a notebook; write its functions to a file of Python"),
        ("a.py --without minigrad.nothing", "no module 'minigrad.nothing'"),
    ],
)
def test_what_check_cannot_use_is_said_and_its_status_is_2(words, sentence, capsys):
    assert cli.main(["check", *words.split()]) == 2
    assert sentence in capsys.readouterr().err


def test_check_without_a_module_refuses_an_answer_that_uses_it(tmp_path, capsys):
    (tmp_path / "b.py").write_text("from minigrad.npx import log_softmax\n")
    assert cli.main(["check", "b.py", "--without", "minigrad.npx"]) == 1
    assert "Line 1 uses minigrad.npx" in capsys.readouterr().out


def test_a_file_may_be_named_without_its_suffix_as_its_exercise_is(capsys):
    assert cli.main(["check", "a"]) == 0
    assert cli.main(["check", "."]) == 2
