"""Every optimizer trains one network to read digits: their losses, and what three seeds can tell apart.

The data are what `minigrad compare` measures: every optimizer at its rate in minigrad/best_rates.json, for 20 epochs,
with seeds 0, 1 and 2; it takes half a minute. Another processor or NumPy rounds sums differently, and training
magnifies the difference. Measuring again should agree in the first three epochs within 1 % of each loss and 2 of the
359 test images, and the means at the end should lie within the bands. (With two other OpenBLAS kernels: 0.4 %, one
image, all within the bands; and 18 optimizers tied for first place instead of 19.)
"""

import numpy

from minigrad import compare, datasets
from minigrad.commands.output import progress
from minigrad.plot import comparison

PICTURE = "compare.png"
EPOCHS, SEEDS = 20, (0, 1, 2)
EARLY, SHARE, IMAGES = 3, 0.01, 2
TESTED = 359


def measure():
    """Optimizer -> its runs, (losses, accuracies), in the order of the seeds."""
    names = compare.optimizers()
    with progress(len(names) * len(SEEDS) * EPOCHS) as bar:
        runs = compare.measure(names, datasets.digits(), EPOCHS, SEEDS, lambda run: bar.update())
    return {name: [curves(run) for run in several] for name, several in runs.items()}


def curves(run):
    """Losses to four digits and accuracies to four places: finer than an image of the test part."""
    return [[float(f"{loss:.4g}") for loss in run.loss], [round(share, 4) for share in run.accuracy]]


def draw(data):
    return comparison(data)


def agree(old, new):
    """At first every run, at the end the means."""
    if list(old) != list(new):
        yield f"the optimizers are {', '.join(new)}, but were {', '.join(old)}"
        return
    for name in old:
        before, now = numpy.array(old[name]), numpy.array(new[name])  # (seeds, 2, epochs)
        loss, share = numpy.moveaxis(abs(now - before)[..., :EARLY], 1, 0)
        if (loss > SHARE * before[:, 0, :EARLY]).any():
            yield f"{name}: a loss of the first {EARLY} epochs differs by more than {SHARE:.0%}"
        if (share > IMAGES / TESTED + 1e-4).any():
            yield f"{name}: an accuracy of the first {EARLY} epochs differs by more than {IMAGES} images"
        mean, ends = now[..., -1].mean(0), before[..., -1]
        if ((mean < ends.min(0)) | (mean > ends.max(0))).any():
            yield f"{name}: a mean at the end, {mean.round(4)}, is not within the band of before"
