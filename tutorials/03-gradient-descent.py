# %% title [markdown]
# # From gradient descent to AdaDelta
#
# Gradient descent has one number to choose, the learning rate, and one rate has to do for all weights.
# That is its whole difficulty. The other rules in this notebook are ways around it, and each supplies what the one before it lacks.
#
# Afterwards you will be able to
#
# * say how large a rate may be, and how slow the slowest weight then is,
# * say for each of seven rules what it remembers, what that is good for and what it still lacks,
# * write all seven yourself: there is an exercise for each, and the check says what is wrong.
#
# You need Python, and you need to know what a derivative is.
# Reading takes about thirty minutes, and the exercises at the end take as long as you like.
# Run the cells in order, with Shift+Enter.
#
# ## 1. Gradient descent, and the one rate
#
# There are 200 samples. Each has two inputs, $u_1$ and $u_2$, and a target, which is $5 u_1 + 2 u_2$ plus some noise.
# Suppose we do not know the 5 and the 2. We look for the two weights $x$ and $y$ for which $x u_1 + y u_2$ comes closest to the targets: those that make the *loss*, half the mean square of the errors, lowest.
#
# In the picture both weights start at 0 (the circle), and the star is the minimum. All points on a grey curve have the same loss.

# %% data
import numpy

from minigrad import np, optimizer, plot

numbers = numpy.random.default_rng(0)
inputs = numpy.tile([[1, 1], [1, -1], [-1, 1], [-1, -1]], (50, 1)) * [0.2**0.5, 2.0]  # the second one is larger
targets = inputs @ [5.0, 2.0] + numbers.normal(size=200)

curvature = (inputs**2).mean(axis=0)  # the text below explains the name
best = (inputs.T @ targets / 200) / curvature  # where both derivatives of the loss are 0


def loss(x, y):
    """The loss, multiplied out. There is no term with x y, because the mean of u1 u2 is 0."""
    squares = curvature[0] * (x**2 / 2 - best[0] * x) + curvature[1] * (y**2 / 2 - best[1] * y)
    return squares + (targets**2).mean() / 2


line = plot.Surface("line", loss, minima=(tuple(best),), start=(0.0, 0.0), view=((-1.0, 9.0), (-1.0, 5.0)))
plot.trajectory([optimizer.SGD(learning_rate=rate) for rate in (0.05, 0.45)], line, steps=30)

# %% data-text [markdown]
# (The title says which rule ends lowest, and from how many of five starts: the one shown and four nearby. The height at the end is the median over the last tenth of the steps.)
#
# The *gradient* $g$ holds the derivatives of the loss, one for each weight. It points uphill, and gradient descent steps the other way, by the *learning rate* $\eta$ times its length ($w$ is a weight, $t$ counts the steps):

# %% sgd
optimizer.SGD(learning_rate=0.1)

# %% sgd-text [markdown]
# The picture shows thirty steps with a small rate and with a large one.
# With the small rate $x$ has gone a quarter of the way. With the large one $y$ jumps from side to side.
#
# Why is $y$ so much faster? Because $u_2$ has larger values: its mean square is 4, and that of $u_1$ is 0.2.
# The gradient for a weight is the mean of *error times input*, so the slope grows by the mean of *input times input* for each unit that the weight moves.
# This is the *curvature* $c$ of that weight. Inputs in other units give other curvatures.
# (These two inputs are uncorrelated. Otherwise the steep and the flat direction would not lie along the axes, and the same would hold along those directions.)
#
# At the distance $d$ from the minimum the slope is $c\,d$, and so a step turns $d$ into $(1 - \eta c)\,d$.
# That factor decides everything: the distance shrinks if it lies between $-1$ and $1$, which means $\eta < 2 / c$.

# %% limit
print("curvatures", curvature.round(2), " largest rates", (2 / curvature).round(2))
for rate in (0.05, 0.45, 0.49, 0.51):
    factors = 1 - rate * curvature
    after = plot.record(optimizer.SGD(learning_rate=rate), line, steps=30).positions[30] - best
    shares, ends = ("({:.3f}, {:.3f})".format(*pair) for pair in (factors, after))
    print(f"rate {rate}: a step multiplies the distances by {shares}, after 30 they are {ends}")
    assert numpy.allclose(after, factors**30 * (0 - best))
gone = 1 - (1 - 0.05 * curvature[0]) ** 30  # the share of its way that x has gone at the small rate
assert 0.25 < gone < 0.27

# %% limit-text [markdown]
# The steepest weight limits the rate for all weights: here to 0.5.
# The flattest weight then keeps at least $1 - 0.5 \cdot 0.2 = 0.9$ of its distance in each step.
# If the curvatures were 1 and 1,000, it would keep 0.998 (the rate is then at most 0.002, and $1 - 0.002 \cdot 1 = 0.998$).
# So the ratio of the largest curvature to the smallest, the *condition number*, says how long gradient descent takes. No rate can change that.
#
# ## 2. Minibatches: cheaper, noisier steps
#
# The gradient is a mean over all samples, and with a million samples one step takes a million gradients.
# *Stochastic* gradient descent takes the mean over a few, drawn at random: a *minibatch*.
# It costs less and is only roughly right.
# Is it a good trade? Let both ways look at 2,000 samples: ten steps with all 200, or 200 steps with ten.
#
# For all 200 the best rate is $2 / (0.2 + 4)$: with it $x$ and $y$ keep equal shares of their distances, and any other rate makes one of these shares larger.


# %% minibatch
def fit(rule, steps, batch=None, seed=0, start=(0.0, 0.0)):
    """Where a rule goes: the weights after each step. Without a batch size, all samples are used."""
    draw = numpy.random.default_rng(seed)
    w = np.array(start, dtype="float64")
    state = rule.create_state(0, w)  # what the rule remembers of w, its array number 0
    places = [w.asnumpy()]
    for _ in range(steps):
        chosen = draw.integers(200, size=batch) if batch else slice(None)
        errors = inputs[chosen] @ places[-1] - targets[chosen]
        gradient = inputs[chosen].T @ errors / len(errors)
        rule.update(0, w, np.array(gradient), state)  # changes w and the state
        places.append(w.asnumpy())
    return numpy.array(places)


def above(places):
    """How far the loss is above its minimum."""
    return (curvature * (places - best) ** 2).sum(axis=-1) / 2


full = above(fit(optimizer.SGD(learning_rate=2 / curvature.sum()), 10))[-1]
few = [above(fit(optimizer.SGD(learning_rate=0.1), 200, 10, seed))[-1] for seed in range(10)]
print(f"10 steps with 200 samples: {full:.2f} above the minimum")
print(f"200 steps with 10 samples: {min(few):.1g} to {max(few):.1g}, from ten draws of the minibatches")
assert max(few) < full / 20

# %% floor-text [markdown]
# It is a very good trade. But there is a price to pay at the end.
# At the minimum the gradient of all samples is zero, and that of a few is not, so the weights never come to rest.
# How far they are thrown about depends on the rate. These walks start at the minimum, ten for each rate:

# %% floor
floors = {}
for rate in (0.05, 0.1, 0.2):
    walks = [above(fit(optimizer.SGD(learning_rate=rate), 400, 10, seed, best)) for seed in range(10)]
    floors[rate] = numpy.array([walk[100:].mean() for walk in walks])  # after 100 steps to get up there
    print(f"rate {rate}: {floors[rate].mean():.4f} above the minimum, give or take {floors[rate].std(ddof=1):.4f}")
assert all(floors[2 * rate].mean() / floors[rate].mean() > 2 for rate in (0.05, 0.1))

# %% floor-after [markdown]
# Twice the rate, more than twice the height: so a rate that is good on the way is too large at the end.
# That is why rates are lowered during training (`minigrad.lr_scheduler`).
#
# ## 3. Weight decay: a belief about the weights
#
# A flat direction is slow for a reason: there the loss hardly changes. Where the data hardly matter, the noise decides the weight.
# *Weight decay* adds a share $\delta$ of the weight to its gradient, which pulls it towards zero (here $\nabla$ is the gradient of the loss, and $g$ what the rule makes of it):

# %% decay
decayed = optimizer.SGD(learning_rate=0.3, wd=0.2)
decayed

# %% decay-text [markdown]
# This is gradient descent on the loss plus $\frac{\delta}{2} w^2$, whose derivative is $\delta w$.
# Every curvature grows by $\delta$, and the minimum moves to $\frac{c}{c + \delta}$ of where it was.
# So steep weights stay almost as they are, and flat ones shrink.
# The condition number falls too, here from 20 to $4.2 / 0.4 = 10.5$. So decay arrives sooner, but somewhere else:

# %% decay-ends
end = fit(decayed, 300)[-1]
print("without decay", best.round(3), " with decay", end.round(3), " share", (end / best).round(3))
assert numpy.allclose(end / best, curvature / (curvature + 0.2))
assert numpy.isclose((curvature[1] + 0.2) / (curvature[0] + 0.2), 10.5)

# %% decay-bet [markdown]
# Is that good? It is a bet that the true weight is small. Here $x$ is fitted to a thousand other draws of the noise, for a true weight of 0.1 and for one of 5.
# Decay halves the estimate:

# %% decay-measure
for true in (0.1, 5.0):
    found = true + numbers.normal(size=(1000, 200)) @ inputs[:, 0] / 200 / curvature[0]
    wrong, with_decay = (numpy.sqrt(((guess - true) ** 2).mean()) for guess in (found, found / 2))
    print(f"true weight {true}: wrong by {wrong:.2f} without decay, by {with_decay:.2f} with it")
    assert (with_decay < wrong) == (true == 0.1)

# %% momentum-text [markdown]
# If the weight is small, the bet is won; if it is large, it is lost.
# What follows leaves the minimum where it is, and looks for a faster way to it.
#
# ## 4. Momentum: steps that agree add up
#
# Gradient descent forgets each step as soon as it is taken.
# But along the flat direction all steps agree, and across the steep one they cancel.
# *Momentum* keeps a *velocity* $v$, which starts at 0. In each step it loses the share $1 - \gamma$ and gains the step that gradient descent would have taken:

# %% momentum
momentum = optimizer.SGD(learning_rate=0.2, momentum=0.8)
momentum

# %% momentum-picture
plot.trajectory([optimizer.SGD(learning_rate=0.2), momentum], line, steps=30)

# %% momentum-gain [markdown]
# Under a constant gradient the velocity tends to $\frac{1}{1 - \gamma}$ times a plain step, here five times.
#
# How much is gained on our loss? There are formulas for the best rate and $\gamma$, and for the share of the distance that a step then keeps in the long run.
# Let $\kappa$ be the condition number, here 20. Without momentum the share is $\frac{\kappa - 1}{\kappa + 1}$, and with it $\frac{\sqrt\kappa - 1}{\sqrt\kappa + 1}$. Let us measure both, over steps 31 to 60:

# %% momentum-best
low, high = curvature**0.5
best_pair = {"learning_rate": 4 / (low + high) ** 2, "momentum": ((high - low) / (high + low)) ** 2}
kept = {}
for root, arguments in ((high / low) ** 2, {"learning_rate": 2 / curvature.sum()}), (high / low, best_pair):
    distances = abs(fit(optimizer.SGD(**arguments), 60) - best).max(axis=1)
    kept[root] = (root - 1) / (root + 1)
    measured = (distances[60] / distances[30]) ** (1 / 30)
    print({name: round(float(value), 2) for name, value in arguments.items()}, end=": ")
    print(f"a step keeps {measured:.3f}, by the formula {kept[root]:.3f}")
    assert abs(measured - kept[root]) < 0.02
plain, fast = kept.values()
print(f"{fast:.3f} is {plain:.3f} to the power of {numpy.log(fast) / numpy.log(plain):.1f}")

# %% momentum-lacks [markdown]
# So in the long run one such step is worth 4.5 steps without momentum. And the worse the conditioning, the greater the gain: a condition number of 10,000 is then like one of 100, and takes about a hundred times fewer steps.
# (If you know eigenvalues: one step maps velocity and distance linearly, and the share is the largest eigenvalue of that map.)
#
# **What it lacks.** Momentum looks at the slope where it is, and then moves on by its velocity too.
# So it notices too late that it has passed the minimum: in the picture it overshoots in $y$ by 1.5.
#
# ## 5. Nesterov: look where you are going
#
# The velocity will carry us to $p + \gamma v$ in any case ($p$ is where we are). So take the gradient there:
#
# $$v_t = \gamma v_{t-1} - \eta\, \nabla L(p_{t-1} + \gamma v_{t-1}), \qquad p_t = p_{t-1} + v_t$$
#
# There is one difficulty. An optimizer is handed the gradient at the weights, and cannot ask for it elsewhere.
# The way out is to store the point ahead as the weight, $w = p + \gamma v$. Then the gradient at the weight is the right one. What becomes of the two lines?
#
# * We know where we were: $p_{t-1} = w_{t-1} - \gamma v_{t-1}$.
# * The velocity gets the gradient at $w_{t-1}$, which is $g_t$: $v_t = \gamma v_{t-1} - \eta g_t$.
# * The next point ahead is $w_t = p_t + \gamma v_t = p_{t-1} + v_t + \gamma v_t$.
#
# These are the library's equations:

# %% nesterov
nag = optimizer.NAG(learning_rate=0.2, momentum=0.8)
nag

# %% nesterov-picture
plot.trajectory([momentum, nag], line, steps=30)

# %% nesterov-short [markdown]
# Nesterov brakes earlier. Substitute the first two lines into the third, and $p$ is gone:
#
# $$w_t = w_{t-1} - \eta g_t + \gamma v_t$$
#
# Momentum is $w_t = w_{t-1} - \eta g_t + \gamma v_{t-1}$.
# So the two differ in one index: Nesterov moves on by the velocity that has already heard of today's gradient.
# Nothing was approximated, so the three ways of writing it must agree:


# %% nesterov-check
def gradient(w):
    """The gradient of the loss over all samples."""
    return inputs.T @ (inputs @ w - targets) / 200


p, v, ahead = numpy.zeros(2), numpy.zeros(2), [numpy.zeros(2)]  # as Nesterov wrote it
w, u, short = numpy.zeros(2), numpy.zeros(2), [numpy.zeros(2)]  # without p
for _ in range(30):
    v = 0.8 * v - 0.2 * gradient(p + 0.8 * v)
    p = p + v
    ahead.append(p + 0.8 * v)
    g = gradient(w)
    u = 0.8 * u - 0.2 * g
    w = w - 0.2 * g + 0.8 * u
    short.append(w)
library = fit(nag, 30)
print(f"largest differences: {abs(library - ahead).max():.0e} and {abs(library - short).max():.0e}")
assert numpy.allclose(library, ahead, rtol=0, atol=1e-12) and numpy.allclose(library, short, rtol=0, atol=1e-12)

past = {rule: (plot.record(rule, line, steps=30).positions - best)[:, 1].max() for rule in (momentum, nag)}
print(f"past the minimum in y: momentum by {past[momentum]:.2f}, Nesterov by {past[nag]:.2f}")
assert round(past[momentum], 1) == 1.5 and past[nag] < 0.6 * past[momentum]

# %% adagrad-text [markdown]
# **What both lack.** They still have one rate for all weights, and so depend on the units of the inputs.
# If the second input is written in millimetres instead of centimetres, its numbers are ten times as large and the curvature is a hundred times as large.
# The data say the same as before, but the rate has to be a hundred times smaller.
#
# ## 6. AdaGrad: a rate for each weight
#
# AdaGrad keeps for each weight the sum $G$ of its squared gradients, and divides by the root. ($\epsilon$ is tiny, and only prevents 0/0.)

# %% adagrad
optimizer.AdaGrad(learning_rate=2.0)

# %% adagrad-units-text [markdown]
# A gradient divided by the size of gradients has no units. So AdaGrad's steps stay as long as before when the units of an input change.
# Here is $y$ after a few steps, as a share of its way to the minimum, in both units:


# %% adagrad-units
def millimetres(x, y):
    """The loss for a second input whose numbers are ten times as large."""
    return loss(x, 10 * y)


other = plot.Surface("millimetres", millimetres, minima=((best[0], best[1] / 10),), start=(0.0, 0.0))
shares, shown = {}, (1, 2, 3, 5, 20)
print("after step         ", *(f"{step:10}" for step in shown))
for rule in (optimizer.SGD(learning_rate=0.2), optimizer.AdaGrad(learning_rate=0.5)):
    for surface, unit in ((line, "centimetres"), (other, "millimetres")):
        walk = plot.record(rule, surface, steps=20)
        shares[walk.name, unit] = walk.positions[:, 1] / surface.minima[0][1]
        print(f"{walk.name:7} {unit}", *(f"{shares[walk.name, unit][step]:10.3g}" for step in shown))
assert abs(shares["sgd", "millimetres"][20]) > 1e10
assert numpy.isclose(shares["adagrad", "millimetres"][1], 10 * shares["adagrad", "centimetres"][1])
assert all(abs(shares["adagrad", unit][20] - 1) < 0.05 for unit in ("centimetres", "millimetres"))

# %% forget-text [markdown]
# In millimetres gradient descent flies off, and AdaGrad does not.
# Its first step is 0.5 long in both units. In millimetres the way is ten times shorter, so this step goes much too far, but the large gradients that it meets there are added to $G$ and shorten the next steps.
# So units still decide which rate is *best*, but no longer whether the rule arrives.
#
# **What it lacks.** The sum only grows. Even if the gradient stays the same, steps become shorter and shorter.
# Gradients that were large long ago count for ever.
# Here are the lengths of steps under a gradient that is always 0.5, for AdaGrad and the three rules still to come, all at the rate 0.01 (AdaDelta has none):

# %% forget
import matplotlib.pyplot as plt

from minigrad.plot.style import frame, styles, told_apart

rules = {
    "adagrad": optimizer.AdaGrad(learning_rate=0.01),
    "rmsprop": optimizer.RMSProp(learning_rate=0.01),
    "rmsprop, centered": optimizer.RMSProp(learning_rate=0.01, centered=True, momentum=0),
    "adadelta": optimizer.AdaDelta(epsilon=1e-5),
}
lengths = {name: plot.record(rule, lambda x, y: 0.5 * x + 0 * y, steps=100).step_sizes for name, rule in rules.items()}
figure, axes = plt.subplots(figsize=(8.7, 3.4), layout="constrained")
frame(axes)
for name, style in told_apart(styles(lengths)).items():
    marks = {"marker": style.marker, "markevery": [0, 1, 3, 9, 29, 99], "linestyle": style.dashes}
    axes.loglog(numpy.arange(1, 101), lengths[name], label=name, color=style.colour, **marks)
axes.set(xlabel="step", ylabel="step length", title="Constant gradient: AdaGrad tires, RMSProp settles at the rate")
axes.legend(loc="upper left", frameon=False)
plt.show()
assert lengths["rmsprop, centered"][-1] > 100 * 0.01 and numpy.diff(lengths["rmsprop, centered"])[-1] > 0
assert numpy.allclose(lengths["adagrad"], 0.01 / numpy.arange(1, 101) ** 0.5, rtol=1e-5)

# %% rmsprop-text [markdown]
# ## 7. RMSProp: forget
#
# RMSProp keeps a running *mean* $E$ instead of the sum. In each step it keeps the share $\rho$ of the old mean, and the rest is the new square:

# %% rmsprop
optimizer.RMSProp(learning_rate=0.01, rho=0.9)

# %% rmsprop-watch [markdown]
# Now a steady gradient $g$ leads to $E = g^2$, and to steps as long as the rate.
# The mean starts at 0, so it is too small at first, and the first steps are too long: after one step $E$ is only $(1 - \rho)\, g^2$.
# ([The notebook on Adam](05-adam.ipynb) puts that right.)

# %% rmsprop-first
print("step 1 and step 100, in units of the rate:", (lengths["rmsprop"][[0, 99]] / 0.01).round(3))
assert numpy.allclose(lengths["rmsprop"][[0, 99]] / 0.01, [0.1**-0.5, 1], rtol=1e-3)

# %% centered-text [markdown]
# **What it lacks.** $E$ can be large for two reasons that RMSProp cannot tell apart: a gradient that is large and steady, which can be trusted, and one that jumps from side to side, which cannot.
#
# The *centered* form also keeps the mean $m$ of the gradient, and divides by the root of $E - m^2$. This is the *variance*: what is left of the mean square when the steady part is taken out.
# It also has momentum, and so a velocity:

# %% centered
optimizer.RMSProp(learning_rate=0.01, rho=0.9, centered=True)

# %% centered-compare-text [markdown]
# Here are two streams of gradients with the same squares, one steady and one that changes sign, and what each form divides by after 50 steps:

# %% centered-compare
for stream, signs in {"steady": numpy.ones(50), "changes sign": (-1.0) ** numpy.arange(50)}.items():
    E = m = 0
    for g in 0.5 * signs:
        E, m = 0.9 * E + 0.1 * g**2, 0.9 * m + 0.1 * g
    print(f"{stream:12}: RMSProp divides by {E**0.5:.3f}, the centered form by {(E - m**2) ** 0.5:.3f}")

# %% adadelta-text [markdown]
# Where gradients agree, the centered form takes long steps.
# If they agree completely, nothing but $\epsilon$ limits them: in the picture above, a step ends up more than a hundred times as long as the rate, and steps are still growing.
#
# ## 8. AdaDelta: what about the rate?
#
# **What they all lack.** A gradient divided by its size has no units. A weight has.
# In section 6 the minimum was ten times nearer in millimetres, yet the first step was as long as in centimetres.
# So whoever chooses the rate still has to know how far the weights have to go.
#
# AdaDelta puts the missing units in: it multiplies by the size of its own past *steps* $\Delta$. And there is no rate any more:

# %% adadelta
optimizer.AdaDelta(epsilon=1e-5)

# %% adadelta-watch [markdown]
# **What it lacks.** Before the first step there have been no steps, so $D = 0$, and the first step is as long as $\epsilon$ makes it: $\sqrt{\epsilon / (1 - \rho)}$.
# It is a rate under another name. Look at what it does in 100 steps on our line:

# %% adadelta-epsilon
for epsilon in (1e-7, 1e-5, 1e-3):
    walk = plot.record(optimizer.AdaDelta(epsilon=epsilon), line, steps=100)
    first, height = abs(walk.positions[1, 0]), walk.losses[-1] - line.bottom
    print(f"epsilon {epsilon}: first step {first:.4f} in x, after 100 steps {height:.1g} above the minimum")
    assert numpy.isclose(first, (epsilon / 0.1) ** 0.5, rtol=0.01)

# %% rates-text [markdown]
# ## 9. What is it all good for?
#
# We began with one rate for all weights, so let us end with the rate.
# Here is how low four of the rules end at twelve rates, with noise on the gradients, as from minibatches:

# %% rates
tried = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
four = ["sgd", optimizer.SGD(momentum=0.9), "adagrad", "rmsprop"]
picture = plot.rates(four, line, steps=60, noise=0.5, tried=tried)
picture.suptitle("The best rates lie between 0.02 and 1", x=0.016, ha="left", fontweight="bold", fontsize=10.5)
picture

# %% rates-check
entries = [text.get_text() for text in picture.axes[0].get_legend().get_texts()]
ends_at = [float(entry.partition("ends at ")[2].partition(",")[0]) for entry in entries]
lowest = [tried[curve.get_ydata().argmin()] for curve in picture.axes[0].get_lines()]
print("best rates", lowest, "and the heights they end at", ends_at)
assert max(ends_at) < 4 * min(ends_at) and (min(lowest), max(lowest)) == (0.02, 1)

# %% rates-read [markdown]
# At their best rates, the four are close together, within a factor of three. Their best rates are far apart.
# So never compare rules at one rate; compare each at its own.
# And do not conclude from the legend which rule has the widest range of good rates: with four times the noise it is a different one. (**Try** it: `noise=2`.)
# What you have seen is narrower than "this rule is better", and more useful: why each of these rules does what it does, and when that goes wrong.
#
# | rule | remembers for each weight | because | and lacks |
# |---|---|---|---|
# | gradient descent | nothing | | the steepest weight limits the rate for all |
# | ... with minibatches | nothing | a step is expensive | rest: it never stands still |
# | ... with momentum | a velocity $v$ | flat directions are slow | foresight: it overshoots |
# | Nesterov | a velocity $v$ | momentum overshoots | a rate for each weight |
# | AdaGrad | the sum $G$ of squares | units and sizes differ | a memory that fades: steps shrink for ever |
# | RMSProp | the mean $E$ of squares | the sum only grows | a way to tell steady from jumping; good first steps |
# | ... centered | $E$, the mean $m$, a velocity $v$ | steady gradients can be trusted | a limit, if they agree completely |
# | AdaDelta | $E$, and the mean $D$ of squared steps | a step should have the units of a weight | a start: $\epsilon$ decides |
#
# (Seven rules in eight rows: minibatches change the gradient, not the rule.)
#
# [Adam](05-adam.ipynb) is next: momentum and RMSProp in one rule, with good first steps.
# [Look at a rule](04-look-at-a-rule.ipynb) shows how to watch rules like these, and where RMSProp gets into trouble.
#
# ## Exercises
#
# Below are seven functions to write. The first two have a mistake that is easily made: run the cell, read what the check says, and put it right.
# Arrays are NumPy arrays, nothing that is passed in may change, and the order of results matters.
# In the others, replace the dots. If you are stuck, `minigrad exercises show sgd_step --hint 1` in a terminal has a hint (there are three), and `check(..., hint=3)` shows numbers.
#
# The exercises use the names of code: `h` is $G$ here, `s` is $E$, `lr` is $\eta$, `eps` is $\epsilon$, and `beta` is $\rho$. `d` is the velocity $v$ in centered RMSProp, and $D$ in AdaDelta.

# %% sgd-task
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["sgd_step"]))


# %% sgd-step
def sgd_step(w, g, *, lr, wd):
    return w - lr * g - wd * w


check("sgd_step", sgd_step)

# %% momentum-task
print(statement(EXERCISES["momentum_step"]))


# %% momentum-step
def momentum_step(w, g, v, *, lr, wd, momentum):
    v = momentum * v - (g + wd * w)
    return w + lr * v, v


check("momentum_step", momentum_step)

# %% nag-task
print(statement(EXERCISES["nag_step"]))


# %% nag-step
def nag_step(w, g, v, *, lr, momentum):
    return ..., ...


check("nag_step", nag_step)

# %% adagrad-task
print(statement(EXERCISES["adagrad_step"]))


# %% adagrad-step
def adagrad_step(w, g, h, *, lr, eps):
    return ..., ...


check("adagrad_step", adagrad_step)

# %% rmsprop-task
print(statement(EXERCISES["rmsprop_step"]))


# %% rmsprop-step
def rmsprop_step(w, g, s, *, lr, beta, eps):
    return ..., ...


check("rmsprop_step", rmsprop_step)

# %% centered-task
print(statement(EXERCISES["rmsprop_centered_step"]))


# %% centered-step
def rmsprop_centered_step(w, g, s, m, d, *, lr, beta, momentum, eps):
    return ..., ..., ..., ...


check("rmsprop_centered_step", rmsprop_centered_step)

# %% adadelta-task
print(statement(EXERCISES["adadelta_step"]))


# %% adadelta-step
def adadelta_step(w, g, s, d, *, rho, eps):
    return ..., ..., ...


check("adadelta_step", adadelta_step)

# %% sources [markdown]
# ## Sources
#
# * Gradient descent with noisy gradients: H. Robbins, S. Monro, "A stochastic approximation method", 1951.
# * Weight decay: A. Krogh, J. Hertz, "A simple weight decay can improve generalization", NIPS 1991.
# * Momentum: B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
# * Nesterov's method: Y. Nesterov, 1983; in the form above: I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013, equations (3) and (4); the change of variables: Y. Bengio, N. Boulanger-Lewandowski, R. Pascanu, "Advances in optimizing recurrent networks", ICASSP 2013.
# * AdaGrad: J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12, 2011.
# * RMSProp: T. Tieleman, G. Hinton, lecture 6e of "Neural networks for machine learning", 2012; centered: A. Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850, equations (38) to (45).
# * AdaDelta: M. Zeiler, "ADADELTA: an adaptive learning rate method", arXiv:1212.5701, Algorithm 1.
#
# Papers, MXNet, PyTorch and Keras do not write all these rules alike: see [the dialects](dialects.md) and [the errata](errata.md).
