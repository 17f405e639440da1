"""The command line: its help, its equations, and one sentence with status 2 for what it cannot use."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from minigrad import cli

ROOT = Path(cli.__file__).parents[1]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.mark.parametrize(
    "argv",
    [
        "",
        "trian",
        "train --epochs 0",
        "train --epochs 2.5",
        "compare --seed -1",
        "compare --momentum 1",
        "compare --seeds 0",
        "surface --start 1",
        "surface --start 1 north",
        "surface --noise inf",
        "--nonsense",
    ],
)
def test_a_wrong_command_line_gets_the_usage_and_status_2(argv, capsys):
    with pytest.raises(SystemExit) as leaving:
        cli.main(argv.split())
    assert leaving.value.code == 2
    assert "usage: minigrad" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "usage", "meant"),
    [
        ("trian", "minigrad [-h]", "'train'"),
        ("exercises shw adam_step", "minigrad exercises [-h]", "'show'"),
        ("compare --epoch 1", "minigrad compare [-h]", "'--epochs'"),
        ("exercises start adam_step --fodler=x", "minigrad exercises start [-h]", "'--folder'"),
        ("compare --nonsense", "minigrad compare [-h]", None),
    ],
)
def test_a_word_that_is_nearly_right_is_answered_with_the_one_that_was_meant(argv, usage, meant, capsys):
    with pytest.raises(SystemExit):
        cli.main(argv.split())
    err = capsys.readouterr().err
    assert err.startswith(f"usage: {usage}")
    assert err.endswith(f"; did you mean {meant}?\n") if meant else "did you mean" not in err


@pytest.mark.parametrize(("argv", "meant"), [("train --epoch 3", "--epochs"), ("equations adam --wroked", "--worked")])
def test_beside_the_arguments_of_an_optimizer_an_option_of_the_command_may_be_meant(argv, meant, capsys):
    assert cli.main(argv.split()) == 2
    assert f"; did you mean '{meant}'? Known names: --" in capsys.readouterr().err


def test_the_help_has_each_command_with_its_sentence_on_a_line(capsys):
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "equations  print the update rules as text\n" in capsys.readouterr().out


def test_a_question_ends_without_a_full_stop(tmp_path, capsys):
    (tmp_path / "broken.py").write_text("def f(:")
    assert cli.main(["check", str(tmp_path / "broken.py")]) == 2
    assert capsys.readouterr().err.endswith("one too many?\n")


@pytest.mark.parametrize(
    "command", ["", "compare", "train", "surface", "explore", "tutorials", "figures", "bench", "launch", "equations"]
)
def test_help_fits_into_80_columns(command, capsys):
    with pytest.raises(SystemExit) as leaving:
        cli.main([*command.split(), "--help"])
    assert leaving.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_python_m_minigrad_is_the_command():
    def minigrad(*argv):
        return subprocess.run(
            [sys.executable, "-m", "minigrad", *argv], cwd=ROOT, capture_output=True, text=True, check=False
        )

    assert re.fullmatch(r"minigrad \d+\.\d+\.\d+\S*\n", minigrad("--version").stdout)
    refused = minigrad("train", "--optimizer", "x")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("words", ["exercises show adam_step", "check answer.py", "equations adam"])
def test_an_output_without_the_letters_gets_question_marks_not_a_traceback(words, tmp_path):
    answer = "def sgd_step(w, g, *, lr, wd):\n    raise Exception('\\ud800 \u20ac')\n"
    (tmp_path / "answer.py").write_text(answer, encoding="utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-m", "minigrad", *words.split()], cwd=tmp_path, env=environment, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == (1 if "check" in words else 0) and done.stderr == b""
    assert b"?" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_the_output_is_a_sentence():
    command = f"'{sys.executable}' -m minigrad equations sgd > /dev/full"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    sentence = "minigrad: the output cannot be written: no space left on device.\n"
    assert (done.returncode, done.stderr) == (2, sentence)


def test_whoever_reads_only_the_first_lines_sees_no_traceback():
    command = f"'{sys.executable}' -m minigrad equations | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")
