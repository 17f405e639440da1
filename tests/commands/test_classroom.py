"""`minigrad exercises report`: a line for each answer of a class, and which mistakes are made how often."""

import csv
import os
from pathlib import Path

import pytest

from minigrad import cli

RIGHT = """
def momentum_step(w, g, v, *, lr, wd, momentum):
    v = momentum * v - lr * (g + wd * w)
    return w + v, v
"""
WRONG = RIGHT.replace("w + v, v", "w - v, v")
SOFTMAX = """
import numpy as np

def log_softmax(x):
    return x - np.log(np.exp(x).sum(axis=-1, keepdims=True))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    room = tmp_path / "class"
    for name in ("ada", "emmy", ".git", "__pycache__"):
        (room / name).mkdir(parents=True)
    (room / "ada" / "steps.py").write_text(RIGHT + "\ndef adam_step(w, g): ...\n")
    (room / "ada" / "log_softmax.py").write_text(SOFTMAX)
    (room / "emmy" / "momentum_step.py").write_text(WRONG)
    (room / "emmy" / "notes.txt").write_text("for the teacher")
    (room / "grace.py").write_text(WRONG + RIGHT.replace("momentum_step", "sgd_step"))
    (room / "alan.py").write_text("def momentum_step(:")
    return room


def said(capsys, *words, status=0):
    assert cli.main(["exercises", "report", *map(str, words)]) == status
    out, err = capsys.readouterr()
    return out if status == 0 else err


def test_every_answer_of_every_student_has_a_line(folder, capsys):
    out = said(capsys, folder, "--out", "r.csv", "--plot", "r.png")
    head, *lines = csv.reader(Path("r.csv").read_text(encoding="utf-8").splitlines())
    assert head == ["student", "exercise", "right", "mistake", "also"]
    assert {(student, exercise): right for student, exercise, right, *_ in lines} == {
        ("ada", "momentum_step"): "yes", ("ada", "log_softmax"): "no", ("emmy", "momentum_step"): "no",
        ("grace", "momentum_step"): "no", ("grace", "sgd_step"): "no", ("alan", "alan"): "no",
    }  # fmt: skip
    named = {(student, exercise): mistake for student, exercise, _, mistake, _ in lines}
    assert named["emmy", "momentum_step"] == named["grace", "momentum_step"] == "wrong-sign"
    assert named["ada", "momentum_step"] == "" and named["alan", "alan"] == "not Python"
    assert "   2  wrong-sign\n" in out and "1 right of 6 answers by 4 students" in out
    assert Path("r.png").read_bytes().startswith(b"\x89PNG")


def test_what_cannot_be_used_is_refused_before_anything_is_checked(folder, capsys, tmp_path):
    assert "no folder 'none'" in said(capsys, "none", status=2)
    (tmp_path / "empty").mkdir()
    assert "'empty' is empty" in said(capsys, "empty", status=2)
    assert ".png" in said(capsys, folder, "--plot", "r.bmp", status=2)
    assert "no folder 'none'" in said(capsys, folder, "--out", "none/r.csv", status=2)
    (folder / "ada.py").write_text(RIGHT)
    assert "'ada' and 'ada.py'" in " ".join(said(capsys, folder, status=2).split())
    assert not (tmp_path / "report.csv").exists()


def test_a_class_without_mistakes_is_drawn_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class").mkdir()
    (tmp_path / "class" / "ada.py").write_text(RIGHT)
    assert "1 right of 1 answer by 1 student;" in said(capsys, "class", "--plot", "r.svg")
    assert (tmp_path / "r.svg").stat().st_size > 0


def test_no_name_becomes_a_formula_of_a_spreadsheet(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("class").mkdir()
    for name in ("=1+2", "+a", "-b", "@c"):
        Path("class", f"{name}.py").write_text("def (")
    said(capsys, "class")
    lines = list(csv.reader(Path("report.csv").read_text(encoding="utf-8").splitlines()))[1:]
    assert sorted(student for student, *_ in lines) == ["'+a", "'-b", "'=1+2", "'@c"]
    assert not [cell for line in lines for cell in line if cell.startswith(("=", "+", "-", "@"))]


def test_a_name_that_is_no_text_gets_a_line_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    try:
        Path(os.fsdecode(b"class/ad\xe4/")).mkdir(parents=True)
    except OSError:
        pytest.skip("this disk takes no such name")
    Path(os.fsdecode(b"class/ad\xe4/sgd_step.py")).write_text("def sgd_step(w, g, *, lr, wd): return 0\n")
    said(capsys, "class")
    assert "ad\\udce4,sgd_step,no," in Path("report.csv").read_text(encoding="utf-8")


def test_who_has_handed_in_nothing_that_can_be_checked_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for folder in ("class/ada", "class/ben", "class/cyd/inner"):
        Path(folder).mkdir(parents=True)
    for file in ("class/ada/steps.py", "class/cyd/inner/steps.py"):
        Path(file).write_text(RIGHT)
    Path("class/dora.ipynb").write_text("{}")
    for _ in range(2):  # the second time there is a report, which is nobody's answer
        out = " ".join(said(capsys, "class", "--out", "class/report.csv").split())
        assert "1 right of 1 answer by 3 students;" in out
        assert "No answer from ben, cyd:" in out
        assert out.endswith("Skipped, because they do not end in .py: dora.ipynb.")


def test_who_lacks_an_answer_that_most_have_is_named(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("class/cyd/inner").mkdir(parents=True)
    for name in ("ada", "ben"):
        Path(f"class/{name}.py").write_text(RIGHT + SOFTMAX)
    Path("class/cyd/momentum_step.py").write_text(WRONG)
    Path("class/cyd/inner/log_softmax.py").write_text(SOFTMAX)
    out = said(capsys, "class")
    assert out.endswith("No answer to log_softmax from cyd.\n")
    assert "momentum_step from" not in out


def test_a_file_that_a_mac_puts_beside_an_answer_is_not_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("class/ada").mkdir(parents=True)
    Path("class/ada/steps.py").write_text(RIGHT)
    Path("class/ada/._steps.py").write_bytes(bytes.fromhex("00051607000200004d6163204f532058"))
    assert "1 right of 1 answer by 1 student;" in said(capsys, "class")


def test_an_answer_that_is_assigned_or_async_is_one(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("class").mkdir()
    Path("class/ada.py").write_text(RIGHT.replace("momentum_step", "step") + "\nmomentum_step: object = step\n")
    Path("class/ben.py").write_text(RIGHT.replace("def ", "async def "))
    assert "1 right of 2 answers by 2 students;" in said(capsys, "class")
