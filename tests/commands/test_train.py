"""`minigrad train`: its scores and files, any argument of the optimizer, and sentences for what it cannot use."""

import errno
import os
import re
import warnings

import numpy
import pytest

from minigrad import cli, compare, datasets
from minigrad.serialization import load_arrays


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def test_train_tells_the_end_saves_the_net_and_draws_its_curves(tmp_path, capsys):
    argv = "train --optimizer Adam --lr 0.01 --epochs 3 --seed 7 --save m.npz --plot p.svg"
    assert cli.main(argv.split()) == 0
    out = capsys.readouterr().out
    *_, run = compare.train(compare.build("adam", learning_rate=0.01), *datasets.digits(), epochs=3, seed=7)
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


def made():
    x, y = numpy.ones((20, 3)), numpy.arange(20) % 2
    for name, label in {"inf": numpy.inf, "large": 3_000_000}.items():
        labels = y.astype(type(label))
        labels[3] = label
        numpy.savez(f"{name}.npz", x=x, y=labels)
    x[4, 1] = numpy.nan
    numpy.savez("nan.npz", x=x, y=y)


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ("train --optimizer addam", "'addam'; did you mean 'adam'\\? Known names: adabelief, .*sgd"),
        ("train --lr 0.1 --learning_rate 0.2", "--lr and --learning_rate are one option; give it once"),
        ("train --optimizer dcasgd --beta", "--beta needs a value after it, such as --beta 0.5"),
        ("train --lr -0.1", "--lr -0.1 is not a learning rate; expected a positive number, such as"),
        ("train --lr nan", "--lr nan is not a learning rate"),
        ("train --lr high", "--lr high is not a learning rate"),
        ("train --lr 0", "At --lr 0 no weight would ever change; give a positive number, such as"),
        ("train --optimizer adadelta --lr 1", "adadelta has no learning rate: .* Leave out --lr"),
        (
            "train --momentum 0.9",
            "adam has no argument --momentum.*Known names: --learning_rate, --beta1,",
        ),
        ("train --beta1 1.5", "beta1=1.5 cannot be used; expected a number in"),
        ("train more", "'more' belongs to no option"),
        ("train --data nowhere.npz", "no file 'nowhere.npz'"),
        ("train --data nan.npz", "values in x that are NaN or infinite in float32, 1 of 60, the first in row 4"),
        ("train --data text.npz", "'text.npz' cannot be read as .npz"),
        ("train --save no/such/m.npz", "no folder 'no/such' to write 'm.npz' to"),
        ("train --save .", "'.' is a folder"),
        ("train --plot p.bmp", "'p.bmp' does not end in .png or .pdf or .svg"),
        (
            "train --data inf.npz",
            "has the label inf in row 3 of y; expected class numbers, whole and from 0 to 999,999",
        ),
        ("train --data large.npz", "has the label 3000000 in row 3 of y"),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(argv, sentence, tmp_path, capsys):
    made()
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


def test_a_rate_that_is_too_high_is_said_in_words_and_saves_nothing(tmp_path, capsys):
    argv = "train --optimizer sgd --lr 1e30 --epochs 3 --save m.npz --plot p.png"
    assert cli.main(argv.split()) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert re.search(
        r"minigrad: the loss became (nan|inf) in epoch 1; a learning rate of 1e\+30 is too high for sgd", err
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        (
            "--optimizer sgd --lr 1e30 --momentum 0.5",
            "a learning rate of 1e\\+30 is too high for sgd with momentum=0.5; try",
        ),
        ("--optimizer sgd --data far.npz", "the values in x reach 1e\\+30, scale them to about 1"),
        ("--optimizer adadelta --epsilon 0", "try other values than epsilon=0.0"),
    ],
)
def test_a_loss_that_is_lost_is_explained(argv, sentence, capsys):
    numpy.savez("far.npz", x=numpy.full((40, 3), 1e30), y=numpy.arange(40) % 2)
    assert cli.main(["train", "--epochs", "9", *argv.split()]) == 1
    assert re.search(rf"minigrad: the loss became (nan|inf) in epoch \d; {sentence}", capsys.readouterr().err)


def test_arguments_of_the_optimizer_are_options(capsys):
    argv = "train --optimizer nag --momentum 0.5 --wd=1e-3 --epochs 2 --seed 1"
    assert cli.main(argv.split()) == 0
    *_, run = compare.train(compare.build("nag", momentum=0.5, wd=1e-3), *datasets.digits(), epochs=2, seed=1)
    *_, other = compare.train(compare.build("nag"), *datasets.digits(), epochs=2, seed=1)
    assert f"train loss {run.loss[-1]:.4f}" in capsys.readouterr().out
    assert f"{run.loss[-1]:.4f}" != f"{other.loss[-1]:.4f}"


def test_a_warning_is_a_sentence_too(capsys, monkeypatch):
    def train(*_):
        warnings.warn("the gradient is old", stacklevel=1)
        raise KeyboardInterrupt

    monkeypatch.setattr(compare, "train", train)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        assert cli.main(["train"]) == 130
    assert "minigrad: the gradient is old.\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argv", "notes"),
    [
        ("sgd", []),
        ("sgd --lr 0.1 --momentum 0.9", []),
        ("nag --momentum 0.9", []),  # what it was tuned with
        ("ftrl", ["Not at the defaults of ftrl: beta=0.01."]),
        ("lars --momentum 0.9", []),
        (
            "sgd --momentum 0.9",
            ["The rate 0.5 was chosen for the digits with momentum=0; with other arguments, try others: --lr."],
        ),
        ("sgd --data mine.npz", ["The rate 0.5 was chosen for the digits; with other data, try others: --lr."]),
        ("adadelta --rho 0.8", []),
    ],
)
def test_what_was_set_unasked_is_said(argv, notes, capsys):
    numpy.savez("mine.npz", x=numpy.ones((40, 3)), y=numpy.arange(40) % 2)
    assert cli.main(["train", "--epochs", "1", "--optimizer", *argv.split()]) == 0
    score, *rest = capsys.readouterr().out.splitlines()
    assert "test accuracy" in score and max(map(len, rest), default=0) <= 80
    assert " ".join(rest) == " ".join(notes)
