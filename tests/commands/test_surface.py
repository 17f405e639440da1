"""`minigrad surface`: pictures and animations of walks, the finding in words, and sentences for what it cannot use."""

import pytest
from PIL import Image

from minigrad import cli, plot


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")


def test_a_gif_moves_and_the_finding_is_printed(tmp_path, capsys):
    command = "surface --optimizer Adam,sgd --surface beale --steps 30 --out a.gif"
    assert cli.main(command.split()) == 0
    out, err = capsys.readouterr()
    lines = out.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("beale: ") and "ends lowest after 30 steps" in lines[0] and "of 5 starts" in out
    rows = {line.split()[0]: line.split() for line in lines if line.startswith("  ")}
    assert list(rows) == ["adam", "sgd"]
    for name, row in rows.items():
        best = plot.tuned(name, "beale", steps=30)
        assert float(row[2]) == best.lr
        history = plot.record(best, "beale", steps=30)
        assert float(row[4]) == pytest.approx(sorted(history.losses[-3:])[1], rel=0.05)
    assert "rule" in err and "picture" in err  # the progress bars
    with Image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 31
    assert [path.name for path in tmp_path.iterdir()] == ["a.gif"]


@pytest.mark.parametrize("kind", ["race", "states", "trajectory"])
def test_the_other_pictures_and_formats_can_be_had(kind, tmp_path):
    command = f"surface --optimizer ftrl --picture {kind} --steps 5 --start -1 -.5 --noise 0.1 --seed 2 --out b.png"
    assert cli.main(command.split()) == 0
    assert (tmp_path / "b.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("argv", "sentence"),
    [
        ("--optimizer adam,nga", "--optimizer: no optimizer is called 'nga'; did you mean 'nag'?"),
        ("--surface rosenbrok", "no surface is called 'rosenbrok'; did you mean 'rosenbrock'?"),
        ("--picture film", "--picture is 'film'; it must be 'trajectory', 'race' or 'states'."),
        ("--picture states --optimizer adam,sgd", "--picture states shows one optimizer; name one, such as"),
        ("--noise -1", "--noise=-1.0 cannot be used; expected a number of at least 0."),
        ("--out a.txt", "'a.txt' does not end in .gif or .png"),
        ("--out nowhere/a.gif", "nowhere"),
        ("--optimizer ,", "--optimizer ',' names no optimizer; expected names such as adam,sgd."),
    ],
)
def test_what_it_cannot_use_is_said_before_it_starts(argv, sentence, capsys, tmp_path):
    assert cli.main(["surface", *argv.split()]) == 2
    out, err = capsys.readouterr()
    assert sentence in err and out == "" and len(err.splitlines()) == 1
    assert not list(tmp_path.iterdir())
