"""Where ε sits: the same 1e-8 in four places of Adam, and the gradients at which it halves the step.

Every weight of an array has its own gradient, the same at every step, so both means, once corrected, are exact: without
ε, each step would be the learning rate. The rules run as any rule does in minigrad, in float64. Nothing is random:
measuring again should agree within a thousandth, since only rounding may differ. (With two other OpenBLAS kernels, all
numbers were the same.)

In closed form, with c = √(1 - β₂^t) and s the step in units of the rate:

    outside the corrected root      s = |g| / (|g| + ε)             half at |g| = ε
    outside the uncorrected root    s = |g| / (|g| + ε / c)         half at |g| = ε / c
    inside the corrected root       s = |g| / √(g² + ε)             half at |g| = √(ε / 3)
    inside the uncorrected root     s = |g| / √(g² + ε / c²)        half at |g| = √(ε / 3) / c

An ε inside a root takes ε / (2 g²) from a large step and one outside ε / |g|, so their lines cross: at
|g| = (1 - ε) / 2 if both are corrected, at 1 / c times that if neither is, and at (c - ε / c) / 2 for outside the
uncorrected and inside the corrected root.

Sources: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 1 and the end of section 2
(both places outside). Who puts it where: tutorials/dialects.md.
"""

import numpy

from minigrad import np, optimizer
from minigrad.commands.data import differences, rounded
from minigrad.optimizer.rule import sqrt
from minigrad.plot.curves import WIDTH
from minigrad.plot.sheet import key, panel, titled
from minigrad.plot.style import INK, SMALLEST, styles

PICTURE = "epsilon.png"
EPSILON, RATE = 1e-8, 0.001
TIMES = (1, 10, 100, 1000, 10_000)
PER_DECADE, DRAWN = 40, 8
LOWEST, HIGHEST = -11, 2
"""Powers of ten between which the gradients lie."""


class Uncorrected(optimizer.Adam):
    """ε beside the root of the mean as it is; the corrections are factors of the rate."""

    def rule(self, w, g, mean, var, *, lr, t):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        rate = lr * sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        return w - rate * mean / (sqrt(var) + self.epsilon), mean, var


class Inside(optimizer.Adam):
    """ε under the root, added to the corrected mean."""

    def rule(self, w, g, mean, var, *, lr, t):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        mean_hat = mean / (1 - self.beta1**t)
        var_hat = var / (1 - self.beta2**t)
        return w - lr * mean_hat / sqrt(var_hat + self.epsilon), mean, var


class InsideUncorrected(optimizer.Adam):
    """ε under the root, added to the mean as it is; the corrections are factors of the rate."""

    def rule(self, w, g, mean, var, *, lr, t):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        rate = lr * sqrt(1 - self.beta2**t) / (1 - self.beta1**t)
        return w - rate * mean / sqrt(var + self.epsilon), mean, var


PLACES = {
    "adam": (optimizer.Adam, "√v̂ + ε, corrected: the paper, the guide, PyTorch, optax, minigrad"),
    "adam, uncorrected": (Uncorrected, "√v + ε, uncorrected: MXNet, Keras"),
    "adam, inside": (Inside, "√(v̂ + ε), corrected"),
    "adam, inside, uncorrected": (InsideUncorrected, "√(v + ε), uncorrected: like RMSProp, which corrects nothing"),
}
"""Name -> the rule, and its entry in the legend."""


CROSSINGS = (
    ("adam", "adam, inside"),
    ("adam, uncorrected", "adam, inside"),
    ("adam, uncorrected", "adam, inside, uncorrected"),
)


def measure():
    """For each place: the first step in units of the rate, and, at some times, the gradient that halves the step.

    Also where two places take the same amount from the first step: the gradient, and the amount.
    """
    gradients = numpy.logspace(LOWEST, HIGHEST, PER_DECADE * (HIGHEST - LOWEST) + 1)
    shown = slice(None, None, PER_DECADE // DRAWN)
    places, lost = {}, {}
    for name, (rule, _) in PLACES.items():
        steps = steps_of(rule(learning_rate=RATE, epsilon=EPSILON), gradients)
        halves = [float(numpy.exp(numpy.interp(0.5, step, numpy.log(gradients)))) for step in steps]
        lost[name] = 1 - steps[0]
        places[name] = {"lost": lost[name][shown], "halves": halves}
    crossings = [crossing(gradients, lost[one], lost[other]) for one, other in CROSSINGS]
    found = {"epsilon": EPSILON, "times": list(TIMES), "gradients": gradients[shown], "places": places}
    return rounded(found | {"crossings": crossings}, digits=6)


def crossing(gradients, one, other):
    """Where two curves that are straight on logarithmic axes meet."""
    x, gap = numpy.log(gradients), numpy.log(other / one)
    place = numpy.interp(0.0, -gap, x)  # the gap falls
    return numpy.exp([place, numpy.interp(place, x, numpy.log(one))])


def steps_of(opt, gradients):
    """The step at each of the times, in units of the rate, of weights whose gradients never change."""
    w = np.zeros(gradients.shape, dtype="float64")
    g, state, found = np.array(gradients), opt.create_state(0, w), []
    for t in range(1, TIMES[-1] + 1):
        before = w.asnumpy() if t in TIMES else None
        opt.update(0, w, g, state)
        if before is not None:
            found.append((before - w.asnumpy()) / RATE)
    return found


def agree(old, new):
    return differences(old, new, share=1e-3, least=1e-12)


def draw(data):
    """Three panels: the first step, what ε takes from it, and how long the places differ."""
    first_halves = [place["halves"][0] for place in data["places"].values()]
    lowest, highest = (f"{half:.0e}".replace("e-0", "e-") for half in (min(first_halves), max(first_halves)))
    epsilon = f"{data['epsilon']:g}".replace("e-0", "e-")
    title = f"ε = {epsilon} halves Adam's first step at gradients from {lowest} to {highest}, depending on where it is"
    below = (
        "v: the running mean of g², for constant gradients; v̂: corrected, v / (1 − β₂ᵗ). Without ε, each step would be "
        "the learning rate.\nRings: where two places take the same amount. β₁ = 0.9, β₂ = 0.999; float64, not random."
    )
    figure = titled(title, below, WIDTH, 2.7, len(data["places"]))
    figure.subplots_adjust(wspace=0.36)
    first, lost, halved = figure.subplots(1, 3)
    for name, look in styles(data["places"]).items():
        place, entry = data["places"][name], PLACES[name][1]
        line = {
            "color": look.colour,
            "linestyle": look.dashes,
            "marker": look.marker,
            "markersize": 4,
            "linewidth": 1.3,
        }
        first.plot(data["gradients"], 1 - numpy.array(place["lost"]), label=entry, markevery=DRAWN, **line)
        lost.plot(data["gradients"], place["lost"], markevery=DRAWN, **line)
        halved.plot(data["times"], place["halves"], **line)
    first.axhline(0.5, color=INK, linewidth=0.7, zorder=1)
    for g, share in data["crossings"]:
        lost.plot(g, share, "o", color=INK, markersize=9, fillstyle="none")
        lost.annotate(f"{g:.2g}", (g, share), (6, 6), textcoords="offset points", fontsize=SMALLEST, color=INK)
    panel(first, "the first step", "|g|", "step / rate")
    first.set(xscale="log", xlim=(1e-10, 1), yticks=(0, 0.25, 0.5, 0.75, 1))
    panel(lost, "what ε takes from it", "|g|", "1 − step / rate")
    lost.set(xscale="log", yscale="log", xlim=(1e-3, 100), ylim=(1e-12, 2))
    panel(halved, "where the step is halved", "step t", "|g|")
    halved.set(xscale="log", yscale="log")
    key(first, length=5)
    return figure
