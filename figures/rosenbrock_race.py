"""Every optimizer on its path down Rosenbrock's valley, and how low it ends from twenty other starts.

Each rule takes 200 steps from (-1.2, 1) at its best rate: of 21 rates from 0.0001 to 500, the one with which it ends
lowest from the worst of four starts, the one shown and three nearby (seed 100). The best rate for a single start may be
mere luck: with such a rate, SGD diverged from 15 of 20 others. AdaDelta has no rate. Then every rule takes 200 steps
from 20 other starts nearby (seed 0; all are drawn with a standard deviation of 0.2). Its end is the median height over
the last 20 steps. Rules are told apart by the logarithms of these: by Tukey's test, paired by start.

Measuring again takes two minutes, and should give the same rates, and positions and ends within 0.1 %: apart from the
starts and SGLD's noise, nothing is random.

H. H. Rosenbrock, "An automatic method for finding the greatest or least value of a function", The Computer Journal 3,
1960.
"""

import math

import numpy

from minigrad import compare, plot
from minigrad.commands.data import differences, rounded
from minigrad.commands.output import progress
from minigrad.plot.contours import contours
from minigrad.plot.curves import WIDTH
from minigrad.plot.growing import draw as draw_way
from minigrad.plot.sheet import titled
from minigrad.plot.style import INK, SMALLEST, families, styles
from minigrad.plot.tuning import RATES, at, end, has_rate, named
from minigrad.ties import ties

PICTURE = "rosenbrock_race.gif"
HILL, STEPS, OTHERS, REACH = plot.surface("rosenbrock"), 200, 20, 0.2


def measure():
    """Optimizer -> its rate, its path, and how high it ends from the other starts."""
    names, found = compare.optimizers(), {}
    tuning, others = [HILL.start, *starts(3, 100)], starts(OTHERS, 0)
    with progress(len(names), "rule") as bar:
        for name in names:
            rule = named(name)
            if has_rate(rule):
                rule = min((at(rule, rate) for rate in RATES), key=lambda one: max(ends(one, tuning)))
            way = plot.record(rule, HILL, steps=STEPS).positions
            rate = rule.lr if has_rate(rule) else None
            found[name] = {"rate": rate, "way": rounded(way), "ends": rounded(ends(rule, others))}
            bar.update()
    return found


def starts(count, seed):
    """Starts nearby."""
    shifts = REACH * numpy.random.default_rng(seed).normal(size=(count, 2))
    return [tuple(place) for place in numpy.array(HILL.start) + shifts]


def ends(rule, places):
    """How high a rule ends from each of several starts."""
    return [end(plot.record(rule, HILL, place, STEPS)) for place in places]


def draw(data):
    heights = {name: numpy.nan_to_num(numpy.array(one["ends"], "float64"), nan=math.inf) for name, one in data.items()}
    figure = titled(finding(heights), NOTE, WIDTH, 6.9, 4)
    looks = styles(data)
    grid = figure.subplots(2, 3, sharex=True, sharey=True, gridspec_kw={"wspace": 0.06, "hspace": 0.48})
    for axes, (family, members) in zip(grid.flat, families(data).items()):
        contours(axes, HILL, HILL.view)
        axes.set_aspect("auto")
        axes.set_title(family, loc="left", fontsize=9, color=looks[members[0]].colour, fontweight="bold")
        axes.set_autoscale_on(False)
        for name in members:
            draw_way(axes, *numpy.transpose(data[name]["way"]), looks[name], entry(name, data[name], heights[name]))
        axes.plot(*HILL.start, "o", color=INK, markersize=9, fillstyle="none", label="_start")
        axes.tick_params(labelbottom=True)
        axes.set(xlabel="", ylabel="")
        shown = axes.legend(
            loc="upper left", bbox_to_anchor=(-0.02, -0.09), fontsize=SMALLEST, handlelength=2.4, labelspacing=0.15,
            frameon=False, borderaxespad=0,
        )  # fmt: skip
        for text, line in zip(shown.get_texts(), shown.get_lines()):
            text.set_color(line.get_color())
    return plot.animate(figure)


def entry(name, one, heights):
    """The rule, its rate, and how high it ends."""
    rate = f" {one['rate']:g}" if one["rate"] else ""
    lost = int((~numpy.isfinite(heights)).sum())
    if lost:
        return f"{name}{rate}: diverges from {lost} of {OTHERS}"
    middle, low, high = numpy.median(heights), heights.min(), heights.max()
    return f"{name}{rate}: {middle:.2g} ({low:.2g} to {high:.2g})"


def finding(heights):
    """The rules that end lowest, as far as the starts can tell."""
    found = ties({name: -numpy.log(row) for name, row in heights.items() if numpy.isfinite(row).all()})
    *others, last = found.first
    lowest = f"{', '.join(others)} and {last} tie for lowest" if others else f"{last} ends lowest"
    rest = len(heights) - len(found.first)
    return f"{STEPS} steps down Rosenbrock's valley: {lowest}; the other {rest} end higher or diverge"


NOTE = (
    f"Next to each rule: its rate, and its final height over {OTHERS} starts near the one shown: median (lowest to "
    "highest).\nRates: best from the worst of four starts. Ties: Tukey's test on logarithms (95 %), paired by start."
)


def agree(old, new):
    return differences(old, new, share=0.001, least=0.001)
