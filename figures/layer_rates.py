"""A rate for each layer: what LARS and LBSGD make of one rate in a network, and how LBSGD's warm-ups raise it.

Left and middle: the 64-64-32-10 network of `minigrad compare` on the digits, 20 epochs in batches of 32. The rate of a
layer is, for LARS, 0.5 trust, where trust = 0.001 |w| / |g|, with momentum 0.9; and for LBSGD with the strategy `lars`,
0.2 scale, where scale = |w| / |32 g|, limited to [0.01, 100]. |w| is the norm of the layer's weights, and |g| that of
their gradient, averaged over the batch; LBSGD takes the gradient before `step(32)` divides it by 32, so it has the sum.
Each point is the geometric mean over 15 steps of a run.

Right: LBSGD with B = 8 and N = 64 at a rate of 1, given a gradient that is always 1. Every eighth batch is a step, and
the rate is how far the weight moves. In closed form it is 1 + 7 f(n / 64) up to n = 64 and 8 from there on, with
f(x) = x, x² or √x; with any other word it is 1 until then.

Five seeds. The mean rate of each layer over the second half of the training should be reproduced within 10 %. (With two
other OpenBLAS kernels these means differed by 0.001 %, and single points by 0.2 %.)

Sources: Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", arXiv:1708.03888, 2017,
Algorithm 1; warm-up: P. Goyal et al., arXiv:1706.02677, 2017, section 2.2. What MXNet's `lars` is: tutorials/errata.md.
"""

import numpy

from minigrad import compare, datasets, np, optimizer
from minigrad.commands.data import differences, rounded
from minigrad.plot.curves import WIDTH, band
from minigrad.plot.sheet import key, panel, titled
from minigrad.plot.style import SMALLEST, styles

PICTURE = "layer_rates.png"
EPOCHS, SEEDS, BLOCK = 20, range(5), 15
LAYERS = ("first", "second", "last")
SCALE, WARM, BATCHES = 8, 64, 96
"""B and N of the warm-ups, and how many batches."""
STRATEGIES = ("linear", "power2", "sqrt", "none")


class Noting:
    """An optimizer that notes the rate of each weight matrix."""

    def named(self, index, w, g, states, scalars):
        found = super().named(index, w, g, states, scalars)
        if w.ndim == 2:
            self.seen.append(float(scalars["lr"] * found[self.factor]))
        return found


class Lars(Noting, optimizer.LARS):
    factor = "trust"


class Lbsgd(Noting, optimizer.LBSGD):
    factor = "scale"


HALF = 30
"""Blocks after which the second half of the training begins."""
TITLES = {"LARS": "LARS: 0.5 × trust", "LBSGD": "LBSGD('lars'): 0.2 × scale"}
TICKS = {"LARS": (0.002, 0.005, 0.01, 0.02), "LBSGD": (0.05, 0.1, 0.2)}
RULES = {
    "LARS": lambda: Lars(learning_rate=0.5, momentum=0.9),
    "LBSGD": lambda: Lbsgd(learning_rate=0.2, warmup_strategy="lars"),
}


def training(opt, seed):
    """(blocks, layers): the rates, and the accuracy at the end."""
    opt.seen = []
    *_, run = compare.train(opt, *datasets.digits(), epochs=EPOCHS, seed=seed)
    return numpy.exp(numpy.log(numpy.reshape(opt.seen, (-1, BLOCK, len(LAYERS)))).mean(1)), run.accuracy[-1]


def warm_up(strategy):
    """How far a weight moves after each batch, with gradients of 1 and a rate of 1."""
    settings = {"batch_scale": SCALE, "warmup_epochs": WARM // 32, "updates_per_epoch": 32}
    opt, w, path = optimizer.LBSGD(learning_rate=1.0, warmup_strategy=strategy, **settings), np.zeros(1), [0.0]
    state = opt.create_state(0, w)
    for _ in range(BATCHES):
        opt.update(0, w, np.ones(1), state)
        path.append(w.item())
    return -numpy.diff(path)


def measure():
    """For each rule the rates, (seeds, blocks, layers), and the accuracies; for each strategy the steps."""
    found = {}
    for name, rule in RULES.items():
        runs = [training(rule(), seed) for seed in SEEDS]
        found[name] = {"rates": [rates for rates, _ in runs], "accuracies": [accuracy for _, accuracy in runs]}
    return rounded(found | {"warm-ups": {strategy: warm_up(strategy) for strategy in STRATEGIES}})


def agree(old, new):
    """The mean rates of the layers, and the warm-ups."""
    for name in RULES:
        before, now = (numpy.log(part[name]["rates"])[:, HALF:].mean((0, 1)) for part in (old, new))
        if (abs(now - before) > numpy.log(1.1)).any():
            yield f"{name}: the layers have the rates {numpy.exp(now)}, but had {numpy.exp(before)}"
    yield from differences(old["warm-ups"], new["warm-ups"], 1e-3, 1e-6, "warm-ups")


def draw(data):
    """Three panels: the layers' rates with LARS and with LBSGD, and the warm-ups."""
    told = []
    for name in RULES:
        rates = numpy.log(data[name]["rates"])[:, HALF:].mean(1)
        told.append(" to ".join(f"{ratio:.1f}" for ratio in span(numpy.exp(rates[:, 0] - rates[:, -1]))))
    title = (
        f"LARS gives the first layer {told[0]} times the rate of the last, and LBSGD's formula {told[1]} times; "
        "its warm-ups treat all layers alike"
    )
    scores = [" to ".join(f"{100 * x:.0f}" for x in span(data[name]["accuracies"])) for name in RULES]
    below = (
        f"{len(SEEDS)} seeds. Lines: means; bands and ranges: lowest to highest. Ratios: of geometric means over the "
        f"last 10 epochs.\nFinal test accuracy: {scores[0]} % and {scores[1]} %. Right: {SCALE} batches per step, "
        f"a warm-up of {WARM} batches, nothing random."
    )
    figure = titled(title, below, WIDTH, 2.7, len(LAYERS))
    figure.subplots_adjust(wspace=0.28)
    *trained, warm = figure.subplots(1, 3)
    looks = styles([f"lars, {layer}" for layer in LAYERS])
    for name, axes in zip(RULES, trained):
        rates = numpy.array(data[name]["rates"])
        steps = BLOCK * (0.5 + numpy.arange(rates.shape[1]))
        panel(axes, TITLES[name], "step", "rate of a layer")
        for column, (look, layer) in enumerate(zip(looks.values(), LAYERS)):
            band(axes, f"the {layer} layer's weights", rates[..., column], look, steps)
        axes.set_yscale("log")
        axes.set_yticks(TICKS[name], [f"{tick:g}" for tick in TICKS[name]])
        axes.set_yticks([], minor=True)
    panel(warm, "LBSGD's warm-ups", "batch n", "rate")
    for look, (strategy, moves) in zip(styles([f"lbsgd, {s}" for s in STRATEGIES]).values(), data["warm-ups"].items()):
        n = numpy.arange(SCALE, BATCHES + 1, SCALE)
        band(warm, strategy, [numpy.array(moves)[n - 1]], look, n)
    warm.legend(loc="lower right", fontsize=SMALLEST, frameon=False, labelcolor="linecolor")
    warm.set_ylim(0, SCALE + 0.5)
    key(trained[0])
    return figure


def span(values):
    return min(values), max(values)
