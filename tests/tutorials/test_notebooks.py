"""Every notebook is what its source gives, runs from top to bottom, and shows its outputs to whoever only opens it."""

import base64
import re
import struct

import matplotlib
import pytest

from tests.tutorials.notebook import SOURCES, TUTORIALS, build, cells, read, run

each = pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.stem)


WRITTEN = {"text/latex": "_repr_latex_", "text/markdown": "_repr_markdown_"}


def test_every_notebook_has_a_source():
    assert SOURCES
    assert {path.stem for path in TUTORIALS.glob("*.ipynb")} == {source.stem for source in SOURCES}


@each
def test_every_cell_runs_and_the_equations_and_texts_stored_are_what_it_gives(source):
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    try:
        given = run(source)
    finally:
        plt.close("all")
    for cell in read(source)["cells"]:
        for output in cell.get("outputs", []):
            for kind, method in WRITTEN.items():
                if kind in output.get("data", {}):
                    text = "".join(output["data"][kind])
                    assert build.alike(text, getattr(given[cell["id"]], method)()), f"{cell['id']}; {build.AGAIN}"


@each
def test_its_cells_are_those_of_its_source(source):
    pytest.importorskip("jupytext")
    meant = [(cell.cell_type, cell.id, cell.source) for cell in build.notebook(source).cells]
    assert [(c["cell_type"], c["id"], "".join(c["source"])) for c in read(source)["cells"]] == meant, build.AGAIN


@each
def test_its_links_to_pages_and_their_headings_lead_somewhere(source):
    for link in re.findall(r"\]\(([\w./-]+\.\w+(?:#[\w-]+)?)\)", "\n".join(cells(source, "markdown").values())):
        page, _, heading = link.partition("#")
        assert (TUTORIALS / page).is_file(), link
        if heading and page.endswith(".md"):
            lines = re.findall(r"^#+ (.*)$", (TUTORIALS / page).read_text(encoding="utf-8"), re.M)
            assert heading in [re.sub(r"[^\w -]", "", line.lower()).replace(" ", "-") for line in lines], link


@each
def test_it_is_laid_out_as_the_build_does(source):
    nbformat = pytest.importorskip("nbformat")
    book = build.stored(source)
    nbformat.validate(book)
    assert len({cell.id for cell in book.cells}) == len(book.cells)
    assert book.metadata == build.METADATA
    assert source.with_suffix(".ipynb").read_text(encoding="utf-8") == build.text(book)


@each
def test_all_of_it_was_run_in_order_and_nothing_went_wrong(source):
    code = [cell for cell in read(source)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in code] == [*range(1, len(code) + 1)]
    shown = [output for cell in code for output in cell["outputs"]]
    assert {output["output_type"] for output in shown} <= {"stream", "execute_result", "display_data"}
    assert not [output for output in shown if output.get("name") == "stderr" or " at 0x" in str(output)]


@each
def test_it_is_small_enough_for_whoever_only_opens_it(source):
    for cell in read(source)["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            assert len("".join(data.get("text/html", ""))) <= build.LARGEST
            assert not data or data.keys() - {"text/html"}, f"nothing is left of {cell['id']}"
    assert source.with_suffix(".ipynb").stat().st_size < 1_000_000


@each
def test_its_pictures_say_nothing_of_the_machine_that_made_them(source):
    outputs = [output for cell in read(source)["cells"] for output in cell.get("outputs", [])]
    for output in outputs:
        if "image/png" in output.get("data", {}):
            assert set(chunks(base64.b64decode("".join(output["data"]["image/png"])))) <= {
                b"IHDR",
                b"PLTE",
                b"IDAT",
                b"IEND",
            }


def chunks(png):
    """The names of the parts of a PNG file."""
    place = 8
    while place < len(png):
        (length,) = struct.unpack(">I", png[place : place + 4])
        yield png[place + 4 : place + 8]
        place += length + 12


def test_a_cell_that_shows_something_else_is_named():
    pytest.importorskip("nbformat")
    old, new = build.stored(SOURCES[0]), build.stored(SOURCES[0])
    assert build.differences(old, new) == []
    cell = next(cell for cell in new.cells if cell.get("outputs") and "text" in cell.outputs[0])
    cell.outputs[0].text = "something else"
    assert build.differences(old, new) == [f"the cell {cell.id} shows something else now"]
    cell.source += "# and more"
    assert build.differences(old, new) == ["the stored notebook has other cells than its source"]


@pytest.mark.parametrize(
    ("old", "new", "same"),
    [
        ("loss 0.123456, after 10 steps", "loss 0.123457, after 10 steps", True),
        ("loss 0.123456, after 10 steps", "loss 0.133456, after 10 steps", False),
        ("loss 0.123456", "rate 0.123456", False),
        ("[1.0, 2.0]", "[1.0]", False),
        ("1e-17", "0.0", True),
    ],
)
def test_outputs_are_compared_but_for_the_last_digits(old, new, same):
    assert build.alike(old, new) == same
