"""`minigrad tutorials` copies what readers need, keeps what is theirs, and says how to go on."""

import json
import re
import subprocess
import sys

import pytest

from minigrad import cli
from minigrad.commands import tutorials


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_all_notebooks_are_copied_and_listed_by_their_titles_in_80_columns(tmp_path, capsys):
    assert cli.main(["tutorials"]) == 0
    out = capsys.readouterr().out
    meant = sorted(path.name for path in tutorials.home().glob("*.ipynb"))
    assert sorted(path.name for path in (tmp_path / "tutorials").glob("*.ipynb")) == meant
    assert all(name in out for name in meant) and "Follow the leader" in out
    assert max(len(line) for line in out.splitlines() if sys.executable not in line) <= 80
    assert not [*(tmp_path / "tutorials").glob("[0-9]*.py"), *(tmp_path / "tutorials").glob("build.py")]
    assert {path.name for path in (tmp_path / "tutorials").iterdir() if path.is_dir()} == {"errata", "papers", "rules"}


def test_what_a_notebook_imports_comes_with_it(tmp_path):
    assert cli.main(["tutorials", "course"]) == 0
    subprocess.run([sys.executable, "-c", "from errata import margin; margin('adam')"], cwd="course", check=True)


def links(path):
    """The relative links and pictures of a page or of a notebook's words."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(x["source"]) for x in cells if x["cell_type"] == "markdown")
    text = re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)
    found = re.findall(r"\]\(([^)\s]+)", text) + re.findall(r"(?:src|href)=\"([^\"]+)", text)
    return [link.partition("#")[0] for link in found if not re.match(r"\w+:|#", link)]


def test_every_link_of_the_copy_leads_to_something_in_it(tmp_path):
    assert cli.main(["tutorials", "course"]) == 0
    course = tmp_path / "course"
    found = [(path, link) for path in course.rglob("*") if path.suffix in (".md", ".ipynb") for link in links(path)]
    assert len(found) > 100
    for path, link in found:
        target = (path.parent / link).resolve()
        assert target.exists() and target.is_relative_to(course), f"{path.relative_to(course)}: {link}"
    text = (course / "10-your-own-optimizer.ipynb").read_text(encoding="utf-8")
    assert "a table of tests (`CONTRIBUTING.md` in minigrad's source). All" in text


def test_a_file_that_is_there_stays_and_is_counted(tmp_path, capsys):
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / tutorials.FIRST).write_text("mine")
    assert cli.main(["tutorials", "course"]) == 0
    assert (tmp_path / "course" / tutorials.FIRST).read_text() == "mine"
    assert "files written; 1 existed already and were left" in capsys.readouterr().out
    assert cli.main(["tutorials", "course"]) == 0
    assert capsys.readouterr().out.startswith("course: 0 files written")


def test_jupyterlab_is_started_only_if_asked_for_and_there(capsys, monkeypatch):
    started = []
    monkeypatch.setattr(tutorials.subprocess, "call", lambda command: started.append(command) or 0)
    for there in (False, True):
        monkeypatch.setattr(tutorials, "find_spec", lambda name, there=there: there)
        for arguments in ([], ["--open"]):
            assert cli.main(["tutorials", *arguments]) == 0
            assert ("pip install jupyterlab" in capsys.readouterr().out) is not there
    assert [command[1:] for command in started] == [["-m", "jupyterlab", "tutorials/00-start-here.ipynb"]]


def test_a_folder_that_cannot_be_is_refused_in_a_sentence(tmp_path, capsys, monkeypatch):
    (tmp_path / "file").touch()
    assert cli.main(["tutorials", "file"]) == 2
    assert capsys.readouterr().err == "minigrad: 'file' cannot be a folder: File exists; name another.\n"
    monkeypatch.setattr(tutorials, "HOMES", (tmp_path,))
    assert cli.main(["tutorials", "course"]) == 2
    assert "installed without its tutorials" in capsys.readouterr().err
