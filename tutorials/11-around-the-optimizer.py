# %% title [markdown]
# # Around the optimizer
#
# Besides the rule that takes the steps, training has four more parts: the initial weights, the loss, the store in which gradients meet, and the metric that says how good the network has become.
# You can write each of them yourself, in a few lines.
# This notebook asks the same question of all four: **what is added up, and what is the sum divided by?**
# Most mistakes with them are wrong answers to it.
#
# Afterwards you can
#
# * say how large initial weights have to be, derive Xavier's and He's, and write an initializer,
# * write a loss, and say why `step` wants to know the batch size,
# * say what a store does with gradients, and what a `Trainer` asks of it,
# * write a metric, and say when the mean over batches is wrong.
#
# You need a [first network](00-start-here.ipynb) and gradient descent ([notebook 03](03-gradient-descent.ipynb)).
# It takes about twenty minutes, and the exercises at the end as long as you like. Run the cells in order, with Shift+Enter.

# %% depth
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy

from minigrad import autograd, cpu, datasets, gluon, init, kv, metric, np, npx, optimizer, random
from minigrad.gradcheck import gradcheck
from minigrad.plot.style import frame

WIDTH, DEPTH = 256, 20


def size(a):
    """The root of the mean square."""
    return (a**2).mean() ** 0.5


def sizes(initializer, seed=0):
    """The sizes of the signals after each layer, and of the gradients on their way back."""
    random.seed(seed)
    draw, weights = numpy.random.default_rng(seed), []
    signals, gradients = [draw.normal(size=(WIDTH, WIDTH))], [draw.normal(size=(WIDTH, WIDTH))]
    for k in range(DEPTH):
        w = np.zeros((WIDTH, WIDTH), dtype="float64")
        initializer(f"layer{k}_weight", w)
        weights.append(w.asnumpy())
        signals.append(numpy.maximum(signals[-1] @ weights[-1].T, 0))
    for w, signal in zip(weights[::-1], signals[:0:-1]):
        gradients.append((gradients[-1] * (signal > 0)) @ w)
    return [size(a) for a in signals], [size(a) for a in gradients[::-1]]


KINDS = {
    "Normal(0.15)": (init.Normal(0.15), "C3:"),
    'Xavier("gaussian", "in", 2)': (init.Xavier("gaussian", "in", 2), "C0-"),
    "Xavier()": (init.Xavier(), "C2--"),
    "Uniform(), the default": (init.Uniform(), "C1-."),
    "Normal(0.01)": (init.Normal(0.01), "C7-"),
}
measured = {name: sizes(initializer) for name, (initializer, _) in KINDS.items()}
figure, panels = plt.subplots(1, 2, figsize=(8.7, 3.4), layout="constrained", sharey=True)
for name, (_, look) in KINDS.items():
    for axes, found in zip(panels, measured[name]):
        axes.semilogy(found, look, label=name)
for axes, title in zip(panels, ("signals, from left to right", "gradients, from right to left")):
    frame(axes)
    axes.set(title=title, xlabel="layer", xticks=range(0, DEPTH + 1, 5))
panels[0].set_ylabel("root of the mean square")
panels[0].legend(fontsize=8, frameon=False)
plt.show()

# %% depth-read [markdown]
# ## 1. Initial weights
#
# You see an untrained network: twenty layers of 256 units with ReLU, $\max(0, z)$.
# On the left, numbers of size 1 come in, and the lines show how large they are after each layer.
# On the right, gradients of size 1 come in at the end and travel back.
# (*Size* is the root of the mean square.)
#
# With most initial weights the signal has vanished after twenty layers, or has grown by a factor of ten thousand.
# Then there is nothing to learn from. One line stays roughly level, forward and backward, and a short calculation gives its $\sigma$.
#
# **Forward.** A unit adds up $n$ inputs, $z = w_1 x_1 + \dots + w_n x_n$.
# Let the weights be drawn independently of each other, with mean 0 and variance $\sigma^2$.
# In the square of $z$, the product of two different weights has mean 0. So only the squares are left, and the expectation is
#
# $$\mathrm{E}[z^2] = \sigma^2 (x_1^2 + \dots + x_n^2) = n \sigma^2 \cdot \text{mean of } x^2.$$
#
# *It is a sum of $n$ terms, and $\sigma^2 = 1/n$ divides it by $n$.* Then the signal keeps its size.
#
# **ReLU.** If the weights are drawn symmetrically around 0, then $z$ is symmetric, too.
# ReLU drops the negative half, and with it half of the mean square. So here $\sigma^2 = 2/n$ (He et al., 2015).
# If the negative half is not dropped but multiplied by $a$, as in PReLU, then $(1 + a^2)/2$ of the mean square is left, and $\sigma^2 = 2 / ((1 + a^2) \, n)$.
#
# **Backward.** The gradient of an input is a sum, too, over all $m$ units that use it. By the same calculation it needs $\sigma^2 = 1/m$.
# You cannot have both unless $m = n$. Glorot and Bengio (2010) take the mean of $n$ and $m$: $\sigma^2 = 2/(n + m)$. This is Xavier, after the first name of the first author.
#
# The library has one class for all of them. `Xavier(rnd_type, factor_type, magnitude)` takes $f = n$ (`"in"`), $m$ (`"out"`) or their mean (`"avg"`), and with $s = \sqrt{\text{magnitude} / f}$
# it draws from a normal distribution of standard deviation $s$ (`"gaussian"`), or uniformly between $-s$ and $s$ (`"uniform"`).
# The latter has variance $s^2 / 3$. That is why the default magnitude is 3.
# `MSRAPrelu(slope=a)` is the one with the magnitude $2/(1 + a^2)$.
#
# Per layer the size should change by the factor $\sqrt{n \sigma^2 / 2}$. Does it?

# %% depth-check
variances = {
    "Normal(0.15)": 0.15**2,
    'Xavier("gaussian", "in", 2)': 2 / WIDTH,
    "Xavier()": 1 / WIDTH,
    "Uniform(), the default": 0.07**2 / 3,
    "Normal(0.01)": 0.01**2,
}
print(f"{'factor per layer':30}predicted   forward   backward   after {DEPTH} layers")
for name, variance in variances.items():
    predicted = (WIDTH * variance / 2) ** 0.5
    forward, backward = (
        (found[-1] / found[0]) ** (1 / DEPTH) for found in (measured[name][0], measured[name][1][::-1])
    )
    print(f"{name:30}{predicted:9.3f}{forward:10.3f}{backward:11.3f}{measured[name][0][-1]:18.1e}")
    assert abs(forward / predicted - 1) < 0.03 and abs(backward / predicted - 1) < 0.03
assert numpy.isclose(init.MSRAPrelu(slope=0).magnitude, 2) and measured["Normal(0.15)"][0][-1] > 1e4

# %% depth-train-text [markdown]
# The default of `initialize()` is `Uniform(0.07)`, as in MXNet. With ReLU it fits layers of about 1,200 units, which is $2 / (0.07^2 / 3)$. Does it matter if they are narrower?
# Here are two networks with 64 units in each layer, which learn to read digits in 200 steps of Adam, from three seeds. One has two hidden layers, the other twenty:

# %% depth-train
(train_x, train_y), (test_x, test_y) = datasets.digits()
cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()


def trained_loss(initializer, depth, seed, steps=200):
    """The mean loss of the last 20 batches."""
    random.seed(seed)
    net = gluon.nn.HybridSequential()
    for _ in range(depth):
        net.add(gluon.nn.Dense(64, activation="relu", in_units=64))
    net.add(gluon.nn.Dense(10, in_units=64))
    net.initialize(initializer)
    net.hybridize()
    trainer, order = gluon.Trainer(net.collect_params(), "adam"), numpy.random.default_rng(seed)
    losses = []
    for _ in range(steps):
        rows = np.array(order.integers(0, len(train_y), 32))
        with autograd.record():
            loss = cross_entropy(net(train_x[rows]), train_y[rows])
        loss.backward()
        trainer.step(32)
        losses.append(loss.asnumpy().mean())
    return numpy.mean(losses[-20:])


found = {}
for depth in (2, DEPTH):
    for name, initializer in (("Uniform()", init.Uniform()), ("Xavier, 2", init.Xavier("gaussian", "in", 2))):
        losses = found[depth, name] = [trained_loss(initializer, depth, seed) for seed in range(3)]
        low = depth == DEPTH and max(losses) < 0.6  # rounding grows in twenty layers, so only a bound is shown
        shown = "all below 0.6" if low else "  ".join(f"{loss:.2f}" for loss in losses)
        print(f"{depth:2} layers, {name:11}", shown)
print(f"guessing               {numpy.log(10):.2f}")
assert max(found[2, "Xavier, 2"]) < min(found[2, "Uniform()"]) < 1
assert min(found[DEPTH, "Uniform()"]) > 2.2 and max(found[DEPTH, "Xavier, 2"]) < 0.6

# %% own-init-text [markdown]
# These are losses. With two layers the default merely takes longer. With twenty nothing is learned: the network does not get beyond guessing.
#
# **Your own.** An initializer is a class with a method `_init_weight(self, name, data)`, which writes into `data`.
# It is called for parameters whose names end in `weight`; a `bias` or `beta` becomes 0 and a `gamma` 1, unless the class says otherwise.
#
# Here is one in which most weights are 0 at first, an idea of Martens (2010).
# What is added up? Only the `fan` terms that are not 0. So the variance is $2 / \text{fan}$, however wide the layer is:


# %% own-init
class Sparse(init.Initializer):
    """Each unit has `fan` inputs with weights of variance 2 / fan. Its other weights are 0."""

    def __init__(self, fan=15):
        self.fan = fan

    def _init_weight(self, name, data):
        shuffled = random.uniform(shape=data.shape).asnumpy().argsort(axis=1)  # 0, 1, 2, ... in each row
        data[...] = random.normal(0, (2 / self.fan) ** 0.5, shape=data.shape, dtype=data.dtype)
        data *= np.array(shuffled < self.fan, dtype=data.dtype)


signals, gradients = sizes(Sparse())
print(f"after {DEPTH} layers: signals {signals[-1]:.2f}, gradients {gradients[0]:.2f}")
assert 0.3 < signals[-1] < 3 and 0.3 < gradients[0] < 3
layer = gluon.nn.Dense(100, in_units=50)
layer.initialize(Sparse(fan=5))
assert ((layer.weight.data().asnumpy() != 0).sum(axis=1) == 5).all() and not layer.bias.data().asnumpy().any()

# %% loss-text [markdown]
# ## 2. A loss
#
# A loss turns predictions and labels into *one number for each sample*, not into one number for the batch:

# %% loss
net = gluon.nn.Dense(10, in_units=64, weight_initializer=init.Normal(0.1))
random.seed(0)
net.initialize()
with autograd.record():
    loss = cross_entropy(net(train_x[:32]), train_y[:32])
print("shape of the loss of 32 samples:", loss.shape)
assert loss.shape == (32,)

# %% loss-sum-text [markdown]
# `loss.backward()` then computes the gradient of their *sum*, and `trainer.step(32)` *divides* it by 32.
# So the weights move along the gradient of the mean. But why does the loss not take the mean itself?
#
# Because a batch does not always come in one piece. It may be spread over two devices, or be too large for the memory.
# The sums of the pieces add up to the sum of the whole. Their means do not average to its mean, unless the pieces are equally long:


# %% loss-pieces
def gradient(start, end, reduce):
    """The gradient of the loss of the samples from start to end, with respect to the weights."""
    with autograd.record():
        loss = reduce(cross_entropy(net(train_x[start:end]), train_y[start:end]))
    loss.backward()
    return net.weight.grad().asnumpy().copy()


off = {}
for reduce in (np.sum, np.mean):
    whole, long, short = gradient(0, 32, reduce), gradient(0, 28, reduce), gradient(28, 32, reduce)
    together = long + short if reduce is np.sum else (long + short) / 2
    off[reduce] = abs(together - whole).max() / abs(whole).max()
print("32 samples in pieces of 28 and 4, compared with one piece:")
print(f"sum of the sums:   off by {off[np.sum]:.0%} of the largest gradient")
print(f"mean of the means: off by {off[np.mean]:.0%}")
assert off[np.sum] < 1e-5 and off[np.mean] > 0.2

# %% loss-twice-text [markdown]
# So divide once, at the end, by the number of samples whose losses have been added up.
# If you average *and* call `step(32)`, you divide twice, and take steps that are 32 times too short.
# Nothing fails then; training is just slow. minigrad notices, and says so the first time:


# %% loss-twice
def moved(reduce, batch_size):
    """How far one step moves the weights."""
    random.seed(0)
    net.initialize(force_reinit=True)
    before = net.weight.data().asnumpy().copy()
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
    gradient(0, 32, reduce)
    trainer.step(batch_size)
    return size(net.weight.data().asnumpy() - before)


with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    ways = {
        "sum, step(32)": moved(np.sum, 32),
        "mean, step(1)": moved(np.mean, 1),
        "mean, step(32)": moved(np.mean, 32),
    }
for way, distance in ways.items():
    print(f"{way:15} moves the weights by {distance:.6f}")
print(textwrap.fill(f"minigrad warns: {said[0].message}", 100))
assert len(said) == 1 and numpy.isclose(ways["sum, step(32)"], ways["mean, step(1)"], rtol=1e-4)
assert numpy.isclose(ways["sum, step(32)"], 32 * ways["mean, step(32)"], rtol=1e-4)

# %% own-loss-text [markdown]
# **Your own.** A loss is a Block, and a Block of your own is a class with a method `forward`.
# From the base class `Loss` it inherits `weighted`, which multiplies by the weights of the samples if there are any, and `per_sample`, which takes the mean over all axes but the batch axis.
# (A sample with ten outputs is still one sample: the mean is taken within it, not over the batch.)
#
# Say you sell bread, and want to know how much to bake so that it is enough on nine days out of ten. That is not a mean but a *quantile*.
# Let $d$ be the label minus the prediction, and $q = 0.9$. The loss is $q d$ if the label is above the prediction, and $(1 - q) |d|$ if it is below.
#
# Why does it find the quantile? Move the prediction up a little. Each label above it lowers the sum by $q$ times that distance, each label below raises it by $1 - q$ times that distance.
# The two balance when a share of $q$ of the labels is below.


# %% own-loss
class QuantileLoss(gluon.loss.Loss):
    """q d where d = label - pred is positive, and (1 - q) |d| where it is negative; a mean for each sample."""

    def __init__(self, q, **kwargs):
        super().__init__(**kwargs)
        self.q = q

    def forward(self, pred, label, sample_weight=None):
        d = label.reshape(pred.shape) - pred
        return self.per_sample(self.weighted(np.maximum(self.q * d, (self.q - 1) * d), sample_weight))


print(gradcheck(QuantileLoss(0.9), np.array([[1.0], [2.0], [3.0]]), np.array([1.5, 1.0, 7.0]), directions=1))

# %% own-loss-shape [markdown]
# `gradcheck` compares the gradient with finite differences. Do that with everything you write.
#
# The `reshape` is there for a reason. A network gives predictions of shape (n, 1), and labels often have shape (n,). Subtracting them raises no error, but gives a table of every label minus every prediction:

# %% own-loss-trap
print((np.zeros(3) - np.zeros((3, 1))).shape)

# %% own-loss-fit-text [markdown]
# Now three networks, which differ only in $q$, learn from 1,000 points whose noise grows to the right and is not symmetric.
# Then we draw 10,000 new points, and count how many are below each curve:


# %% own-loss-fit
def points(count, seed):
    rng = numpy.random.default_rng(seed)
    x = rng.uniform(0, 1, (count, 1))
    y = numpy.sin(5 * x) + (0.1 + 0.6 * x) * rng.exponential(size=(count, 1))
    return np.array(x), np.array(y)


def fitted(loss_of, steps=1000):
    random.seed(0)
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(32, "tanh", in_units=1), gluon.nn.Dense(32, "tanh", in_units=32))
    net.add(gluon.nn.Dense(1, in_units=32))
    net.initialize(init.Xavier())
    net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.01})
    rng = numpy.random.default_rng(0)
    for step in range(steps):
        trainer.set_learning_rate(0.01 * (1 - step / steps))
        rows = np.array(rng.integers(0, len(x), 64))
        with autograd.record():
            loss = loss_of(net(x[rows]), y[rows])
        loss.backward()
        trainer.step(64)
    return net


x, y = points(1000, seed=0)
new_x, new_y = points(10_000, seed=1)
curves = {q: fitted(QuantileLoss(q)) for q in (0.1, 0.5, 0.9)}
grid = np.array(numpy.linspace(0, 1, 200)[:, None])
figure, axes = plt.subplots(figsize=(8.7, 3.4), layout="constrained")
frame(axes)
axes.plot(x.asnumpy(), y.asnumpy(), ".", color="C7", markersize=2, alpha=0.6)
for (q, curve), look in zip(curves.items(), ("C0:", "C0--", "C0-")):
    below = (new_y.asnumpy() < curve(new_x).asnumpy()).mean()
    axes.plot(grid.asnumpy(), curve(grid).asnumpy(), look, label=f"q = {q}, {below:.1%} below")
    assert abs(below - q) < 0.04
axes.set(xlabel="x", ylabel="y", title="Three curves, and the share of new points below each", ylim=(-1.5, 5))
axes.legend(frameon=False, loc="upper center", ncols=3)
plt.show()

# %% store-text [markdown]
# ## 3. A store
#
# If several devices share the work, there must be a place where their gradients meet. It is called a *store*, because it stores a value under each *key*.
# `init` puts the first value there, `push` sends something to it, and `pull` copies the value into an array of yours.
# What does a store do if two devices push to one key? It adds up.

# %% store
store = kv.create("device")
store.init("w", np.array([1.0, 1.0]))
out = np.zeros(2)
store.push("w", [np.array([1.0, 2.0], ctx=cpu(0)), np.array([10.0, 20.0], ctx=cpu(1))])
store.pull("w", out)
print("the sum has replaced the value:", out)
assert out.asnumpy().tolist() == [11, 22]

# %% store-updater-text [markdown]
# (`cpu(0)` and `cpu(1)` are the same processor, treated as two devices, so you can try this without two GPUs.)
#
# By default the sum replaces the value. An *updater* does something else: it is a function of the key, the sum and the stored array, which it changes in place.
# Here it is gradient descent:


# %% store-updater
def descend(key, total, stored):
    stored[...] = stored - 0.1 * total


store.set_updater(descend)
store.push("w", [np.array([1.0, 2.0], ctx=cpu(0)), np.array([10.0, 20.0], ctx=cpu(1))])
store.pull("w", out)
print("11 - 0.1 * 11 and 22 - 0.1 * 22:", out.asnumpy().round(5))

store.set_optimizer(optimizer.SGD(learning_rate=0.1))  # any optimizer is such an updater
store.push("w", [np.array([1.0, 2.0], ctx=cpu(0)), np.array([10.0, 20.0], ctx=cpu(1))])
store.pull("w", out)
print("the optimizer does the same:    ", out.asnumpy().round(5))
assert numpy.allclose(out.asnumpy(), [8.8, 17.6])

# %% store-trainer-text [markdown]
# When you use a `Trainer`, you never see its store. Here is one that says what it is asked to do, given to a Trainer whose network is on two devices:


# %% store-trainer
class Loud(kv.KVStore):
    """A store that prints what it is asked to do."""

    def init(self, key, value):
        print(f"    init {key}: shape {value.shape}")
        super().init(key, value)

    def set_optimizer(self, optimizer):
        print(f"    optimizer: {type(optimizer).__name__}")
        super().set_optimizer(optimizer)

    def push(self, key, value, priority=0):
        print(f"    push {key}: {len(value)} arrays", end="")
        super().push(key, value, priority)

    def pull(self, key, out=None, priority=0, ignore_sparse=True):
        print(f"; pull {key}: {len(out)} arrays")
        super().pull(key, out, priority, ignore_sparse)


def trained(devices, steps, **arguments):
    """The weights after some steps on 32 digits each, which are split among the devices."""
    random.seed(0)
    net = gluon.nn.Dense(10, in_units=64)
    net.initialize(init.Xavier(), ctx=devices)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "momentum": 0.9}, **arguments)
    for k in range(steps):
        rows = slice(32 * k, 32 * k + 32)
        parts = zip(*(gluon.utils.split_and_load(data[rows], devices) for data in (train_x, train_y)))
        with autograd.record():
            losses = [cross_entropy(net(images), digits) for images, digits in parts]
        autograd.backward(losses)
        trainer.step(32)
    return net.weight.data(devices[0]).asnumpy()


two = [cpu(0), cpu(1)]
print("the store takes the steps:")
by_store = trained(two, 1, kvstore=Loud("device"))
print("the store only adds up, and each device takes the steps:")
by_devices = trained(two, 1, kvstore=Loud("device"), update_on_kvstore=False)
assert numpy.allclose(by_store, by_devices, rtol=0, atol=1e-6)

# %% store-trainer-read [markdown]
# The network has two parameters, the bias with key 0 and the weight with key 1.
# In each step two gradients go in for each of them, one from each device.
# In the first case the store has the optimizer, and new weights come out. In the second the sum of the gradients comes out, and each device takes the same step with it.
#
# In both cases `step(32)` divides by the samples of *both* devices. A sum over devices is a sum over samples, so two devices do what one does, except in the last digits:

# %% store-same
one_device = trained([cpu(0)], 40)
differences = {
    "the store steps": abs(trained(two, 40) - one_device).max(),
    "devices step": abs(trained(two, 40, update_on_kvstore=False) - one_device).max(),
}
print("after 40 steps, largest difference from one device:")
for name, difference in differences.items():
    print(f"    {name:16} {difference:.0e}")
assert max(differences.values()) < 1e-6

# %% metric-text [markdown]
# (With one device there is nothing to add up, and a Trainer makes no store unless you give it one.)
#
# With the names `"dist_sync"` and `"dist_async"` the same calls go to other processes, on this machine or others. [Many workers](07-many-workers.ipynb) shows what that costs.
#
# ## 4. A metric
#
# A loss is what training makes smaller. A metric is what you want to know.
# It is computed in batches, too, and should not depend on how the samples were cut into batches.
# Here are ten samples in two batches:

# %% metric
labels, guesses = [[0] * 9, [0]], [[0] * 8 + [1], [1]]
accuracy = metric.Accuracy()
by_batch = []
for label, guess in zip(labels, guesses):
    accuracy.update(np.array(label), np.array(guess))
    by_batch.append((numpy.array(label) == guess).mean())
print(f"right in each batch: {by_batch[0]:.0%} and {by_batch[1]:.0%}; their mean is {numpy.mean(by_batch):.0%}")
print(f"the metric says:     {accuracy.get()[1]:.0%}, that is {accuracy.sum_metric:.0f} of {accuracy.num_inst}")
assert accuracy.get() == ("accuracy", 0.8) and numpy.isclose(numpy.mean(by_batch), 4 / 9)

# %% metric-how [markdown]
# Eight of ten are right. The single sample in the second batch must not count as much as nine.
# So a metric keeps a total and a count, adds to both in `update`, and divides only when you ask, in `get`. `reset` sets both to 0, as you do at the beginning of an epoch.
#
# With batches of equal size a mean of means would do for accuracy. For some numbers it never does: those that are not a mean.
# The *F1 score* is the quotient $2 a / (2 a + b + c)$, where $a$ samples are rightly called positive, $b$ wrongly, and $c$ are missed.
# The root of the mean squared error (RMSE) is a root.
#
# For both, MXNet's metrics take the mean over batches, and by default minigrad's do too, so that the numbers are the same.
# For F1 `average="micro"` is the remedy. For the RMSE we write a metric of our own:


# %% own-metric
class WholeRMSE(metric.EvalMetric):
    """The root of the mean square of all errors, however they were cut into batches."""

    def __init__(self):
        super().__init__("whole RMSE")

    def measure(self, label, pred):
        """What a batch adds to the total and to the count."""
        return ((label - pred) ** 2).sum(), label.size

    def value(self, total, count):
        return (total / count) ** 0.5


# %% metric-batches-text [markdown]
# The question is whether a digit is an 8. A small model gives each of the 359 test images two probabilities, one for no and one for yes.
# The predictions stay the same. What changes is the size of the batches in which four metrics see them:

# %% metric-batches
random.seed(0)
net = gluon.nn.Dense(2, in_units=64)
net.initialize(init.Xavier())
trainer = gluon.Trainer(net.collect_params(), "adam", {"learning_rate": 0.03})
for _ in range(150):
    with autograd.record():
        loss = cross_entropy(net(train_x), train_y == 8)
    loss.backward()
    trainer.step(len(train_y))
chances, is_eight = npx.softmax(net(test_x)), test_y == 8

scores = {}
print("samples in a batch     F1   F1, micro    RMSE   whole RMSE")
for batch in (8, 32, 128, len(test_y)):
    of_classes = metric.create([metric.F1(), metric.F1(average="micro")])  # a list makes one metric of several
    of_numbers = metric.create([metric.RMSE(), WholeRMSE()])
    for start in range(0, len(test_y), batch):
        rows = slice(start, start + batch)
        of_classes.update(is_eight[rows], chances[rows])
        of_numbers.update(is_eight[rows], chances[rows, 1])
    scores[batch] = f1, f1_micro, rmse, whole = *of_classes.get()[1], *of_numbers.get()[1]
    print(f"{batch:18}{f1:7.2f}{f1_micro:12.2f}{rmse:8.3f}{whole:13.3f}")
_, micro, _, whole = zip(*scores.values())
assert len({*micro}) == 1 and numpy.ptp(whole) < 1e-12
assert scores[8][0] < scores[359][0] - 0.2 and scores[8][2] < scores[359][2] - 0.01
assert numpy.isclose(scores[359][0], micro[0]) and numpy.isclose(scores[359][2], whole[0])

# %% metric-read [markdown]
# In batches of eight the very same predictions seem to be much worse by F1, and better by RMSE.
# (Many small batches have no 8 at all, and F1 is 0 there. And the root of a mean is never less than the mean of roots.)
# If all images are in one batch, each metric agrees with its neighbour.
# If a score changes with the batch size, it says something about batches.
#
# ## Exercises
#
# One of each kind. `check` says whether an answer is right, and if not, where it is wrong.
# Each attempt below has a mistake. Run the cell, read what the check says, and mend the function or write your own.
#
# Initial weights:

# %% exercise-init
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["xavier_uniform"]))


# %% exercise-init-attempt
def xavier_uniform(rng, n_out, n_in):
    bound = numpy.sqrt(2 / (n_in + n_out))
    return rng.uniform(-bound, bound, (n_out, n_in))


check("xavier_uniform", xavier_uniform)

# %% exercise-loss-text [markdown]
# A loss, one number for each sample:

# %% exercise-loss
print(statement(EXERCISES["huber_loss"]))


# %% exercise-loss-attempt
def huber_loss(pred, label, rho):
    d = abs(pred - label)
    each = numpy.where(d <= rho, d**2 / (2 * rho), d - rho / 2)
    return each.mean()


check("huber_loss", huber_loss)

# %% exercise-store-text [markdown]
# An updater of a store:

# %% exercise-store
print(statement(EXERCISES["clipping_updater"]))


# %% exercise-store-attempt
def clipping_updater(key, grad, weights, *, lr, limit):
    weights[key] = weights[key] - lr * numpy.clip(grad, -limit, limit)


check("clipping_updater", clipping_updater)

# %% exercise-metric-text [markdown]
# A metric:

# %% exercise-metric
print(statement(EXERCISES["top_k_accuracy"]))


# %% exercise-metric-attempt
def top_k_accuracy(scores, labels, k):
    own = scores[numpy.arange(len(labels)), labels]
    above = (scores > own[:, None]).sum(axis=1)
    return (above <= k).mean()


check("top_k_accuracy", top_k_accuracy)

# %% more [markdown]
# There is one more initializer to write, `bilinear_init`; `minigrad exercises show bilinear_init` prints what it is for.
#
# ## Where to find it
#
# MXNet's Optimizers guide ends with a list of further pages. Their names are the names here:
#
# | MXNet's page | names | folder of `minigrad/` |
# |---|---|---|
# | [losses](https://github.com/apache/mxnet/blob/master/docs/python_docs/python/tutorials/packages/gluon/loss/loss.md), [custom losses](https://github.com/apache/mxnet/blob/master/docs/python_docs/python/tutorials/packages/gluon/loss/custom-loss.md) | `gluon.loss` | `gluon/loss/` |
# | [initialization](https://github.com/apache/mxnet/blob/master/docs/python_docs/python/tutorials/packages/gluon/blocks/init.md) | `init` | `initializer/` |
# | [the Trainer](https://github.com/apache/mxnet/blob/master/docs/python_docs/python/tutorials/packages/gluon/training/trainer.md) | `gluon.Trainer` | `gluon/trainer.py` |
# | [KVStore](https://github.com/apache/mxnet/blob/master/docs/python_docs/python/tutorials/packages/kvstore/kvstore.md) | `kv` | `kvstore/` |
#
# Metrics are in `metric/`, under the names of `mxnet.metric`. Instead of the two other pages in that list there are [Autograd from nothing](02-autograd-from-nothing.ipynb) and [A rate that changes](06-schedules.ipynb).
#
# ## Sources
#
# * X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
# * K. He et al., "Delving deep into rectifiers", ICCV 2015: the factor of 2, forward and backward (section 2.2).
# * J. Martens, "Deep learning via Hessian-free optimization", ICML 2010: few inputs for each unit.
# * R. Koenker, G. Bassett, "Regression quantiles", Econometrica, 1978: the loss whose minimum is a quantile.
