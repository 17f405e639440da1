"""The papers' algorithms, each as a program in its author's letters, and what minigrad calls the same things.

For each rule there is a file: the algorithm, what its letters are here, and a picture. `paper.py` says what
an algorithm is, and `pages.py` makes the page of a rule: of this, of its own file and of the table of errata. In
this folder's parent, `python -m papers` writes all pages and pictures, in `rules/`, again.
"""
