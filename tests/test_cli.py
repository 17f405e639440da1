"""The command line: what it prints and writes, and one sentence with status 2 for what it cannot use."""

import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from minigrad import cli, compare, datasets
from minigrad.serialization import load_arrays


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def test_compare_prints_a_table_of_all_optimizers_within_80_columns_and_draws_one_picture(tmp_path, capsys):
    assert cli.main(["compare", "--epochs", "1"]) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    rows = [line.split() for line in lines[2 : 2 + len(compare.optimizers())]]
    assert sorted(row[0] for row in rows) == compare.optimizers()
    accuracies = [float(row[3].rstrip("%")) for row in rows]
    assert accuracies == sorted(accuracies, reverse=True)
    rates = {row[0]: row[1] for row in rows}
    assert float(rates["adam"]) == compare.best_arguments()["adam"]["learning_rate"]
    assert rates["adadelta"] == "none"
    assert "nag (momentum=0.9)" in " ".join(lines)
    assert (tmp_path / "compare.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["compare.png"]
    assert "epoch" in err  # the progress bar


def test_train_tells_the_end_saves_the_net_and_draws_its_curves(tmp_path, capsys):
    argv = "train --optimizer Adam --lr 0.01 --epochs 3 --seed 7 --save m.npz --plot p.svg"
    assert cli.main(argv.split()) == 0
    out = capsys.readouterr().out
    *_, run = compare.train(compare.build("adam", 0.01), *datasets.digits(), epochs=3, seed=7)
    assert out.startswith(f"adam, rate 0.01: train loss {run.loss[-1]:.4f}, test accuracy {run.accuracy[-1]:.1%}, ")
    assert max(map(len, out.splitlines())) <= 80
    saved, _ = load_arrays("m.npz")
    for name, array in saved.items():
        layer, kind = name.split(".")
        numpy.testing.assert_array_equal(array, getattr(run.net[int(layer)], kind).data().asnumpy())
    assert len(saved) == 6
    assert b"<svg" in (tmp_path / "p.svg").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["m.npz", "p.svg"]


def test_train_does_not_draw_over_the_net_that_it_saves(tmp_path, capsys):
    for plot in ("a.png", str(tmp_path / "a.png")):
        assert cli.main(["train", "--epochs", "100000", "--save", "a.png", "--plot", plot]) != 0
        assert "--save and --plot are both" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_train_without_a_rate_takes_the_one_of_the_table(capsys):
    assert cli.main(["train", "--optimizer", "sgd", "--epochs", "1"]) == 0
    assert f"sgd, rate {compare.best_arguments()['sgd']['learning_rate']:g}:" in capsys.readouterr().out


def test_train_reads_a_file_of_ones_own(capsys):
    rng = numpy.random.default_rng(0)
    y = rng.integers(0, 3, 300)
    numpy.savez("mine.npz", x=rng.normal(size=(300, 5)) + 4 * y[:, None], y=y)
    assert cli.main(["train", "--data", "mine.npz", "--epochs", "15"]) == 0
    assert float(re.search(r"accuracy ([\d.]+)%", capsys.readouterr().out)[1]) > 90


def nan_file():
    x = numpy.ones((20, 3))
    x[4, 1] = numpy.nan
    numpy.savez("nan.npz", x=x, y=numpy.arange(20) % 2)


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ("train --optimizer addam", "'addam'; did you mean 'adam'\\? Known names: adabelief, .*sgd"),
        ("train --lr -0.1", "learning_rate=-0.1"),
        ("train --lr nan", "learning_rate=nan"),
        ("train --data nowhere.npz", "no file 'nowhere.npz'"),
        ("train --data nan.npz", "1 values in x that are NaN or infinite, the first in row 4"),
        ("train --data text.npz", "'text.npz' cannot be read as .npz"),
        ("train --save no/such/m.npz", "no folder 'no/such' to write 'm.npz' to"),
        ("train --save .", "'.' is a folder"),
        ("train --plot p.bmp", "'p.bmp' does not end in .png or .pdf or .svg"),
        ("compare --plot no/p.png", "no folder 'no'"),
        ("equations addam", "did you mean 'adam'"),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(argv, sentence, tmp_path, capsys):
    nan_file()
    (tmp_path / "text.npz").write_text("x,y\n1,2\n")
    before = sorted(tmp_path.iterdir())
    assert cli.main(argv.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"minigrad: .*\.\n", err)
    assert re.search(sentence, err)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize("argv", ["train --save new.npz", "train --plot new.png", "compare --plot new.png"])
def test_a_full_disk_is_said_before_the_training(argv, tmp_path, capsys, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(compare, "train", None)  # nobody comes so far
    assert cli.main(argv.split()) == 2
    out, err = capsys.readouterr()
    assert out == "" and re.match(r"minigrad: 'new\.(npz|png)' cannot be written: no space left on device\.", err)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "argv",
    ["", "trian", "train --epochs 0", "train --epochs 2.5", "compare --seed -1", "train --lr high", "--nonsense"],
)
def test_a_wrong_command_line_gets_the_usage_and_status_2(argv, capsys):
    with pytest.raises(SystemExit) as leaving:
        cli.main(argv.split())
    assert leaving.value.code == 2
    assert "usage: minigrad" in capsys.readouterr().err


def test_a_rate_that_is_too_high_is_said_in_words_and_saves_nothing(tmp_path, capsys):
    argv = "train --optimizer sgd --lr 1e30 --epochs 3 --save m.npz --plot p.png"
    assert cli.main(argv.split()) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(
        r"minigrad: the loss became (nan|inf) in epoch 1; a learning rate of 1e\+30 is too high for sgd", err
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [[], ["compare"], ["train"], ["equations"]])
def test_help_fits_into_80_columns(command, capsys):
    with pytest.raises(SystemExit) as leaving:
        cli.main([*command, "--help"])
    assert leaving.value.code == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_python_m_minigrad_is_the_command():
    def minigrad(*argv):
        root = Path(cli.__file__).parents[1]
        return subprocess.run(
            [sys.executable, "-m", "minigrad", *argv], cwd=root, capture_output=True, text=True, check=False
        )

    assert re.fullmatch(r"minigrad \d+\.\d+\.\d+\S*\n", minigrad("--version").stdout)
    refused = minigrad("train", "--optimizer", "x")
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr
