#!/usr/bin/env python3
"""Draw figures/compare.png from figures/compare.json; with --measure, measure the data anew first.

The data are what `minigrad compare` measures: every optimizer at the rate in minigrad/best_rates.json, 20 epochs, seeds
0, 1 and 2. Drawing is exact: the same matplotlib makes the same picture, pixel for pixel. Measuring is not, because
another processor or NumPy rounds sums otherwise and training magnifies the difference. What is measured again should
agree in the first three epochs within 1 % of each loss and 2 of the 359 test images, and at the end the means should
lie within the bands. (With two other kernels of OpenBLAS: 0.4 %, one image, all within the bands; and 18 optimizers
tied for the first place instead of 19.)

usage: python figures/compare.py [--measure]
"""

import argparse
import json
from pathlib import Path

import numpy

from minigrad import compare, datasets
from minigrad.commands.output import progress, save
from minigrad.disk import replacing
from minigrad.plot import comparison

FOLDER = Path(__file__).parent
DATA, PICTURE = FOLDER / "compare.json", FOLDER / "compare.png"
EPOCHS, SEEDS = 20, (0, 1, 2)


def measure():
    """The curves of every run as JSON, one run to a line."""
    names = compare.optimizers()
    with numpy.errstate(all="ignore"), progress(len(names) * len(SEEDS) * EPOCHS) as bar:
        runs = compare.measure(names, datasets.digits(), EPOCHS, SEEDS, lambda run: bar.update())
    entries = []
    for name, several in runs.items():
        lines = ",\n".join(f"    {line(run)}" for run in several)
        entries.append(f"  {json.dumps(name)}: [\n{lines}\n  ]")
    return "{\n" + ",\n".join(entries) + "\n}\n"


def line(run):
    """Losses to four digits and accuracies to four places: finer than an image of the test part."""
    return json.dumps([[float(f"{loss:.4g}") for loss in run.loss], [round(share, 4) for share in run.accuracy]])


def load():
    """Optimizer -> its runs, (losses, accuracies), in the order of the seeds."""
    return json.loads(DATA.read_text(encoding="utf-8"))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--measure", action="store_true", help="measure the data anew (half a minute)")
    if options.parse_args().measure:
        with replacing(DATA) as file:
            file.write(measure().encode())
    save(comparison(load()), PICTURE)


if __name__ == "__main__":
    main()
