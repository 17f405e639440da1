"""Clip first or decay first: where a weight ends, and what is left of the decay under large gradients.

minigrad and MXNet 2 clip first, g = clip(raw) + δ w; MXNet 1.9.1 decays first in RMSProp, Adam, Adamax, Nadam and FTML,
g = clip(raw + δ w). Here, clip-first uses `wd` and `clip_gradient`; for decay-first, the script clips, not the
optimizer.

Left and middle: the loss k/2 (w - a)², without noise. A weight ends where g is 0. With decay first, that is
k a / (k + δ), and clipping only slows it down. With clipping first, it is the same place only if the slope there,
δ k a / (k + δ), is at most the limit c; otherwise the slope is clipped to c, and the weight ends at c / δ.

Right: gradients of ±G, each sign with probability 1/2, and no loss but the decay. If G > c + δ |w|, decay first gives
±c: the decay is gone, and the weight wanders about where it was. Clipping first gives ±c + δ w, whose mean is the
decay; the mean of w then nearly follows Adam's own equations with δ w for g and c² + δ² w² for g².

The signs are drawn from one seed, for 30 weights; everything is in float64. Measuring again should agree within 0.001.
(With two other OpenBLAS kernels, all numbers were the same.)

Source: the order in each library was measured; see tutorials/errata.md, All optimizers.
"""

import numpy

from minigrad import np, optimizer
from minigrad.commands.data import differences, rounded
from minigrad.plot.curves import WIDTH, band
from minigrad.plot.sheet import key, panel, titled
from minigrad.plot.style import SMALLEST, styles

PICTURE = "clip_decay.png"
DECAY, LIMIT, STIFFNESS, MINIMUM = 0.5, 0.5, 1.0, 3.0
"""δ, c, k and a."""
STARTS, STEPS, RATE = (0.0, 3.0), 600, 0.01
RULES = ("adam", "adamax", "nadam", "rmsprop", "ftml")
"""Those that decay before clipping in MXNet 1.9.1."""
LIMITS = {name: [round(0.1 + 0.05 * i + 0.25 * j, 2) for j in range(6)] for i, name in enumerate(RULES)}
"""The limits c that each of them is measured at: its own, so that no marker hides another."""
LARGE, SEEDS, LONG, SLOW = 10.0, 30, 3000, 0.001
"""G, and how many weights take how many steps at which rate."""
EVERY = 25
ORDERS = {"clip": "clip, then decay (minigrad, MXNet 2)", "decay": "decay, then clip (MXNet 1.9.1)"}


def walk(order, limit, start, slopes, name, **arguments):
    """The weights before the first step and after each; `slopes` has a function, weights -> gradient, for each step."""
    if order == "clip":
        arguments |= {"clip_gradient": limit, "wd": DECAY}
    opt = optimizer.create(name, **arguments)
    w = np.array(start, dtype="float64")
    state, path = opt.create_state(0, w), [w.asnumpy()]
    for slope in slopes:
        g = slope(path[-1])
        if order == "decay":
            g = numpy.clip(g + DECAY * path[-1], -limit, limit)
        opt.update(0, w, np.array(g), state)
        path.append(w.asnumpy())
    return numpy.array(path)


def uphill(w):
    """The gradient of the loss."""
    return STIFFNESS * (w - MINIMUM)


def measure():
    """Adam's paths, where five rules end, and the wandering weights: each for both orders."""
    signs = numpy.random.default_rng(0).choice((-1.0, 1.0), size=(LONG, SEEDS))
    noisy = [lambda w, large=LARGE * row: large for row in signs]
    found = {}
    for order in ORDERS:
        ways = walk(order, LIMIT, STARTS, [uphill] * STEPS, "adam", learning_rate=RATE)
        ends = {
            name: [
                walk(order, limit, [0.0], [uphill] * 2000, name, learning_rate=RATE)[-1, 0] for limit in LIMITS[name]
            ]
            for name in RULES
        }
        left = walk(order, LIMIT, [1.0] * SEEDS, noisy, "adam", learning_rate=SLOW)[::EVERY]
        found[order] = {"ways": ways[::EVERY], "ends": ends, "left": left}
    return rounded(found)


def agree(old, new):
    return differences(old, new, least=1e-3)


def end(order, limit):
    """Where a weight ends, in closed form."""
    free = STIFFNESS * MINIMUM / (STIFFNESS + DECAY)
    return min(limit / DECAY, free) if order == "clip" else free


def draw(data):
    """Three panels: two paths, where five rules end, and what noise leaves of the decay."""
    last = {order: numpy.array(data[order]["left"][-1]) for order in ORDERS}
    clip, decay = (f"{w.mean():.3f} ± {w.std(ddof=1) / SEEDS**0.5:.3f}" for w in last.values())
    title = (
        "Clipping first moves the minimum; decaying first loses the decay under large gradients: "
        f"after {LONG:,} steps, a weight of 1 has become {clip} or {decay}"
    )
    below = (
        f"Decay δ = {DECAY}, limit c = {LIMIT}. Left and middle: the loss (w − {MINIMUM:g})² / 2. Middle: "
        "markers are measured (open: decay first), lines are the closed form.\n"
        f"Right: gradients of ±{LARGE:g} at random, no loss; the mean of {SEEDS} weights (± its standard error), "
        "with a band from lowest to highest."
    )
    figure = titled(title, below, WIDTH, 2.7, len(ORDERS))
    figure.subplots_adjust(wspace=0.27)
    way, ends, noise = figure.subplots(1, 3)
    panel(way, f"Adam, c = {LIMIT}", "step", "w")
    panel(ends, "where the weight ends", "limit c", "w")
    panel(noise, f"gradients of ±{LARGE:g}, no loss", "step", "w")
    limits = numpy.linspace(0, 1.6, 33)
    looks = dict(zip(ORDERS, styles(["adam", "adam, decay first"]).values()))
    for order, look in looks.items():
        ways, left = numpy.array(data[order]["ways"]), numpy.array(data[order]["left"])
        for start in range(len(STARTS)):
            entry = ORDERS[order] if start == 0 else "_"
            band(way, entry, [ways[:, start]], look, EVERY * numpy.arange(len(ways)))
        line = [end(order, limit) for limit in limits]
        ends.plot(limits, line, linewidth=1, color=look.colour, linestyle=look.dashes)
        for name, rule in styles(RULES).items():
            fill = {"fillstyle": "full" if order == "clip" else "none", "markersize": 5, "linestyle": ""}
            ends.plot(LIMITS[name], data[order]["ends"][name], rule.marker, color=rule.colour, label=name, **fill)
        band(noise, order, left.T, look, EVERY * numpy.arange(len(left)))
    way.set_ylim(-0.1, MINIMUM + 0.1)
    ends.set(xlim=(0, 1.6), ylim=(0, 2.3))
    noise.set_ylim(bottom=0)
    handles = [line for line in ends.lines if line.get_label() in RULES][: len(RULES)]
    ends.legend(handles=handles, loc="lower right", fontsize=SMALLEST, frameon=False, labelcolor="linecolor")
    key(way)
    return figure
