"""Build the site: the guide, the notebooks, what is looked up, the explorer, and a reference from the docstrings.

    python tutorials/site/build.py site    # then open site/index.html

Needs `pip install -e '.[docs]'`. Warnings are errors. Nothing in the result is fetched from another host.
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
FETCHED = re.compile(r'<(?:script|img|iframe|link|source)\b[^>]*(?:src|href)="(?:https?:)?//[^"]*"')
ANCHOR = re.compile(r"\]\(#([^)]+)\)")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path, help="a folder; what was built there before is replaced")
    out = parser.parse_args(arguments).out
    if out.exists() and not (out / "objects.inv").exists():
        parser.error(f"{out} is there and is no site that was built; name another folder, or remove it")
    with tempfile.TemporaryDirectory() as folder:
        source, built = Path(folder) / "source", Path(folder) / "built"
        collect(source)
        status = sphinx(source, built)
        if status == 0:
            refuse_other_hosts(built)
            shutil.rmtree(out, ignore_errors=True)
            shutil.copytree(built, out, ignore=shutil.ignore_patterns(".doctrees", ".buildinfo"))
            print(f"{out / 'index.html'}: open it in a browser")
    return status


def collect(source):
    """Everything that becomes a page, as Sphinx wants to find it."""
    import api

    from minigrad.plot.explore import Page

    kept = shutil.ignore_patterns("*.py", "site", "__pycache__")
    for name in ("tutorials", "figures"):
        shutil.copytree(ROOT / name, source / name, ignore=kept)
    for path in [*ROOT.glob("*.md"), HERE / "index.md"]:
        shutil.copy(path, source)
    for path in source.glob("tutorials/*.ipynb"):
        path.write_text(json.dumps(adapted(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    (source / "api").mkdir()
    for name, text in api.pages().items():
        (source / "api" / name).write_text(text, encoding="utf-8")
    (source / "extra").mkdir()
    Page().save(source / "extra" / "explorer.html")


def adapted(book):
    """A notebook with links as a site has them, each formula of an output on its own, and words for each picture."""
    for cell in book["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = ANCHOR.sub(anchor, "".join(cell["source"]))
        for output in cell.get("outputs", []):
            if latex := "".join(output.get("data", {}).get("text/latex", "")):
                output["data"] = {"text/markdown": latex.replace("$$$$", "$$\n\n$$")}
            if "image/png" in output.get("data", {}):
                cell["metadata"] = {"mystnb": {"image": {"alt": "What the code above draws"}}}
    return book


def anchor(match):
    """A link within a notebook, from the form of Jupyter (#What-is-it?) to that of a site (#what-is-it)."""
    return f"](#{re.sub(r'[^a-z0-9-]', '', match[1].lower())})"


def sphinx(source, built):
    """Run the builder; returns its exit status."""
    from sphinx.cmd.build import main as run

    extra = source / "extra"
    options = ["-W", "--keep-going", "-q", "-c", str(HERE), "-D", f"html_extra_path={extra}"]
    return run([*options, "-D", f"html_static_path={HERE}/static", str(source), str(built)])


def refuse_other_hosts(built):
    """A page must not fetch anything: no network, no visitor counted elsewhere."""
    for page in built.rglob("*.html"):
        if found := FETCHED.search(page.read_text(encoding="utf-8")):
            sys.exit(f"{page.relative_to(built)} fetches from another host: {found[0]}")


if __name__ == "__main__":
    sys.exit(main())
