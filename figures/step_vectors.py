"""One step of SGD, of momentum and of NAG, taken apart: from the same place, with the same memory.

The surface is the valley 0.1 x² + 2 y², the rate 0.1, the momentum 0.9. The first panel has the paths from (-5, -2).
The others show one step each from where momentum is after three: orange is the gradient's part, green what is
remembered, blue their sum. NAG keeps its weight ahead of the ball, which is at p, so its gradient is taken there.

How often that helps was counted from 1,000 random places on the map (seed 0): at each of the steps 2 to 30 of momentum
from there, one step of momentum was compared with one of NAG, from the same ball and velocity. Measuring again should
give the same numbers, to one in a thousand.

The same vectors, drawn by hand: I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the
importance of initialization and momentum in deep learning", ICML 2013, figure 1.
"""

import numpy
from matplotlib.patches import Rectangle

from minigrad import autograd, np, optimizer, plot
from minigrad.commands.data import differences, rounded
from minigrad.optimizer.readings.lines import Lines
from minigrad.optimizer.readings.worked import Run
from minigrad.plot.contours import contours
from minigrad.plot.curves import WIDTH
from minigrad.plot.growing import draw as draw_way
from minigrad.plot.history import slope
from minigrad.plot.sheet import titled
from minigrad.plot.style import INK, SMALLEST, styles
from minigrad.plot.vectors import GRADIENT, MEMORY, SUM, Arrow, apart, frame, gap, middle_of, reach_of, write
from minigrad.plot.vectors import draw as draw_arrow

PICTURE = "step_vectors.png"
RATE, MOMENTUM, STEPS, SHOWN, PLACES = 0.1, 0.9, 30, 3, 1000
RULES = {
    "sgd": optimizer.SGD(learning_rate=RATE),
    "sgd, momentum 0.9": optimizer.SGD(learning_rate=RATE, momentum=MOMENTUM),
    "nag": optimizer.NAG(learning_rate=RATE, momentum=MOMENTUM),
}
TITLES = {"sgd": "SGD", "sgd, momentum 0.9": "SGD with momentum", "nag": "NAG"}
HUES = {"gradient": GRADIENT, "memory": MEMORY, "sum": SUM}
HILL = plot.surface("valley")
SEEN = ((-6.0, 3.0), (-3.6, 3.6))
ROOM = 0.9
"""The share of the usual margin that is left around the arrows."""


def measure():
    """The paths, the vectors and named points of a step of each rule, and how often NAG's step ends lower."""
    ways = {name: plot.record(rule, HILL, steps=STEPS) for name, rule in RULES.items()}
    momentum = ways["sgd, momentum 0.9"]
    ball, velocity = momentum.positions[SHOWN], momentum.states["v"][SHOWN]
    shares = lower()
    return {
        "ways": {name: rounded(way.positions) for name, way in ways.items()},
        "steps": {name: taken_apart(name, ball, velocity) for name in RULES},
        "nag lower": rounded([shares.mean(), shares.min(), shares.max()], 3),
    }


def taken_apart(name, ball, velocity):
    """The arrows and the points of one step. The weight of NAG is ahead of the ball."""
    rule, lines = RULES[name], Lines(RULES[name])
    run = Run(rule, lines, ball + MOMENTUM * velocity if name == "nag" else ball)
    run.arrays |= {"v": velocity} if "v" in run.arrays else {}
    taken, following = (run.step(slope(HILL, run.arrays["w"])) for _ in range(2))
    arrows, points = apart(lines, taken.values, taken.w, following)
    hues = {colour: hue for hue, colour in HUES.items()}
    return {
        "arrows": [[a.name, hues[a.colour], a.is_sum, rounded(a.start), rounded(a.end)] for a in arrows],
        "points": {name: rounded(place) for name, place in points.items()},
    }


def lower():
    """For each place, the share of the steps in which NAG's ball ends lower than momentum's from the same state."""
    places = numpy.random.default_rng(0).uniform(*numpy.transpose(HILL.view), size=(PLACES, 2))
    ball, velocity, wins = np.array(places, dtype="float64"), np.zeros((PLACES, 2), dtype="float64"), []
    momentum, nag = RULES["sgd, momentum 0.9"], RULES["nag"]
    for step in range(STEPS):
        ahead, kept = ball + MOMENTUM * velocity, velocity.copy()
        nag.update(step, ahead, gradient(ahead), kept)
        braked = ahead - MOMENTUM * kept
        momentum.update(step, ball, gradient(ball), velocity)
        if step:
            wins.append(HILL(*braked.asnumpy().T) < HILL(*ball.asnumpy().T))
    return numpy.mean(wins, axis=0)


def gradient(places):
    """The gradients of the valley at many places."""
    places = places.copy()
    places.attach_grad()
    with autograd.record():
        height = HILL(places[:, 0], places[:, 1])
    height.backward()
    return places.grad


def draw(data):
    share, least, most = (100 * value for value in data["nag lower"])
    title = (
        "From the same place and with the same memory, NAG's step ends lower than momentum's "
        f"in {share:.0f} % of steps ({least:.0f} to {most:.0f} %, depending on the start)"
    )
    below = (
        f"Rate {RATE}, momentum {MOMENTUM}. Orange: from the gradient. Green: remembered. Blue: their sum. "
        "NAG's weight w is ahead of its ball p.\n"
        f"Counted over {PLACES:,} random starts and {STEPS - 1} steps from each."
    )
    figure = titled(title, below, WIDTH, 6.9)
    first, *others = figure.subplots(2, 2, gridspec_kw={"wspace": 0.16, "hspace": 0.22}).flat
    arrows = {name: [arrow_of(*row) for row in step["arrows"]] for name, step in data["steps"].items()}
    places = numpy.array([place for several in arrows.values() for arrow in several for place in arrow[:2]])
    ways(first, data["ways"], places)
    for axes, (name, several) in zip(others, arrows.items()):
        panel(axes, TITLES[name], several, data["steps"][name]["points"], places)
    return figure


def arrow_of(label, hue, is_sum, start, end):
    return Arrow(numpy.array(start), numpy.array(end), label, HUES[hue], is_sum)


def ways(axes, found, places):
    """The whole paths, with a box around what the other panels show."""
    contours(axes, HILL, SEEN)
    looks = styles(found)
    for name, way in found.items():
        draw_way(axes, *numpy.transpose(way), looks[name], TITLES[name])
    (west, south), (east, north) = corners(places)
    axes.add_patch(
        Rectangle((west, south), east - west, north - south, fill=False, edgecolor=INK, linewidth=0.8, zorder=5)
    )
    axes.set_title(f"{STEPS} steps", color=INK, fontsize=10)
    shown = axes.legend(loc="lower right", fontsize=9, handlelength=3.2, framealpha=0.9, edgecolor="none")
    shown.set_zorder(6)


def corners(places):
    """The corners of a panel with one step: lower left and upper right."""
    middle, reach = middle_of(places), ROOM * reach_of(places)
    return middle - reach, middle + reach


def panel(axes, title, arrows, points, places):
    """One step, with all its vectors and named points."""
    frame(axes, HILL, places, f"{title}: the step taken apart")
    (west, south), (east, north) = (
        middle_of(places) - ROOM * reach_of(places),
        middle_of(places) + ROOM * reach_of(places),
    )
    axes.set(xlim=(west, east), ylim=(south, north))
    axes.set_xlabel("x", color=INK, fontsize=9)
    axes.set_ylabel("y", color=INK, fontsize=9)
    axes.locator_params(nbins=5)
    axes.tick_params(labelsize=SMALLEST)
    middle = numpy.mean([(arrow.start + arrow.end) / 2 for arrow in arrows], axis=0)
    for arrow in arrows:
        draw_arrow(axes, arrow, middle)
    for name, place in points.items():
        axes.plot(*place, color=INK, marker="o", markersize=6)
        away = 1.7 if name == "p_t" else 1  # where three arrows meet
        write(axes, name, numpy.array(place), away * gap(numpy.array(place), arrows), INK)


def agree(old, new):
    return differences(old, new, share=0.001, least=0.001)
