"""`minigrad figures` draws from the data, measures again, and says what is not as it was."""

import json

import pytest

from minigrad import cli
from minigrad.commands import figures

SCRIPT = '''"""Bars as high as the numbers.

More about them.
"""

from minigrad.plot.picture import Picture

PICTURE = "bars.{suffix}"


def measure():
    return {{"heights": [1.0, {height}]}}


def draw(data):
    figure = Picture(figsize=(1, 1))
    figure.subplots().bar([0, 1], data["heights"])
    return figure


def agree(old, new):
    return [] if old == new else ["the heights are others"] * {sentences}
'''


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(figures, "FOLDER", tmp_path / "figures")
    monkeypatch.setenv("COLUMNS", "80")
    figures.FOLDER.mkdir()
    script()
    return figures.FOLDER


def script(suffix="png", height=2.0, sentences=1):
    text = SCRIPT.format(suffix=suffix, height=height, sentences=sentences)
    (figures.FOLDER / "bars.py").write_text(text, encoding="utf-8")


def run(*argv):
    return cli.main(["figures", *argv])


@pytest.mark.parametrize("suffix", ["png", "svg"])
def test_measured_once_it_is_drawn_to_the_same_bytes_again(suffix, folder, capsys):
    script(suffix)
    assert run("--measure") == 0
    assert json.loads((folder / "bars.json").read_text()) == {"heights": [1.0, 2.0]}
    picture = (folder / f"bars.{suffix}").read_bytes()
    (folder / f"bars.{suffix}").write_bytes(b"")
    assert run("bars") == 0 and (folder / f"bars.{suffix}").read_bytes() == picture
    assert run() == 0
    assert (
        capsys.readouterr().out.splitlines()[1:]
        == [
            "bars (drawn): Bars as high as the numbers.",
            "bars (the same): Bars as high as the numbers.",
        ]
        or suffix
    )  # the first run has told that it was measured, too


def test_the_page_shows_every_picture_and_how_it_was_measured(folder):
    run("--measure")
    page = (folder / "README.md").read_text(encoding="utf-8")
    assert "## bars\n\nBars as high as the numbers.\n\n![Bars as high as the numbers.](bars.png)\n\nMore about" in page


def test_the_users_own_style_does_not_reach_the_picture(folder):
    import matplotlib

    run("--measure")
    picture = (folder / "bars.png").read_bytes()
    with matplotlib.rc_context({"axes.facecolor": "red"}):
        assert run() == 0
    assert (folder / "bars.png").read_bytes() == picture


def test_measuring_again_says_where_the_data_differ(folder, capsys):
    run("--measure")
    script(height=3.0, sentences=10)
    capsys.readouterr()
    assert run("--measure") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("bars (drawn)") and lines[1] == "    ! the heights are others"
    assert lines[-1] == "    ! and 2 more" and len(lines) == 10
    assert json.loads((folder / "bars.json").read_text()) == {"heights": [1.0, 3.0]}


def test_a_check_writes_nothing(folder, capsys):
    run("--measure")
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert run("--check") == run("--check", "--measure") == 0
    assert "measured: close to what it was" in capsys.readouterr().out
    script(height=3.0)
    assert run("--check") == 0 and run("--check", "--measure") == 1
    assert "! the heights are others" in capsys.readouterr().out
    (folder / "bars.json").write_text('{"heights": [1.0, 5.0]}')
    assert run("--check") == 1
    assert "bars (not the same)" in capsys.readouterr().out
    after = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    assert {name for name in after if after[name] != before[name]} == {"bars.py", "bars.json"}


def test_pictures_of_two_versions_are_not_mixed(folder, capsys):
    (folder / "other.py").write_text((folder / "bars.py").read_text().replace("bars.png", "other.png"))
    run("--measure")
    (folder / "versions.txt").write_text("matplotlib==3.8.0\npillow==10.0\n")
    assert run("bars") == 2
    error = capsys.readouterr().err
    assert "were drawn with matplotlib==3.8.0, pillow==10.0; this is matplotlib==" in error and "Draw all" in error
    (folder / "bars.png").write_bytes(b"drawn otherwise")
    assert run("bars", "--check") == 1
    assert "were drawn with matplotlib==3.8.0" in capsys.readouterr().out
    assert run() == 0
    assert (folder / "versions.txt").read_text() == figures.versions()


@pytest.mark.parametrize(
    ("spoil", "argv", "sentence"),
    [
        (lambda folder: None, ["bras"], "no figure is called 'bras'; did you mean 'bars'?"),
        (lambda folder: None, ["bars"], "figure bars has no data; measure them: minigrad figures bars --measure"),
        (lambda folder: (folder / "bars.json").write_text("{"), [], "bars.json' is not JSON; take it from git again"),
        (lambda folder: (folder / "bars.py").write_text("PICTURE = 'a.png'"), [], "it has no measure and no draw and"),
        (lambda folder: (folder.parent / "pyproject.toml").unlink(), [], "figures are drawn in a checkout of minigrad"),
    ],
)
def test_what_it_cannot_use_is_said_in_a_sentence(spoil, argv, sentence, folder, capsys):
    spoil(folder)
    (folder / "versions.txt").write_text(figures.versions())
    assert run(*argv) == 2
    out, err = capsys.readouterr()
    assert sentence in err and out == "" and len(err.splitlines()) == 1
