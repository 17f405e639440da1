"""Write the two pages again: run `python -m errata` in the folder above."""

from errata.measure import measurements
from errata.pages import PAGES
from errata.table import HERE

for name, render in PAGES.items():
    (HERE.parent / name).write_text(render(measurements()), encoding="utf-8")
