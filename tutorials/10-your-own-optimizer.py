# %% title [markdown]
# # Your own optimizer
#
# New update rules appear every month, and most are a few lines of arithmetic.
# This notebook writes three that minigrad does not have. The first is thirty years old.
# The other two are talked about today: *Muon*, which treats a weight matrix as a matrix, and *schedule-free* SGD, which needs no schedule.
#
# Afterwards you can
#
# * write an optimizer in the three steps of MXNet's guide, or as a rule, and say what the rule saves you,
# * read the programs that minigrad makes from a rule, down to the CUDA kernel,
# * write a rule that looks at a whole matrix at a time, and one whose answer is not the place where its gradients are taken,
# * check a rule against numbers that it did not compute itself.
#
# You need gradient descent with minibatches and momentum (notebook 03). For Muon you should know what a matrix product is; singular values are explained.
# It takes about twenty minutes. Run the cells in order, with Shift+Enter.
#
# Here is the first rule, running down a valley next to gradient descent:

# %% rprop
import textwrap

import matplotlib.pyplot as plt
import numpy

from minigrad import autograd, datasets, gluon, init, np, optimizer, plot, random
from minigrad.optimizer.rule import clip, sign, where
from minigrad.plot.style import INK, frame, styles


@optimizer.register
class Rprop(optimizer.Optimizer):
    """A step length for each weight, which grows as long as the gradient keeps its sign."""

    states = ("d", "before")
    symbols = {"d": r"\Delta", "before": "b", "agree": "a", "grow": r"\eta^{+}", "shrink": r"\eta^{-}"}
    meanings = {"d": "length of a step, in units of the rate", "before": "gradient of the previous step, or 0"}

    def __init__(self, grow=1.2, shrink=0.5, **kwargs):
        super().__init__(**kwargs)
        self.grow, self.shrink = grow, shrink

    def initial_state(self, name, w):
        state = super().initial_state(name, w)  # zeros
        if name == "d":
            state[...] = 1
        return state

    def rule(self, w, g, d, before, *, lr):
        agree = g * before
        d = d * where(agree > 0, self.grow, 1) * where(agree < 0, self.shrink, 1)
        d = clip(d, 1e-6, 50)
        before = where(agree < 0, 0, g)
        return w - lr * d * sign(before), d, before


rprop = Rprop(learning_rate=0.1)
runs = plot.compared([rprop, "sgd"], "valley", steps=60)
plot.trajectory(runs)

# %% rprop-read [markdown]
# *Rprop* (Riedmiller and Braun, 1993) does not care how large a gradient is. It looks only at signs.
# Each weight has its own step length $\Delta$. While the gradient keeps its sign, the length grows by a fifth in each step.
# When the sign changes, the weight has jumped over the bottom: the length is halved, and the weight waits for one step.
#
# So steps become longer along the valley than across it. Gradient descent has one rate for both.

# %% rprop-check
ends = {run.label: run.ends for run in runs}
for label, several in ends.items():
    print(f"{label:6} after 60 steps, from five starts: {min(several):.0e} to {max(several):.0e} above the minimum")
assert max(ends["rprop"]) < 1e-6 < 1e-3 < min(ends["sgd"])

along, across = runs[0].history.states["d"].max(axis=0)
print(f"longest step of Rprop: {0.1 * along:.2f} along the valley, {0.1 * across:.2f} across")
assert along > 1.5 * across

# %% steps-text [markdown]
# ## 1. The three steps of the guide
#
# MXNet's guide writes an optimizer like this:
#
# 1. a class with `create_state`, which makes what has to be remembered for one weight,
# 2. `update`, which takes one step in place,
# 3. `@register`, which gives it a name, so that a Trainer finds it.
#
# Here is Rprop in this form:


# %% steps
@optimizer.register
class RpropByHand(optimizer.Optimizer):
    def create_state(self, index, weight):
        return np.ones(weight.shape, dtype=weight.dtype), np.zeros(weight.shape, dtype=weight.dtype)

    def update(self, index, weight, grad, state):
        self._update_count(index)
        d, before = state
        g = self.rescale_grad * grad
        agree = g * before
        d[:] = np.clip(np.where(agree > 0, 1.2 * d, np.where(agree < 0, 0.5 * d, d)), 1e-6, 50)
        before[:] = np.where(agree < 0, 0, g)
        weight[:] = weight - self._get_lr(index) * d * np.sign(before)


net = gluon.nn.Dense(1, in_units=3)
net.initialize()
trainer = gluon.Trainer(net.collect_params(), "rpropbyhand", {"learning_rate": 0.1})
print(trainer)

# %% steps-read [markdown]
# `_update_count` counts the step, `_get_lr` asks the schedule and the multipliers for the rate, and in a Trainer `rescale_grad` is 1 over the batch size.
# Everything else is up to you, and what you forget is forgotten silently. This class ignores weight decay:


# %% forgotten
def path_of(rule, gradients, start=0.0):
    """The weights after each step, for given gradients."""
    w = np.array(numpy.full(numpy.shape(gradients[0]), start), dtype="float64")
    state, path = rule.create_state(0, w), []
    for g in gradients:
        rule.update(0, w, np.array(g, dtype="float64"), state)
        path.append(w.asnumpy())
    return numpy.array(path)


gradients = numpy.random.default_rng(0).normal(size=(50, 4))
same = abs(path_of(RpropByHand(learning_rate=0.1), gradients) - path_of(rprop, gradients)).max()
print(f"both forms, 50 steps: largest difference {same:.0e}")

nothing = numpy.zeros((3, 1))
for make in (RpropByHand, Rprop):
    ends_at = path_of(make(learning_rate=0.1, wd=0.5), nothing, start=1.0)[-1].item()
    print(f"{make.__name__:12} with wd=0.5 and gradients of 0, three steps from 1: {ends_at:.3f}")
    assert (ends_at == 1.0) == (make is RpropByHand)
assert same < 1e-12

# %% rule-text [markdown]
# ## 2. A rule
#
# The class at the top of the page is a *rule*. It names its states and says what they and the weight become.
# Counting, rescaling, clipping, weight decay, float16 weights and saving are taken care of around it.
#
# A rule gets $w$, $g$ and the states by position, and asks for other things by name: the rate `lr`, the step `t`, the decay `wd`.
# It returns the next weight and the next states. It changes nothing in place.
# It is made of arithmetic, comparisons and the functions of `minigrad.optimizer.rule`, among them `where`, which takes the place of `if`.
#
# So it can have more than one reader. The first is you:

# %% rule-equation
rprop

# %% worked-text [markdown]
# The second works through it by hand, as you would on paper. The third gradient has the opposite sign; watch what happens to $\Delta$ and $w$:

# %% worked
rprop.worked(1.0, [0.5, 0.3, -0.2])

# %% worked-check
places = path_of(rprop, [[0.5], [0.3], [-0.2]], start=1.0)
assert numpy.allclose(places[:, 0], [1 - 0.1, 1 - 0.1 - 0.12, 1 - 0.1 - 0.12])

# %% kernel-text [markdown]
# ## 3. What minigrad makes of it
#
# minigrad runs the rule once with symbols instead of numbers, and records what is done with them. That is the rule's *graph*, and three programs are printed from it.
#
# The first is for NumPy: a list of calls that write into existing memory. `_r0` and `_r1` are scratch arrays, `_mask0` is a scratch array of booleans, and names that begin with `_s` are numbers.

# %% kernel-numpy
from minigrad.optimizer.graph import trace
from minigrad.optimizer.readings.cuda import cuda_source
from minigrad.optimizer.readings.numba import source
from minigrad.optimizer.readings.numpy import program

graph = trace(rprop)
print(program(graph).source)

# %% kernel-loop-text [markdown]
# The second is one loop, which numba compiles if it is installed. Each weight is loaded once and stored once:

# %% kernel-loop
loop = source(graph)
print(loop)

# %% kernel-cuda-text [markdown]
# The third is what one GPU thread does with one weight:

# %% kernel-cuda
print(cuda_source(graph, ["float32"] * 4).operation)

# %% kernel-check-text [markdown]
# Do they compute the same thing? A loop in Python is slow, but it is Python, so we can run the second text as it stands:

# %% kernel-check
plain = path_of(rprop, gradients)
with optimizer.reading("numpy"):
    as_calls = path_of(rprop, gradients)

scope = {"real": float, "sign": numpy.sign, "maximum": max, "minimum": min}
exec(loop, scope)
numbers = graph.fold(rprop, {"lr": 0.1})
w, d, before = numpy.zeros(4), numpy.ones(4), numpy.zeros(4)
as_loop = []
for g in gradients:
    scope["step"](w, g, d, before, *numbers)
    as_loop.append(w.copy())
print(f"rule and NumPy calls differ by at most {abs(as_calls - plain).max():.0e}")
print(f"rule and loop differ by at most        {abs(as_loop - plain).max():.0e}")
assert abs(as_calls - plain).max() < 1e-12 and abs(as_loop - plain).max() < 1e-12

# %% kernel-read [markdown]
# In a notebook a rule runs as ordinary Python, so you can print in it and set breakpoints.
# Move the class to a file and import it from there, and it runs as one of these programs without a change.
# (Above, `optimizer.reading("numpy")` asked for one.)
#
# ## 4. Play with it, and look twice
#
# The explorer takes your rule like any other, with sliders for $\eta^{+}$ and $\eta^{-}$.
# (What is stored here is only the size of the page. Run the cell to see it.)

# %% explorer
rprop.explore("valley")

# %% noise-text [markdown]
# On a valley without noise Rprop is hard to beat.
# But one look is not enough, as [notebook 04](04-look-at-a-rule.ipynb) showed. So here are the handwritten digits, once with all images in each step, and once with batches of 32:

# %% noise
(train_x, train_y), (test_x, test_y) = datasets.digits()
loss_of = gluon.loss.SoftmaxCrossEntropyLoss()


def network(seed, hidden=1):
    """64 pixels, `hidden` layers of 64 units, ten digits."""
    random.seed(seed)
    net = gluon.nn.HybridSequential()
    for _ in range(hidden):
        net.add(gluon.nn.Dense(64, activation="relu", in_units=64))
    net.add(gluon.nn.Dense(10, in_units=64))
    net.initialize(init.Xavier())
    net.hybridize()
    return net


def total(net):
    """The mean loss on all training images."""
    return loss_of(net(train_x), train_y).mean().item()


def train(net, trainers, updates, seed, size=32):
    """Train with batches of `size` images; yields the number of each update once it is done."""
    rng, order = numpy.random.default_rng(seed), numpy.arange(0)
    images, digits = train_x.asnumpy(), train_y.asnumpy()
    for k in range(1, updates + 1):
        if len(order) < size:
            order = rng.permutation(len(digits))
        chosen, order = order[:size], order[size:]
        with autograd.record():
            loss = loss_of(net(np.array(images[chosen])), np.array(digits[chosen]))
        loss.backward()
        for trainer in trainers:
            trainer.step(size)
        yield k


LOOKS = {
    "Rprop, all images": (Rprop, 0.01, len(train_y), "-"),
    "Rprop, batches": (Rprop, 0.01, 32, "--"),
    "RMSProp, batches": (optimizer.RMSProp, 0.003, 32, ":"),
}
curves = {}
for label, (make, rate, size, _) in LOOKS.items():
    net = network(seed=0)
    trainer = gluon.Trainer(net.collect_params(), make(learning_rate=rate))
    updates = 60 if size > 32 else 300
    curves[label] = [
        total(net),
        *(total(net) for k in train(net, [trainer], updates, seed=0, size=size) if k % 10 == 0),
    ]

figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
frame(axes)
for label, losses in curves.items():
    colour = styles(["rmsprop"])["rmsprop"].colour if "RMS" in label else INK
    axes.semilogy(10 * numpy.arange(len(losses)), losses, LOOKS[label][-1], color=colour, label=label)
axes.set(xlabel="step", ylabel="loss on all training images", title="Rprop gets lost when its gradients are noisy")
axes.legend(frameon=False)
plt.show()

for label, losses in curves.items():
    print(f"{label:18} lowest {min(losses):.4f}, at the end {losses[-1]:.4f}")
assert curves["Rprop, all images"][-1] < 0.01 < 0.1 < curves["Rprop, batches"][-1]
lowest = int(numpy.argmin(curves["Rprop, batches"]))
assert lowest <= 10 and curves["Rprop, batches"][-1] > 1.3 * curves["Rprop, batches"][lowest]
assert curves["RMSProp, batches"][-1] < curves["Rprop, batches"][lowest]

# %% noise-read [markdown]
# With all images, the loss falls below a thousandth within 60 steps. With batches it is lowest after some 50 steps, and then rises.
#
# The reason is that in small batches the signs change by chance. One change halves a length, and it takes four agreements to make up for it, because $1.2^4$ is 2.07.
# Here are a thousand weights whose gradients are nothing but noise:

# %% noise-lengths
draw = numpy.random.default_rng(0)
w = np.zeros(1000, dtype="float64")
state = rprop.create_state(0, w)
for _ in range(100):
    rprop.update(0, w, np.array(draw.normal(size=1000)), state)
lengths = state[0].asnumpy()
print(
    f"lengths after 100 steps, in units of the first: median {numpy.median(lengths):.0e}, largest {lengths.max():.0e}"
)
assert numpy.median(lengths) < 1e-4

# %% noise-lengths-read [markdown]
# More than half of the weights can hardly move any more.
#
# RMSProp was the answer to this (Hinton's lecture calls it a version of Rprop for batches). It divides by a running average of the gradients' size, which changes little from batch to batch. So if two batches contradict each other, their steps cancel out.
#
# Now a rule that cannot be written weight by weight.
#
# ## 5. Muon
#
# The gradient of a Dense layer is a matrix, and so is each step of its weights. What does such a step do to the layer?
# Every matrix is a product $U S V^T$ of three: a rotation (or a reflection), a stretching of each axis by a number, and another rotation. The numbers are its *singular values*.
# If one of them is far larger than the others, the step changes what the layer does to one pattern of its inputs, and hardly anything else.
#
# *Muon* (Jordan et al., 2024) takes the step of momentum and makes all its singular values equal: it steps along $O = U V^T$.
# This is to a matrix what the sign is to a number.
#
# A decomposition in every step would be slow. Instead, Muon uses a short iteration of matrix products, named after Newton and Schulz:
#
# $$X \leftarrow a X + b\,(X X^T) X + c\,(X X^T)^2 X$$
#
# Substitute $X = U S V^T$. All rotations in the middle cancel, $U$ and $V$ stay, and each singular value becomes $p(s) = a s + b s^3 + c s^5$.
# So we need a polynomial that, applied several times, brings every number between 0 and 1 close to 1:


# %% newton
def orthogonal(x, coefficients=(3.4445, -4.7750, 2.0315), times=5):
    """A matrix with (nearly) the same U and V, and singular values near 1."""
    a, b, c = coefficients
    x = x / ((x * x).sum() ** 0.5 + 1e-7)  # now no singular value is above 1
    for _ in range(times):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x


EXACT = (15 / 8, -10 / 8, 3 / 8)  # for these, p(1) = 1 and p is flat there

figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
frame(axes)
s = numpy.linspace(0, 1, 1001)
for (a, b, c), dashes, name in (((3.4445, -4.7750, 2.0315), "-", "Muon's"), (EXACT, "--", "15/8, -10/8, 3/8")):
    p = s
    for k in range(1, 6):
        p = a * p + b * p**3 + c * p**5
        if k in (1, 5):
            shade, often = (0.35, "once") if k == 1 else (1, "5 times")
            axes.plot(s, p, dashes, color=INK, alpha=shade, label=f"{name}, {often}")
axes.set(xlabel="singular value before", ylabel="after", title="Two polynomials that make singular values equal")
axes.legend(frameon=False, loc="lower right")
plt.show()

# %% newton-read [markdown]
# The dashed polynomial comes closer and closer to 1, but is slow where a value is small.
# Muon's does not converge at all. It is steeper at 0, and after five rounds all but the smallest values are somewhere between 0.7 and 1.2. Its authors report that this is good enough.
#
# Let us check both against a real decomposition, which knows nothing of the iteration:

# %% newton-check
matrix = numpy.random.default_rng(0).normal(size=(20, 30))
U, S, Vt = numpy.linalg.svd(matrix, full_matrices=False)

exact = orthogonal(matrix, EXACT, times=25)
print(f"dashed, 25 times: differs from U Vᵀ by at most {abs(exact - U @ Vt).max():.0e}")

middle = U.T @ orthogonal(matrix) @ Vt.T  # what is left between the rotations
values = middle.diagonal()
print(
    f"Muon's, 5 times:  singular values {values.min():.2f} to {values.max():.2f}; they were {S.min():.2f} to {S.max():.2f}"
)
print(f"                  off the diagonal, at most {abs(middle - numpy.diag(values)).max():.0e}")
assert abs(exact - U @ Vt).max() < 1e-12 and abs(middle - numpy.diag(values)).max() < 1e-12
assert 0.65 < values.min() < values.max() < 1.25

for name, (a, b, c) in (("dashed", EXACT), ("Muon's", (3.4445, -4.7750, 2.0315))):
    small = 0.01
    for _ in range(5):
        small = a * small + b * small**3 + c * small**5
    print(f"{name}, 5 times:  0.01 becomes {small:.2f}")
assert small > 0.5

# %% best-text [markdown]
# What is $O$ good for? If a layer's weights take a small step $-\eta X$, the loss falls by about $\eta$ times the sum of all products $G_{ij} X_{ij}$, where $G$ is the gradient.
# Of all $X$ with singular values up to 1, $O$ makes this sum the largest: it is then the sum of the singular values of $G$.
# We compare it with 200 random matrices whose singular values are 1:

# %% best
draws = numpy.random.default_rng(1).normal(size=(200, 20, 30))
others = max((matrix * orthogonal(draw, EXACT, times=25)).sum() for draw in draws)
print(f"along O: {(matrix * (U @ Vt)).sum():.2f}, and the sum of the singular values is {S.sum():.2f}")
print(f"along the best of 200 others: {others:.2f}")
assert numpy.isclose((matrix * (U @ Vt)).sum(), S.sum()) and others < S.sum() / 2

# %% muon-text [markdown]
# ### As a rule
#
# A rule computes each weight from its own gradient and its own states. A matrix product is refused:


# %% muon-refused
class NotYet(optimizer.Optimizer):
    def rule(self, w, g, *, lr):
        return w - lr * (g @ w)


try:
    NotYet().update(0, np.ones((2, 2)), np.ones((2, 2)), None)
except Exception as error:
    print(textwrap.fill(str(error), 100))
else:
    raise AssertionError("it was not refused")

# %% muon-named-text [markdown]
# Whatever needs more than one weight is computed in the method `named`, once in each step, on the raw arrays. It returns values by name, and the rule asks for them:


# %% muon
@optimizer.register
class Muon(optimizer.Optimizer):
    """Momentum, with a step whose singular values are nearly equal. For matrices only."""

    states = ("v",)
    elementwise = False  # so parameters are not laid side by side: each keeps its shape
    symbols = {"o": "O"}

    def __init__(self, momentum=0.95, **kwargs):
        super().__init__(**kwargs)
        self.momentum = momentum

    def named(self, index, w, g, states, scalars):
        if w.ndim != 2:
            raise ValueError(f"Muon is for matrices, but {self._name(index)} has shape {w.shape}; give it to Adam")
        g = self.prepared(w, g, scalars)  # rescaled and clipped
        v = self.momentum * states[0] + g  # as the rule will compute it
        ahead = g + self.momentum * v  # Nesterov's look-ahead
        rows, columns = w.shape
        tall = rows > columns
        o = orthogonal(ahead.T).T if tall else orthogonal(ahead)
        return {"o": max(1, rows / columns) ** 0.5 * o}

    def rule(self, w, g, v, *, lr, wd, o):
        v = self.momentum * v + g
        return w - lr * (o + wd * w), v


Muon(learning_rate=0.02, wd=0.01)

# %% muon-equation-read [markdown]
# Since the rule asks for `wd`, the decay is left to it and is not part of $g$: it is separate from the step, as in AdamW.
# The root makes the steps of tall matrices longer, as the authors' code does; for the square ones below it is 1.
#
# Beware of `learning_rate=0.02` in an `__init__` of your own. It is passed on as if the user had written it, and an explicit rate overrides a schedule's. The first draft of this notebook had it, and all rates below gave the same result. So leave the rate to `**kwargs`. ([Failures](13-failures.ipynb) has more of this kind.)
#
# ### Which parameters?
#
# Muon is for the matrices between hidden layers. Biases are not matrices, and for the first and the last layer its authors advise Adam.
# A multiplier (`lr_mult` of a parameter) can change a rate, but not a rule. So there are two Trainers, and each takes a step:


# %% two-trainers
def with_muon(net, muon, adam):
    """Muon for the hidden matrices, Adam for everything else."""
    hidden = [layer.weight for layer in [*net][1:-1]]
    others = [p for p in net.collect_params().values() if p not in hidden]
    return [gluon.Trainer(hidden, muon), gluon.Trainer(others, adam)]


net = network(seed=0, hidden=3)
trainers = with_muon(net, Muon(learning_rate=0.02), optimizer.Adam(learning_rate=0.01))
print(*trainers, sep="\n")

# %% steps-picture-text [markdown]
# What do the steps look like? Train this network for 50 updates, in three ways. Then take the next step of the second layer's weights apart:


# %% steps-picture
def trainers_of(name, net):
    if name == "Muon":
        return with_muon(net, Muon(learning_rate=0.02), optimizer.Adam(learning_rate=0.01))
    rule = optimizer.Adam(learning_rate=0.01) if name == "Adam" else optimizer.SGD(learning_rate=0.1, momentum=0.9)
    return [gluon.Trainer(net.collect_params(), rule)]


spectra = {}
for name in ("momentum", "Adam", "Muon"):
    net = network(seed=0, hidden=3)
    for k in train(net, trainers_of(name, net), 51, seed=0):
        if k == 50:
            before = net[1].weight.data().asnumpy()
    spectra[name] = numpy.linalg.svd(net[1].weight.data().asnumpy() - before, compute_uv=False)

figure, axes = plt.subplots(figsize=(8, 3.2), layout="constrained")
frame(axes)
looks = {
    "momentum": (styles(["sgd"])["sgd"].colour, "-"),
    "Adam": (styles(["adam"])["adam"].colour, "--"),
    "Muon": (INK, ":"),
}
for name, values in spectra.items():
    colour, dashes = looks[name]
    axes.semilogy(range(1, 65), values / values[0], dashes, color=colour, label=name)
axes.set(xlabel="singular value, largest first", ylabel="relative to the largest", ylim=(1e-4, 2))
axes.set_title("One step of a 64 by 64 layer, taken apart")
axes.legend(frameon=False)
plt.show()

for name, values in spectra.items():
    print(f"{name:8} singular values above half of the largest: {(values > values[0] / 2).sum():2} of 64")
assert (spectra["Muon"] > spectra["Muon"][0] / 2).sum() > 32 > 8 > (spectra["Adam"] > spectra["Adam"][0] / 2).sum()

# %% compare-text [markdown]
# ### Does it train?
#
# We make 200 updates, with a rate that falls linearly to 0. Rates are chosen with two seeds; for Muon, Adam's part keeps the rate that was best for Adam alone.
# The numbers are from three other seeds:

# %% compare
from minigrad.lr_scheduler import PolyScheduler

UPDATES = 200


def falling(rate, updates=UPDATES):
    return {"lr_scheduler": PolyScheduler(max_update=updates, base_lr=rate, pwr=1)}


def end_of(make_trainers, seed, hidden=3, updates=UPDATES):
    """The loss on all training images, and the share of test images that are wrong."""
    net = network(seed, hidden)
    for _ in train(net, make_trainers(net), updates, seed):
        pass
    return total(net), (net(test_x).asnumpy().argmax(1) != test_y.asnumpy()).mean()


def alone(make, **arguments):
    return lambda rate, length=UPDATES: (
        lambda net: [gluon.Trainer(net.collect_params(), make(**falling(rate, length), **arguments))]
    )


def beside(adam_rate):
    return lambda rate: lambda net: with_muon(net, Muon(**falling(rate)), optimizer.Adam(**falling(adam_rate)))


best, results = {}, {}
contest = {
    "momentum": (alone(optimizer.SGD, momentum=0.9), (0.05, 0.1, 0.2)),
    "Adam": (alone(optimizer.Adam), (0.01, 0.02, 0.04)),
}
for name in ("momentum", "Adam", "Muon"):
    kind, rates = contest[name] if name in contest else (beside(best["Adam"]), (0.02, 0.05, 0.1))
    best[name] = min(rates, key=lambda rate: sum(end_of(kind(rate), seed)[0] for seed in (100, 101)))
    results[name] = numpy.array([end_of(kind(best[name]), seed) for seed in (0, 1, 2)]).T
    loss, wrong = results[name]
    print(
        f"{name:8} rate {best[name]:5}   loss {loss.min():.4f} to {loss.max():.4f}   wrong {wrong.min():.1%} to {wrong.max():.1%}"
    )

# %% compare-check
loss, wrong = ({name: pair[k] for name, pair in results.items()} for k in (0, 1))
assert loss["Muon"].max() < min(loss["Adam"].min(), loss["momentum"].min()) * 2 / 3
assert wrong["Muon"].max() >= min(wrong["Adam"].min(), wrong["momentum"].min())  # the ranges overlap

layer = 3 * 64 * 64 * 32  # multiplications for one hidden layer: forward, and back to its inputs and to its weights
muon = 5 * 3 * 64 * 64 * 64  # five times three matrix products
print(f"an update of one hidden layer: {layer:,} multiplications with batches of 32, and {muon:,} more for Muon")
assert muon == 10 * layer and 10 * muon == 100 * layer == 3 * 64 * 64 * 3200

# %% compare-read [markdown]
# On this network Muon's loss ends at less than two thirds of the others', from all three seeds. (With 359 test images, there is no clear winner in the errors.)
# It is not free: with batches of 32, Muon needs ten times as many multiplications as the layer itself. With batches of 3,200 it would be a tenth.
#
# Its authors and others report that Muon trains large language models faster than Adam. We have read that, not tried it.
#
# ## 6. Schedule-free SGD
#
# A schedule has to know when training ends ([notebook 06](06-schedules.ipynb)). *Schedule-free* SGD (Defazio et al., 2024) claims to do as well without one.
# It keeps three points:
#
# * $z$ takes the steps of gradient descent, at a fixed and high rate,
# * $x$ is the mean of all $z$ so far, and the answer,
# * $y$ lies between them, near $x$. The gradient is taken there.
#
# The network's weights have to be where the gradient is taken. So $w$ is $y$, and $z$ and $x$ are states, which start where $w$ does:


# %% schedule-free
class ScheduleFree(optimizer.Optimizer):
    """Gradient descent whose answer is the mean of its places."""

    states = ("z", "x")

    def __init__(self, beta=0.9, **kwargs):
        super().__init__(**kwargs)
        self.beta = beta

    def initial_state(self, name, w):
        return w.copy()

    def rule(self, w, g, z, x, *, lr, t):
        z = z - lr * g
        x = (1 - 1 / t) * x + 1 / t * z
        return (1 - self.beta) * z + self.beta * x, z, x


ScheduleFree(learning_rate=1.0)

# %% schedule-free-check-text [markdown]
# Is $x$ what we say it is? NumPy can take the mean of all places, and with $\beta = 0$ the gradient is taken at $z$, which leaves plain SGD:

# %% schedule-free-check
slope = numpy.array([0.1, 0.5, 2.0])  # a parabola for each of three weights


def walk(rule, steps=100, start=1.0):
    """The weights, and the states if there are any, after each step."""
    w = np.array(numpy.full(3, start))
    state, places = rule.create_state(0, w), []
    for _ in range(steps):
        rule.update(0, w, np.array(slope) * w, state)
        places.append([w.asnumpy(), *(s.asnumpy() for s in state or ())])
    return numpy.array(places)  # (steps, what, 3)


y, z, x = walk(ScheduleFree(learning_rate=0.5)).transpose(1, 0, 2)
means = z.cumsum(0) / numpy.arange(1, 101)[:, None]
sgd = walk(optimizer.SGD(learning_rate=0.5))[:, 0]
_, z_alone, x_alone = walk(ScheduleFree(learning_rate=0.5, beta=0.0)).transpose(1, 0, 2)
print(f"x and the mean of z:   {abs(x - means).max():.0e}")
print(f"y and 0.1 z + 0.9 x:   {abs(y - (0.1 * z + 0.9 * x)).max():.0e}")
print(f"beta 0: z and SGD:     {abs(z_alone - sgd).max():.0e}")
assert max(abs(x - means).max(), abs(y - (0.1 * z + 0.9 * x)).max(), abs(z_alone - sgd).max()) < 1e-12

# %% frontier-text [markdown]
# ### At any time
#
# The answer $x$ is a state. `trainer.states(p)` returns copies of a parameter's states by name, so you can look at the loss at $x$ at any time:


# %% averaging
def losses(net, trainer):
    """The loss on all training images at y, z and x. The network is put back to y."""
    parameters = net.collect_params().values()
    points = [{"y": p.data().copy(), **trainer.states(p)} for p in parameters]
    found = []
    for point in ("y", "z", "x", "y"):
        for p, values in zip(parameters, points):
            p.set_data(values[point])
        found.append(total(net))
    return found[:3]


# %% frontier-compare-text [markdown]
# A run at a fixed rate can be stopped at any time; one with a schedule only at its end.
# So here is *one* run of schedule-free SGD, examined after 50, 100, 200, 400 and 800 updates.
# For comparison there are *five* runs of momentum, each with a schedule made for its length and the best of three rates.
# Rates are chosen with seed 100; the picture shows three other seeds:

# %% frontier
LENGTHS = (50, 100, 200, 400, 800)


def looked_at(rate, seed, updates=LENGTHS[-1]):
    """The losses at y, z and x after 50, 100, ... updates of one run."""
    net = network(seed)
    trainer = gluon.Trainer(net.collect_params(), ScheduleFree(learning_rate=rate))
    with optimizer.reading("numpy"):  # as a program, which is faster
        return [losses(net, trainer) for k in train(net, [trainer], updates, seed) if k in LENGTHS]


def scheduled(rate, seed, length):
    return end_of(alone(optimizer.SGD, momentum=0.9)(rate, length), seed, hidden=1, updates=length)[0]


free_rate = min((1.0, 2.0, 4.0), key=lambda rate: looked_at(rate, 100)[-1][2])
rates = {n: min((0.1, 0.2, 0.5), key=lambda rate: scheduled(rate, 100, n)) for n in LENGTHS}
free = numpy.array([looked_at(free_rate, seed) for seed in (0, 1, 2)]).transpose(2, 1, 0)  # (y z x, length, seed)
ends = numpy.array([[scheduled(rates[n], seed, n) for seed in (0, 1, 2)] for n in LENGTHS])

figure, axes = plt.subplots(figsize=(8, 3.4), layout="constrained")
frame(axes)
places = numpy.arange(len(LENGTHS))
for values, colour, dashes, marker, label in (
    (free[1], INK, ":", "^", f"schedule-free, z (rate {free_rate:g})"),
    (free[0], INK, "--", "s", "schedule-free, y"),
    (free[2], INK, "-", "o", "schedule-free, x"),
    (ends, styles(["sgd"])["sgd"].colour, "", "D", "momentum, five runs with schedules"),
):
    axes.semilogy(places, values.mean(1), marker + dashes, color=colour, label=label, markersize=5)
    axes.vlines(places, values.min(1), values.max(1), color=colour, linewidth=1)
axes.set_xticks(places, LENGTHS)
axes.set(
    xlabel="updates", ylabel="loss on all training images", title="One run at a fixed rate, and five with schedules"
)
axes.legend(frameon=False, loc="lower left")
plt.show()

for k, n in enumerate(LENGTHS):
    print(
        f"{n:3} updates: x {free[2, k].mean():.4f}   momentum, rate {rates[n]}: {ends[k].mean():.4f}   z {free[1, k].mean():.4f}"
    )

# %% frontier-check
y, z, x = free.mean(2)
assert free_rate == 2.0 and set(rates.values()) == {0.2}  # neither is at an end of those tried
assert (free[2, :2] < ends[:2].mean(1, keepdims=True)).all() and (abs(x / ends.mean(1) - 1)[2:] < 0.2).all()
assert (z > 5 * x).all() and (abs(y / x - 1) < 0.3).all()

# %% frontier-read [markdown]
# After 50 and 100 updates $x$ is lower than momentum, and after that the two are about equal.
# One run did what took momentum five, and nobody had to say beforehand how long it would be.
#
# The point $z$, which takes the steps, is never in a good place. The mean of its places is one.
# $y$ is about as good as $x$ here. The authors say to evaluate at $x$, and that the method needs tuning like any other. It does: its rate of 2 is ten times that of momentum.
#
# ## 7. Before you believe in a rule
#
# All of this has been done above:
#
# * **Work three steps on paper**, with a gradient that changes its sign: `worked`.
# * **Check a part against something that does not share its code**: a decomposition, a mean by NumPy, a limit in which your rule becomes a known one.
# * **Change the rate**, and see that something changes.
# * **Look at it with noise and without**, with several seeds, and with every rule at its own best rate.
# * **Say what it costs**: states, and multiplications.
#
# If it is good, bring it into minigrad: [one file, and one line in a table of tests](../CONTRIBUTING.md#add-an-optimizer). All that you have seen here comes with it.
#
# ## Exercise
#
# Your own rule can become an exercise, too, with a statement, a check, and names for the mistakes:

# %% exercise
from minigrad.exercises import check
from minigrad.exercises.made import from_rule
from minigrad.exercises.statement import statement

exercise = from_rule(ScheduleFree, "schedule_free_step")
print(statement(exercise))

# %% exercise-text [markdown]
# This attempt has a mistake. Run the cell, read what the check says, and mend the function or write your own:


# %% exercise-attempt
def schedule_free_step(w, g, z, x, t, *, lr, beta):
    x = (1 - 1 / t) * x + 1 / t * z
    z = z - lr * g
    return (1 - beta) * z + beta * x, z, x


check(exercise, schedule_free_step)

# %% sources [markdown]
# ## Sources
#
# * Rprop: M. Riedmiller, H. Braun, "A direct adaptive method for faster backpropagation learning: the RPROP algorithm", 1993. The form here, without a step back after a change of sign, is that of C. Igel and M. Hüsken, 2003 (iRprop-), and of PyTorch.
# * RMSProp as a version of it for batches: G. Hinton, lecture 6e of the course "Neural networks for machine learning", 2012.
# * Muon: K. Jordan et al., "Muon: an optimizer for hidden layers in neural networks", 2024, <https://kellerjordan.github.io/posts/muon/>, and the authors' code, the source of the coefficients and the advice on parameters.
# * Schedule-free: A. Defazio et al., "The road less scheduled", NeurIPS 2024, and the authors' code, whose mean is the one here.
#
# Muon is compared with PyTorch's in `tests/tutorials/test_your_own_optimizer.py`, and schedule-free SGD with a path recorded from its authors' code. What the papers say about speed and large models we have read, not checked.
