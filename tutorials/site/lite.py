"""Build the notebooks as JupyterLite: JupyterLab and Python in the reader's browser, as files for any web server.

    pip install jupyterlite-core jupyterlite-pyodide-kernel jupyter-server build
    python tutorials/site/lite.py site/lite

Not run: the build has been tried, but not its result. There the browser fetches Pyodide (Python, NumPy and Matplotlib
as WebAssembly) from the host that its makers name. What is known is that minigrad trains without what a browser lacks
(`tests/test_in_a_browser.py`). What starts processes, such as `minigrad launch`, cannot work there.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from minigrad.commands.tutorials import copy, files, home

ROOT = Path(__file__).parents[2]
INSTALL = {
    "cell_type": "code",
    "id": "install-in-a-browser",
    "execution_count": None,
    "metadata": {},
    "outputs": [],
    "source": ["%pip install -q minigrad"],  # the wheel that lies beside this copy
}


def main(out):
    with tempfile.TemporaryDirectory() as folder:
        contents, wheels = Path(folder) / "contents", Path(folder) / "wheels"
        copy(home(), contents, files(home()))
        for path in contents.glob("*.ipynb"):
            book = json.loads(path.read_text(encoding="utf-8"))
            book["cells"].insert(0, INSTALL)
            path.write_text(json.dumps(book), encoding="utf-8")
        run("-m", "build", "--wheel", "--outdir", wheels, ROOT)
        (wheel,) = wheels.glob("*.whl")
        options = ("--contents", contents, "--output-dir", Path(out).resolve(), "--piplite-wheels", wheel)
        run("-m", "jupyter", "lite", "build", *options, cwd=folder)


def run(*command, cwd=ROOT):
    """A Python module as a command; the program ends if that fails."""
    subprocess.run([sys.executable, *map(str, command)], check=True, cwd=cwd)


if __name__ == "__main__":
    main(*sys.argv[1:])
