"""How far the rate of each optimizer may be off: the training loss on the digits, at rates up to 100 times off.

The network of `minigrad compare` is trained for 10 epochs with every optimizer that has a rate, with seeds 0 to 4. The
rates are 1, 2 and 5 times powers of ten, up to 100 times lower or higher than the one in minigrad/best_rates.json. The
loss is the mean over the last epoch. A rate is good if its loss is at most three times that of the best rate with the
same seed; between two rates, losses are interpolated on logarithmic axes. So a range does not say how good its best
rate is; the curves do. Other arguments are at their defaults, or as in minigrad/best_rates.json. Logarithms of the
widths are compared as `minigrad compare` compares accuracies: by Tukey's test, paired by seed.

Measuring again takes five minutes on one core, and should agree within a factor of 2: in the mean width of each range,
and in each median loss over the seeds that is below 1. (With another OpenBLAS kernel, six of the rules agreed within
1.7.)
"""

import math

import numpy

from minigrad import compare, datasets
from minigrad.commands.data import rounded
from minigrad.commands.output import progress
from minigrad.plot.curves import WIDTH
from minigrad.plot.sheet import titled
from minigrad.plot.style import FAINT, INK, SMALLEST, families, frame, styles
from minigrad.plot.tuning import RATES, good
from minigrad.ties import ties

PICTURE = "rates.png"
EPOCHS, SEEDS = 10, (0, 1, 2, 3, 4)
SPAN = 100
GRID = (1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, *RATES)
GOOD = 3
"""A rate is good if its loss is at most this many times that of the best one."""
CLOSE = 2
"""Measuring again agrees within this factor."""
HIGH = 4
"""The top of the picture: chance has a loss of log(10) = 2.3."""


def measure():
    """Optimizer -> the rates that were tried, and the loss of the last epoch at each, one list for each seed."""
    best = {name: compare.build(name) for name in compare.optimizers()}
    tried = {name: around(rule.lr) for name, rule in best.items() if compare.has_rate(rule)}
    parts, found = datasets.digits(), {}
    with progress(sum(map(len, tried.values())) * len(SEEDS), "run") as bar:
        for name, rates in tried.items():
            losses = []
            for seed in SEEDS:
                losses.append([])
                for rate in rates:
                    losses[-1].append(last_loss(compare.build(name, learning_rate=rate), parts, seed))
                    bar.update()
            found[name] = {"rates": rates, "losses": rounded(losses)}
    return found


def around(best):
    """The rates that are tried."""
    return [rate for rate in GRID if best / SPAN <= rate * (1 + 1e-9) and rate <= best * SPAN * (1 + 1e-9)]


def last_loss(rule, parts, seed):
    """The mean loss of the last epoch; NaN or infinite once a loss is."""
    for run in compare.train(rule, *parts, EPOCHS, seed):
        if not math.isfinite(run.loss[-1]):
            break
    return run.loss[-1]


def tables(data):
    """Optimizer -> the losses, a row for each seed, infinite where the training diverged."""
    return {name: numpy.nan_to_num(numpy.array(part["losses"], "float64"), nan=math.inf) for name, part in data.items()}


def ranges(data):
    """Optimizer -> the good ranges, (low, high), one for each seed."""
    return {name: [good(data[name]["rates"], losses, GOOD) for losses in table] for name, table in tables(data).items()}


def widths(data):
    """Optimizer -> the logarithms of the factors that these ranges span."""
    return {name: [math.log(high / low) for low, high in found] for name, found in ranges(data).items()}


def draw(data):
    losses, spans, found, looks = tables(data), ranges(data), ties(widths(data)), styles(data)
    figure = titled(finding(found, spans), NOTE, WIDTH, 8.3)
    halves = figure.add_gridspec(2, 1, height_ratios=(4.3, 4), hspace=0.22)
    grid = halves[0].subgridspec(2, 3, wspace=0.08, hspace=0.25).subplots(sharex=True, sharey=True)
    for axes, (family, members) in zip(grid.flat, families(data).items()):
        for name in members:
            curve(axes, name, data[name]["rates"], losses[name], looks[name])
        axes.set_title(family, loc="left", fontsize=9, color=looks[members[0]].colour, fontweight="bold")
        shown = axes.legend(loc="lower left", fontsize=SMALLEST, frameon=False, handlelength=2.4, labelspacing=0.25)
        for text, line in zip(shown.get_texts(), axes.lines):
            text.set_color(line.get_color())
        axes.label_outer()
    for axes in grid[:, 0]:
        axes.set_ylabel("training loss", color=INK, fontsize=9)
    middle = halves[1].subgridspec(1, 3, width_ratios=(0.3, 5.95, 1.6), wspace=0)[1]
    bars(figure.add_subplot(middle), data, losses, spans, found, looks)
    return figure


def curve(axes, name, rates, losses, style):
    """The median over the seeds, and a band from the lowest to the highest."""
    frame(axes)
    low, middle, high = numpy.quantile(losses.clip(0, 10 * HIGH), (0, 0.5, 1), axis=0)
    axes.fill_between(rates, low, high, color=style.colour, alpha=0.15, linewidth=0)
    look = {"color": style.colour, "linestyle": style.dashes, "marker": style.marker, "markersize": 3}
    axes.plot(rates, middle, label=name, linewidth=1.3, **look)
    axes.set(xscale="log", yscale="log", ylim=(0.005, HIGH))


def bars(axes, data, losses, spans, found, looks):
    """A line for each optimizer, the widest range at the top: where the good rates are, and how wide the range is."""
    frame(axes)
    axes.grid(visible=False)
    axes.grid(axis="x", color=FAINT)
    names = list(found.places)
    axes.axhspan(len(found.first) - 0.5, -0.5, color=FAINT, linewidth=0, zorder=0)
    across = {"transform": axes.get_yaxis_transform(), "fontsize": SMALLEST, "color": INK, "va": "center"}
    for row, name in enumerate(names):
        style, (lows, highs) = looks[name], numpy.transpose(spans[name])
        axes.plot([lows.min(), highs.max()], [row, row], color=style.colour, linewidth=1)
        low, high = numpy.exp(numpy.log([lows, highs]).mean(1))
        axes.plot([low, high], [row, row], color=style.colour, linewidth=5, alpha=0.45, solid_capstyle="butt")
        best = data[name]["rates"][int(numpy.argmin(numpy.median(losses[name], axis=0)))]
        axes.plot([best], [row], style.marker, color=style.colour, markersize=5.5, markeredgecolor="white")
        factors = sorted(highs / lows)
        axes.text(1.02, row, f"{math.exp(found.means[name]):.2g}", **across)
        axes.text(1.09, row, f"{factors[0]:.2g} to {factors[-1]:.2g}", **across)
        axes.text(1.21, row, found.span(name), **across)
    for x, word in zip((1.02, 1.09, 1.21), ("factor", "by seed", "place")):
        axes.text(x, -1.1, word, **across)
    axes.set_yticks(range(len(names)), names)
    for label, name in zip(axes.get_yticklabels(), names):
        label.set_color(looks[name].colour)
    axes.tick_params(axis="y", length=0)
    axes.set(xscale="log", ylim=(len(names) - 0.5, -0.5))
    axes.set_xlabel("learning rate", color=INK, fontsize=9)


def finding(found, spans):
    """Which ranges are the widest and the narrowest, with their extremes over the seeds."""
    names = list(found.places)

    def factor(name):
        lowest, *_, highest = sorted(high / low for low, high in spans[name])
        return f"{math.exp(found.means[name]):.2g} ({lowest:.2g} to {highest:.2g} by seed)"

    return (
        f"The good rates of {names[0]} span a factor of {factor(names[0])}, those of {names[-1]} {factor(names[-1])}; "
        f"{len(found.first)} of {len(names)} rules tie for the widest"
    )


NOTE = (
    f"Good: a training loss of at most {GOOD} times that at the best rate, after {EPOCHS} epochs on the digits. Above: "
    f"the median of {len(SEEDS)} seeds, with a band\nfrom lowest to highest. Below: thick, the mean range; thin, all "
    "seeds; marker, the best rate. Grey: tied for the widest (Tukey, 95 %)."
)


def agree(old, new):
    """The widths of the ranges, and the losses of what has learned."""
    if list(old) != list(new):
        yield f"the optimizers are {', '.join(new)}, but were {', '.join(old)}"
        return
    before, now = ties(widths(old)).means, ties(widths(new)).means
    for name in old:
        if not abs(before[name] - now[name]) < math.log(CLOSE):
            yield f"{name}: the good rates span a factor of {math.exp(now[name]):.2g}, not {math.exp(before[name]):.2g}"
        was, found = (numpy.median(tables(data)[name], axis=0) for data in (old, new))
        learned = was < 1
        if (abs(numpy.log(found[learned] / was[learned])) > math.log(CLOSE)).any():
            yield f"{name}: a median loss differs by more than a factor of {CLOSE}"
