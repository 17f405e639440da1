"""Ftrl's exact zeros: they erase a network in the first step, but suit the linear model that Ftrl was made for.

Above: a 64-64-10 network on the digits, weights within ±0.07, batches of 32 in the order of the data. After the first
step, a weight follows from its first gradient alone,

    z = g - |g| w / η,      w = 0 if |z| <= λ₁,      else w = -(z - sign(z) λ₁) η / (β + |g|)

so with the arguments of MXNet's guide, λ₁ = 0.01 and β = 1, gradients of about 0.001 leave nothing of it. With
λ₁ = β = 0 it is w - η sign(g), AdaGrad's first step; if g is 0, so is the weight, as behind pixels that are always
white.

Below: what Ftrl is made for. A stream of 2,000 clicks, each seen once; 200 features, of which 10 matter, by ±1 in the
log-odds; weights that start at zero; η = 0.1, β = 1; tested on 5,000 more. The evidence for a useless weight is the sum
of 2,000 gradients of either sign, so λ₁ has to be as large as such a sum.

Five seeds each. Measuring again should agree: shares within 0.01, losses within 0.05. (With two other OpenBLAS kernels,
all numbers were the same.)

Source: H. B. McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, Algorithm 1.
"""

import warnings

import numpy

from minigrad import autograd, datasets, gluon, np, optimizer, random
from minigrad.commands.data import differences, rounded
from minigrad.plot.curves import WIDTH, band
from minigrad.plot.sheet import key, panel, titled
from minigrad.plot.style import INK, SMALLEST, styles

PICTURE = "ftrl_zeros.png"
SEEDS = range(5)
BATCH, STEPS, EVERY, SHOWN = 32, 220, 10, 300
SETTINGS = {
    "ftrl": {"lamda1": 0.01, "learning_rate": 0.1, "beta": 1.0},
    "ftrl, cured": {"lamda1": 0.0, "learning_rate": 0.1, "beta": 0.0},
}
SHOWN_AS = {
    "ftrl": "the guide's Ftrl(lamda1=0.01, learning_rate=0.1, beta=1)",
    "ftrl, cured": "Ftrl(lamda1=0, learning_rate=0.1, beta=0)",
}
FEATURES, USEFUL, CLICKS, TESTED = 200, 10, 2000, 5000
LAMBDAS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0)


def weights(net):
    """All of them in one array."""
    return numpy.concatenate([p.data().asnumpy().ravel() for p in net.collect_params().values()])


def network(arguments, seed):
    """The weights before and after the first step; every 10 steps the share of zeros and the loss on all the data."""
    random.seed(seed)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(64, activation="relu", in_units=64), gluon.nn.Dense(10, in_units=64))
    net.initialize()
    (x, y), _ = datasets.digits()
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    trainer = gluon.Trainer(net.collect_params(), optimizer.Ftrl(**arguments))
    before, zeros, losses = weights(net), [], []
    for step in range(STEPS + 1):
        if step % EVERY == 0:
            zeros.append((weights(net) == 0).mean())
            losses.append(loss_of(net(x), y).mean().item())
        start = step * BATCH % (len(x) - BATCH + 1)
        with autograd.record():
            loss = loss_of(net(x[start : start + BATCH]), y[start : start + BATCH])
        loss.backward()
        trainer.step(BATCH)
        if step == 0:
            after = weights(net)
    return before, after, zeros, losses


def clicks(rng, truth, count):
    """Features (count, FEATURES) and whether there was a click."""
    x = rng.normal(size=(count, FEATURES))
    return x, (rng.random(count) < 1 / (1 + numpy.exp(-x @ truth))).astype("float64")


def stream(lamda1, seed):
    """The shares of useless and of useful weights that are 0 after one pass, and the test loss."""
    rng = numpy.random.default_rng(seed)
    truth = numpy.zeros(FEATURES)
    truth[:USEFUL] = rng.choice((-1.0, 1.0), USEFUL)
    x, y = clicks(rng, truth, CLICKS)
    opt, w = optimizer.Ftrl(lamda1=lamda1, learning_rate=0.1), np.zeros(FEATURES, dtype="float64")
    state = opt.create_state(0, w)
    for features, clicked in zip(x, y):
        odds = features @ w.asnumpy()
        opt.update(0, w, np.array((1 / (1 + numpy.exp(-odds)) - clicked) * features), state)
    found = w.asnumpy()
    x, y = clicks(rng, truth, TESTED)
    loss = numpy.logaddexp(0, (1 - 2 * y) * (x @ found)).mean()
    return [(found[USEFUL:] == 0).mean(), (found[:USEFUL] == 0).mean(), loss]


def measure():
    """First steps, shares of zeros and losses of the networks; what the streams leave for each λ₁."""
    networks = {}
    for name, arguments in SETTINGS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # minigrad warns of the guide's arguments
            runs = [network(arguments, seed) for seed in SEEDS]
        before, after = runs[0][:2]
        shown = numpy.random.default_rng(0).choice(len(before), SHOWN, replace=False)
        networks[name] = {
            "pairs": numpy.stack([before[shown], after[shown]], axis=1),
            "erased": [(after == 0).mean() for _, after, *_ in runs],
            "zeros": [zeros for *_, zeros, _ in runs],
            "losses": [losses for *_, losses in runs],
        }
    streams = [[stream(lamda1, seed) for seed in SEEDS] for lamda1 in (0.0, *LAMBDAS)]
    return rounded({"networks": networks, "lambdas": [0.0, *LAMBDAS], "streams": streams})


def agree(old, new):
    """Shares within 0.01 and losses within 0.05, one by one."""
    for name in SETTINGS:
        for what, apart in (("erased", 0.01), ("zeros", 0.01), ("losses", 0.05)):
            before, now = (data["networks"][name][what] for data in (old, new))
            yield from differences(before, now, least=apart, where=f"{name}, {what}")
    yield from differences(old["streams"], new["streams"], least=0.01, where="streams")


def draw(data):
    """Above a network: its first step and its loss. Below a linear model: its zeros and its loss, against λ₁."""
    looks = styles(SETTINGS)
    erased, _ = (part["erased"] for part in data["networks"].values())
    streams = numpy.array(data["streams"])  # (lambdas, seeds, 3)
    best = int(streams[..., 2].mean(1).argmin())
    useless, useful, _ = streams[best].T
    title = (
        f"Ftrl's first step erases a network: {span(erased)} of the weights become exactly 0. In a linear model, "
        f"{span(useless)} of the useless weights do, and {span(useful)} of the useful"
    )
    below = (
        f"{len(SEEDS)} seeds. Lines: means; ranges and bands: lowest to highest. Top left: {SHOWN} weights of one "
        "seed. Top right: the thin line is guessing, ln 10.\n"
        f"Below: one pass over {CLICKS:,} clicks; {USEFUL} of {FEATURES} features matter. The title gives the shares "
        f"at λ₁ = {data['lambdas'][best]:g}, where the loss is lowest."
    )
    figure = titled(title, below, WIDTH, 5.9, len(SETTINGS))
    figure.subplots_adjust(wspace=0.2, hspace=0.36)
    (first, losses), (zeros, clicked) = figure.subplots(2, 2)
    panel(first, "a network's first step", "weight before", "weight after")
    panel(losses, "its training loss", "step", "loss")
    panel(zeros, "a linear model after 2,000 clicks", "λ₁", "share of weights that are 0")
    panel(clicked, "its loss on 5,000 more", "λ₁", "loss − loss with λ₁ = 0")
    for name, look in looks.items():
        part = data["networks"][name]
        first.plot(*numpy.transpose(part["pairs"]), look.marker, color=look.colour, markersize=3, alpha=0.6)
        entry = f"{SHOWN_AS[name]}: {span(part['erased'])} zeros after the first step"
        band(losses, entry, part["losses"], look, EVERY * numpy.arange(len(part["losses"][0])))
    losses.axhline(numpy.log(10), color=INK, linewidth=0.7, zorder=1)
    losses.set_ylim(0, 2.5)
    look, lambdas = looks["ftrl"], data["lambdas"][1:]
    band(zeros, "useless", streams[1:, :, 0].T, look, lambdas)
    band(zeros, "useful", streams[1:, :, 1].T, look, lambdas)
    zeros.text(12, 0.45, f"the {FEATURES - USEFUL} useless", fontsize=SMALLEST, color=look.colour)
    zeros.text(12, 0.04, f"the {USEFUL} useful", fontsize=SMALLEST, color=look.colour)
    band(clicked, "loss", (streams[1:, :, 2] - streams[0, :, 2]).T, look, lambdas)
    clicked.axhline(0, color=INK, linewidth=0.7, zorder=1)
    for axes in (zeros, clicked):
        axes.set_xscale("log")
    key(zeros, losses.lines[: len(looks)])
    return figure


def span(shares):
    """The lowest and the highest in per cent, or one number for both."""
    if max(shares) == 0:
        return "none"
    return " to ".join(dict.fromkeys(f"{100 * share:.0f}" for share in (min(shares), max(shares)))) + " %"
