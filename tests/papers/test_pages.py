"""The pages of the rules are what their sources say, can be followed, and show the pictures that are drawn today."""

import re

import pytest
from papers.pages import FOLDER, drawn, index, names, page

from minigrad.commands import figures
from minigrad.exercises import from_rule

PAGES = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
MADE = [name for name in names() if "from_rule" in PAGES[f"{name}.md"]]


def python(text):
    """The blocks of Python on a page."""
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.M | re.S)


def test_a_page_is_what_its_sources_say():
    rendered = {f"{name}.md": page(name) for name in names()} | {"README.md": index()}
    assert rendered == PAGES, "in tutorials/, run: python -m papers"
    assert len(rendered) >= 22


@pytest.mark.parametrize("name", names())
def test_a_picture_is_the_one_that_is_drawn_today(name):
    committed, found = (FOLDER / f"{name}.png").read_bytes(), drawn(name)
    assert len(committed) < 100_000
    if found != committed and figures.other_versions():
        pytest.skip(figures.other_versions())
    assert found == committed, "in tutorials/, run: python -m papers"


def test_there_is_nothing_else_in_the_folder():
    assert {path.name for path in FOLDER.iterdir()} == {*PAGES, *(f"{name}.png" for name in names())}
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 1_700_000


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_files_and_headings(name):
    for file, anchor in re.findall(r"\]\(([\w./]*)#?([\w-]*)\)", PAGES[name]):
        text = (FOLDER / file).read_bytes()
        headings = re.findall(r"^#+ (.*)$", text.decode(), flags=re.M) if anchor else []
        assert not anchor or anchor in {heading.lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_a_table_has_as_many_cells_in_each_row(name):
    for table in re.findall(r"(?:^\|.*\|\n)+", PAGES[name], flags=re.M):
        assert len({len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}) == 1, table


@pytest.mark.parametrize("name", PAGES)
def test_github_shows_all_of_its_mathematics(name):
    r"""It refuses some macros, a break in a formula ends it, and in a line of text `\,` becomes a comma."""
    assert not re.search(r"\\(operatorname|mbox|phantom|newcommand|def)\b", PAGES[name])
    words = re.sub(r"^```.*?^```|^\$\$\n.*?^\$\$\n|`[^`\n]*`", "", PAGES[name], flags=re.M | re.S)
    assert all(line.count("$") % 2 == 0 for line in words.splitlines())
    assert not [found for found in re.findall(r"\$([^$\n]+)\$", words) if re.search(r"\\[^\w ]", found)]


def test_the_program_on_the_first_page_prints_what_it_says(capsys):
    exec(python(PAGES["README.md"])[0], {})
    assert f"```text\n{capsys.readouterr().out}```" in PAGES["README.md"]


@pytest.mark.parametrize("name", MADE)
def test_an_exercise_that_is_made_of_a_rule_takes_its_own_step_for_right(name, capsys):
    *_, block = python(PAGES[f"{name}.md"])
    scope = {f"{name}_step": from_rule(name).reference}
    exec(block.replace("check(exercise", "found = check(exercise"), scope)
    assert scope["found"].right and f"Write `{name}_step(" in capsys.readouterr().out
