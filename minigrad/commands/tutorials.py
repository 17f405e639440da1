"""`minigrad tutorials`: the notebooks in a folder of your own, to run and to change."""

import argparse
import json
import posixpath
import re
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from minigrad.disk import reading, replacing
from minigrad.errors import AccessError, MissingFileError

PACKAGE = Path(__file__).parents[1]
HOMES = (PACKAGE / "tutorials", PACKAGE.parent / "tutorials")
"""Where they are: inside an installed package; next to the package in a checkout."""
FIRST = "00-start-here.ipynb"
BUILDING = ("[0-9]*.py", "build.py", "what_should_i_use.py", "errata/*.md", "site/*", "site/*/*", "__pycache__/*")
"""What makes the notebooks, the errata and the site; readers do not need it."""
UP = re.compile(r"!?\[([^\[\]]*)\]\(((?:\.\./)+[^)\s#]*)[^)\s]*\)")
"""A link to, or a picture from, a folder further up."""


def run_tutorials(arguments: argparse.Namespace) -> int:
    """Copy what is not there yet, list the notebooks, and say how to open them."""
    folder: Path = arguments.folder
    source = home()
    wanted = files(source)
    new = [name for name in wanted if not (folder / name).exists()]
    copy(source, folder, new)
    kept = f"; {len(wanted) - len(new)} existed already and were left as they are" if len(new) < len(wanted) else ""
    print(f"{folder}: {len(new)} files written{kept}\n")
    for path in sorted(folder.glob("[0-9]*.ipynb")):
        print(f"  {path.name:<34} {title(path)}")
    if not find_spec("jupyterlab"):
        print("\nTo run them: pip install jupyterlab and run this again, or open them in VS Code.")
        return 0
    command = [sys.executable, "-m", "jupyterlab", str(folder / FIRST)]
    print(f"\nTo run them:\n  {shlex.join(command)}")
    return subprocess.call(command) if arguments.open else 0


def home() -> Path:
    """The folder that has them; MissingFileError if the package was installed without them."""
    for folder in HOMES:
        if (folder / FIRST).is_file():
            return folder
    raise MissingFileError("This minigrad was installed without its tutorials; its source has them.")


def files(source: Path) -> list[Path]:
    """What readers need, relative to the folder."""
    found = sorted(path.relative_to(source) for path in source.rglob("*") if path.is_file())
    return [path for path in found if not any(path.match(pattern) for pattern in BUILDING)]


def copy(source: Path, target: Path, names: list[Path]) -> None:
    """Copy files by name, each completely or not at all; AccessError if the folder cannot be made."""
    for name in names:
        try:
            (target / name).parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise AccessError(f"{str(target)!r} cannot be a folder: {error.strerror}; name another.") from None
        with reading(source / name) as old, replacing(target / name) as new:
            data = old.read()
            new.write(staying(name, data.decode()).encode() if name.suffix in (".md", ".ipynb") else data)


def staying(name: Path, text: str) -> str:
    """The text of a file, with links to what is not copied turned into words that say where it is."""

    def said(found: re.Match[str]) -> str:
        path = posixpath.normpath(f"{name.parent.as_posix()}/{found[2]}")
        return f"{found[1]} (`{path[3:]}` in minigrad's source)" if path.startswith("../") else found[0]

    return UP.sub(said, text)


def title(notebook: Path) -> str:
    """The first heading of a notebook, or nothing if it has none any more."""
    try:
        with reading(notebook) as file:
            first = "".join(json.load(file)["cells"][0]["source"])
    except (ValueError, LookupError, TypeError):
        return ""
    return first.partition("\n")[0].removeprefix("# ")
