"""`minigrad launch`: which mpiexec it takes, and what it says if there is none."""

import shutil
import sys
from pathlib import Path

import pytest

from minigrad import cli
from minigrad.commands.launch import launcher


def test_the_launcher_beside_python_comes_first(monkeypatch, tmp_path):
    def executable(folder):
        folder.mkdir()
        (folder / "mpiexec").write_text("")
        (folder / "mpiexec").chmod(0o755)
        return folder / "mpiexec"

    beside, other = executable(tmp_path / "venv"), executable(tmp_path / "cluster")
    monkeypatch.setenv("PATH", str(other.parent))
    monkeypatch.setattr(sys, "executable", str(beside.parent / "python"))
    assert Path(launcher()) == beside
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert Path(launcher()) == other


def test_without_a_launcher_it_is_said_what_to_install(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    (tmp_path / "script.py").touch()
    assert cli.main(["launch", "-n", "2", str(tmp_path / "script.py")]) == 2
    assert "There is no mpiexec" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [["launch", "script.py"], ["launch", "-n", "0", "script.py"]])
def test_a_number_of_ranks_is_needed(argv):
    with pytest.raises(SystemExit) as leaving:
        cli.main(argv)
    assert leaving.value.code == 2
