"""`minigrad explore`: the page in which every rule runs, written to a file and, on request, opened."""

import argparse
import webbrowser

from minigrad.commands.output import writable
from minigrad.plot.explore import Page


def run_explore(arguments: argparse.Namespace) -> int:
    """Write the page, and say where it is."""
    writable(arguments.out, ".html", ".htm")
    page = Page()
    page.save(arguments.out)
    print(f"{arguments.out}: {page.size} kB, with everything in it. Open it in a browser.")
    if arguments.open and not webbrowser.open(arguments.out.resolve().as_uri()):
        print("No browser was found to open it.")
    return 0
