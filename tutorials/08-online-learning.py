# %% title [markdown]
# # Follow the leader
#
# Most models learn first and are used afterwards.
# A model that predicts clicks does both at once: an advertisement is shown, the model says how likely a click is, and a moment later it is told what happened, and learns from that.
# Each sample comes once, in a *stream* that does not end.
# This is *online learning*.
#
# Its rules do not ask which way is downhill.
# They ask: which weights would have been best for everything seen so far?
# Those weights are called *the leader*, and the whole notebook is about following it.
#
# Afterwards you can
#
# * judge a model on a stream, without setting any samples aside for a test,
# * say what *regret* is, and why a leader must not be followed blindly,
# * find the weights of Ftrl and FTML by searching, and so see what their formulas are for,
# * choose Ftrl's $\lambda_1$, which makes weights exactly 0, and say when it costs something.
#
# You need gradient descent and AdaGrad (notebook 03): *AdaGrad* divides each weight's rate by the root of the sum of its squared gradients.
# It takes about twenty minutes. Run the cells in order, with Shift+Enter.

# %% stream-text [markdown]
# Here is our stream. We made it ourselves, so we know the truth.
# A click depends on 100 features $x$, numbers around 0.
# There are true weights $w$, and a click comes with the probability $1 / (1 + e^{-x \cdot w})$.
# **Ten of the true weights are 1 or -1. The other ninety are 0**, and the model is not told which.
#
# The loss of a prediction is $-\log$ of the probability that it gave to what then happened, so guessing one half costs $\log 2 = 0.69$.
# Its gradient is (predicted probability - click) times $x$.
#
# All numbers below are from five such streams with different seeds.
# (They are learned side by side, as the five rows of one array: the rules treat each weight on its own.)

# %% imports
from functools import partial

import matplotlib.pyplot as plt
import numpy

from minigrad import datasets, np, optimizer
from minigrad.plot.style import INK, frame, styles

FEATURES, USEFUL, SEEDS = 100, 10, 5
colours = {name: style.colour for name, style in styles(["sgd", "ftrl", "ftml"]).items()}


def chance(odds):
    """Any number as a probability."""
    return 1 / (1 + numpy.exp(-odds))


def stream(count, first_seed=0):
    """Five streams: features x (count, 5, 100), clicks y (count, 5), and the weights (5, 100) that made them."""
    x, y = numpy.empty((count, SEEDS, FEATURES)), numpy.empty((count, SEEDS))
    truth = numpy.zeros((SEEDS, FEATURES))
    for k in range(SEEDS):
        rng = numpy.random.default_rng(first_seed + k)
        truth[k, :USEFUL] = rng.choice((-1.0, 1.0), USEFUL)
        x[:, k] = rng.normal(size=(count, FEATURES))
        y[:, k] = rng.random(count) < chance(x[:, k] @ truth[k])
    return x, y, truth


def loss_of(odds, y):
    """-log of the probability given to what happened."""
    return numpy.logaddexp(0, (1 - 2 * y) * odds)


def learn(rule, x, y, every=50):
    """Predict, look, update. Returns the losses of the predictions (count, 5), and the weights every `every` steps."""
    w = np.zeros(x.shape[1:], dtype="float64")
    state, losses, kept = rule.create_state(0, w), numpy.empty(y.shape), []
    for t in range(len(y)):
        if t % every == 0:
            kept.append(w.asnumpy())
        odds = (x[t] * w.asnumpy()).sum(-1)  # the prediction,
        losses[t] = loss_of(odds, y[t])  # what it cost,
        rule.update(0, w, np.array((chance(odds) - y[t])[:, None] * x[t]), state)  # and a step against its gradient
    return losses, numpy.array([*kept, w.asnumpy()])


# %% leader-text [markdown]
# By the end of this notebook you will understand this picture:


# %% leader
def objective(w, gradients, weights, rate=0.1, beta=1.0, lamda1=20.0):
    """What Ftrl minimizes for one weight, given its gradients and the weights at which they were taken; a value for each w."""
    squares = numpy.cumsum(gradients**2)
    sigma = numpy.diff(numpy.sqrt([0.0, *squares])) / rate
    w = numpy.asarray(w)[..., None]
    sums = (gradients * w).sum(-1) + (sigma * (w - weights) ** 2).sum(-1) / 2
    return sums + lamda1 * abs(w[..., 0]) + beta / rate / 2 * w[..., 0] ** 2


x, y, truth = stream(2000)
losses, kept = learn(optimizer.Ftrl(lamda1=20.0, learning_rate=0.1), x, y, every=1)
gradients = (chance((x * kept[:-1]).sum(-1)) - y)[..., None] * x

figure, axes = plt.subplots(1, 2, figsize=(9, 3.2), layout="constrained", sharey=True)
places = numpy.linspace(-0.4, 1.2, 321)
leaders = {}
which = {"a useful weight (truth: 1)": int(truth[0].argmax()), "a useless weight (truth: 0)": 50}
for (title, feature), panel in zip(which.items(), axes):
    frame(panel)
    for shade, count in zip((0.35, 0.55, 0.75, 1.0), (100, 300, 1000, 2000)):
        seen = gradients[:count, 0, feature], kept[:count, 0, feature]
        heights = (objective(places, *seen) - objective(0.0, *seen)) / count**0.5
        (line,) = panel.plot(places, heights, color=colours["ftrl"], alpha=shade, label=f"{count} samples")
        leaders[title, count] = kept[count, 0, feature]
        lowest = (objective(leaders[title, count], *seen) - objective(0.0, *seen)) / count**0.5
        panel.plot(leaders[title, count], lowest, "o", color=INK, markersize=5, zorder=3)
    panel.set(title=title, xlabel="w", ylim=(-0.8, 0.8))
axes[0].set_ylabel("what Ftrl minimizes / √samples")
axes[0].legend(fontsize=8, frameon=False)
plt.show()

# %% leader-read [markdown]
# Every curve puts a question to the past: *what if the weight had been $w$ all along?*
# The dot is the lowest point, the leader, and that is where Ftrl puts the weight.
# On the left, the first hundred samples are not enough to leave 0; then the dot moves towards 1.
# On the right, the curves have a corner at 0, and the dot sits in it: the weight is not small, but exactly 0.
# (Each curve is shifted to be 0 at $w = 0$, and divided by the root of the number of samples to fit into one picture. Neither moves its lowest point.)

# %% leader-check
for (title, count), found in leaders.items():
    print(f"{title:28} after {count:4} samples: {found:.3f}")
found = [*leaders.values()]
assert 0 == found[0] < found[1] < found[2] < found[3] < 1 and found[4:] == [0.0] * 4

# %% progressive-text [markdown]
# ## 1. A test for every sample
#
# How good is a model on a stream?
# You need not set samples aside. Each sample is predicted *before* the model learns from it, so each is a test.
# The mean of these losses is called the *progressive* loss.
#
# Can it be trusted?
# We know the truth, so we can make 5,000 new samples and test the weights on them every 50 steps:

# %% progressive
losses, kept = learn(optimizer.Ftrl(lamda1=0.0, learning_rate=0.1), x, y)
progressive = losses.mean(0)
fresh, seen = numpy.empty((SEEDS, len(kept))), numpy.empty(SEEDS)
for k in range(SEEDS):
    rng = numpy.random.default_rng(1000 + k)
    new_x = rng.normal(size=(5000, FEATURES))
    new_y = rng.random(5000) < chance(new_x @ truth[k])
    fresh[k] = loss_of(new_x @ kept[:, k].T, new_y[:, None]).mean(0)
    seen[k] = loss_of(x[:, k] @ kept[-1, k], y[:, k]).mean()
tested = fresh[:, :-1].mean(1)
error = losses.std(0) / 2000**0.5  # the standard error of such a mean
print("progressive loss             ", progressive.round(3), "give or take", error.round(3))
print("on new samples, all along    ", tested.round(3))
print("on new samples, final weights", fresh[:, -1].round(3))
print("on what it has learned from  ", seen.round(3))
assert (abs(progressive - tested) < 2 * error).all() and (seen < fresh[:, -1] - 0.01).all()
assert (fresh[:, -1] < progressive - 0.04).all()

# %% progressive-read [markdown]
# The first two lines differ only by chance: what the stream says about the model is true.
# It is a mean over the whole stream, so the final weights, in the third line, do better than that.
#
# Be careful with the last line: the final weights are tried on the samples that they learned from.
# It is too low in all five streams.
#
# ## 2. Regret
#
# Whether a loss of 0.44 is good depends on how hard the stream is: clicks are partly chance, which nobody can predict.
# So compare it with somebody's.
# The *regret* is what you have paid, less what the best *fixed* weights, chosen in hindsight, would have paid:
#
# $$R_T = \sum_{t=1}^{T} \text{loss}_t(w_{t-1}) \; - \; \min_u \sum_{t=1}^{T} \text{loss}_t(u)$$
#
# The weight before step $t$ is $w_{t-1}$, since sample $t$ is predicted with weights learned from the samples before it.
#
# You cannot know $u$ while you learn.
# But you are doing well if the regret *per sample* goes to 0: in the long run that is as good as knowing.
#
# It is tempting to use, at each step, the weights that have been best so far.
# Watch what this does in the smallest possible game.
# You choose $w$ between -1 and 1 and pay $g_t w$.
# The $g_t$ are 0.5, -1, 1, -1, 1, and so on.


# %% blind
def play(g, hold):
    """Follow the leader, found by trying 2,001 places. `hold` says how strongly places far from 0 are penalized."""
    places, w, paid, total, where, regrets = numpy.linspace(-1, 1, 2001), 0.0, 0.0, 0.0, [], []
    for t, slope in enumerate(g, 1):
        paid += slope * w
        total = total + slope * places  # what each place would have paid by now
        w = places[(total + hold * t**0.5 * places**2 / 2).argmin()]
        where.append(w)
        regrets.append(paid - total.min())
    return where, numpy.array(regrets)


game = numpy.array([0.5, *((-1.0) ** k for k in range(1, 400))])
blind, regrets_blind = play(game, hold=0)
held, regrets_held = play(game, hold=1)

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
frame(left)
frame(right)
for name, where, regrets, look in [
    ("blindly", blind, regrets_blind, {"color": colours["sgd"], "marker": "o", "markersize": 3}),
    ("held back", held, regrets_held, {"color": colours["ftrl"], "linestyle": "--", "marker": "s", "markersize": 3}),
]:
    left.plot(range(1, 21), where[:20], **look)
    right.plot(range(1, 401), regrets, **look | {"marker": None}, label=name)
left.set(title="where the leader is", xlabel="round", ylabel="w", xticks=[1, 5, 10, 15, 20])
right.set(title="regret", xlabel="round")
right.legend(frameon=False)
plt.show()

print("regret after 100 and 400 rounds:", regrets_blind[[99, 399]].round(1), "and", regrets_held[[99, 399]].round(1))
assert abs(regrets_blind - numpy.arange(1, 401)).max() <= 0.5 and set(blind) == {-1.0, 1.0}
assert abs(regrets_held[399] / regrets_held[99] - 2) < 0.1

# %% blind-read [markdown]
# The leader jumps from one end to the other and pays 1 in every round but the first, when staying at 0 would have cost nothing.
# It could hardly be worse: the regret grows by 1 per round.
#
# The second line is the same search with one more term, $\frac{1}{2} \sqrt{t} \, w^2$, which holds the leader back near 0.
# Its regret in 400 rounds is twice that in 100: it grows like the root of the number of rounds, and *per round* it goes to 0.
# Such a term is called a *regularizer*, and the method *follow the regularized leader*.
#
# How does Ftrl do on the stream, compared with SGD at a fixed rate?
# We measure both at four times, each time against the fixed weights that were best up to then, found by Newton's method:


# %% regret
def best_fixed(x, y):
    """The smallest total loss that fixed weights can have on these samples."""
    u = numpy.zeros(x.shape[1])
    for _ in range(12):
        p = chance(x @ u)
        u -= numpy.linalg.solve((x.T * (p * (1 - p))) @ x, x.T @ (p - y))
    assert abs(x.T @ (chance(x @ u) - y)).max() < 1e-9  # the gradient there
    return loss_of(x @ u, y).sum()


times = [500, 1000, 2000, 4000]
long_x, long_y, _ = stream(4000)
best = numpy.array([[best_fixed(long_x[:T, k], long_y[:T, k]) for k in range(SEEDS)] for T in times])
per_sample = {}
for name, rule in {
    "sgd at 0.1": optimizer.SGD(learning_rate=0.1),
    "ftrl at 0.1": optimizer.Ftrl(lamda1=0.0, learning_rate=0.1),
}.items():
    paid = learn(rule, long_x, long_y)[0].cumsum(0)[[T - 1 for T in times]]
    per_sample[name] = (paid - best) / numpy.array(times)[:, None]
    print(f"regret per sample, {name:11}", {T: float(r) for T, r in zip(times, per_sample[name].mean(1).round(3))})
sgd, ftrl = per_sample.values()
assert (numpy.diff(ftrl, axis=0) < 0).all() and (ftrl[3] < ftrl[0] / 4).all()
assert (sgd[3] > 0.8 * sgd[0]).all()

# %% regret-read [markdown]
# From 500 samples to 4,000, Ftrl's regret per sample falls to less than a quarter, in each of the five streams.
# SGD's hardly falls: at a fixed rate the weights keep jumping with every sample.
# At a lower rate they jump less, but which rate is low enough depends on how long the stream is, and ours has no end.
# Ftrl has a rate for each weight that falls by itself, as in AdaGrad.
#
# ## 3. The leader of Ftrl
#
# Losses on a stream are not straight lines. But each curves upwards and lies above its tangents, so the regret is at most what it would be with tangents instead of losses: whoever does well in the game of slopes does well here.
# Ftrl takes the slopes $g_j$, and holds the leader back in three ways.
# Weight by weight it looks for the $w$ that minimizes
#
# $$\underbrace{\sum_{j \le t} g_j w}_{\text{the past}} \; + \; \underbrace{\frac{1}{2} \sum_{j \le t} \sigma_j (w - w_{j-1})^2}_{\text{stay near where you were}} \; + \; \underbrace{\lambda_1 |w|}_{\text{be 0}} \; + \; \underbrace{\frac{\beta}{2 \eta} w^2}_{\text{stay near 0}}$$
#
# Here $\eta$ is the learning rate, $\beta$ and $\lambda_1$ are numbers that you choose, and $\sigma_j$ is how much the root of the sum of squared gradients grew at step $j$, divided by $\eta$.
# So $\sigma_1 + \cdots + \sigma_t$ is that root divided by $\eta$, the reciprocal of AdaGrad's rate.
#
# Take it at its word.
# Keep *all* past gradients and weights, and at each step search for the lowest point:


# %% search
def lowest(f, low, high):
    """Where a function with one valley is lowest, element by element: drop a third of the interval, seventy times."""
    for _ in range(70):
        a, b = low + (high - low) / 3, high - (high - low) / 3
        left = f(a) < f(b)
        low, high = numpy.where(left, low, a), numpy.where(left, b, high)
    return (low + high) / 2


def sought(x, y, total):
    """The path of the leader that `total(w, gradients, weights)` defines, found by searching at every step."""
    weights, gradients = [numpy.zeros(x.shape[1])], []
    for features, click in zip(x, y):
        gradients.append((chance(features @ weights[-1]) - click) * features)
        history = {"gradients": numpy.array(gradients).T, "weights": numpy.array(weights).T}  # a row for each weight
        weights.append(lowest(partial(total, **history), weights[0] - 9, weights[0] + 9))
    return numpy.array(weights)


def ftrl_total(w, gradients, weights, rate=0.1, beta=1.0, lamda1=2.0):
    """The four terms above, for each weight."""
    roots = numpy.sqrt(numpy.cumsum(gradients**2, axis=1))
    sigma = numpy.diff(roots, axis=1, prepend=0) / rate
    past = (gradients * w[:, None]).sum(1)
    near = (sigma * (w[:, None] - weights) ** 2).sum(1) / 2
    return past + near + lamda1 * abs(w) + beta / rate / 2 * w**2


few = [0, 1, 50, 51]  # two useful weights, and two useless ones
small_x, small_y = x[:200, 0][:, few], y[:200, 0]
searched = sought(small_x, small_y, ftrl_total)
_, formula = learn(optimizer.Ftrl(lamda1=2.0, learning_rate=0.1), small_x[:, None], small_y[:, None], every=1)
formula = formula[:, 0]
print("after 200 samples, searched:   ", searched[-1].round(5) + 0.0)
print("after 200 samples, the library:", formula[-1].round(5) + 0.0)
print(f"largest difference on the way: {abs(searched - formula).max():.0e}")
print("exactly 0 on the way:          ", [f"{share:.0%}" for share in (formula == 0).mean(0)])
assert abs(searched - formula).max() < 1e-6 and abs(searched[formula == 0]).max() < 1e-9

# %% closed [markdown]
# The library finds the same weights, without a search and without keeping the past.
# It can, because the sum is a parabola with a corner.
# Multiply out the squares: the coefficient of $w$ is a sum of $g_j - \sigma_j w_{j-1}$, and that of $\frac{1}{2} w^2$ a sum of $\sigma_j$.
# Both sums grow by one term a step, so two numbers are enough to remember: call the first sum $z$, and let $n$ be the sum of squared gradients.
# Up to a constant, the function to minimize is
#
# $$z w + \lambda_1 |w| + \frac{1}{2} \, \frac{\beta + \sqrt{n}}{\eta} \, w^2$$
#
# To the right of 0 its slope starts at $z + \lambda_1$, to the left at $z - \lambda_1$.
# If $|z| \le \lambda_1$, it goes up on both sides: the corner at 0 is the lowest point.
# Otherwise the lowest point is where the slope is 0, on the side of $-z$.
# These are the lines that the rule itself prints:

# %% closed-equation
optimizer.Ftrl(lamda1=2.0, learning_rate=0.1)

# %% closed-read [markdown]
# You can read $z$ as the evidence against 0.
# As long as it does not exceed $\lambda_1$, the weight stays 0, and a zero need not be stored: that is how a model with a billion features fits into memory.
# ($\delta$ is the decay `wd`, 0 here. Ftrl adds it to what is minimized, as one more term $\frac{\delta}{2} w^2$, and not to the gradient.)
#
# ## 4. How much evidence?
#
# A useless feature gets gradients too, of either sign and by chance.
# Their sum grows like the root of the number of samples, whereas the evidence of a useful one grows like the number itself.
# So there should be a $\lambda_1$ in between.
# For each $\lambda_1$ we take the best of four rates, found on five *other* streams:

# %% lamda
lamdas, rates = [0.0, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0], [0.1, 0.2, 0.5, 1.0]
other_x, other_y, _ = stream(2000, first_seed=100)


def tuned(rule, rates, x, y, **arguments):
    """The rate with the smallest progressive loss."""
    return min(rates, key=lambda rate: learn(rule(learning_rate=rate, **arguments), x, y)[0].mean())


table = {}
print("lamda1  rate   useless at 0   useful at 0   progressive loss")
for lamda1 in lamdas:
    rate = tuned(optimizer.Ftrl, rates, other_x, other_y, lamda1=lamda1)
    losses, kept = learn(optimizer.Ftrl(lamda1=lamda1, learning_rate=rate), x, y)
    zero = kept[-1] == 0
    table[lamda1] = zero[:, USEFUL:].mean(1), zero[:, :USEFUL].mean(1), losses.mean(0)
    useless, useful, loss = table[lamda1]
    print(
        f"{lamda1:6}{rate:6}   {useless.min():4.0%} to {useless.max():4.0%}   {useful.max():4.0%}"
        f"            {loss.min():.3f} to {loss.max():.3f}"
    )

figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained")
frame(left)
frame(right)
useless, useful, loss = (numpy.array(column) for column in zip(*table.values()))
steps = range(len(lamdas))
for axes, values, name, style in [(left, useless, "the 90 useless", "-o"), (left, useful, "the 10 useful", "--s"),
                                  (right, loss - loss[0], "", "-o")]:  # fmt: skip
    axes.plot(steps, values.mean(1), style, color=colours["ftrl"], label=name, markersize=4)
    axes.fill_between(steps, values.min(1), values.max(1), color=colours["ftrl"], alpha=0.2, linewidth=0)
    axes.set_xticks(steps, [f"{lamda:g}" for lamda in lamdas])
    axes.set_xlabel("λ₁")
left.set_title("share of weights that are exactly 0")
left.legend(frameon=False)
right.set_title("progressive loss, minus that with λ₁ = 0")
right.axhline(0, color=INK, linewidth=0.7)
plt.show()

# %% lamda-check
useless, useful, loss = (numpy.array(column) for column in zip(*table.values()))  # a row for each lamda1
assert (loss[lamdas.index(20.0)] < loss[0]).all() and useless[lamdas.index(20.0)].min() > 0.8
assert (loss[lamdas.index(50.0)] > loss[0]).all() and useful.max() == 0

_, kept = learn(optimizer.Ftrl(lamda1=0.01, learning_rate=0.1), x, y)
print(f"zeros with lamda1 = 0.01: {(kept[-1] == 0).mean():.1%}")
assert (kept[-1] == 0).mean() < 0.005

# %% lamda-read [markdown]
# With $\lambda_1 = 20$, more than four fifths of the useless weights are exactly 0, none of the useful ones is, and the progressive loss is lower than without $\lambda_1$, in each of the five streams.
# A useless weight that is 0 adds no noise to the predictions.
# With $\lambda_1 = 50$, nearly all useless weights are 0, but the useful ones have to wait too long for their evidence, and the loss is higher again.
#
# Note that 20 is large compared with the 0.01 of MXNet's guide, which leaves hardly any weight at 0 here.
# $\lambda_1$ has no natural size. It is compared with a sum of gradients, so it has to grow with the stream and with the scale of the features.
#
# ## 5. Real data
#
# Our stream was made for zeros. Here is one that was not: the handwritten digits, 1,797 images of 8 by 8 pixels.
# *One against all*: there are ten models, and each says whether the image is *its* digit. The most confident one decides.
# Each has 65 weights, one for each pixel and one for a constant.
# We show the images in three orders, and find the best of four rates on three others.


# %% digits
def digits_stream(seeds):
    """All images in several orders: pixels (1797, orders, 1, 65), and the digits as rows of ten zeros and ones."""
    (x, y), (more_x, more_y) = datasets.digits()
    x = numpy.concatenate([x.asnumpy(), more_x.asnumpy()]).astype("float64")
    x = numpy.concatenate([x, numpy.ones((len(x), 1))], axis=1)
    y = numpy.concatenate([y.asnumpy(), more_y.asnumpy()])
    orders = numpy.array([numpy.random.default_rng(seed).permutation(len(y)) for seed in seeds]).T
    return x[orders][:, :, None], numpy.eye(10)[y[orders]]


def learn_digits(rule, x, y):
    """The summed loss of the ten models, whether the digit was recognized (both 1797, orders), and the final weights."""
    w = np.zeros((x.shape[1], 10, 65), dtype="float64")
    state, losses, right = rule.create_state(0, w), [], []
    for features, digit in zip(x, y):
        odds = (features * w.asnumpy()).sum(-1)
        losses.append(loss_of(odds, digit).sum(-1))
        right.append(odds.argmax(-1) == digit.argmax(-1))
        rule.update(0, w, np.array((chance(odds) - digit)[..., None] * features), state)
    return numpy.array(losses), numpy.array(right), w.asnumpy()


images, other_images = digits_stream(range(3)), digits_stream(range(100, 103))
blank = (images[0] == 0).all((0, 1, 2))  # pixels that are white in every image
found = {}
print("lamda1  rate   progressive loss    wrong in last 500   share of zeros")
for lamda1 in (0.0, 1.0, 10.0):
    rate = min(
        (0.5, 1.0, 2.0, 4.0),
        key=lambda rate: learn_digits(optimizer.Ftrl(lamda1=lamda1, learning_rate=rate), *other_images)[0].mean(),
    )
    losses, right, w = learn_digits(optimizer.Ftrl(lamda1=lamda1, learning_rate=rate), *images)
    found[lamda1] = losses.mean(0), 1 - right[-500:].mean(0), (w == 0).mean((1, 2)), w
    loss, wrong, zeros, _ = found[lamda1]
    loss, wrong, zeros = (", ".join(f"{value:.3g}" for value in several) for several in (loss, wrong, zeros))
    print(f"{lamda1:6}{rate:6}   {loss:20}{wrong:20}{zeros}")
print(f"weights of pixels that are always white: {blank.mean():.1%}")

figure, axes = plt.subplots(1, 3, figsize=(7.5, 2.7), layout="constrained")
for (lamda1, (*_, w)), panel in zip(found.items(), axes):
    weights = w[0, 3, :64].reshape(8, 8)
    panel.imshow(numpy.where(weights == 0, numpy.nan, weights), cmap="RdBu", vmin=-3, vmax=3)
    panel.set(title=f"λ₁ = {lamda1:g}", xticks=[], yticks=[], facecolor="#dddddd")
figure.suptitle("The weights of “is it a 3?”: blue speaks for it, red against it, and grey is exactly 0", fontsize=10)
plt.show()

# %% digits-check
none, some, many = found.values()
assert (some[0] > none[0]).all() and (many[0] > some[0]).all()  # the loss
assert not (some[1] > none[1]).all() and not (some[1] < none[1]).all() and (many[1] > none[1]).all()  # the errors
assert some[2].min() > 0.3 and numpy.allclose(none[2], blank.mean())

# %% digits-read [markdown]
# Without $\lambda_1$, only the pixels that are white in every image have weights of 0: they never get a gradient.
# With $\lambda_1 = 1$, a third of all weights are 0. The errors tie, and the loss is slightly higher in all three orders.
# With $\lambda_1 = 10$, nearly three quarters are 0, and both are worse.
#
# So here zeros save memory and cost some accuracy, whereas on the clicks they were free.
# The difference is in the data: nearly every pixel says something about a digit.
# $\lambda_1$ expresses the belief that most features say nothing.
#
# ## 6. A leader that moves
#
# Ftrl gives all of the past the same weight.
# What if the world changes?
# *Follow the moving leader*, FTML, lets the past fade by a factor $\beta_1$ per step:
#
# $$\sum_{j \le t} \beta_1^{\,t-j} \left( (1 - \beta_1) \, g_j w + \frac{1}{2} \, \sigma_j (w - w_{j-1})^2 \right)$$
#
# The $\sigma_j$ are chosen so that, faded, they add up to
#
# $$d_t = \frac{1 - \beta_1^t}{\eta} \left( \sqrt{\hat v_t} + \varepsilon \right)$$
#
# where $\hat v_t$ is the running mean of squared gradients, corrected as in Adam, and $\varepsilon$ is a small number that keeps $d$ away from 0.
# Again we search for the lowest point, and compare with the library:


# %% ftml-search
def ftml_total(w, gradients, weights, rate=0.02, beta1=0.6, beta2=0.999, epsilon=1e-8):
    """The sum above, for each weight."""
    t = numpy.arange(1, gradients.shape[1] + 1)
    v = (1 - beta2) * beta2**t * (gradients**2 / beta2**t).cumsum(1)  # older squares count for less
    d = (1 - beta1**t) / rate * (numpy.sqrt(v / (1 - beta2**t)) + epsilon)
    sigma = d - beta1 * numpy.concatenate([numpy.zeros((len(d), 1)), d[:, :-1]], axis=1)
    each = (1 - beta1) * gradients * w[:, None] + sigma * (w[:, None] - weights) ** 2 / 2
    return (beta1 ** (t[-1] - t) * each).sum(1)


searched = sought(small_x[:40], small_y[:40], ftml_total)
_, formula = learn(optimizer.FTML(learning_rate=0.02), small_x[:40, None], small_y[:40, None], every=1)
print("after 40 samples, searched:   ", searched[-1].round(5))
print("after 40 samples, the library:", formula[-1, 0].round(5))
print(f"largest difference on the way: {abs(searched - formula[:, 0]).max():.0e}")
assert abs(searched - formula[:, 0]).max() < 1e-6

# %% ftml-equation
optimizer.FTML(learning_rate=0.02)

# %% drift-text [markdown]
# There is no corner here, so no weight is 0, and the lowest point of the parabola is simply $-z / d$.
#
# Now let the world change.
# For 2,000 samples everything is as before. Then ten other features matter, and the old ones no longer do.
# Each rule has the rate that is best for it on streams *without* a change, since nobody announces this one:

# %% drift
changed_x, changed_y, _ = stream(4000)
for k in range(SEEDS):
    rng = numpy.random.default_rng(2000 + k)
    odds = changed_x[2000:, k, -USEFUL:] @ rng.choice((-1.0, 1.0), USEFUL)
    changed_y[2000:, k] = rng.random(2000) < chance(odds)

before, after = {}, {}
figure, axes = plt.subplots(figsize=(9, 3), layout="constrained")
frame(axes)
for name, rule, tried, style in [
    ("ftrl", optimizer.Ftrl, (0.05, 0.1, 0.2), "-o"),
    ("ftml", optimizer.FTML, (0.01, 0.02, 0.05), "--s"),
    ("sgd", optimizer.SGD, (0.01, 0.02, 0.05), ":^"),
]:
    kind = {"lamda1": 0.0} if name == "ftrl" else {}
    rate = tuned(rule, tried, other_x, other_y, **kind)
    losses, _ = learn(rule(learning_rate=rate, **kind), changed_x, changed_y)
    before[name], after[name] = losses[:2000].mean(0), losses[2000:].mean(0)
    print(f"{name} at {rate}: before the change {before[name].round(3)}, after it {after[name].round(3)}")
    blocks = losses.reshape(-1, 200, SEEDS).mean(1)
    middle = 100 + 200 * numpy.arange(len(blocks))
    axes.plot(middle, blocks.mean(1), style, color=colours[name], label=f"{name}, rate {rate}", markersize=4)
    axes.fill_between(middle, blocks.min(1), blocks.max(1), color=colours[name], alpha=0.15, linewidth=0)
axes.axhline(numpy.log(2), color=INK, linewidth=0.7, linestyle=":")
axes.text(0, numpy.log(2) + 0.01, "guessing", fontsize=8)
axes.set(title="progressive loss in blocks of 200 samples, when the world changes", xlabel="sample")
axes.legend(frameon=False)
plt.show()
assert (before["ftrl"] < before["ftml"]).all() and (after["ftml"] < after["ftrl"] - 0.05).all()
assert abs(after["ftml"] - after["sgd"]).max() < 0.01

# %% drift-read [markdown]
# While the world stays as it is, Ftrl has the smaller loss in all five streams: it remembers everything, and all of it is true.
# After the change it is the other way round, again in all five.
# Ftrl has two thousand samples of evidence for the old weights, and its rates have fallen; FTML soon forgets it.
#
# SGD at a fixed rate here does as well as FTML after the change, to within 0.01 in every stream.
# So do not choose FTML over SGD because of this picture. What it shows is when to forget.
#
# ## Exercises
#
# You have seen what the two rules minimize; now write their steps.
# `check` says whether an answer is right, and if not, where it is wrong.

# %% exercise-ftrl
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["ftrl_step"]))

# %% exercise-ftrl-text [markdown]
# This attempt has a mistake. Run the cell, read what the check says, and mend the function or write your own:


# %% exercise-ftrl-attempt
def ftrl_step(w, g, z, n, *, lr, lamda1, beta):
    z = z + g - (numpy.sqrt(n + g**2) - numpy.sqrt(n)) / lr * w
    n = n + g**2
    w = numpy.where(abs(z) <= lamda1, 0 * z, -z / ((beta + numpy.sqrt(n)) / lr))
    return w, z, n


check("ftrl_step", ftrl_step)

# %% exercise-ftml
print(statement(EXERCISES["ftml_step"]))

# %% exercise-ftml-text [markdown]
# Here, too, something is wrong:


# %% exercise-ftml-attempt
def ftml_step(w, g, d, v, z, t, *, lr, beta1, beta2, eps):
    v = beta2 * v + (1 - beta2) * g**2
    d = (1 - beta1**t) / lr * (numpy.sqrt(v / (1 - beta2**t)) + eps)
    z = beta1 * z + (1 - beta1) * g - (d - beta1 * d) * w
    return -z / d, d, v, z


check("ftml_step", ftml_step)

# %% sources [markdown]
# ## Sources
#
# * H. B. McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013: Ftrl (Algorithm 1), and progressive validation (section 5).
# * S. Zheng, J. T. Kwok, "Follow the moving leader in deep learning", ICML 2017: FTML (Algorithm 1).
# * S. Shalev-Shwartz, "Online learning and online convex optimization", 2012: regret, the leader who jumps (section 2.2), and proofs that the regret of regularized leaders grows like a square root.
# * What MXNet's guide gets wrong about the two minima: [the errata](errata.md).
