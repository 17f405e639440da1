"""The first notebook keeps its word: its table has all the others, its commands work, a right answer fits in."""

import re

import pytest

from minigrad import cli, cpu
from tests.tutorials.notebook import SOURCES, TUTORIALS, cells

SOURCE = TUTORIALS / "00-start-here.py"
TEXT = "\n".join(cells(SOURCE, "markdown").values())
ROWS = re.findall(r"^\| \[([^]]+)\]\(([\w-]+)\.ipynb\) \|.*\| (\d+) \|$", TEXT, re.M)
"""Of each notebook in the table: its title, its name and the minutes it takes."""
README = (TUTORIALS.parent / "README.md").read_text(encoding="utf-8")


def test_its_table_names_every_other_notebook_once_by_its_title():
    others = {source.stem: cells(source, "markdown")["title"] for source in SOURCES if source != SOURCE}
    assert sorted(name for _, name, _ in ROWS) == sorted(others)
    assert [title for title, name, _ in ROWS if not others[name].startswith(f"# {title}\n")] == []


@pytest.mark.parametrize(("name", "minutes"), [(name, minutes) for _, name, minutes in ROWS])
def test_the_readme_names_the_same_notebooks_and_minutes(name, minutes):
    assert re.search(rf"^\|.*\({minutes} minutes\) \| \[{name}\]\(tutorials/{name}\.ipynb\) \|$", README, re.M)


def test_its_commands_do_what_stands_beside_them(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"^```sh\n(.*?)^```", TEXT, re.M | re.S)
    lines = [line.partition("#")[0].split()[1:] for line in block.splitlines()]
    assert [cli.main(words) for words in lines[:2]] == [0, 0]
    begun = tmp_path / "dense_forward.py"
    begun.write_text(begun.read_text("utf-8").replace("    ...\n", "    return x @ W + b\n"), "utf-8")
    assert [cli.main(words) for words in lines[2:]] == [1, 0]
    said = capsys.readouterr().out
    assert "dense_forward: not yet (transpose-missing)" in said and "Next: dense_forward." in said


def test_with_a_right_answer_its_network_reads_as_many_digits_as_with_the_library(capsys):
    code = "\n".join(cells(SOURCE, "code").values())
    assert code.count("return x @ W + b\n") == 1
    scope = {"__name__": "__main__"}
    with cpu():
        exec(code.replace("return x @ W + b\n", "return x @ W.T + b\n"), scope)
    the_librarys, ours = re.findall(r"^test digits read with .* ([\d.]+) %$", capsys.readouterr().out, re.M)
    assert ours == the_librarys and float(ours) > 90
    assert scope["check"]("dense_forward", scope["dense_forward"])
