# %% title [markdown]
# # A rate that changes
#
# With a high rate you get there fast and never arrive. With a low rate you arrive, but not today.
# So start with a high rate and end with a low one.
# A rule for how the rate changes with the step is called a *schedule*.
#
# Afterwards you will be able to
#
# * say why a fixed rate cannot be right, and how far from the minimum it stops,
# * use minigrad's schedules, and know which rate each update gets,
# * compare schedules fairly,
# * say what a *warm-up* is for, and when it gains nothing,
# * find a rate to begin with in a hundred steps.
#
# You need gradient descent with minibatches, and momentum (notebook 03).
# It takes about fifteen minutes. Run the cells in order, with Shift+Enter.

# %% floor
import matplotlib.pyplot as plt
import numpy

from minigrad import autograd, datasets, gluon, np, optimizer, plot, random
from minigrad.lr_scheduler import (
    CosineScheduler,
    InversePowerScheduler,
    MultiFactorScheduler,
    PolyScheduler,
)
from minigrad.plot.style import frame

STEPS = 400


def heights(rule, walkers=4000, steps=STEPS):
    """The mean height w²/2 of `walkers` weights after each step. They start at 5; each gradient is w plus noise."""
    rng = numpy.random.default_rng(0)
    w, found = np.array(numpy.full(walkers, 5.0)), []
    state = rule.create_state(0, w)
    for _ in range(steps):
        rule.update(0, w, w + np.array(rng.normal(size=walkers)), state)
        found.append((w.asnumpy() ** 2).mean() / 2)
    return numpy.array(found)


walks = {
    "rate 0.5": heights(optimizer.SGD(learning_rate=0.5)),
    "rate 0.02": heights(optimizer.SGD(learning_rate=0.02)),
    "rate 1 / (step + 2)": heights(optimizer.SGD(lr_scheduler=InversePowerScheduler(offset=2, base_lr=0.5, pwr=1))),
}
figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
frame(axes)
for (name, found), look in zip(walks.items(), ("C0--", "C7:", "C1-")):
    axes.plot(range(1, STEPS + 1), found, look, label=name)
axes.set(title="mean height above the minimum, with noisy gradients", xlabel="step", yscale="log")
axes.legend(frameon=False)
plt.show()

# %% floor-read [markdown]
# ## 1. The floor
#
# The picture shows 4,000 weights on the parabola $\frac{1}{2} w^2$, all starting at 5.
# Their gradients are noisy, as those of minibatches are.
#
# At the high rate they come down within a few steps, and then get no lower.
# At the low rate they get lower, but that takes about a hundred steps.
# The falling rate is nearly as fast as the high one, and ends lower than both.
#
# Where does the floor come from?
# A step is $w_t = (1 - \eta) \, w_{t-1} - \eta \, \xi_t$, with noise $\xi$ of variance 1.
# It shrinks the variance of $w$ by the factor $(1 - \eta)^2$, and adds $\eta^2$.
# The two balance at the variance $s$ with $s = (1 - \eta)^2 s + \eta^2$, and so
#
# $$s = \frac{\eta}{2 - \eta}$$
#
# The mean height is half of that. Half the rate, about half the floor; and every fixed rate has one.

# %% floor-check
for name, rate in (("rate 0.5", 0.5), ("rate 0.02", 0.02)):
    print(
        f"{name:9}: {walks[name][-100:].mean():.4f} in the last 100 steps, by the formula {rate / (2 - rate) / 2:.4f}"
    )
    assert abs(walks[name][-100:].mean() / (rate / (2 - rate) / 2) - 1) < 0.1
at_the_end = {name: found[-1] for name, found in walks.items()}
print("after the last step:", {name: round(float(height), 5) for name, height in at_the_end.items()})
assert at_the_end["rate 1 / (step + 2)"] < 0.5 * at_the_end["rate 0.02"] < 0.05 * at_the_end["rate 0.5"]
assert (walks["rate 0.5"][:5] < 0.6).any() and (walks["rate 0.02"][:70] > 0.5).all()

# %% schedules-text [markdown]
# ## 2. Schedules
#
# In minigrad a schedule is an object that gives the rate of each update, and an optimizer takes it as `lr_scheduler`.
# Here are the most common ones, all with the same highest rate:

# %% schedules
UPDATES = 200
KINDS = {
    "fixed": lambda rate: {"learning_rate": rate},
    "steps": lambda rate: {"lr_scheduler": MultiFactorScheduler(step=[100, 150], factor=0.1, base_lr=rate)},
    "line": lambda rate: {"lr_scheduler": PolyScheduler(max_update=UPDATES, base_lr=rate, pwr=1)},
    "cosine": lambda rate: {"lr_scheduler": CosineScheduler(max_update=UPDATES, base_lr=rate)},
    "warm-up and cosine": lambda rate: {
        "lr_scheduler": CosineScheduler(max_update=UPDATES, base_lr=rate, warmup_steps=20)
    },
}
plot.schedule([kind(0.2)["lr_scheduler"] for name, kind in KINDS.items() if name != "fixed"], updates=UPDATES + 20)

# %% schedules-read [markdown]
# * *Steps*: the rate is divided by 10 at times that you choose.
# * *Line*: it falls evenly, to 0 at `max_update`.
# * *Cosine*: half a wave. It stays high for long, and ends gently.
# * *Warm-up*: before any of these the rate may rise from 0 for some updates.
#
# All of them assume that you know the number of updates beforehand. After `max_update` a line or a cosine stays at its end, which is 0 unless you say otherwise.
#
# The first update asks for the rate of update 1, not 0.
# So with a warm-up from 0 the first step is not lost. You can ask too:

# %% asked
warm = CosineScheduler(max_update=UPDATES, base_lr=0.2, warmup_steps=20)
print("updates 0, 1, 20, 110, 200, 210:", [round(warm(k), 4) for k in (0, 1, 20, 110, 200, 210)])

first = optimizer.SGD(lr_scheduler=warm)
w = np.array([0.0])
first.update(0, w, np.array([-1.0]), None)  # a step against -1 is as long as the rate
assert numpy.isclose(w.item(), warm(1)) and numpy.isclose(warm(1), 0.2 / 20)
half_wave = [0.2 * (1 + numpy.cos(numpy.pi * (k - 20) / (UPDATES - 20))) / 2 for k in range(20, UPDATES + 1)]
assert numpy.allclose([warm(k) for k in range(20, UPDATES + 1)], half_wave) and warm(210) == 0

# %% network-text [markdown]
# ## 3. On a network
#
# Now for the handwritten digits: a network with 64 hidden units, SGD with momentum, 200 updates with batches of 32.
# To be fair, each schedule gets its own best rate out of four, found with two seeds.
# The numbers are from three *other* seeds.

# %% network
(train_x, train_y), (test_x, test_y) = datasets.digits()
loss_of = gluon.loss.SoftmaxCrossEntropyLoss()


def batches(rng, size=32):
    """Images and digits, in a new order in each epoch."""
    images, digits = train_x.asnumpy(), train_y.asnumpy()
    while True:
        order = rng.permutation(len(digits))
        for start in range(0, len(order) - size + 1, size):
            chosen = order[start : start + size]
            yield np.array(images[chosen]), np.array(digits[chosen])


def train(rule, seed, updates=UPDATES):
    """Train a network; returns it, and the loss of each batch before its update."""
    random.seed(seed)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(64, activation="relu", in_units=64), gluon.nn.Dense(10, in_units=64))
    net.initialize()
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), rule)
    source, losses = batches(numpy.random.default_rng(seed)), []
    for _ in range(updates):
        x, y = next(source)
        with autograd.record():
            loss = loss_of(net(x), y)
        loss.backward()
        trainer.step(len(y))
        losses.append(loss.asnumpy().mean())
    return net, numpy.array(losses)


def ends(rule, seed):
    """The loss on all training images, and the share of test images that are wrong."""
    net, _ = train(rule, seed)
    wrong = (net(test_x).asnumpy().argmax(1) != test_y.asnumpy()).mean()
    return loss_of(net(train_x), train_y).mean().item(), wrong


def momentum(**rate):
    return optimizer.SGD(momentum=0.9, **rate)


rates, results = (0.05, 0.1, 0.2, 0.5), {}
for name, kind in KINDS.items():
    tried = {rate: numpy.mean([ends(momentum(**kind(rate)), seed)[0] for seed in (100, 101)]) for rate in rates}
    best = min(tried, key=tried.get)
    results[name] = best, numpy.array([ends(momentum(**kind(best)), seed) for seed in (0, 1, 2)]).T
    loss, wrong = results[name][1]
    print(
        f"{name:20}rate {best:4}   loss {loss.min():.3f} to {loss.max():.3f}   wrong {wrong.min():.1%} to {wrong.max():.1%}"
    )

# %% network-check
loss, wrong = ({name: pair[k] for name, (_, pair) in results.items()} for k in (0, 1))
smooth = ("line", "cosine", "warm-up and cosine")
assert all(loss[name].max() < loss["fixed"].min() for name in smooth)
assert all(results[name][0] > results["fixed"][0] for name in smooth)
assert all(loss[a].min() < loss[b].max() for a in smooth for b in smooth)  # their ranges overlap
assert numpy.ptp(loss["fixed"]) > 5 * max(numpy.ptp(loss[name]) for name in KINDS if name != "fixed")

# %% network-read [markdown]
# With a line or a cosine the loss ends lower than with the best fixed rate, whatever the seed.
# There are two reasons. A rate that will fall may begin higher, and all of these do.
# And at a fixed rate the end is a matter of luck: the loss differs far more from seed to seed.
#
# (The shares of wrong answers point the same way, but less clearly: there are only 359 test images.)
#
# Line and cosine tie, and so does a cosine with a warm-up.
# So do not spend your time on the shape. What counts is that the rate falls to nothing, and how high it begins.
#
# ## 4. Warm-up
#
# If the warm-up gains nothing here, what is it for?
# It helps where the beginning is steeper than what comes after.
# The simplest case is $\frac{1}{4} w^4$: at $w$ the slope grows by $3 w^2$ with each unit, by 27 at $w = 3$, and by next to nothing near the minimum.

# %% warmup


def end(base_lr, warmup_steps, start=3.0):
    """Where a weight is on w⁴/4 after 200 steps of gradient descent; infinity if it was thrown out."""
    rule = optimizer.SGD(lr_scheduler=CosineScheduler(max_update=200, base_lr=base_lr, warmup_steps=warmup_steps))
    w = np.array([start], dtype="float64")
    for _ in range(200):
        rule.update(0, w, w**3, None)
        if abs(w.item()) > 1e6:
            return numpy.inf
    return w.item()


print("rate   without   10 steps of warm-up")
for base_lr in (0.1, 0.3, 1.0):
    print(f"{base_lr:4}{end(base_lr, 0):10.3f}{end(base_lr, 10):10.3f}")
assert numpy.isinf([end(0.3, 0), end(1.0, 0)]).all() and end(1.0, 10) < end(0.1, 0) / 2

# %% warmup-read [markdown]
# At a rate of 0.3 the first step overshoots so far that the second is larger still, and the weight is thrown out.
# Ten steps of warm-up bring it to where the slope is gentle, and from there on even a rate of 1 is safe.
# It ends at less than half the distance that the low rate leaves.
#
# Whether a network is like that at the beginning can only be tried. With ours the warm-up gained nothing.
#
# ## 5. Where to begin
#
# A schedule needs its highest rate. You can look for it with many full training runs, as above, or with a single run of a hundred steps, at each of which the rate rises by the same factor.
# The loss falls, faster and faster, until the rate is too high.
# A schedule of your own is a class with one method:


# %% rising
from minigrad.lr_scheduler import LRScheduler


class Rising(LRScheduler):
    """From `low` to `high` over `updates` updates, by the same factor in each."""

    def __init__(self, low, high, updates=100, base_lr=1.0):
        super().__init__(base_lr)
        self.low, self.high, self.updates = low, high, updates

    def rate(self, num_update):
        return self.low * (self.high / self.low) ** ((num_update - 1) / (self.updates - 1))


def adam(**rate):
    return optimizer.Adam(**rate)


figure, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained", sharey=True)
found = {}
for (name, rule, low, high), panel in zip(
    (("sgd, momentum 0.9", momentum, 1e-3, 10.0), ("adam", adam, 1e-4, 1.0)), axes
):
    frame(panel)
    rising = Rising(low, high)
    rates_tried = [rising(k) for k in range(1, 101)]
    losses = numpy.array([train(rule(lr_scheduler=Rising(low, high)), seed, 100)[1] for seed in (0, 1, 2)])
    for one in losses:
        panel.plot(rates_tried, one, "C0", linewidth=0.8, alpha=0.7)
    found[name] = rates_tried[int(losses.mean(0).argmin())]
    panel.axvline(found[name], color="C1", linestyle="--")
    panel.set(title=f"{name}: lowest at {found[name]:.2g}", xscale="log", ylim=(0, 5), xlabel="rate")
axes[0].set_ylabel("loss of the batch")
plt.show()

# %% rising-text [markdown]
# Three seeds each; the dashed line is where the mean of their losses is lowest.
# From there it is not far to where the loss rises, so we take half of that rate, and compare it with others in full training runs with a cosine, two seeds each:

# %% finder
for name, rule, grid in (
    ("sgd, momentum 0.9", momentum, (0.05, 0.1, 0.2, 0.5, 1.0)),
    ("adam", adam, (0.003, 0.01, 0.03, 0.1)),
):
    mean = {
        rate: float(numpy.mean([ends(rule(**KINDS["cosine"](rate)), seed)[0] for seed in (100, 101)]))
        for rate in (*grid, found[name] / 2)
    }
    print(f"{name}: half the rate found is {found[name] / 2:.2g}, with a loss of {mean[found[name] / 2]:.3f}")
    shown = {rate: f"{loss:.3f}" if loss < 0.5 else "more than 0.5" for rate, loss in mean.items()}
    print("    others:", ", ".join(f"{shown[rate]} at {rate}" for rate in grid))  # above 0.5, rounding decides
    assert mean[found[name] / 2] < 2 * min(mean.values()) and mean[found[name] / 2] < mean[grid[0]] / 2

# %% finder-read [markdown]
# For both rules the hundred steps lead to a rate whose loss is within a factor of two of the best, and far below that of a guess that is too low.
# That is all it is: a place to begin.
#
# ## Exercise
#
# A warm-up and a cosine, as a function of the update.

# %% exercise
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["warmup_cosine"]))

# %% exercise-text [markdown]
# This attempt has a mistake. Run the cell, read what the check says, and mend the function or write your own:

# %% exercise-attempt
import math


def warmup_cosine(t, *, base_lr, final_lr, warmup_steps, total_steps):
    if t < warmup_steps:
        return base_lr * t / warmup_steps
    if t > total_steps:
        return final_lr
    share = t / (total_steps - warmup_steps)
    return final_lr + (base_lr - final_lr) * (1 + math.cos(math.pi * share)) / 2


check("warmup_cosine", warmup_cosine)

# %% sources [markdown]
# ## Sources
#
# * H. Robbins, S. Monro, "A stochastic approximation method", 1951: why the rate must fall, and not too fast.
# * I. Loshchilov, F. Hutter, "SGDR: stochastic gradient descent with warm restarts", ICLR 2017: the cosine.
# * P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", 2017: warm-up.
# * L. N. Smith, "Cyclical learning rates for training neural networks", 2017: a rate that rises in a short run, to find where to begin.
# * How minigrad's schedules differ from MXNet's: [the errata](errata.md).
