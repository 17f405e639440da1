"""The papers' algorithms, each as a program in its authors' letters, and minigrad's names for the same things.

Each rule has a file: the algorithm, what its letters are here, and a picture. `paper.py` says what an algorithm is, and
`pages.py` makes the page of a rule from this file, the rule's own file and the table of errata. In this folder's
parent, `python -m papers` writes all pages and pictures in `rules/` again.
"""
