"""`minigrad explore` writes the page, says where, and opens it if asked to."""

import webbrowser

import pytest

from minigrad import cli


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_it_writes_one_file_and_says_so_in_80_columns(tmp_path, capsys):
    assert cli.main(["explore"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("explorer.html: ") and len(out.strip()) <= 80 and not err
    assert [path.name for path in tmp_path.iterdir()] == ["explorer.html"]
    assert (tmp_path / "explorer.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_it_opens_the_file_that_it_wrote(tmp_path, capsys, monkeypatch):
    opened = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or len(opened) == 1)
    for told in (False, True):  # the second time there is no browser
        assert cli.main(["explore", "--out", "a b.html", "--open"]) == 0
        assert ("No browser was found" in capsys.readouterr().out) == told
    assert opened == [(tmp_path / "a b.html").as_uri()] * 2


def test_a_page_is_not_written_to_a_picture(tmp_path, capsys):
    assert cli.main(["explore", "--out", "a.png"]) == 2
    assert "'a.png' does not end in .html or .htm" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_refused_before_the_work(capsys):
    assert cli.main(["explore", "--out", "no/such/folder.html"]) == 2
    assert "there is no folder" in capsys.readouterr().err
