"""Where MXNet's Optimizers guide, its code, the papers and other libraries disagree: one table, and what is made of it.

`table.py` reads the table, one file for each rule; `pages.py` renders it, `measure.py` compares recorded runs, and
`theirs.py` has the other rules in plain Python. In a notebook next to this folder:

    from errata import margin
    margin("adam")

In this folder's parent, `python -m errata` writes `errata.md` and `dialects.md` again.
"""

from errata.pages import margin

__all__ = ["margin"]
