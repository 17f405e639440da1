"""What SGLD samples: with the sum over the data, the exact posterior; with the mean, something far wider.

A Bayesian linear regression: y = b + a x + noise of variance 1, N = 100 observations, the prior N(0, 1) for both a and
b. Its posterior is known: if X has a column of x and one of ones, the precision is Λ = I + XᵀX and the mean Λ⁻¹ Xᵀy. A
Trainer samples it: `L2Loss` is the negative log-likelihood, `wd=1` the prior, all the data are one batch, and
`SGLD(rescale_grad=N)` with `step(N)` makes the gradient that of the sum.

Without `rescale_grad` it is that of the mean. Then the N observations weigh as much as one, and the samples follow the
normal distribution with precision I + XᵀX / N. Because steps are not infinitely short, a chain for the precision Λ at
the rate η really has the precision Λ (I - η Λ / 4). Here that is up to 3.6 % less, so samples spread up to 1.8 % wider.

Ten chains of 4,000 steps each, from zero, without the first tenth. Measuring again should agree: means and standard
deviations within four standard errors of their difference. (With two other OpenBLAS kernels, all numbers were the
same.)

Source: M. Welling, Y. W. Teh, "Bayesian learning via stochastic gradient Langevin dynamics", ICML 2011, equation (4).
"""

import warnings

import numpy

from minigrad import autograd, gluon, np, optimizer, random
from minigrad.commands.data import rounded
from minigrad.plot.curves import WIDTH
from minigrad.plot.sheet import key, panel, titled
from minigrad.plot.style import INK, styles

PICTURE = "sgld_posterior.png"
N, PRIOR = 100, 1.0
WAYS_SHOWN = {"sum": "SGLD(rescale_grad=N)", "mean": "SGLD()"}
SEEDS, STEPS, FORGOTTEN, EVERY = range(10), 4000, 400, 36
WAYS = {"sum": {"learning_rate": 0.001, "rescale_grad": N}, "mean": {"learning_rate": 0.06}}
"""The arguments of SGLD, with rates in proportion to the width of what is sampled, so that steps are alike in both."""

DASHED = {"linestyle": (0, (4, 2))}


def observations():
    """x and y."""
    rng = numpy.random.default_rng(1)
    x = rng.normal(0.5, 1.0, N)
    return x, 0.5 + 1.0 * x + rng.normal(0.0, 1.0, N)


def exact(x, y, share=1.0):
    """Mean and covariance of (a, b) given the data, each of which weighs as much as this share of an observation."""
    columns = numpy.stack([x, numpy.ones_like(x)], axis=1)
    covariance = numpy.linalg.inv(PRIOR * numpy.eye(2) + share * columns.T @ columns)
    return share * covariance @ columns.T @ numpy.asarray(y), covariance


def chain(arguments, seed):
    """(steps, 2): a and b after each step."""
    random.seed(seed)
    x, y = (np.array(values.reshape(N, 1).astype("float32")) for values in observations())
    net, loss = gluon.nn.Dense(1, in_units=1), gluon.loss.L2Loss()
    net.initialize("zeros")
    trainer = gluon.Trainer(net.collect_params(), optimizer.SGLD(wd=PRIOR, **arguments))
    path = numpy.empty((STEPS, 2))
    for step in range(STEPS):
        with autograd.record():
            losses = loss(net(x), y)
        losses.backward()
        trainer.step(N)
        path[step] = net.weight.data().item(), net.bias.data().item()
    return path


def measure():
    """The data, and for sum and mean: means and covariances of the chains, and some of their samples."""
    x, y = observations()
    found = {"x": x, "y": y}
    for way, arguments in WAYS.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # minigrad warns of the mean
            chains = [chain(arguments, seed)[FORGOTTEN:] for seed in SEEDS]
        found[way] = {
            "means": [path.mean(0) for path in chains],
            "covariances": [numpy.cov(path.T) for path in chains],
            "samples": [path[::EVERY] for path in chains],
        }
    return rounded(found)


def law(part):
    """(2, 2): means and standard deviations of a and b, averaged over the chains; and their standard errors."""
    each = numpy.stack([part["means"], numpy.sqrt([numpy.diag(c) for c in part["covariances"]])], axis=1)
    return each.mean(0), each.std(0, ddof=1) / len(each) ** 0.5


def agree(old, new):
    """Means and standard deviations, within four standard errors of their difference."""
    for way in WAYS:
        (before, error), (now, other) = law(old[way]), law(new[way])
        if (abs(now - before) > 4 * numpy.hypot(error, other)).any():
            now, before = now.round(4).tolist(), before.round(4).tolist()
            yield f"with the {way}, means and standard deviations are {now}, but were {before}"


def draw(data):
    """Above, samples and distributions; below, the lines that they stand for; left the sum, right the mean."""
    x, y = numpy.array(data["x"]), numpy.array(data["y"])
    posterior = exact(x, y)
    should = posterior[1][0, 0] ** 0.5
    (spread, wide), (error, doubt) = zip(
        *((seen[1, 0], error[1, 0]) for seen, error in (law(data[way]) for way in WAYS))
    )
    title = (
        f"With the sum over the data, SGLD has the posterior's spread ({spread:.3f} ± {error:.3f}, exact "
        f"{should:.3f}); with the mean, its spread is {wide / should:.1f} times as wide ({wide:.3f} ± {doubt:.3f})"
    )
    below = (
        f"Spread: the standard deviation of the slope in {len(SEEDS)} chains of {STEPS:,} steps, ± its standard error. "
        f"Black dots: the data.\nWith the mean, {N} observations count as one: another distribution, also known "
        "exactly. minigrad warns about it."
    )
    figure = titled(title, below, WIDTH, 5.9, 3)
    figure.subplots_adjust(wspace=0.2, hspace=0.36)
    axes = figure.subplots(2, 2)
    look = styles(["sgld"])["sgld"]
    for way, above, under in zip(WAYS, *axes):
        samples = numpy.concatenate(data[way]["samples"])
        sampled = exact(x, y, 1.0 if way == "sum" else 1 / N)
        panel(above, f"the {way}: {WAYS_SHOWN[way]}", "slope a", "intercept b")
        above.plot(*samples.T, ".", color=look.colour, markersize=3, alpha=0.5)
        for share in (0.5, 0.95):
            if way == "mean":
                above.plot(*ellipse(*sampled, share), color=INK, linewidth=1.2, **DASHED)
            above.plot(*ellipse(*posterior, share), color=INK, linewidth=1.2)
        panel(under, "40 of these samples as lines", "x", "y")
        places = numpy.array([x.min() - 0.3, x.max() + 0.3])
        for slope, intercept in samples[:: len(samples) // 40]:
            under.plot(places, slope * places + intercept, color=look.colour, linewidth=0.7, alpha=0.5)
        band(under, *posterior, numpy.linspace(*places, 50))
        under.plot(x, y, "o", color=INK, markersize=2.5)
        under.set(xlim=places, ylim=(-4.5, 6.5))
    lines = {"color": INK, "linewidth": 1.2}
    entries = {
        "samples of SGLD": {"color": look.colour, "marker": ".", "linestyle": "", "markersize": 6},
        "the exact posterior: the central 50 % and 95 % of it; below, the central 95 % of its lines": lines,
        f"what SGLD samples with the mean: the posterior if {N} observations counted as one": lines | DASHED,
    }
    for entry, line in entries.items():
        axes[1, 0].plot([], [], label=entry, **line)
    key(axes[1, 0])
    return figure


def ellipse(mean, covariance, share):
    """(2, points): the curve around this share of a normal distribution."""
    angles = numpy.linspace(0, 2 * numpy.pi, 121)
    radius = (-2 * numpy.log(1 - share)) ** 0.5
    circle = radius * numpy.array([numpy.cos(angles), numpy.sin(angles)])
    return mean[:, None] + numpy.linalg.cholesky(covariance) @ circle


def band(axes, mean, covariance, places):
    """The two lines between which 95 % of a line's heights are, at each place."""
    columns = numpy.stack([places, numpy.ones_like(places)], axis=1)
    middle, width = columns @ mean, 1.96 * numpy.sqrt(numpy.einsum("ni,ij,nj->n", columns, covariance, columns))
    for line in (middle - width, middle + width):
        axes.plot(places, line, color=INK, linewidth=1.2)
