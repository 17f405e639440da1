# %% title [markdown]
# # Many workers
#
# Several computers train one network: each computes a gradient on its own samples, and the gradients are combined.
# Much of their time goes into talking and waiting. There are three ways to cut that: *send less*, *talk less often*, *do not wait*.
# None of them is free, and you pay for all of them in the same coin: **the gradient that arrives is no longer the one you would have had.**
#
# Afterwards you can
#
# * simulate any number of workers in this notebook, and count every byte they would send,
# * explain voting by sign and compression to two bits, and say what each costs,
# * say when a larger batch calls for a larger rate, and when that fails,
# * predict how large the rate may be if gradients arrive late,
# * do the same with real processes.
#
# You need gradient descent, weight decay and momentum ([notebook 03](03-gradient-descent.ipynb)).
# It takes about twenty minutes. Run the cells in order, with Shift+Enter.
#
# The task is small: compute ten scores for each image of a digit, one for each class, as the image times a matrix $w$.
# The next cell has the loss and its gradient in plain NumPy, since we shall need thousands of them.

# %% task
import inspect
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import numpy

from minigrad import autograd, datasets, gluon, init, kv, np, optimizer, random
from minigrad.plot.style import frame

(x, y), _ = datasets.digits()
x = numpy.hstack([x, numpy.ones((len(x), 1), "float32")])  # a last column of ones, for the bias


def probabilities(w, x):
    """The probability of each class for each image: the softmax of x w."""
    scores = x @ w
    powers = numpy.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def gradient(w, x, y):
    """The gradient of the mean loss: the images times the errors of their probabilities."""
    wrong = probabilities(w, x)
    wrong[range(len(y)), y] -= 1
    return x.T @ wrong / len(y)


def loss(w):
    """The mean loss on all training images."""
    return -numpy.log(probabilities(w, x)[range(len(y)), y] + 1e-30).mean()


w = np.array(numpy.random.default_rng(0).standard_normal((65, 10)))
w.attach_grad()
with autograd.record():
    by_autograd = gluon.loss.SoftmaxCrossEntropyLoss()(np.array(x) @ w, np.array(y)).mean()
by_autograd.backward()
assert numpy.allclose(gradient(w.asnumpy(), x, y), w.grad.asnumpy(), atol=1e-6)
print(f"{len(x)} images, {w.size} weights; the formula agrees with autograd")

# %% together-text [markdown]
# A *store* is where the gradients meet. `push` gives it one gradient from each worker, its optimizer takes a step, and `pull` fetches the new weights.
# `kv.create("sim", num_workers=8)` makes one for eight workers simulated in one process.
#
# Each of the 8 workers takes 8 samples and sends its gradient in one of three ways, which the following sections explain.
# The picture shows how the loss falls over 80 steps, against the bytes that each worker has sent.


# %% together
def together(rule, compression=None, *, seed=0, n=8, steps=80, broken=0):
    """Train with n workers that wait for each other. Returns the weights, ten losses along the way, and the store."""
    store = kv.create("sim", num_workers=n)
    if compression:
        store.set_gradient_compression(compression)
    w, losses = np.zeros((65, 10)), []
    store.init("w", w)
    store.set_optimizer(rule)
    rng = numpy.random.default_rng(seed)
    for step in range(steps):
        samples = rng.integers(len(x), size=(n, 8))
        found = [gradient(w.asnumpy(), x[mine], y[mine]) for mine in samples]
        found[:broken] = [-100 * g for g in found[:broken]]  # for section 2
        store.push("w", [np.array(g) for g in found])
        store.pull("w", out=w)
        if step % 8 == 7:
            losses.append(loss(w.asnumpy()))
    return w.asnumpy(), losses, store


def mean_of(n, rate):
    """SGD on the mean of n gradients, which the store has summed."""
    return optimizer.SGD(learning_rate=rate, rescale_grad=1 / n)


def votes(rate):
    """A step by the sign of what the store has collected."""
    return optimizer.Signum(learning_rate=rate, momentum=0)


def best(rates, run, *more):
    """Try each rate with five seeds: the rate whose last losses have the lowest median, and all its losses."""
    tried = {rate: numpy.array([run(rate, seed, *more) for seed in range(5)]) for rate in rates}
    rate = min(rates, key=lambda rate: numpy.median(tried[rate][:, -1]))
    return rate, tried[rate]


def curve(rate, seed, rule, compression):
    """The losses of eight workers at this rate."""
    return together(rule(rate), compression, seed=seed)[1]


def spread(losses):
    """The median, the lowest and the highest."""
    return f"{numpy.median(losses):.3f} ({min(losses):.3f} to {max(losses):.3f})"


two_bits, one_bit = {"type": "2bit", "threshold": 0.03}, {"type": "1bit", "momentum": 0.9}
ways = {
    "32 bits: numbers": (lambda rate: mean_of(8, rate), None, (1, 3, 10), "#0067a5", "o"),
    "2 bits, and the rest later": (lambda rate: mean_of(8, rate), two_bits, (3, 10, 30), "#007a33", "s"),
    "1 bit: votes": (votes, one_bit, (0.01, 0.03, 0.1), "#8e3a8e", "^"),
}
figure, axes = plt.subplots(figsize=(8.7, 3.8), layout="constrained")
frame(axes)
sent, medians = {}, []
for name, (rule, compression, rates, colour, marker) in ways.items():
    rate, curves = best(rates, curve, rule, compression)
    sent[name] = 80 * together(rule(rate), compression, steps=1)[2].traffic()
    at = sent[name] * numpy.arange(1, 11) / 10
    axes.fill_between(at, curves.min(axis=0), curves.max(axis=0), color=colour, alpha=0.15, linewidth=0)
    axes.loglog(at, numpy.median(curves, axis=0), color=colour, marker=marker, label=f"{name}, rate {rate}")
    print(f"{name:26} rate {rate:4}, {sent[name]:7,} bytes, loss {spread(curves[:, -1])}")
    medians.append(numpy.median(curves[:, -1]))
    assert rate == rates[1]  # the best rate is at neither end of those tried
axes.set(xlabel="bytes sent by each worker", ylabel="loss on all images")
axes.set_title("80 steps of 8 workers: much the same loss, for fewer and fewer bytes")
axes.set_yticks((0.1, 0.2, 0.5, 1, 2), ("0.1", "0.2", "0.5", "1", "2"))
axes.minorticks_off()
axes.legend(loc="upper right", frameon=False)
plt.show()
assert max(medians) < 1.5 * min(medians)

# %% together-read [markdown]
# Lines are medians over five seeds, bands reach from the lowest to the highest, and each way has the best of three rates (about a factor of three apart).
# After the same number of steps the losses are much alike, but the bytes are not. How can that be?
#
# ## 1. What has to be sent
#
# The gradient of the mean loss over 64 samples is the mean of eight gradients over 8 samples each.
# So eight workers that send all their numbers take the same step as one process with all the samples:

# %% sum
alone, rng = numpy.zeros((65, 10), "float32"), numpy.random.default_rng(0)
for _ in range(80):
    samples = rng.integers(len(x), size=64)
    alone -= 1.0 * gradient(alone, x[samples], y[samples])
w, losses, store = together(mean_of(8, 1.0))
print(f"largest difference of a weight: {abs(w - alone).max():.0e}")
assert numpy.allclose(w, alone, rtol=0, atol=1e-5)

# %% bytes-text [markdown]
# To add up arrays from $n$ workers, cut each array into $n$ pieces. Worker $k$ gets piece $k$ from all the others, adds them up, and sends the sum to all the others.
# So each worker sends $n - 1$ pieces twice; for an array of $b$ bytes that makes $2 (n-1) b / n$.
# This is how `traffic()` counts:

# %% bytes
each_step = 2 * 7 / 8 * 4 * w.size
print(f"{each_step:.0f} bytes a step, and in 80 steps {store.traffic()}")
assert store.traffic() == 80 * each_step

# %% votes-text [markdown]
# This hardly depends on the number of workers, but it is proportional to the number of weights, and real networks have millions.
#
# ## 2. One bit: a vote
#
# *SignSGD* moves each weight by the rate $\eta$, against the sign of its gradient. *Signum* takes the sign of a running mean $v$ of the gradients. In the library it is:

# %% signum
optimizer.Signum(learning_rate=0.03, momentum=0.9)

# %% votes-rule [markdown]
# A sign is one bit. So each worker can send just signs, and each weight follows the majority.
# Here three workers vote on four weights, and then four workers do:

# %% vote
for gradients in (
    [[5.0, -1.0, 2.0, -3.0], [-0.1, -1.0, 3.0, -1.0], [-0.1, 2.0, 4.0, 9.0]],
    [[5.0, -1.0, 2.0, -3.0], [-0.1, -1.0, 3.0, -1.0], [-0.1, 2.0, 4.0, 9.0], [0.1, -3.0, 5.0, 1.0]],
):
    store = kv.create("sim", num_workers=len(gradients))
    store.set_gradient_compression({"type": "1bit"})
    answer = np.zeros(4)
    store.init("w", answer)
    store.push("w", [np.array(g) for g in gradients])
    store.pull("w", out=answer)
    print(len(gradients), "workers:", answer)
assert answer.asnumpy().tolist() == [0, -1, 1, 0]

# %% vote-read [markdown]
# For the first weight one worker says 5 and two say -0.1: the sum is positive, but the majority is negative.
# Four workers can split two against two; then the answer is 0, and the weight stays where it is.
# So an answer has three possible values and takes two bits: of 32 + 32 bits for each weight, 1 + 2 are left.
# The pieces hold whole groups of 16 weights, so our small array saves a little less than that.
#
# With `"momentum": 0.9` each worker votes by the running mean of *its own* gradients; the $v$ above then lives in the workers, and the optimizer has no momentum.
# What does the mean do? And what if a worker goes mad, and sends -100 times its gradient? (You see the median, lowest and highest loss over three seeds, first with all workers sane.)

# %% broken
for label, rule, compression in (
    ("numbers", mean_of(8, 1.0), None),
    ("votes of one gradient each", votes(0.03), {"type": "1bit"}),
    ("votes of a mean", votes(0.03), one_bit),
):
    ends = {b: [together(rule, compression, seed=seed, broken=b)[1][-1] for seed in range(3)] for b in (0, 2)}
    mad = spread(ends[2]) if compression is None else "below 0.5"
    print(f"{label:26}  {spread(ends[0])}  two of eight mad: {mad}")
    if compression is None:
        assert min(ends[2]) > 10
    else:  # which signs nearly cancel depends on the last bit of a sum, so only a bound is shown
        assert max(ends[2]) < 0.5
    if compression == one_bit:
        assert max(ends[0]) < 0.25

# %% broken-read [markdown]
# Two mad workers decide the sum of all eight. In a vote they have two votes.
# (This is no defence against enemies: more than half of the workers outvote the rest.)
# And at this rate it is better to vote by a mean: the gradient of 8 samples often gets a sign wrong.
#
# **What you pay.** All weights move equally far, whether the gradient is large or tiny. So the weights cannot come to rest unless the rate is lowered, and workers whose samples differ in kind may be outvoted for ever.
#
# ## 3. Two bits, and the rest later
#
# Compression to two bits sends $-\tau$, 0 or $\tau$, where $\tau$ is a threshold.
# What is not sent is not lost. Each worker keeps it in a *residual* $r$, and adds it to the next gradient:
#
# $$r \leftarrow r + g, \qquad q = \tau\,([r \ge \tau] - [r \le -\tau]), \qquad r \leftarrow r - q, \qquad \text{send } q$$
#
# ($[\ldots]$ is 1 if the condition holds and 0 otherwise.) Here are a gradient of 0.2 and one of -0.3, six times:

# %% two-bits
store = kv.create("sim", num_workers=1)
store.set_gradient_compression({"type": "2bit", "threshold": 0.5})
arrived, total = np.zeros(2), numpy.zeros(2)
store.init("w", arrived)
for step in range(1, 7):
    store.push("w", [np.array([0.2, -0.3])])
    store.pull("w", out=arrived)
    total += arrived.asnumpy()
    residual = store.residuals["w", 0]
    print(f"step {step}: sent {arrived.asnumpy()}, so far {total}, kept {residual.round(3)}")
    assert numpy.allclose(total + residual, step * numpy.array([0.2, -0.3]), atol=1e-6)

# %% two-bits-read [markdown]
# *So far* and *kept* always add up to the sum of all gradients: nothing is lost, only late.
# Without the residual neither value would ever be sent, since both are below the threshold.
#
# **What you pay.** What is kept arrives late, and the larger the threshold, the later. Gradients above the threshold are late too, since at most $\tau$ leaves in one step.
# The threshold is in units of the gradient, so you have to choose it:

# %% thresholds
for threshold in (0.0003, 0.03, 3.0):
    compression = {"type": "2bit", "threshold": threshold}
    ends = [together(mean_of(8, 3.0), compression, seed=seed)[1][-1] for seed in range(3)]
    print(f"threshold {threshold:6}: loss {spread(ends)}")
    assert (max(ends) < 0.3) == (threshold == 0.03)

# %% large-text [markdown]
# (A `Trainer` pushes the gradient of a loss *summed* over a worker's samples, and divides afterwards. With batches of 8 its threshold must be eight times as large.)
#
# ## 4. Talk less often: large batches
#
# With eight times as many samples in each step, the same data takes an eighth of the steps, and of the bytes.
# But an eighth of the steps, at the same length, do not get as far. So make them eight times as long?
# Here are 512 times 16 samples, with a rate of 0.2 for batches of 16:


# %% large
def large(rate, seed, times, warm=False):
    """SGD on batches of 16 · `times` samples, 512 · 16 samples in all. With `warm` the rate grows in the first half."""
    w, rng, steps = numpy.zeros((65, 10)), numpy.random.default_rng(seed), 512 // times
    for step in range(steps):
        samples = rng.integers(len(x), size=16 * times)
        w -= rate * (min(1, 2 * (step + 1) / steps) if warm else 1) * gradient(w, x[samples], y[samples])
    return [loss(w)]


print("times  steps  rate 0.2                0.2 · times               best of 0.5, 2, 8 and 32")
ends = {}
for times in (1, 4, 16, 64):
    same, scaled = ([large(rate, seed, times)[0] for seed in range(5)] for rate in (0.2, 0.2 * times))
    rate, found = best((0.5, 2, 8, 32), large, times)
    ends[times] = numpy.median([same, scaled, found[:, 0]], axis=1)
    print(f"{times:5} {512 // times:6}  {spread(same):23} {spread(scaled):25} {spread(found[:, 0])}, at {rate}")

# %% large-check
usual = ends[1][0]
assert abs(ends[4][1] - usual) < 0.1 * usual and abs(ends[16][1] - usual) < 0.1 * usual < usual < 0.1 * ends[64][1]
assert usual < ends[4][0] < ends[16][0] < ends[64][0] and ends[1][2] < ends[4][2] < ends[16][2] < ends[64][2]
warm = [large(12.8, seed, 64, warm=True)[0] for seed in range(5)]
print(f"64 times, rate 12.8, warmed up: {spread(warm)}")
assert min(warm) > 10 * usual

# %% large-read [markdown]
# At the same rate, the larger the batches, the less far they get.
# With the rate scaled like the batch (the *linear scaling rule*), 4 and 16 times as many samples per step get as far as before: one step is as long as all the small ones that it replaces, because the gradient hardly changes over them.
# At 64 times it does change, and the rule fails: the step is too long for the curvature, and the limit that the curvature sets does not grow with the batch.
#
# A *warm-up*, a rate that grows from small to large, is meant for trouble that passes after the first steps.
# Here there are only eight steps, the trouble stays, and the warm-up does not help. On large networks it often does (so Goyal et al. report; we have not measured it).
#
# The last column is the fair comparison, each at its best rate. With the same number of samples, the smaller batches end lower.
#
# **What you pay.** A large batch gives a better gradient than you can use. The same samples give fewer steps.
#
# *LBSGD* does both for you, the adding up and the warm-up: it adds up $B$ small batches and then takes one step, at a rate that grows to $B \eta$.
# Without warm-up, it takes the steps of our table:

# %% lbsgd
rule = optimizer.LBSGD(learning_rate=0.2, batch_scale=4, warmup_epochs=0)
w, rng = np.zeros((65, 10)), numpy.random.default_rng(0)
state = rule.create_state(0, w)
for _ in range(128):
    samples = rng.integers(len(x), size=(4, 16))
    for g in [gradient(w.asnumpy(), x[mine], y[mine]) for mine in samples]:
        rule.update(0, w, np.array(g), state)
print(f"LBSGD {loss(w.asnumpy()):.5f}, and SGD on 4 times 16 samples at 4 times the rate {large(0.8, 0, 4)[0]:.5f}")
assert abs(loss(w.asnumpy()) - large(0.8, 0, 4)[0]) < 1e-5
optimizer.LBSGD(learning_rate=0.2, batch_scale=4)

# %% lars-text [markdown]
# ### A rate for each layer
#
# With several layers, one rate for all may be too large for one of them and too small for another.
# *LARS* multiplies the rate of each array by the length of its weights divided by the length of its gradient, so that each array moves by the same fraction of its length:

# %% lars
optimizer.LARS(learning_rate=0.02, momentum=0.9, eta=1.0)


# %% lars-train
def layers(rate, seed, made, depth):
    """Train a network with `depth` hidden layers for 20 steps on batches of 512 samples."""
    random.seed(seed)
    net = gluon.nn.Sequential()
    for _ in range(depth):
        net.add(gluon.nn.Dense(32, activation="relu"))
    net.add(gluon.nn.Dense(10))
    net.initialize(init.Xavier())
    trainer, loss_fn = gluon.Trainer(net.collect_params(), made(rate)), gluon.loss.SoftmaxCrossEntropyLoss()
    rng = numpy.random.default_rng(seed)
    for _ in range(20):
        samples = rng.choice(len(x), 512, replace=False)
        with autograd.record():
            losses = loss_fn(net(np.array(x[samples, :64])), np.array(y[samples]))
        losses.backward()
        trainer.step(512)
    return [loss_fn(net(np.array(x[:, :64])), np.array(y)).mean().item()]


for depth in (1, 3):
    for name, rates, made in (
        ("momentum", (0.05, 0.1, 0.14, 0.2, 0.5, 1), lambda rate: optimizer.SGD(learning_rate=rate, momentum=0.9)),
        (
            "LARS",
            (0.005, 0.01, 0.02, 0.05, 0.1),
            lambda rate: optimizer.LARS(learning_rate=rate, momentum=0.9, eta=1.0),
        ),
    ):
        rate, found = best(rates, layers, made, depth)
        print(f"hidden layers: {depth}, {name:8} at its best rate, {rate:4}: {spread(found[:, 0])}")
        ends[name, depth] = found[:, 0]
assert min(ends["momentum", 3]) > max(ends["LARS", 3])
assert abs(numpy.median(ends["LARS", 1]) - numpy.median(ends["momentum", 1])) < 0.05 < numpy.ptp(ends["LARS", 1])

# %% lars-read [markdown]
# With one hidden layer it is a tie. With three, LARS is lower: even its highest loss lies below the lowest of momentum.
# These are 20 steps on a small network, with one way to draw the initial weights. They show what LARS is for, not how much it would help you.
#
# ## 5. Do not wait
#
# Workers that wait for each other are only as fast as the slowest.
# With `delay=` they do not wait: each computes for as long as `delay` says, pushes its gradient, and goes on with the newest weights.
# But meanwhile others have pushed. The *staleness* of a gradient is how often the weights were updated while it was being computed:

# %% stale
store = kv.create("sim", num_workers=3, delay=[1.0, 1.5, 4.0])
own = [np.array([1.0]) for _ in store.workers]
for worker in store.workers:
    worker.init("w", own[worker.rank])
    worker.pull("w", out=own[worker.rank])
store.set_optimizer(optimizer.SGD(learning_rate=0.1))
for worker in store.turns(8):
    w = own[worker.rank]
    worker.pushpull("w", w.copy(), out=w)  # the gradient of w²/2 is w
    arrival = store.arrivals[-1]
    print(f"time {arrival.time:3}: worker {arrival.rank}, staleness {arrival.staleness}")

# %% stale-limit-text [markdown]
# What does staleness do to a step? With $n$ equally fast workers, every gradient is $n - 1$ updates late (after the first round).
# On the parabola $w^2/2$ the step is then $w_{t+1} = w_t - \eta\, w_{t-s}$ with the staleness $s = n - 1$.
# The weight shrinks only if
#
# $$\eta < 2 \sin\frac{\pi}{2\,(2s + 1)}$$
#
# For $s = 0$ this is the familiar limit of 2. We test two percent below the limit and two percent above:


# %% stale-limit
def parabola(n, rate):
    """How far n workers are from the minimum in the last tenth of 1000 updates."""
    store = kv.create("sim", num_workers=n, delay=1.0)
    own = [np.array([1.0], dtype="float64") for _ in range(n)]
    for worker in store.workers:
        worker.init("w", own[worker.rank])
        worker.pull("w", out=own[worker.rank])
    store.set_optimizer(optimizer.SGD(learning_rate=rate))
    seen = []
    for worker in store.turns(1000):
        w = own[worker.rank]
        worker.pushpull("w", w.copy(), out=w)
        seen.append(abs(w.item()))
    return max(seen[-100:])


for n in (1, 2, 4, 16):
    limit = 2 * numpy.sin(numpy.pi / (2 * (2 * (n - 1) + 1)))
    below, above = parabola(n, 0.98 * limit), parabola(n, 1.02 * limit)
    print(f"{n:2} workers: limit {limit:.3f}, below it |w| ends at {below:.0e}, above it at {above:.0e}")
    assert below < 1 < above
assert round(2 / limit) == 20

# %% stale-digits-text [markdown]
# Sixteen workers need a rate about twenty times smaller than one worker does.
# (That is, unless another limit is lower: noise may demand a small rate anyway.)
#
# *DCASGD* tries to undo the delay. If the worker had the weights $\tilde w$ (`prev` in the code) and they are now $w$, then the gradient has changed by about the curvature times $w - \tilde w$.
# The curvature is unknown. DCASGD puts $\lambda g^2$ in its place:

# %% dcasgd
optimizer.DCASGD(learning_rate=0.5, lamda=0.5)

# %% stale-digits-about [markdown]
# Does it help? Here are sixteen workers on the digits, with 8 samples for each gradient, and with delays drawn at random, some short and some long.
# For comparison, one worker makes the same number of updates and is never late.


# %% stale-digits
def late(rule, seed, n=16, delay=lambda rank, rng: rng.exponential(1.0)):
    """Train with n workers that do not wait, for 200 updates. Returns the loss and the store."""
    store = kv.create("sim", num_workers=n, delay=delay, seed=seed)
    own, rng = [np.zeros((65, 10)) for _ in range(n)], numpy.random.default_rng(seed)
    for worker in store.workers:
        worker.init("w", own[worker.rank])
        worker.pull("w", out=own[worker.rank])
    store.set_optimizer(rule)
    for worker in store.turns(200):
        w, samples = own[worker.rank], rng.integers(len(x), size=8)
        worker.pushpull("w", np.array(gradient(w.asnumpy(), x[samples], y[samples])), out=w)
    end = np.zeros((65, 10))
    store.pull("w", out=end)
    return loss(end.asnumpy()), store


rates = (0.25, 0.5, 1.0, 2.0)
kinds = {
    "one worker": ("#333333", "o", lambda rate, seed: late(optimizer.SGD(learning_rate=rate), seed, n=1)),
    "16, SGD": ("#0067a5", "s", lambda rate, seed: late(optimizer.SGD(learning_rate=rate), seed)),
    "16, DCASGD, λ = 0.5": (
        "#007a33",
        "^",
        lambda rate, seed: late(optimizer.DCASGD(learning_rate=rate, lamda=0.5), seed),
    ),
    "16, DCASGD, λ = 2": (
        "#c2410c",
        "D",
        lambda rate, seed: late(optimizer.DCASGD(learning_rate=rate, lamda=2.0), seed),
    ),
}
runs = {name: [[run(rate, seed) for seed in range(5)] for rate in rates] for name, (*_, run) in kinds.items()}
ends = {name: numpy.array([[end for end, _ in seeds] for seeds in found]) for name, found in runs.items()}
figure, axes = plt.subplots(figsize=(8.7, 3.8), layout="constrained")
frame(axes)
for name, (colour, marker, _) in kinds.items():
    low, middle, high = numpy.percentile(ends[name], (0, 50, 100), axis=1)
    axes.loglog(rates, middle, color=colour, marker=marker, label=name)
    axes.fill_between(rates, low, high, color=colour, alpha=0.12, linewidth=0)
axes.set(xlabel="rate", ylabel="loss after 200 updates", title="The larger the rate, the more it costs to be late")
axes.set_xticks(rates, [str(rate) for rate in rates])
axes.set_yticks((0.2, 0.5, 1, 2), ("0.2", "0.5", "1", "2"))
axes.minorticks_off()
axes.legend(loc="upper left", frameon=False)
plt.show()

# %% stale-digits-check
for name, found in ends.items():
    print(f"{name:20}", "  ".join(f"rate {rate}: {numpy.median(losses):.3f}" for rate, losses in zip(rates, found)))
lower = {name: (ends[name] < ends["16, SGD"]).sum(axis=1).tolist() for name in ends if "DCASGD" in name}
for name, seeds in lower.items():
    print(f"{name}: lower than SGD in {seeds} of 5 seeds, rate by rate")
middle = {name: numpy.median(found, axis=1) for name, found in ends.items()}
assert middle["one worker"].argmin() == 3 and all(middle[name].argmin() == 1 for name in middle if name != "one worker")
assert all(middle[name].min() > 1.3 * middle["one worker"].min() for name in lower)
assert all(seeds[1] == 3 for seeds in lower.values())
late_by = [[arrival.staleness for arrival in store.arrivals] for _, store in runs["16, SGD"][0]]
print(f"staleness: {numpy.mean(late_by):.1f} on average, and at most {numpy.max(late_by)}")

# %% stale-digits-read [markdown]
# At the smallest rate being late makes no difference: the weights hardly move in the meantime.
# At large rates it makes all the difference, so the sixteen need a smaller rate, and end higher.
#
# DCASGD does not change that here. At its best rate it is lower than SGD in three seeds and higher in two, for both $\lambda$: a tie.
# (Its authors report gains on large networks. Here $g^2$ is taken from 8 samples, weight by weight, and is a poor estimate of the curvature. We tried no more than you see.)
#
# ### What you get for it
#
# Time. How many rounds would the sixteen have finished in the time of those runs if they had waited for each other?
# Here are both ways in the same time, each at its best rate: once with the same uneven delays, once with all delays equal to 1.


# %% time
def waiting(rate, seed, rounds):
    """The loss after `rounds` rounds of SGD on the mean gradient of all sixteen."""
    w, rng = numpy.zeros((65, 10), "float32"), numpy.random.default_rng(seed)
    for _ in range(rounds):
        samples = rng.integers(len(x), size=16 * 8)
        w -= rate * gradient(w, x[samples], y[samples])
    return [loss(w)]


def rounds_in_time(seed):
    """How many rounds, each as long as its slowest worker takes, fit into the time of the run above."""
    slowest = numpy.random.default_rng(seed).exponential(1.0, (100, 16)).max(axis=1)
    return int((slowest.cumsum() <= runs["16, SGD"][1][seed][1].time).sum())


tried = (0.5, 1, 2, 4, 8)
uneven = best(tried, lambda rate, seed: waiting(rate, seed, rounds_in_time(seed)))
even = best(tried, lambda rate, seed: waiting(rate, seed, 200 // 16))
even_late = best(
    (0.03, 0.06, 0.12, 0.25), lambda rate, seed: late(optimizer.SGD(learning_rate=rate), seed, delay=1.0)[:1]
)
print("rounds in the same time, uneven:", [rounds_in_time(seed) for seed in range(5)], "and even:", 200 // 16)
print(f"uneven, waiting:     {spread(uneven[1][:, 0])}, rate {uneven[0]}")
print(f"uneven, not waiting: {spread(ends['16, SGD'][1])}, rate {rates[1]}")
print(f"even,   waiting:     {spread(even[1][:, 0])}, rate {even[0]}")
print(f"even,   not waiting: {spread(even_late[1][:, 0])}, rate {even_late[0]}")
assert (
    max(ends["16, SGD"][1]) < min(uneven[1][:, 0])
    and {uneven[0], even[0]} <= {1, 2, 4}
    and even_late[0] in (0.06, 0.12)
)
assert numpy.median(even[1]) < numpy.median(even_late[1]) and min(even_late[1]) < max(even[1])
assert {rounds_in_time(seed) for seed in range(5)} == {1, 3, 4}
fresh = {}
for name, found in {
    "uneven": runs["16, SGD"][1],
    "even": [late(optimizer.SGD(learning_rate=0.12), 0, delay=1.0)],
}.items():
    fresh[name] = numpy.mean([arrival.staleness <= 5 for _, store in found for arrival in store.arrivals])
    print(f"{name}: {fresh[name]:.0%} of the gradients are at most 5 updates late")
assert 0.3 < fresh["uneven"] < 0.36

# %% time-read [markdown]
# With uneven delays, waiting clearly loses: someone is always slow, and only one to four rounds fit into that time.
# With even delays nobody has to wait, and late gradients buy nothing: the losses overlap, and the median is lower with waiting.
#
# (With even delays the sixteen need a smaller rate than with random ones. After the first round, all of their gradients are 15 updates late; with random delays, a third are at most 5 updates late.)
#
# **What you pay.** Late gradients need smaller rates. It pays to be late only if waiting costs more.
#
# ## 6. Real processes
#
# Nothing above was sent anywhere. The same stores exist for processes started by MPI, on one machine or on many:
# `"dist_sync"` for workers that wait, and `"dist_async"` for workers that do not.
# A program asks the store which worker it is (`store.rank`), and takes its own samples.
# Here is one that votes. We write it to a file and run it in two processes:

# %% program
program = (
    "import numpy\nfrom minigrad import datasets, kv, np, optimizer\n\n"
    + inspect.getsource(probabilities)
    + inspect.getsource(gradient)
    + """
(x, y), _ = datasets.digits()
x = numpy.hstack([x, numpy.ones((len(x), 1), "float32")])
store = kv.create("dist_sync")
store.set_gradient_compression({"type": "1bit", "momentum": 0.9})
w = np.zeros((65, 10))
store.init("w", w)
store.set_optimizer(optimizer.Signum(learning_rate=0.03, momentum=0))
rng = numpy.random.default_rng(0)
for _ in range(80):
    mine = rng.integers(len(x), size=(store.num_workers, 8))[store.rank]
    store.push("w", np.array(gradient(w.asnumpy(), x[mine], y[mine])))
    store.pull("w", out=w)
numpy.save(f"weights-{store.rank}.npy", w.asnumpy())
"""
)
with tempfile.TemporaryDirectory() as folder:
    if find_spec("mpi4py"):
        Path(folder, "votes.py").write_text(program)
        command = [sys.executable, "-m", "minigrad", "launch", "-n", "2", "votes.py"]
        subprocess.run(command, cwd=folder, check=True, timeout=120)
        first, second = (numpy.load(Path(folder, f"weights-{rank}.npy")) for rank in range(2))
        simulated = together(votes(0.03), one_bit, n=2)[0]
        assert numpy.array_equal(first, second) and numpy.allclose(first, simulated, rtol=0, atol=1e-6)
        print(
            f"Two processes end with the same weights and the loss {loss(first):.3f}, just as two simulated workers do."
        )
    else:
        print("Skipped: mpi4py is not installed. pip install -e '.[dist]' installs it, with an MPI for this machine.")

# %% program-read [markdown]
# In a terminal, run `minigrad launch -n 2 votes.py` or `mpiexec -n 2 python -m mpi4py votes.py`.
# A `Trainer` does the pushing and pulling for you: `gluon.Trainer(net.collect_params(), "sgd", kvstore=store)`. [On several processes](processes.md) has such a program.
#
# | you save | with | the gradient is then | what to watch |
# |---|---|---|---|
# | bytes | votes: `{"type": "1bit", "momentum": 0.9}` and `Signum(momentum=0)` | a direction without a length | the rate, which has to fall at the end |
# | bytes | `{"type": "2bit", "threshold": ...}` | right in the sum, but late | the threshold, in units of the gradient |
# | messages | larger batches, and a rate to match | better than needed | whether the rate is below its limit |
# | waiting | `delay=`, `"dist_async"` | late | `store.arrivals`, and a smaller rate |
#
# ## Exercises
#
# Below are three functions, each with a mistake that is easy to make. Run a cell, and read what the check says.
# Then replace the body with your own. Arrays are NumPy arrays, and your function must not change its arguments.
# If you are stuck, `minigrad exercises show sign_majority --hint 1` in a terminal gives a hint, and `check(..., hint=3)` shows numbers.
# Two more exercises belong here: `signum_step` and `lars_ratio`.

# %% majority-task
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["sign_majority"]))


# %% majority
def sign_majority(signs):
    votes = sum(signs)
    return numpy.where(votes >= 0, 1, -1)


check("sign_majority", sign_majority)

# %% two-bit-task
print(statement(EXERCISES["two_bit_compress"]))


# %% two-bit
def two_bit_compress(g, residual, threshold):
    r = residual + g
    codes = numpy.sign(r) * (abs(r) >= threshold)
    return codes, numpy.where(codes == 0, r, 0)


check("two_bit_compress", two_bit_compress)

# %% dcasgd-task
print(statement(EXERCISES["dcasgd_step"]))


# %% dcasgd-step
def dcasgd_step(w, g, prev, *, lr, lamda):
    return w - lr * (g + lamda * g**2 * (prev - w)), w


check("dcasgd_step", dcasgd_step)

# %% sources [markdown]
# ## Sources
#
# * SignSGD, Signum, the majority vote: J. Bernstein, Y.-X. Wang, K. Azizzadenesheli, A. Anandkumar, "signSGD: compressed optimisation for non-convex problems", ICML 2018, Algorithms 1 to 3.
# * Compression with a threshold and a residual: N. Strom, "Scalable distributed DNN training using commodity GPU cloud computing", Interspeech 2015.
# * The linear scaling rule and warm-up: P. Goyal et al., "Accurate, large minibatch SGD: training ImageNet in 1 hour", arXiv:1706.02677, section 2.
# * LARS: Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", arXiv:1708.03888, Algorithm 1.
# * DCASGD: S. Zheng et al., "Asynchronous stochastic gradient descent with delay compensation", ICML 2017, Algorithms 1 and 2.
# * The limit for late gradients follows from the roots of $z^{s+1} = z^s - \eta$: at the limit, one has length 1. Put $z = e^{i\varphi}$.
#
# MXNet's Signum sends no signs, the `lars` of its LBSGD is not the paper's, and its DCASGD uses a different weight as `prev`: see [the errata](errata.md).
