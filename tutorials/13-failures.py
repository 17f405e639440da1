# %% title [markdown]
# # Failures
#
# A program with a mistake usually stops. Training with a mistake usually goes on, and ends with something that looks almost like an answer.
# Here are ten mistakes. Six of them come from [the errata](errata.md) of MXNet and its Optimizers guide, four happen in every library.
# Each is made on purpose, in about ten lines, and each has a number that says how much it costs.
#
# Afterwards you can
#
# * say from a loss curve which mistakes are likely, and which cannot be seen in it,
# * run the small experiments that find them: most take one line,
# * ask six questions of a network before you let it run overnight.
#
# You need gradient descent with minibatches (notebook 03). Adam and other rules appear; what you need to know about them is said where they do.
# It takes about twenty minutes. Run the cells in order, with Shift+Enter.

# %% runs
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy

from minigrad import autograd, datasets, gluon, init, lr_scheduler, np, npx, optimizer, random
from minigrad.gradcheck import gradcheck
from minigrad.optimizer.rule import maximum
from minigrad.plot.style import FRAME, INK, frame, styles

(train_x, train_y), (test_x, test_y) = datasets.digits()
cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
STEPS = 135  # three passes over the training images, 32 at a time
GUESSING = numpy.log(10)  # the loss of giving each of ten digits the probability 1/10


def network(middle=None, last=None, seed=0):
    """64 pixels, 64 hidden units, ten digits."""
    random.seed(seed)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(64, in_units=64), middle or gluon.nn.Activation("relu"), gluon.nn.Dense(10, in_units=64))
    if last:
        net.add(last)
    net.initialize(init.Xavier())
    return net


def batches(seed=0):
    """Images and digits, 32 at a time, in a new random order for each pass."""
    images, digits, rng = train_x.asnumpy(), train_y.asnumpy(), numpy.random.default_rng(seed)
    while True:
        order = rng.permutation(len(digits))
        for start in range(0, len(order) - 31, 32):
            chosen = order[start : start + 32]
            yield np.array(images[chosen]), np.array(digits[chosen])


def train(rule, net=None, steps=STEPS, averaged=False, seed=0):
    """Train a network; returns it, and the mean loss of each batch before its step."""
    net = net or network(seed=seed)
    trainer, losses = gluon.Trainer(net.collect_params(), rule), []
    for _, (x, y) in zip(range(steps), batches(seed)):
        with autograd.record():
            loss = cross_entropy(net(x), y)
            if averaged:
                loss = loss.mean()
        loss.backward()
        trainer.step(32)
        losses.append(loss.mean().item())
    return net, numpy.array(losses)


def weights_of(net):
    """All weights and biases in one array."""
    return numpy.concatenate([p.data().asnumpy().ravel() for p in net.collect_params().values()])


def read_correctly(net):
    return (net(test_x).asnumpy().argmax(1) == test_y.asnumpy()).mean()


# %% mistakes-text [markdown]
# These are the first eight. (If you want to guess what each of them is, skip the code and look at the picture first.)


# %% mistakes
class PaperAdamax(optimizer.Optimizer):
    """Adamax as its paper has it."""

    states = ("m", "u")

    def rule(self, w, g, m, u, *, lr, t):
        m = 0.9 * m + 0.1 * g
        u = maximum(0.999 * u, abs(g))
        return w - lr / (1 - 0.9**t) * m / u, m, u


class Tanh(autograd.Function):
    """tanh, with its derivative."""

    def forward(self, x):
        y = np.tanh(x)
        self.save_for_backward(y)
        return y

    def backward(self, dy):
        (y,) = self.saved_tensors
        return dy * (1 - y * y)


class Forgetful(Tanh):
    """tanh, with its derivative forgotten."""

    def backward(self, dy):
        return dy


def sgd(rate=0.5):
    return optimizer.SGD(learning_rate=rate)


def ftrl(**arguments):
    return optimizer.Ftrl(learning_rate=0.1, **arguments)


def lbsgd(batch_scale):
    return optimizer.LBSGD(learning_rate=0.1, batch_scale=batch_scale, warmup_epochs=0)


def layer(function):
    return gluon.nn.HybridLambda(lambda F, x: function(x))


RUNS = {  # with the mistake, and without it
    "1": (lambda: train(PaperAdamax(learning_rate=0.01)), lambda: train(optimizer.Adamax(learning_rate=0.01))),
    "2": (lambda: train(ftrl(lamda1=0.01, beta=1)), lambda: train(ftrl(lamda1=0, beta=0))),
    "3": (lambda: train(optimizer.Adam(learning_rate=1)), lambda: train(optimizer.Adam(learning_rate=0.01))),
    "4": (lambda: train(optimizer.SGD(0.1)), lambda: train(sgd(0.1))),
    "5": (lambda: train(sgd(), averaged=True), lambda: train(sgd())),
    "6": (lambda: train(lbsgd(32)), lambda: train(lbsgd(1))),
    "7": (lambda: train(sgd(), network(last=layer(npx.softmax))), lambda: train(sgd())),
    "8": (
        lambda: train(sgd(), network(layer(lambda x: Forgetful()(x)))),
        lambda: train(sgd(), network(layer(lambda x: Tanh()(x)))),
    ),
}
with numpy.errstate(all="ignore"), warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    with_mistake = {name: run() for name, (run, _) in RUNS.items()}
    without = {name: run() for name, (_, run) in RUNS.items()}

figure, panels = plt.subplots(2, 4, figsize=(9, 4.4), layout="constrained", sharex=True)
figure.suptitle("Eight mistakes (dark), and the same runs without them (grey): the loss of each batch", fontsize=11)
for name, axes in zip(RUNS, panels.flat):
    frame(axes)
    axes.plot(without[name][1], color=FRAME, linewidth=2.5)
    axes.plot(with_mistake[name][1], color=INK, linewidth=1, marker="o", markersize=4, markevery=[0])
    axes.axhline(GUESSING, color=styles(["adam"])["adam"].colour, linewidth=0.8, linestyle=":")
    axes.set_title(name, fontsize=10)
    if name == "3":
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, 6 if name == "6" else 3)
for axes in panels[1]:
    axes.set_xlabel("step")
plt.show()

# %% mistakes-read [markdown]
# The dotted line is the loss of guessing, $\log 10 = 2.303$; the dot is the first batch. Panel 3 has a logarithmic scale, because its loss rises above 200, and panel 6 reaches twice as high as the rest.
#
# Three of the eight look alike: they learn, but slowly. One breaks off after its first batch. One cannot be told from the run without its mistake.
#
# ## 1. It breaks off: 0/0 in one weight
#
# *Adamax* divides by the largest gradient that a weight has seen. Its paper does so without an $\epsilon$, and so did MXNet 1.9.1 ([erratum](errata.md#adamax)).
# In the digits some pixels are white in every image of a batch, and a few in all images. The weights of such a pixel get a gradient of 0. How far does one NaN spread?

# %% zero
white = (train_x.asnumpy() == 0).all(0)
with numpy.errstate(all="ignore"):
    for steps in (1, 2):
        net, losses = train(PaperAdamax(learning_rate=0.01), steps=steps)
        broken = numpy.isnan(weights_of(net))
        print(
            f"after step {steps}: {broken.sum():5} of {broken.size} weights are NaN; the loss before it was {losses[-1]:.3f}"
        )
        if steps == 1:
            assert 0 < white.sum() * 64 < broken.sum() < broken.size / 2
assert broken.all()

# %% zero-read [markdown]
# Even a white pixel passes 0 times NaN, which is NaN, on to every hidden unit. So two steps are enough to lose everything.
#
# **You would have noticed** by trying the rule on the gradient that is easiest to forget:


# %% zero-noticed
def one_step(rule, w, g):
    """A weight after one step."""
    w = np.array([w])
    rule.update(0, w, np.array([g]), rule.create_state(0, w))
    return w.item()


with numpy.errstate(all="ignore"):
    tried = {rule: one_step(rule(learning_rate=0.1), 1.0, 0.0) for rule in (PaperAdamax, optimizer.Adamax)}
print({rule.__name__: w for rule, w in tried.items()})
assert numpy.isnan(tried[PaperAdamax]) and tried[optimizer.Adamax] == 1.0

# %% flat-text [markdown]
# ## 2. It stays flat: a network that has been erased
#
# *Ftrl* keeps a weight at exactly 0 until there is evidence against it. Its weights follow from that evidence, not from where they started.
# With the arguments in MXNet's guide, the first step does this to a network ([erratum](errata.md#ftrl)):

# %% flat
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    net, _ = train(ftrl(lamda1=0.01, beta=1), steps=1)
before, after = weights_of(network()), weights_of(net)
print(f"weights that are 0 after the first step: {(after == 0).mean():.0%}")
print(f"length of all weights: {numpy.linalg.norm(before):.2f} before, {numpy.linalg.norm(after):.2f} after")
late = with_mistake["2"][1][-20:].mean()
print(f"loss of the last 20 batches: {late:.3f}; without the mistake {without['2'][1][-20:].mean():.3f}")
assert (after == 0).mean() > 0.5 and numpy.linalg.norm(after) < 0.05 * numpy.linalg.norm(before)
assert abs(late - GUESSING) < 0.05 and without["2"][1][-20:].mean() < 0.3

# %% flat-read [markdown]
# From there it hardly learns. Where all weights are nearly 0, the gradients are, too.
#
# **You would have noticed** that the loss is not just high but sits at $\log 10$: the network gives every image the same answer. And minigrad warns you after the first step:

# %% flat-noticed
print(textwrap.fill(str(said[0].message), 100))
assert len(said) == 1 and "Ftrl" in str(said[0].message)

# %% explodes-text [markdown]
# ## 3. It explodes: a rate from another rule
#
# A snippet of MXNet's guide makes a Trainer with Adam and a rate of 1 ([erratum](errata.md#adam)). For SGD that can be right.
# But Adam's first step moves each weight by the rate itself, however small its gradient is:

# %% explodes
start = weights_of(network())
for rate in (1, 0.01):
    net, losses = train(optimizer.Adam(learning_rate=rate), steps=1)
    step = weights_of(net) - start
    share = numpy.linalg.norm(step) / numpy.linalg.norm(start)
    print(
        f"rate {rate}: the first step moves a weight by {numpy.median(abs(step)):.2f}, and all of them by {share:.2f} of their length"
    )
    assert abs(numpy.median(abs(step)) / rate - 1) < 0.01 and 5 < share / rate < 20

_, losses = with_mistake["3"]
print(f"loss: {losses[0]:.2f} before the first step, {losses[1]:.0f} after it")
read = [read_correctly(runs["3"][0]) for runs in (with_mistake, without)]
print(f"test digits read: less than 40%; with a rate of 0.01, {read[1]:.0%}")  # rounding decides the first
assert losses[1] > 200 and read[0] < 0.4 and read[1] > 0.9

# %% explodes-read [markdown]
# **You would have noticed** by dividing the length of a step by the length of the weights. A step should be a small part of them; here it is many times as long.
# And a loss far above that of guessing says that the network is not ignorant but sure of the wrong thing. Nearly always the cause is too high a rate.
#
# ## 4. It is slow: a rate that did not arrive
#
# `SGD(0.1)` looks like a rate of 0.1. The first argument of SGD in MXNet 1.9.1, and here, is the momentum ([erratum](errata.md#all-optimizers)):

# %% slow
print(optimizer.SGD(0.1))
wrong, right = with_mistake["4"][1], without["4"][1]
print(
    f"the first batch with a loss below 1 was number {int((right < 1).argmax()) + 1}; with the mistake, none of {STEPS}"
)
assert wrong.min() > 1 > right.min()

# %% slow-schedule-text [markdown]
# There are other ways to lose a rate. Here is an optimizer of our own whose rate has a default. It is given a schedule that starts from 0.1:


# %% slow-schedule
class Mine(optimizer.Optimizer):
    def __init__(self, learning_rate=0.001, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)

    def rule(self, w, g, *, lr):
        return w - lr * g


def falling():
    return lr_scheduler.CosineScheduler(max_update=1000, base_lr=0.1)


for rule in (Mine(lr_scheduler=falling()), optimizer.Adam(lr_scheduler=falling())):
    print(f"{type(rule).__name__:4} starts at a rate of {rule.learning_rate}")
assert (
    Mine(lr_scheduler=falling()).learning_rate == 0.001 and optimizer.Adam(lr_scheduler=falling()).learning_rate == 0.1
)

# %% slow-read [markdown]
# An explicit rate becomes the base of the schedule, and `Mine` passes its default on as if somebody had written it. The rate is a hundredth of what the schedule says.
# MXNet's own Adam does the same with its default ([erratum](errata.md#all-optimizers)). The remedy is to leave `learning_rate` to `**kwargs`.
#
# **You would have noticed** by printing the optimizer, or its `learning_rate`, before the first step. Do so at the start of every run.
#
# ## 5. It is slow: divided twice
#
# A Trainer divides the summed gradient of a batch by the batch size. If you average the loss before that, it is divided twice:

# %% twice
_, small_rate = train(sgd(0.5 / 32))
difference = abs(with_mistake["5"][1] - small_rate).max()
print(f"a rate of 0.5 divided twice, and a rate of 0.5 / 32: the losses differ by at most {difference:.0e}")
assert difference < 1e-3

# %% twice-read [markdown]
# Batch by batch, it is the run at a rate 32 times too low. With a smaller batch the mistake is smaller, so it looks as if small batches learned better.
#
# **You would have noticed** with an experiment that needs no theory: give every sample twice. The mean is the same, and so should the step be.
# (minigrad catches this one, and warns. For SGLD it is worse than slow: [erratum](errata.md#sgld).)


# %% twice-noticed
def length_of_step(copies, averaged):
    """How far one step goes from the initial weights, with `copies` copies of each of 32 images."""
    net = network()
    trainer = gluon.Trainer(net.collect_params(), sgd())
    x, y = (np.array(numpy.repeat(a.asnumpy()[:32], copies, axis=0)) for a in (train_x, train_y))
    with autograd.record():
        loss = cross_entropy(net(x), y)
        loss = loss.mean() if averaged else loss
    loss.backward()
    trainer.step(len(x))
    return numpy.linalg.norm(weights_of(net) - weights_of(network()))


with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    ratios = [length_of_step(2, averaged) / length_of_step(1, averaged) for averaged in (False, True)]
print(f"the step is {ratios[0]:.2f} times as long if every sample is there twice")
print(f"divided twice, it is {ratios[1]:.2f} times as long")
print(textwrap.fill(f"minigrad warns: {said[0].message}", 100))
assert abs(ratios[0] - 1) < 1e-4 and abs(ratios[1] - 0.5) < 1e-4

# %% large-text [markdown]
# ## 6. It does nothing, and then too much: a number in the wrong unit
#
# *LBSGD* adds up the gradients of several batches before it takes a step. MXNet's guide tells you to give it the number of samples in a batch, as `batch_scale`.
# It is the number of *batches* ([erratum](errata.md#lbsgd)). So we have asked for one step in 32 batches, at a rate 32 times as high:

# %% large
net, moves = network(), 0
trainer = gluon.Trainer(net.collect_params(), lbsgd(32))
for _, (x, y) in zip(range(STEPS), batches()):
    before = weights_of(net)
    with autograd.record():
        loss = cross_entropy(net(x), y)
    loss.backward()
    trainer.step(32)
    moves += not numpy.array_equal(before, weights_of(net))
print(f"{STEPS} batches, {moves} steps, each at a rate of {0.1 * 32:.1f}")
assert moves == STEPS // 32

# %% large-read [markdown]
# **You would have noticed** by asking whether anything has changed after `trainer.step`, as the last line of the loop does.
# This also finds frozen layers, parameters that are in no Trainer, and gradients that never arrive.
#
# ## 7. It learns, but not enough: softmax twice
#
# `SoftmaxCrossEntropyLoss` takes raw scores and applies the softmax itself. It is easy to put one into the network as well, because its outputs should be probabilities.
# Nothing complains, because probabilities are numbers like any others. But they lie between 0 and 1, and the loss can be no better than for the scores 1, 0, 0, ...:

# %% softmax
perfect = np.array(numpy.eye(10))  # the right digit with probability 1
floor = cross_entropy(perfect, np.array(numpy.arange(10))).mean().item()
net, losses = train(sgd(), network(last=layer(npx.softmax)), steps=600)
print(f"the loss of a network that is always right: {floor:.4f}; log(e + 9) - 1 is {numpy.log(numpy.e + 9) - 1:.4f}")
print(f"after 600 steps: {losses[-50:].mean():.2f}, and {read_correctly(net):.0%} of the test digits are read")
print(
    f"with one softmax, after {STEPS} steps: {without['7'][1][-20:].mean():.2f}, and {read_correctly(without['7'][0]):.0%}"
)
assert cross_entropy(100 * perfect, np.array(numpy.arange(10))).mean().item() < 1e-6
assert abs(floor - (numpy.log(numpy.e + 9) - 1)) < 1e-6 and floor < losses[-50:].mean() < 1.8

# %% softmax-read [markdown]
# It reads most digits, and that is what makes it a bad mistake: it could just be a weak model.
#
# **You would have noticed** by asking for the loss of a perfect answer, as above. It should be 0, and it is if the network gives raw scores: say, 100 for the right digit and 0 for the others.
# The other test is to train on a single batch until the network knows it by heart. A network that cannot do even that has a mistake in it:

# %% softmax-noticed
x, y = next(batches())
for name, net in {"one softmax": network(), "two": network(last=layer(npx.softmax))}.items():
    trainer = gluon.Trainer(net.collect_params(), sgd())
    for _ in range(200):
        with autograd.record():
            loss = cross_entropy(net(x), y)
        loss.backward()
        trainer.step(32)
    print(f"{name + ',':12} 200 steps on 32 images: loss {loss.mean().item():.3f}")
    assert (loss.mean().item() < 0.1) == (name == "one softmax")

# %% derivative-text [markdown]
# ## 8. Nothing to be seen: a wrong derivative
#
# The eighth network has a tanh in the middle, whose derivative $1 - y^2$ was forgotten, so that this factor is always missing:

# %% derivative
for seed in range(3):
    kinds = {"right": lambda x: Tanh()(x), "forgotten": lambda x: Forgetful()(x)}
    ends = {name: train(sgd(), network(layer(f), seed=seed), seed=seed) for name, f in kinds.items()}
    print(f"seed {seed}:", end=" ")
    print("; ".join(f"{k}: loss {a[-20:].mean():.3f}, read {read_correctly(n):.1%}" for k, (n, a) in ends.items()))
    losses = [a[-20:].mean() for _, a in ends.values()]
    assert abs(losses[0] / losses[1] - 1) < 0.15

# %% derivative-read [markdown]
# No curve will ever show this. The missing factor is between 0 and 1, so each sample still pulls every hidden unit in the right direction. For a small network and an easy task that is enough.
# The day it is not enough, nobody will look for it here.
#
# **You would have noticed** only by comparing with something that does not use the derivative. `gradcheck` moves the inputs a little, and looks:

# %% derivative-noticed
points = np.array(numpy.linspace(-2, 2, 6))
print(textwrap.fill(repr(gradcheck(Forgetful, points, check=False)), 100))
print(textwrap.fill(repr(gradcheck(Tanh, points, check=False)), 100))
assert gradcheck(Tanh, points) and not gradcheck(Forgetful, points, check=False)

# %% broadcast-text [markdown]
# ## 9. It converges to the mean: one axis too many
#
# The last two do not need a network. Here a straight line is fitted to 200 points by gradient descent.
# The layer gives a column of shape (200, 1), and the values have shape (200,):

# %% broadcast
rng = numpy.random.default_rng(0)
places = rng.uniform(-1, 1, 200)
values = 2 * places + 0.3 * rng.normal(size=200)
x, y = np.array(places[:, None]), np.array(values)


def fitted(loss_of):
    """The line after 300 steps, at the 200 places, and the last loss."""
    random.seed(0)
    line = gluon.nn.Dense(1, in_units=1)
    line.initialize()
    trainer = gluon.Trainer(line.collect_params(), sgd(0.1))
    for _ in range(300):
        with autograd.record():
            loss = loss_of(line(x), y)
        loss.backward()
        trainer.step(1)
    return line(x).asnumpy()[:, 0], loss.item()


losses_of = {"(p - y)": lambda p, y: ((p - y) ** 2).mean(), "(p[:, 0] - y)": lambda p, y: ((p[:, 0] - y) ** 2).mean()}
lines = {name: fitted(loss_of) for name, loss_of in losses_of.items()}
figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
frame(axes)
axes.plot(places, values, ".", color=FRAME)
order = places.argsort()
for (name, (line, _)), dashes in zip(lines.items(), ("-", "--")):
    axes.plot(places[order], line[order], dashes, color=INK, label=f"mean of {name}²")
axes.set(xlabel="x", ylabel="y", title="Two lines fitted to the same points by gradient descent")
axes.legend(frameon=False)
plt.show()

print("shape of p - y:", (np.zeros((200, 1)) - y).shape)
for name, (line, loss) in lines.items():
    left = ((line - values) ** 2).mean() / values.var()
    perfect = losses_of[name](y.reshape(200, 1), y).item()
    print(f"{name:13} loss {loss:.2f}, of a perfect answer {perfect:.2f}; {left:.0%} of the variance of y is left")
    assert (left > 0.98 and perfect > 1) if name == "(p - y)" else (left < 0.1 and perfect == 0)
assert abs(gluon.loss.L2Loss()(np.zeros((200, 1)), y).asnumpy() - values**2 / 2).max() < 1e-5

# %% broadcast-read [markdown]
# A column minus a row is a table: *every* prediction is compared with *every* value. The best answer to all of them is the mean.
# The loss falls, converges, and is smooth.
#
# **You would have noticed** by computing the loss of a perfect answer, which is not 0; by looking at the shape of the difference; or by comparing with the simplest model of all, which always predicts the mean.
# (`gluon.loss.L2Loss` brings the label into the shape of the prediction, so it does not have this trap. A loss that you write yourself may.)
#
# ## 10. A variance below zero
#
# The mean of squares, less the square of the mean, is a variance, and cannot be negative. In float32 it can.
# *Centered RMSProp* divides by its root, and MXNet 1.9.1 takes that root without a check ([erratum](errata.md#rmsprop)).
# It happens to weights whose gradients hardly change. Here are a thousand of them, in plain NumPy:

# %% variance
g = numpy.random.default_rng(0).uniform(0.1, 5, 1000)
first = {}
for dtype in ("float32", "float64"):
    rho, rest, steady = (numpy.array(a, dtype) for a in (0.9, 1 - 0.9, g))
    E = m = numpy.zeros(1000, dtype)
    lowest, broken = 0.0, numpy.zeros(1000, bool)
    for _ in range(1000):
        E, m = rho * E + rest * steady**2, rho * m + rest * steady
        lowest = min(lowest, (E - m * m).min())
        broken |= E - m * m < -1e-8  # epsilon is inside the root
    first[dtype] = broken.mean(), lowest
    print(f"{dtype}: lowest variance {lowest:.0e}; the root is NaN for {broken.mean():.0%} of the weights")
assert first["float32"][0] > 0.03 and first["float64"][0] == 0 > first["float64"][1]

w = np.array(numpy.ones(1000))
rule = optimizer.RMSProp(centered=True, learning_rate=1e-4)
state = rule.create_state(0, w)
for _ in range(1000):
    rule.update(0, w, np.array(g), state)
assert numpy.isfinite(w.asnumpy()).all()

# %% variance-read [markdown]
# In float64 it is negative, too, but by so little that $\epsilon$ hides it. (minigrad takes the larger of the variance and 0.)
#
# **You would have noticed** by trying the case in which the true answer is 0: two large numbers that are nearly equal are subtracted, and what is left is rounding error.
# Wherever you see such a difference, ask what happens when it comes out below zero.
#
# ## Which check finds what
#
# | what you see | look at |
# |---|---|
# | NaN after some steps | one step with a gradient of 0; differences under a root |
# | the loss stays at that of guessing | how many weights are 0, how many have changed |
# | the loss is far above that of guessing | the length of a step divided by the length of the weights |
# | it learns slowly | `print(optimizer)`; every sample twice |
# | it stops at a loss that is too high | the loss of a perfect answer; a single batch, known by heart |
# | it is only as good as predicting the mean | shapes |
# | nothing | `gradcheck` |
#
# Six questions to ask before a long run. Each takes a line or two, and together they find nine of the ten:
#
# 1. Is the first loss that of guessing, and the loss of a perfect answer 0?
# 2. What does `print(optimizer)` say?
# 3. Has every parameter changed after the first step, by a small part of its length, and are all of them finite?
# 4. Can the network learn one batch by heart?
# 5. Does everything stay the same if each sample is given twice?
# 6. Does `gradcheck` agree, for each derivative that you have written yourself?
#
# The tenth is the variance, which takes many steps to go wrong. Against that, use `numpy.isfinite` in the loop, or `autograd.detect_anomaly()`.
#
# ## Exercises
#
# The check that finds the eighth mistake is short enough to write yourself. This attempt is not right yet. Run the cell, read what the check says, and mend it:

# %% exercise
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["gradcheck_directional"]))


# %% exercise-attempt
def gradcheck_directional(f, x, grad, rng):
    d, h = rng.normal(size=x.shape), 1e-5
    n = (f(x + h * d) - f(x)) / h
    p = (grad * d).sum()
    return abs(n - p) / max(abs(n), abs(p), 1e-300)


check("gradcheck_directional", gradcheck_directional)

# %% exercise-loss
print(statement(EXERCISES["softmax_cross_entropy"]))


# %% exercise-loss-attempt
def softmax_cross_entropy(logits, labels):
    shifted = logits - logits.max(axis=1, keepdims=True)
    log_p = shifted - numpy.log(numpy.exp(shifted).sum(axis=1, keepdims=True))
    rows = numpy.arange(len(labels))
    gradient = numpy.exp(log_p)
    gradient[rows, labels] -= 1
    return -log_p[rows, labels].mean(), gradient


check("softmax_cross_entropy", softmax_cross_entropy)

# %% sources [markdown]
# ## Sources
#
# * What the guide, the papers and MXNet say in 1 to 4, 6 and 10: [the errata](errata.md), with how each is known.
# * Adamax: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 2.
# * Centered RMSProp: A. Graves, "Generating sequences with recurrent neural networks", 2013, equations (38) to (45).
# * Learning one batch by heart and checking the first loss are old advice; A. Karpathy, "A recipe for training neural networks", 2019, has both, with much more.
