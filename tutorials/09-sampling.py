# %% title [markdown]
# # Not one answer, but how sure it is
#
# Training ends with *one* set of weights.
# It does not say how sure they are, or whether other weights would have fitted the data just as well.
#
# There is a rule that does: take half a step of gradient descent, and add noise of the right size.
# The weights then do not come to rest. They wander, and where they wander is the answer.
# This is *stochastic gradient Langevin dynamics*, SGLD.
#
# Afterwards you can
#
# * say what a posterior is, and compute it where it can be computed,
# * explain why the noise of SGLD has the size that it has,
# * give SGLD the gradient that it needs, and recognize what it draws if you do not,
# * choose its rate, and say what a falling rate is good for,
# * draw a band around the answers of a small network that shows where it is only guessing.
#
# You need gradient descent (notebook 03), and the normal distribution: its mean, and its standard deviation, which is called *spread* here.
# It takes about fifteen minutes. Run the cells in order, with Shift+Enter.

# %% wander
import textwrap
import warnings

import matplotlib.pyplot as plt
import numpy

from minigrad import autograd, gluon, np, optimizer, plot, random
from minigrad.lr_scheduler import InversePowerScheduler
from minigrad.plot.style import INK, frame, styles

rng = numpy.random.default_rng(1)
N = 40
x = rng.normal(0.5, 1.0, N)
y = 1.0 * x + 0.5 + rng.normal(0.0, 1.0, N)  # in truth the slope is 1, and the intercept 0.5


def height(slope, intercept):
    """What SGLD walks on: see below. The sums are multiplied out, so that they are added up only once."""
    residuals = (y @ y) - 2 * slope * (x @ y) - 2 * intercept * y.sum()
    residuals = residuals + slope**2 * (x @ x) + 2 * slope * intercept * x.sum() + N * intercept**2
    return (residuals + slope**2 + intercept**2) / 2


walked_on = plot.Surface("slope (x) and intercept (y)", height, view=((0.4, 1.8), (-0.4, 1.0)))
picture = plot.posterior(optimizer.SGLD(learning_rate=0.005), walked_on, start=(1.0, 0.5), steps=2500)
picture.axes[0].set(xlabel="slope (x in the title)", ylabel="intercept (y in the title)")
picture

# %% wander-read [markdown]
# You see 2,500 steps of SGLD, and the region in which it should spend its time.
# Each point of the plane stands for a straight line, with its slope to the right and its intercept upwards.
# A line is to be fitted to 40 data points, and the grey contours show how well each line fits.
# Half of the samples should lie inside the innermost contour, and 99.5 % inside the outermost.
#
# The title is computed: the samples have the spread that they should have.
# How can we know what that is, and why do they have it?
#
# ## 1. What should come out
#
# We have 40 pairs of $x$ and $y$, and want the line $y = a x + b$.
# The pairs scatter around a true line, with normal noise of spread 1.
#
# Even before we see them we believe something: that $a$ and $b$ are normal around 0, with a spread of 1.
# This is called the *prior*.
# Once we have seen them, each line is more or less probable. That is called the *posterior*, and Bayes' rule says that it is the prior times the probability of the data:
#
# $$p(a, b) \; \propto \; e^{-\frac{1}{2} (a^2 + b^2)} \; \prod_i e^{-\frac{1}{2} (y_i - a x_i - b)^2} \; = \; e^{-L(a, b)}$$
#
# with
#
# $$L(a, b) = \frac{1}{2} \sum_i (y_i - a x_i - b)^2 + \frac{1}{2} (a^2 + b^2)$$
#
# You know $L$. It is the squared error, *summed* over the data, with weight decay. Its lowest point is what training finds.
# The posterior is all of $e^{-L}$: its peak, and how wide that is.
#
# $L$ is a parabola, so the posterior is a normal distribution, and we can write it down.
# Put the $x_i$ and a column of ones in a matrix $X$. The curvature of $L$ is $\Lambda = X^T X + I$, the lowest point $\Lambda^{-1} X^T y$, and the squared spreads are the diagonal of $\Lambda^{-1}$:

# %% exact
X = numpy.stack([x, numpy.ones(N)], axis=1)
curvature = X.T @ X + numpy.eye(2)
covariance = numpy.linalg.inv(curvature)
centre, spread = covariance @ X.T @ y, numpy.sqrt(covariance.diagonal())
print(f"slope {centre[0]:.2f}, give or take {spread[0]:.2f}; intercept {centre[1]:.2f}, give or take {spread[1]:.2f}")

by_hand = sum((yi - 0.7 * xi - 0.2) ** 2 for xi, yi in zip(x, y)) / 2 + (0.7**2 + 0.2**2) / 2
assert numpy.isclose(height(0.7, 0.2), by_hand)
assert all(height(*centre) < height(*(centre + step)) for step in numpy.eye(2) * 0.01)
assert picture.get_suptitle().startswith("Right spread") and f"(exact {spread[0]:.2f})" in picture.get_suptitle()

# %% exact-read [markdown]
# That was easy because the model is a line.
# For a network nobody can write the posterior down. But you can walk on its $L$, since that takes only the gradient.
#
# ## 2. The right amount of noise
#
# This is the rule:

# %% rule
optimizer.SGLD(learning_rate=0.005)

# %% rule-read [markdown]
# Half a step downhill, plus normal noise whose *variance* is the rate, so that its spread is $\sqrt{\eta}$.
# Why exactly that?
#
# Near its lowest point, every smooth $L$ is nearly a parabola. Take one weight, and $L = \frac{1}{2} \lambda w^2$ with the curvature $\lambda$.
# The posterior is $e^{-\lambda w^2 / 2}$, a normal distribution with variance $1 / \lambda$.
# One step gives
#
# $$w_t = \left(1 - \frac{\eta \lambda}{2}\right) w_{t-1} + \xi_t$$
#
# The first part shrinks the variance $s$, and the noise adds $\eta$ to it.
# After many steps the two balance: $s = (1 - \eta \lambda / 2)^2 s + \eta$. Solved for $s$, this is
#
# $$s = \frac{1}{\lambda} \cdot \frac{1}{1 - \eta \lambda / 4}$$
#
# For a small rate this is close to $1 / \lambda$, *whatever* the rate and the curvature are.
# With another factor in front of the noise it would be that factor squared times $1 / \lambda$.
# (With many weights the same holds along each principal axis of the parabola.)
# Let 10,000 weights walk at once, with $\lambda = 4$:


# %% balance
def settled(rate, walkers=10_000, steps=300, curved=4.0):
    """The variance of `walkers` independent weights after `steps` steps of SGLD on a parabola."""
    random.seed(0)
    w, sgld = np.zeros(walkers, dtype="float64"), optimizer.SGLD(learning_rate=rate)
    for _ in range(steps):
        sgld.update(0, w, curved * w, None)
    return w.asnumpy().var()


print("variance of the posterior: 0.25")
for rate in (0.02, 0.1, 0.4):
    found, formula = settled(rate), 1 / 4 / (1 - rate * 4 / 4)
    print(f"rate {rate:4}: {found:.3f}, by the formula {formula:.3f}")
    assert abs(found / formula - 1) < 4 * (2 / 10_000) ** 0.5  # four standard errors of such a variance

# %% sum-text [markdown]
# ## 3. The sum
#
# $L$ is a sum over *all* the data. Everywhere else in deep learning people take the mean, and for the lowest point that makes no difference.
# Here it does: the mean is $N$ times flatter, and the noise does not know that.
#
# In a `Trainer`, `rescale_grad=N` gives you the sum, because `step(batch_size)` divides by the number of samples.
# The prior is `wd=1`.
# Here are the right way, and the way you would write it without thinking.
# (minigrad notices the second, and warns.)


# %% trainer
def walk(steps, **arguments):
    """Slope and intercept after each step."""
    random.seed(3)
    line, loss_of = gluon.nn.Dense(1, in_units=1), gluon.loss.L2Loss()  # half the squared error
    line.initialize("zeros")
    trainer = gluon.Trainer(line.collect_params(), optimizer.SGLD(wd=1.0, **arguments))
    inputs, outputs, path = np.array(x[:, None]), np.array(y[:, None]), []
    for _ in range(steps):
        with autograd.record():
            loss = loss_of(line(inputs), outputs)
        loss.backward()
        trainer.step(N)
        path.append([line.weight.data().item(), line.bias.data().item()])
    return numpy.array(path)


by_sum = walk(2000, learning_rate=0.01, rescale_grad=N)
with warnings.catch_warnings(record=True) as raised:
    warnings.simplefilter("always")
    by_mean = walk(2000, learning_rate=0.3)  # the gradient is N times smaller, so the rate may be larger
print(textwrap.fill(f"minigrad warns: {raised[0].message}", 100))

figure, axes = plt.subplots(figsize=(6, 4.2), layout="constrained")
frame(axes)
a, b = numpy.meshgrid(numpy.linspace(-3, 4, 301), numpy.linspace(-3.5, 3.5, 301))
colour = styles(["sgld"])["sgld"].colour
axes.plot(*by_mean[200::5].T, "x", color="#c2410c", markersize=3, alpha=0.6, label="with the mean")
axes.plot(*by_sum[200::5].T, ".", color=colour, markersize=3, label="with the sum")
lowest = height(*centre)
axes.contour(a, b, height(a, b) - lowest, [3.0], colors=INK, linewidths=1.2)  # 95 % of a normal distribution in a plane
axes.set(title="95 % of the posterior is inside the curve", xlabel="slope", ylabel="intercept")
axes.legend(markerscale=3, frameon=False)
plt.show()

# %% trainer-read [markdown]
# With the mean, the 40 points count as one.
# That is a posterior as well, but the answer to another question, and we know it too: its curvature is $X^T X / N + I$.
#
# One walk alone depends on chance. For reliable numbers, let 200 walk at once:


# %% many
def walks(sgld, steps, count=200, batch=None, share=1.0):
    """Slopes and intercepts (steps, count, 2) of independent walks, and the rate at each step.

    The gradient is that of all the data, or of a random batch for each walk and step, multiplied by N / batch. The walks
    start from the prior.
    """
    random.seed(0)
    picks = numpy.random.default_rng(0)
    w, path, rates = np.random.normal(size=(count, 2)).astype("float64"), [], []
    for _ in range(steps):
        now = w.asnumpy()
        if batch is None:
            g = now @ (X.T @ X) - X.T @ y
        else:
            chosen = picks.integers(0, N, (count, batch))
            residuals = (X[chosen] * now[:, None]).sum(-1) - y[chosen]
            g = N / batch * (residuals[..., None] * X[chosen]).sum(1)
        sgld.update(0, w, np.array(share * g), None)
        path.append(w.asnumpy())
        rates.append(sgld.learning_rate)
    return numpy.array(path), numpy.array(rates)


for name, share, rate in [("sum", 1.0, 0.003), ("mean", 1 / N, 0.1)]:
    path, _ = walks(optimizer.SGLD(learning_rate=rate, wd=1.0), 600, share=share)
    law = numpy.linalg.inv(share * X.T @ X + numpy.eye(2))
    samples = path[300:].reshape(-1, 2)
    print(f"{name:4}: centre {samples.mean(0).round(2)}, spread {samples.std(0).round(2)};", end=" ")
    print(f"exact {(share * law @ X.T @ y).round(2)}, {numpy.sqrt(law.diagonal()).round(2)}")
    assert abs(samples.std(0) / numpy.sqrt(law.diagonal()) - 1).max() < 0.05
    assert abs(samples.mean(0) - share * law @ X.T @ y).max() < 0.1 * samples.std()

# %% many-read [markdown]
# Each is right for its own question.
# With the mean the spread is several times too large, and the centre is pulled towards 0, because 40 points that count as one weigh little against the prior.
#
# ## 4. Batches, and a rate that falls
#
# With much data the sum over all of it is too expensive. So take the sum over a batch of $n$ and multiply it by $N / n$.
# On average that is the same.
# But a batch adds noise of its own, on top of the right amount, and not equally in all directions.
#
# How much does that matter, and how many samples do you get?
# Each sample is made from the one before, so neighbours are alike.
# The *worth* of a walk, or its effective sample size, is the number of independent samples whose mean would be as precise as the walk's.
# (With 200 walks we can see how far apart their means lie.)


# %% worth
def summary(path, rates):
    """How wide the walks are (1 is right), and what one of them is worth, without the first quarter.

    Each step counts in proportion to its rate.
    """
    late = len(path) // 4
    path, weights = path[late:], rates[late:] / rates[late:].sum()
    means = (weights[:, None, None] * path).sum(0)
    centre = means.mean(0)
    variance = (weights[:, None, None] * (path - centre) ** 2).sum(0).mean(0)
    return (numpy.sqrt(variance) / spread).mean(), (variance / means.var(0)).mean()


table = {}
for batch in (None, 4):
    for rate in (0.02, 0.003, 0.0005):
        table[batch, rate] = summary(*walks(optimizer.SGLD(learning_rate=rate, wd=1.0), 1500, batch=batch))
        wide, worth = table[batch, rate]
        data = "all the data" if batch is None else f"batches of {batch}"
        print(f"{data:12}, rate {rate:6}: {wide:.2f} times as wide as it should be; 1500 steps are worth {worth:.0f}")

# %% worth-check
for rates in ([(None, 0.02), (None, 0.003)], [(4, 0.02), (4, 0.003), (4, 0.0005)]):
    wide, worth = zip(*(table[key] for key in rates))
    assert [*wide] == sorted(wide, reverse=True) and [*worth] == sorted(worth, reverse=True)
assert table[None, 0.02][0] < 1.2 < 1.5 < table[4, 0.02][0] and table[4, 0.0005][0] < 1.1

# %% worth-read [markdown]
# Read it line by line.
# A high rate gives many samples of something too wide; a low rate gives few samples of the right thing.
# With batches of 4 the high rate is much worse, because the variance of the batch's noise grows with the square of the rate, and that of the rule's only with the rate itself.
#
# So no fixed rate is right in the end.
# Welling and Teh let it fall, like $(b + t)^{-\gamma}$ with $\gamma$ above 0.5 and at most 1: slowly enough that the walk can still go anywhere, and fast enough that the errors die out.
# In means over the walk, each sample then counts in proportion to its rate.
# Here are 100 walks at a fixed rate and 100 at a falling one, each examined three times along the way:

# %% falling
falling = InversePowerScheduler(offset=20, base_lr=0.02, pwr=0.55)
ends = (400, 1600, 6400)
progress = {}
for name, sgld in {
    "rate 0.02": optimizer.SGLD(learning_rate=0.02, wd=1.0),
    "falling rate": optimizer.SGLD(lr_scheduler=falling, wd=1.0),
}.items():
    path, rates = walks(sgld, ends[-1], count=100, batch=4)
    progress[name] = [summary(path[:end], rates[:end]) for end in ends]
    for end, (wide, worth) in zip(ends, progress[name]):
        print(f"{name:12} after {end:4} steps ({rates[end - 1]:.4f}): {wide:.2f} times as wide; worth {worth:.0f}")

# %% falling-check
fixed, falls = (numpy.array(several) for several in progress.values())
assert (fixed[:, 0] > 1.5).all()
assert falls[0, 0] > falls[1, 0] > falls[2, 0] and falls[2, 0] < 1.06 and (numpy.diff(falls[:, 1]) > 0).all()

# %% falling-read [markdown]
# At the fixed rate, more steps give more samples of the wrong thing.
# At the falling rate both improve together: the spread comes closer to what it should be, and the walk is worth more.
# The price is fewer samples: the fixed rate gives many more, but of something else.
#
# ## 5. A network
#
# Now something whose posterior nobody knows: a network with one hidden layer of ten units, and 20 points of $\sin 2x$ with noise of spread 0.3.
# There are no points between -1 and 1, and none beyond -2 and 2.
#
# The recipe is the same. $L$ is the sum of squared errors, now divided by $2 \cdot 0.3^2$ because of the noise, and the prior for each weight is normal with spread 1.
# Thirty networks start from the prior and walk at once. (For a single network `rescale_grad` would be $N / 0.3^2$.)

# %% network
NOISE, WALKS, HIDDEN = 0.3, 30, 10
rng = numpy.random.default_rng(0)
inputs = numpy.concatenate([rng.uniform(-2, -1, 10), rng.uniform(1, 2, 10)])
outputs = numpy.sin(2 * inputs) + rng.normal(0, NOISE, 20)
grid = np.linspace(-3, 3, 61)


def networks(x, first, bias, second, last):
    """The answers (walks, points) of thirty networks at the points x."""
    hidden = np.tanh(first * x[None, :, None] + bias)
    return (hidden * second).sum(-1) + last


random.seed(0)
weights = [np.random.normal(size=(WALKS, 1, HIDDEN)) for _ in range(3)] + [np.random.normal(size=(WALKS, 1))]
for w in weights:
    w.attach_grad()
given, wanted = np.array(inputs), np.array(outputs)
prior_answers = networks(grid, *weights).asnumpy()
sgld = optimizer.SGLD(lr_scheduler=InversePowerScheduler(offset=200, base_lr=0.001, pwr=0.55), wd=1.0)
answers = []
for step in range(3000):
    with autograd.record():
        loss = ((networks(given, *weights) - wanted) ** 2).sum() / (2 * NOISE**2)
    loss.backward()
    for k, w in enumerate(weights):
        sgld.update(k, w, w.grad, None)
    if step >= 1500 and step % 50 == 0:
        answers.append(networks(grid, *weights).asnumpy())
answers = numpy.array(answers)  # (times, walks, points)

figure, axes = plt.subplots(figsize=(8, 3.8), layout="constrained")
frame(axes)
flat, places = answers.reshape(-1, 61), grid.asnumpy()
middle, width = flat.mean(0), flat.std(0)
axes.fill_between(places, middle - 2 * width, middle + 2 * width, color=colour, alpha=0.15, linewidth=0)
for answer in answers[-1, :12]:
    axes.plot(places, answer, color=colour, linewidth=0.7, alpha=0.7)
axes.plot(places, numpy.sin(2 * places), color=INK, linestyle="--", linewidth=1.2)
axes.plot(inputs, outputs, "o", color=INK, markersize=4)
axes.set(title="twelve networks, a band of two spreads on each side, and the truth (dashed)", ylim=(-4, 4))
axes.set(xlabel="x", ylabel="y")
plt.show()

# %% network-numbers
at = {place: int(abs(places - place).argmin()) for place in (-1.5, 0.0, 1.5, 3.0)}
for place, k in at.items():
    one, other = flat[:, k].std(), prior_answers[:, k].std()
    halves = [answers[:, half, k].std() for half in (slice(0, 15), slice(15, 30))]
    print(f"x = {place:4}: spread {one:.2f} (15 walks {halves[0]:.2f}, 15 others {halves[1]:.2f}), prior {other:.2f}")
    assert 0.6 < halves[0] / halves[1] < 1.7 and one < other
at_data, elsewhere = [flat[:, at[x]].std() for x in (-1.5, 1.5)], [flat[:, at[x]].std() for x in (0.0, 3.0)]
assert min(elsewhere) > 3 * max(at_data)
assert numpy.sin(2 * 3.0) > middle[-1] + 2 * width[-1]  # at x = 3 the truth is above the band

# %% network-read [markdown]
# Where there are points, the networks agree. In the gap and outside they do not, and the band says so.
# A single trained network would have drawn one line through the gap, and you would not have known.
#
# How far can we trust the band?
# There is no exact posterior to compare with, so we do what we can: compare walks that started independently.
# The two halves of them agree roughly, in the gap too.
# Note that we compare *answers*, not weights. Two hidden units can change places without changing what the network says, so the weights of different walks need not agree at all.
#
# Nor does the band know more than the model. Far outside, each of these networks becomes a constant, while the truth goes on as a wave: at $x = 3$ it has left the band.
#
# ## What to remember
#
# | question | answer |
# |---|---|
# | What does it need? | the gradient of the *sum* over all $N$ samples: `rescale_grad=N` in a Trainer |
# | What are the last weights? | one sample, no better than any other; only the mean and spread of many say something |
# | Which rate? | large steps and small batches both make the spread too wide; halve the rate, and see whether the spread changes |
# | How long? | neighbours are alike, so count what a walk is worth, not its steps |
# | Can I trust it? | compare several walks, by their answers |
#
# ## Exercise
#
# The rule fits on one line. The noise is given, and is standard normal.

# %% exercise
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["sgld_step"]))

# %% exercise-text [markdown]
# This attempt has a mistake. Run the cell, read what the check says, and mend the function or write your own:


# %% exercise-attempt
def sgld_step(w, g, noise, *, lr):
    return w - lr / 2 * g + lr * noise


check("sgld_step", sgld_step)

# %% sources [markdown]
# ## Sources
#
# * M. Welling, Y. W. Teh, "Bayesian learning via stochastic gradient Langevin dynamics", ICML 2011: the rule is equation (4), the falling rate is in section 2.
# * C. M. Bishop, "Pattern recognition and machine learning", 2006, section 3.3: the posterior of a linear regression.
# * What MXNet's guide gets wrong about SGLD: [the errata](errata.md).
