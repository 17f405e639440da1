"""Build the notebooks: run each source `NN-name.py` and write what it shows beside it, as `NN-name.ipynb`.

    python tutorials/build.py                 # all of them
    python tutorials/build.py 01-optimizers   # one
    python tutorials/build.py --check         # write nothing; say where a stored notebook is not what its source gives

A source is Python with `# %%` before each cell, which Jupyter (with jupytext) and most editors open as a notebook. The
word after `# %%` is the name of the cell. It becomes the cell's id, so that a cell keeps it when others come or go.
"""

import argparse
import base64
import io
import math
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = sorted(HERE.glob("[0-9]*.py"))
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
LARGEST = 200_000
"""Letters of HTML. Players and pages that are larger come when a cell is run; a picture or a line of text is stored."""
AGAIN = "run: python tutorials/build.py"
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="which notebooks, as in 01-optimizers; without a name, all of them")
    parser.add_argument("--check", action="store_true", help="write nothing, and fail where a stored notebook differs")
    args = parser.parse_args(arguments)
    unknown = {*args.names} - {source.stem for source in SOURCES}
    if unknown:
        parser.error(f"no source of {', '.join(sorted(unknown))} in {HERE}; there are: {[s.stem for s in SOURCES]}")
    wrong, chosen = [], [source for source in SOURCES if not args.names or source.stem in args.names]
    with ThreadPoolExecutor(os.cpu_count()) as several:  # each waits for a kernel, which is a process of its own
        for source, book in zip(chosen, several.map(lambda source: executed(notebook(source)), chosen)):
            if args.check:
                wrong += [f"{source.stem}: {what}" for what in differences(stored(source), book)]
            else:
                source.with_suffix(".ipynb").write_text(text(book), encoding="utf-8")
    sys.exit("\n".join([*wrong, AGAIN]) if wrong else 0)


def notebook(source):
    """The cells of a source, not yet run."""
    import jupytext

    book = jupytext.read(source, fmt="py:percent")
    book.metadata, book.nbformat, book.nbformat_minor = METADATA, 4, 5
    for cell in book.cells:
        if "title" not in cell.metadata:
            sys.exit(f"{source.name}: this cell has no name; write one after its # %%\n{cell.source[:200]}")
        cell.id = cell.metadata.pop("title")
    return book


def stored(source):
    """The notebook that lies beside a source."""
    import nbformat

    return nbformat.read(source.with_suffix(".ipynb"), as_version=4)


def text(book):
    """A notebook as Jupyter lays it out in a file."""
    import nbformat

    return nbformat.writes(book) + "\n"


def executed(book):
    """Run all cells in Jupyter's kernel and keep what they show, but nothing that differs from run to run."""
    from nbclient import NotebookClient

    resources = {"metadata": {"path": HERE}}
    NotebookClient(book, resources=resources, timeout=600, record_timing=False, coalesce_streams=True).execute()
    book.metadata = METADATA  # the kernel has added its version
    for cell in book.cells:
        cell.metadata = {}
        for output in cell.get("outputs", []):
            shown = "".join(output.get("data", {}).get("text/plain", "")) + output.get("text", "")
            if output.get("name") == "stderr" or " at 0x" in shown:
                sys.exit(f"the cell {cell.id} shows what a reader should not see:\n{shown[:2000]}")
            if len(output.get("data", {}).get("text/html", "")) > LARGEST:
                del output.data["text/html"]
            if "image/png" in output.get("data", {}):
                png = plain_png(base64.b64decode(output.data["image/png"]))
                output.data["image/png"], output.metadata = base64.b64encode(png).decode(), {}
    return book


def plain_png(png):
    """A picture in 256 colours, without the names and versions of the programs that made it."""
    from PIL import Image

    smaller = io.BytesIO()
    picture = Image.open(io.BytesIO(png)).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    few = Image.alpha_composite(white, picture).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    few.save(smaller, "png", optimize=True)
    return smaller.getvalue()


def differences(old, new):
    """Sentences on the cells whose text or outputs differ; pictures, and the last digits of numbers, may."""
    if [(c.id, c.cell_type, c.source) for c in old.cells] != [(c.id, c.cell_type, c.source) for c in new.cells]:
        return ["the stored notebook has other cells than its source"]
    pairs = [(a, b) for a, b in zip(old.cells, new.cells) if a.cell_type == "code"]
    return [f"the cell {a.id} shows something else now" for a, b in pairs if not alike(shown(a), shown(b))]


def shown(cell):
    """What a cell shows as text; of a picture, only that there is one."""
    parts = []
    for output in cell.outputs:
        parts += [output.get("text", "")]
        parts += [
            kind if kind.startswith("image/") else value for kind, value in sorted(output.get("data", {}).items())
        ]
    return "\n".join(parts)


def alike(a, b):
    """Whether two texts agree but for the last digits of their numbers, in which machines differ."""
    numbers = zip(NUMBER.findall(a), NUMBER.findall(b))
    same = all(math.isclose(float(x), float(y), rel_tol=1e-4, abs_tol=1e-6) for x, y in numbers)
    return same and NUMBER.sub("0", a) == NUMBER.sub("0", b)


if __name__ == "__main__":
    try:
        main()
    except ModuleNotFoundError as missing:
        sys.exit(f"{missing.name} is not installed, and notebooks are built with it: pip install -e '.[tutorials]'")
