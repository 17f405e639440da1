"""Rate and momentum of SGD on a quadratic valley: what momentum gains with exact gradients, and with noisy ones.

The valley is 0.1 x² + 2 y², 20 times as steep across as along. A cell shows the height after 30 steps: the median of
the last three, and of 200 starts around (-5, -2). With exact gradients, the best pair is near Polyak's optimum for many
steps: with curvatures between m and L, rate 4 / (√L + √m)² and momentum ((√L - √m) / (√L + √m))². Beyond the rate
2 (1 + momentum) / L, every walk diverges. With noise of 1 on each gradient, momentum gains little, and the result
depends mostly on rate / (1 - momentum).

Cells were chosen with seed 0. The gains were measured with seeds 1 to 5, for the chosen cell and for the best one
without momentum. Measuring again should give the same heights and gains within 1 %.

B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", USSR Computational Mathematics and
Mathematical Physics 4, 1964.
"""

import math

import numpy

from minigrad import np, optimizer, plot
from minigrad.commands.data import differences, rounded
from minigrad.plot.curves import WIDTH
from minigrad.plot.heatmap import draw as draw_cells
from minigrad.plot.sheet import titled
from minigrad.plot.style import INK

PICTURE = "momentum_map.png"
MOMENTA = [round(0.05 * k, 2) for k in range(20)]
RATES = [float(f"{10 ** (k / 10):.3g}") for k in range(-20, 2)]
HILL, CURVES, NOISES = plot.surface("valley"), (0.2, 4.0), (0.0, 1.0)
STEPS, LAST, STARTS, REACH, OTHERS = 30, 3, 200, 0.3, (1, 2, 3, 4, 5)


def measure():
    """For each amount of noise the heights, one row for each momentum, and the gains of the best cell."""
    found = {}
    for noise in NOISES:
        table = numpy.array([[height(rate, momentum, noise, 0) for rate in RATES] for momentum in MOMENTA])
        row, column = numpy.unravel_index(numpy.nanargmin(table), table.shape)
        plain = int(numpy.nanargmin(table[0]))
        gains = [
            height(RATES[plain], 0.0, noise, seed) / height(RATES[column], MOMENTA[row], noise, seed) for seed in OTHERS
        ]
        found[str(noise)] = {"heights": rounded(table, 3), "gains": rounded(gains, 3)}
    return found


def height(rate, momentum, noise, seed):
    """How high SGD ends, in the median over the starts, which are the rows of one weight."""
    rng = numpy.random.default_rng(seed)
    w = np.array(numpy.array(HILL.start) + REACH * rng.normal(size=(STARTS, 2)), dtype="float64")
    sgd = optimizer.SGD(learning_rate=rate, momentum=momentum)
    state, heights = sgd.create_state(0, w), []
    for _ in range(STEPS):
        g = w.asnumpy() * CURVES + noise * rng.normal(size=(STARTS, 2))
        sgd.update(0, w, np.array(g, dtype="float64"), state)
        heights.append(HILL(*w.asnumpy().T))
    return float(numpy.median(numpy.median(heights[-LAST:], axis=0)))


def draw(data):
    (momentum, rate), (_, exact, _) = best(data[str(NOISES[0])])
    _, (low, middle, high) = best(data[str(NOISES[1])])
    title = (
        f"With exact gradients, momentum {momentum:g} at rate {rate:.2g} ends {exact / 1e6:.2g} million times lower "
        f"than none; with noise, the best momentum gains a factor of {middle:.1f} ({low:.1f} to {high:.1f})"
    )
    below = (
        f"Median height after {STEPS} steps over {STARTS} starts around (-5, -2). Crosses: higher than at the start. "
        "Dashed: the limit of stability. Circles: the best\ncells. Star: the best pair for many steps (Polyak 1964). "
        f"Gains: over the best cell without momentum, median (lowest to highest) of {len(OTHERS)} other seeds."
    )
    figure = titled(title, below, WIDTH, 4.0)
    top = HILL(*HILL.start)
    for axes, noise in zip(figure.subplots(1, 2, gridspec_kw={"wspace": 0.2}), NOISES):
        table = numpy.array(data[str(noise)]["heights"], "float64")
        draw_cells(axes, numpy.nan_to_num(table, nan=math.inf), MOMENTA, RATES, top)
        marks(axes, exact=noise == 0)
        what = "exact gradients" if noise == 0 else f"noise of {noise:g} on each gradient"
        axes.set_title(what, color=INK, fontsize=10, loc="left")
    figure.axes[0].set_ylabel("momentum", color=INK, fontsize=9)
    return figure


def marks(axes, exact):
    """Ticks, and what theory says, on axes that count cells."""

    def column(rate):
        return 10 * numpy.log10(rate) + 20.5

    axes.set_xticks(column(numpy.array([0.01, 0.1, 1.0])), ["0.01", "0.1", "1"])
    axes.set_yticks(numpy.arange(0, 20, 4) + 0.5, [f"{MOMENTA[k]:g}" for k in range(0, 20, 4)])
    momenta = numpy.linspace(-0.025, 0.975, 50)
    limit = column(2 * (1 + momenta) / CURVES[1])
    axes.plot(limit, momenta / 0.05 + 0.5, color=INK, linewidth=1, linestyle="--")
    if exact:
        rate, momentum = polyak()
        axes.plot(column(rate), momentum / 0.05 + 0.5, "*", color=INK, markersize=11, markeredgecolor="white")


def polyak():
    """The rate and the momentum with which a quadratic falls fastest."""
    least, most = numpy.sqrt(CURVES)
    return 4 / (most + least) ** 2, ((most - least) / (most + least)) ** 2


def best(part):
    """The momentum and the rate of the best cell; the median, the lowest and the highest gain."""
    table = numpy.array(part["heights"], "float64")
    row, column = numpy.unravel_index(numpy.nanargmin(table), table.shape)
    gains = sorted(part["gains"])
    return (MOMENTA[row], RATES[column]), (gains[0], gains[len(gains) // 2], gains[-1])


def agree(old, new):
    return differences(old, new, share=0.01)
