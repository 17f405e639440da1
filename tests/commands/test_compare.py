"""`minigrad compare`: a table with means, spreads and ties, a picture, and sentences for what it cannot use."""

import math
import re
import statistics

import pytest

from minigrad import cli, compare, datasets
from minigrad.commands.compare import table
from minigrad.ties import verdict


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def printed(capsys, argv):
    """The lines of a comparison; the table's rows are words by name."""
    assert cli.main(argv.split()) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    rows = {line.split()[0]: line.split() for line in lines[2 : lines.index("")]}
    return lines, rows, err


def test_it_prints_a_table_of_all_optimizers_and_draws_one_picture(tmp_path, capsys):
    lines, rows, err = printed(capsys, "compare --epochs 1 --seeds 1")
    assert sorted(rows) == compare.optimizers()
    accuracies = [float(row[4]) for row in rows.values()]
    assert accuracies == sorted(accuracies, reverse=True)
    assert {row[3] for row in rows.values()} == {row[6] for row in rows.values()} == {f"1-{len(rows)}"}
    assert float(rows["adam"][1]) == compare.best_arguments()["adam"]["learning_rate"]
    assert rows["adadelta"][1] == "none"
    text = " ".join(lines)
    assert "nag (momentum=0.9)" in text
    assert f"One seed cannot tell {len(rows)} optimizers apart." in text
    assert (tmp_path / "compare.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["compare.png"]
    assert "epoch" in err  # the progress bar


def test_means_spreads_and_places_are_those_of_the_seeds(capsys):
    lines, rows, _ = printed(capsys, "compare --only sgd,Adam,sgld --seeds 2 --seed 5 --epochs 2")
    assert set(rows) == {"sgd", "adam", "sgld"}
    curves = {}
    for name in rows:
        for seed in (5, 6):
            *_, run = compare.train(compare.build(name), *datasets.digits(), epochs=2, seed=seed)
            curves.setdefault(name, []).append(run.curves)
    found = verdict(curves)
    for name, row in rows.items():
        losses, shares = ([run[kind][-1] for run in curves[name]] for kind in (0, 1))
        assert row[2:5] == [f"{statistics.mean(losses):.4f}", "±", f"{statistics.stdev(losses):.4f}"]
        assert row[6:9] == [f"{100 * statistics.mean(shares):.1f}", "±", f"{100 * statistics.stdev(shares):.1f}"]
        places = [a if a == b else f"{a}-{b}" for a, b in (found.loss.places[name], found.accuracy.places[name])]
        assert [row[5], row[10]] == list(map(str, places))
    assert list(rows) == list(found.accuracy.places)
    text = " ".join(lines)
    assert f"more than {100 * found.accuracy.apart:.1f} points of accuracy" in text
    assert f"a factor of {math.exp(found.loss.apart):.2g} in loss" in text
    assert "Where places overlap, the order is chance." in text
    assert "groupadagrad" not in text
    assert "seeds 5 to 6" in text


def test_the_table_names_what_diverged_last():
    runs = {
        name: [compare.Run(compare.build(name), None, [2.0, loss], [0.1, 0.9], [0.001]) for loss in losses]
        for name, losses in {"adam": [0.5, math.nan], "sgd": [0.6, 0.7]}.items()
    }
    lines = list(table(runs))
    assert lines[2].startswith("sgd")
    assert re.match(r"adam +0\.\d+ +diverged +- +- +- ", lines[3])


def test_runs_that_tell_nothing_apart_are_called_so():
    runs = {
        name: [compare.Run(compare.build(name), None, [loss], [share], [0.001]) for loss, share in ends]
        for name, ends in {"adam": [(1.9, 0.2), (1.8, 0.8)], "sgd": [(1.6, 0.9), (1.5, 0.3)]}.items()
    }
    text = " ".join(table(runs))
    assert verdict({name: [run.curves for run in several] for name, several in runs.items()}).accuracy.apart > 1
    assert "more than 100 points of accuracy, which is impossible, or" in text
    assert "2 seeds can hardly tell 2 optimizers apart" in text and "--seeds 5" in text


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ("--plot no/p.png", "no folder 'no'"),
        ("--plot p.bmp", "'p.bmp' does not end in .png or .pdf or .svg"),
        ("--only adm", "--only: no optimizer is called 'adm'; did you mean 'adam'\\? Known names: adabelief, .*sgd"),
        ("--only ,", "--only ',' names no optimizer"),
    ],
)
def test_bad_input_gets_one_sentence_and_status_2(argv, sentence, tmp_path, capsys):
    assert cli.main(["compare", *argv.split()]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"minigrad: .*\.\n", err)
    assert re.search(sentence, err)
    assert list(tmp_path.iterdir()) == []
