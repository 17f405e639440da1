# %% title [markdown]
# # Adam, and what it divides
#
# Adam and its relatives share one idea: a step is the rate times a *ratio*, the mean of the gradients over their size.
# Everything else is a question about this ratio. What if there have been few gradients so far? What if both halves are zero? What if something else gets into it? What is the size of gradients?
#
# Afterwards you will be able to
#
# * say how long Adam's steps are before you see the gradients, and what makes it shorter,
# * derive the bias correction, and say what goes wrong when it is left out,
# * say where $\epsilon$ sits in your library, and when that matters,
# * say what AdamW, Adamax and Nadam each change in the ratio,
# * write all four yourself: there is an exercise for each.
#
# You need [momentum and RMSProp](03-gradient-descent.ipynb).
# Reading takes about twenty minutes, and the exercises at the end take as long as you like.
# Run the cells in order, with Shift+Enter.

# %% streams
import matplotlib.pyplot as plt
import numpy

from minigrad import np, optimizer
from minigrad.plot.style import INK, frame, styles

ADAM = styles(["adam"])["adam"]


def steps_of(rule, gradients, w=0.0):
    """The steps of a rule for given gradients, in units of its rate; positive is downhill."""
    w = np.array(numpy.full(numpy.shape(gradients[0]) or (1,), w))
    state, places = rule.create_state(0, w), [w.asnumpy()]
    for g in gradients:
        rule.update(0, w, np.array(numpy.full(w.shape, g)), state)
        places.append(w.asnumpy())
    return -numpy.diff(places, axis=0).squeeze() / rule.learning_rate


noise = numpy.random.default_rng(0).normal(size=300)
streams = {"always 0.001": numpy.full(300, 0.001), "noise around 0": noise, "noise around 0.5": 0.5 + noise}
figure, rows = plt.subplots(2, 3, figsize=(8.7, 4), sharex=True, sharey="row", layout="constrained")
figure.suptitle("The length of Adam's steps says how much the gradients agree, not how large they are", fontsize=11)
for (label, stream), (above, below) in zip(streams.items(), rows.T):
    above.plot(stream, color=INK, linewidth=0.7)
    below.plot(steps_of(optimizer.Adam(), stream), color=ADAM.colour)
    above.set_title(f"gradients: {label}", fontsize=10)
    below.set_xlabel("step")
    for axes in (above, below):
        frame(axes)
rows[0, 0].set_ylabel("gradient")
rows[1, 0].set_ylabel("step / rate")
plt.show()

# %% ratio-text [markdown]
# ## 1. A ratio
#
# Each column shows 300 gradients above, and below them the steps that Adam takes, as multiples of the rate $\eta$.
# On the left every gradient is tiny, and every step is as long as the rate.
# In the middle the gradients are a thousand times as large, but they contradict each other, and the steps are short and go both ways.
# On the right there is a small preference in the noise, and Adam finds it.
#
# For each weight Adam keeps two running means: $m$ of the gradients, as momentum does, and $v$ of their squares, as RMSProp does.
# The step is the rate times $m$ over the root of $v$. (The hats and $\epsilon$ come in the next sections; $t$ counts the steps from 1.)

# %% adam
adam = optimizer.Adam(learning_rate=0.1)
adam

# %% worked-text [markdown]
# On paper, for a weight that starts at 1 and has the gradients 0.5 and -0.25:

# %% worked
adam.worked(1.0, [0.5, -0.25])

# %% ratio-units-text [markdown]
# $m$ has the units of a gradient, and so has the root of $v$. The ratio has none.
# Whether the loss is counted in cents or in euros, the steps are the same:

# %% ratio-units
small, large = (steps_of(optimizer.Adam(epsilon=0), factor * noise) for factor in (1, 1000))
print("largest difference between the steps:", abs(small - large).max().round(9))
assert numpy.allclose(small, large, rtol=0, atol=1e-9)

many = numpy.random.default_rng(1).normal(size=(300, 1000))  # as in the picture, for a thousand weights
for label, stream in {"always 0.001": 0.001 + 0 * many, "noise around 0": many, "noise around 0.5": 0.5 + many}.items():
    late = steps_of(optimizer.Adam(), stream)[100:]
    print(f"{label:16} step / rate: mean {late.mean().round(2) + 0:.2f}, standard deviation {late.std():.2f}")
    assert abs(late.mean() - {"always 0.001": 1, "noise around 0": 0, "noise around 0.5": 0.45}[label]) < 0.01

# %% ratio-read [markdown]
# The mean of some numbers is never larger than the root of the mean of their squares. So the ratio is 1 if all agree, and less otherwise.
# That is why a rate has a plain meaning for Adam: *no weight moves much further than $\eta$ in a step.*
#
# *Much*, because the two means do not remember equally long: $m$ the last ten or so, $v$ the last thousand.
# After a long silence one gradient adds a tenth of itself to $m$, but only a thousandth of its square to $v$.
# Then the ratio is at most $(1 - \beta_1) / \sqrt{1 - \beta_2}$, which is 3.2 (Kingma and Ba, section 2.1):

# %% ratio-silence
silence = steps_of(optimizer.Adam(), [0.0] * 5000 + [1.0])
print(f"after 5,000 zeros, one gradient: a step of {silence[-1]:.2f} times the rate")
assert 3.1 < silence[-1] < 0.1 / 0.001**0.5

# %% bias-text [markdown]
# ## 2. What if there have been few gradients so far?
#
# Both means start at 0, and they have to start somewhere. How wrong are they at first?
# Write $m_t$ out: each gradient enters with the share $1 - \beta_1$, and then fades by $\beta_1$ in each step.
#
# $$m_t = (1 - \beta_1) \sum_{k=1}^{t} \beta_1^{t-k} g_k$$
#
# Suppose that the gradients vary, but all have the same expectation $\mathrm{E}[g]$. Then
#
# $$\mathrm{E}[m_t] = \mathrm{E}[g]\,(1 - \beta_1) \sum_{k=1}^{t} \beta_1^{t-k} = \mathrm{E}[g]\,(1 - \beta_1^t),$$
#
# because the sum is geometric.
# So on average $m_t$ is too small by the factor $1 - \beta_1^t$, which is known. Dividing by it puts the average right. This is the *bias correction*, the first hat.
# The same holds for $v_t$, with squares: the factor is $1 - \beta_2^t$.
#
# An expectation can be measured. Here are 20,000 weights with gradients of their own, normally distributed with mean 0.5 and standard deviation 1, so that $\mathrm{E}[g^2] = 1.25$:

# %% bias-measure
draw, w = numpy.random.default_rng(1), np.zeros(20000, dtype="float64")
rule = optimizer.Adam()
mean, var = rule.create_state(0, w)
print("step   mean of m  0.5 (1 - 0.9^t)   mean of v  1.25 (1 - 0.999^t)")
for t in range(1, 31):
    rule.update(0, w, np.array(0.5 + draw.normal(size=20000)), (mean, var))
    m, v = mean.asnumpy().mean(), var.asnumpy().mean()
    if t in (1, 3, 10, 30):
        print(f"{t:4} {m:11.4f} {0.5 * (1 - 0.9**t):16.4f} {v:11.5f} {1.25 * (1 - 0.999**t):19.5f}")
    assert abs(m / (1 - 0.9**t) - 0.5) < 0.03 and abs(v / (1 - 0.999**t) / 1.25 - 1) < 0.04

# %% bias-left-out-text [markdown]
# What if one or both are left out?
# With a steady gradient the ratio should be 1. Without a correction, its half of the ratio is too small by the factor above. Here is the ratio, and so the length of a step in units of the rate:

# %% bias-left-out
t = numpy.array([1, 10, 100, 1000, 10000])
shares = {"both corrected": 1 + 0 * t, "none": (1 - 0.9**t) / (1 - 0.999**t) ** 0.5}
shares |= {"only m": (1 - 0.999**t) ** -0.5, "only v": 1 - 0.9**t}
print("step           ", *(f"{one:8}" for one in t))
for label, share in shares.items():
    print(f"{label:15}", *(f"{one:8.2f}" for one in share))
assert numpy.allclose(steps_of(optimizer.Adam(), [0.5] * 10000)[t - 1], shares["both corrected"], atol=1e-6)

# %% bias-read [markdown]
# Without any correction the first step is three times too long, and it gets worse: at step 10 it is six times too long.
# With the correction of $m$ alone, the first step is 32 times too long.
# Leaving out that of $m$ does little harm: it is a slow start, over after some thirty steps.
#
# ## 3. What if both halves are zero?
#
# Then the ratio is 0/0, and $\epsilon$ is there to make it 0.
# It does a little more: it says which gradients are so small that they count as nothing.
# Its place decides what "small" means, and libraries differ. With one gradient $g$, at the first step, the ratio is
#
# * $|g| / (|g| + \epsilon)$ in the paper, in PyTorch, optax and minigrad: added to the *corrected* root,
# * $|g| / (|g| + \epsilon / \sqrt{1 - \beta_2})$ in MXNet and Keras: added to the *uncorrected* root, so that $\epsilon$ is in effect 32 times larger at first,
# * $|g| / \sqrt{g^2 + \epsilon}$ if it were inside the root, as it is in RMSProp here.

# %% epsilon
sizes, epsilon = numpy.logspace(-17, -1, 129), 1e-8
ours = steps_of(optimizer.Adam(epsilon=epsilon), [sizes])
places = {
    "added to the corrected root": sizes / (sizes + epsilon),
    "added to the uncorrected root": sizes / (sizes + epsilon / 0.001**0.5),
    "inside the root": sizes / (sizes**2 + epsilon) ** 0.5,
}
assert numpy.allclose(ours, places["added to the corrected root"], rtol=1e-6)

figure, axes = plt.subplots(figsize=(8.7, 3.4), layout="constrained")
frame(axes)
for (label, ratio), dashes in zip(places.items(), ("-", "--", ":")):
    half = sizes[abs(ratio - 0.5).argmin()]
    axes.semilogx(sizes, ratio, dashes, color=ADAM.colour, label=f"{label}: half a step at {half:.0e}")
axes.set(xlabel="size of the first gradient", ylabel="first step / rate")
axes.set_title("ε = 1e-8, in three places: which gradients count as nothing?", fontsize=11)
axes.legend(loc="upper left", frameon=False)
plt.show()

# %% epsilon-read [markdown]
# For ordinary gradients the first two are alike. They are not if gradients are about as small as $\epsilon$, whether because gradients are tiny or because somebody set $\epsilon$ to 0.1.
# Then the same program trains differently in two libraries. [The dialects](dialects.md) list rates, $\epsilon$ and first steps of six libraries.
#
# ## 4. What if something else gets into the ratio?
#
# Weight decay adds $\delta w$ to the gradient. In gradient descent that pulls a weight towards zero by a share of itself.
# In Adam it goes into both means, and is divided with the rest.
# Take a weight whose gradient is 0. Then the decay is all there is. It always points the same way, so the ratio is 1 *whatever $\delta$ is*:

# %% decay-alone
for wd in (1, 0.01, 0.0001):
    steps = steps_of(optimizer.Adam(wd=wd), [0.0] * 100, w=1.0)
    print(f"wd {wd}: the weight falls by {steps[0]:.4f} times the rate in the first step")
    assert abs(steps[0] - 1) < 1e-3

# %% adamw-text [markdown]
# And where gradients are large, the decay is divided by that size, and hardly anything of it is left.
# *AdamW* keeps the decay out of the ratio and adds it to the step (Loshchilov and Hutter call it decoupled):

# %% adamw
optimizer.AdamW(learning_rate=0.01, wd=0.1)

# %% adamw-measure-text [markdown]
# Two groups of 2,000 weights start at 1 and get nothing but noise, of size 10 in one group and 0.1 in the other.
# After 500 steps, what is left of them on average?

# %% adamw-measure
left = {}
for name, rule in {"Adam ": optimizer.Adam, "AdamW": optimizer.AdamW}.items():
    draw, ends = numpy.random.default_rng(2), []
    for size in (10, 0.1):
        total = steps_of(rule(learning_rate=0.01, wd=0.1), size * draw.normal(size=(500, 2000)), w=1.0).sum(axis=0)
        ends.append(1 - 0.01 * total)
    left[name] = [end.mean() for end in ends]
    doubt = max(end.std(ddof=1) for end in ends) / 2000**0.5
    large, small = left[name]
    print(f"{name}: {large:.2f} with large noise, {small:.2f} with small noise, give or take {2 * doubt:.2f}")
print(f"(1 - rate * wd) to the power 500: {(1 - 0.01 * 0.1) ** 500:.2f}")
assert numpy.allclose(left["AdamW"], (1 - 0.01 * 0.1) ** 500, atol=0.02)
assert left["Adam "][0] > 0.9 and left["Adam "][1] < 0.2

# %% adamw-read [markdown]
# With AdamW both shrink alike, as $\delta$ says. With Adam the first group hardly decays, and the second is as good as gone.
# So if you want decay, take AdamW. Its decay is multiplied by the rate, so a $\delta$ that suits another rule may not suit this one.
#
# ## 5. What is the size of gradients?
#
# The root of the mean square is one answer. There is one for every power $p$: the $p$-th root of the mean of $|g|^p$. The larger $p$ is, the more the largest gradients count.
# For $p \to \infty$ only the largest counts, and the formula becomes simpler than for any other $p$ (Kingma and Ba, section 7.1). This is *Adamax*:

# %% adamax
adamax = optimizer.Adamax(learning_rate=0.1)
adamax

# %% adamax-limit-text [markdown]
# $u$ is the largest gradient, once older ones have faded by $\beta_2$ in each step.
# Is it really that limit? Here is the formula for growing $p$, for 20 gradients (with the share $\beta_2^p$, as in the paper), and $u$:

# %% adamax-limit
stream, share = noise[:20], 0.999
w = np.zeros(1, dtype="float64")
_, largest = state = adamax.create_state(0, w)
for g in stream:
    adamax.update(0, w, np.array([g]), state)
for p in (2, 10, 100, 500):
    terms = (share ** numpy.arange(19, -1, -1) * abs(stream)) ** p
    print(f"p = {p:3}: {((1 - share**p) * terms.sum()) ** (1 / p):.3f}")
print(f"the u of Adamax: {largest.item():.3f}")
assert abs(((1 - share**p) * terms.sum()) ** (1 / p) - largest.item()) < 0.005

# %% adamax-read [markdown]
# A maximum is right from the first gradient on. So $u$ needs no bias correction, and it has no hat.
# But it needs an $\epsilon$. The paper has none, and then a weight that has seen only zeros becomes 0/0.
#
# ## 6. What if the mean looks ahead?
#
# [Nesterov's method](03-gradient-descent.ipynb) differs from momentum in one index: it moves on by the velocity that has already heard of today's gradient.
# The same can be done to Adam. Today's mean is made of today's gradient and yesterday's mean:
#
# $$\hat m_t = \frac{(1 - \beta_1)\, g_t + \beta_1\, m_{t-1}}{1 - \beta_1^t}$$
#
# *Nadam* puts today's mean in the place of yesterday's, with the correction for one more step:
#
# $$\bar m_t = \frac{(1 - \beta_1)\, g_t}{1 - \beta_1^t} + \frac{\beta_1\, m_t}{1 - \beta_1^{t+1}}$$
#
# Let us check this against the library, where `schedule_decay=1e6` keeps the momentum constant at $\beta_1$:

# %% nadam-check
m = v = 0.0
by_hand = []
for t, g in enumerate(noise, start=1):
    m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
    ahead = 0.1 * g / (1 - 0.9**t) + 0.9 * m / (1 - 0.9 ** (t + 1))
    by_hand.append(ahead / ((v / (1 - 0.999**t)) ** 0.5 + 1e-8))
by_library = steps_of(optimizer.Nadam(schedule_decay=1e6), noise)
print("largest difference:", abs(by_library - by_hand).max().round(9))
assert numpy.allclose(by_library, by_hand, rtol=0, atol=1e-9)

# %% nadam-text [markdown]
# Dozat, whose rule it is, also lets the momentum grow: $\mu_t$ goes from about $\beta_1 / 2$ to $\beta_1$.
# With a momentum that changes, the powers of $\beta_1$ in the corrections become products $P$ of all the $\mu$ so far. That alone makes the lines below so long:

# %% nadam
optimizer.Nadam()

# %% nadam-watch [markdown]
# "Nadam" is the name of several formulas: his two papers differ, and so do the libraries. Before you compare, [look them up](dialects.md#nadam).
#
# ## Which of them?
#
# Three of them, each at the best of 21 rates, walk down a valley with noisy gradients, 30 times with different noise.
# `ties` says which places cannot be ruled out (Tukey's test at 95 %):

# %% which
from minigrad import plot
from minigrad.ties import ties

found = {}
for deviation in (0.5, 1.0):
    scores = {}
    for name in ("adam", "adamax", "nadam"):
        rule = plot.tuned(name, "valley", steps=60, noise=deviation)
        walks = [plot.record(rule, "valley", steps=60, noise=deviation, seed=seed) for seed in range(30)]
        scores[name] = [-numpy.log(numpy.median(walk.losses[-6:])) for walk in walks]
        end = numpy.exp(-numpy.median(scores[name]))
        print(f"noise {deviation}: {name:6} at rate {rule.lr} ends at {end:.3f} (median)")
    found[deviation] = ties(scores)
    print(f"noise {deviation}: places", ", ".join(f"{found[deviation].span(name)} for {name}" for name in scores))

assert found[0.5].places["adam"] == (3, 3) and set(found[1.0].places.values()) == {(1, 3)}

# %% which-read [markdown]
# With little noise Nadam and Adamax end lower than Adam here, and cannot be told apart. With more noise all three tie.
# So there is no ranking of these rules to learn. Begin with Adam, or with AdamW if you want decay, and spend your time on the rate.
#
# | rule | instead of | it has | because |
# |---|---|---|---|
# | Adam | $g$ in RMSProp | the mean $\hat m$, and corrections | gradients that agree should count more; means start at 0 |
# | AdamW | decay in the ratio | decay outside it | in the ratio it is divided too |
# | Adamax | the root of the mean square | the largest, fading | sizes can be measured in other ways |
# | Nadam | yesterday's mean | today's mean | Nesterov looks ahead |
#
# [Look at a rule](04-look-at-a-rule.ipynb) has the tools to compare them on more than this.
#
# ## Exercises
#
# Below are four functions, each with a mistake that is easily made. Run a cell, and read what the check says.
# Then replace the body with your own. Arrays are NumPy arrays, nothing that is passed in may change, and the order of results matters.
# If you are stuck, `minigrad exercises show adam_step --hint 1` in a terminal has a hint (there are three), and `check(..., hint=3)` shows numbers.

# %% adam-task
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["adam_step"]))


# %% adam-step
def adam_step(w, g, m, v, t, *, lr, beta1, beta2, eps):
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    corrected = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
    return w - corrected * m / (numpy.sqrt(v) + eps), m, v


check("adam_step", adam_step)

# %% adamw-task
print(statement(EXERCISES["adamw_step"]))


# %% adamw-step
def adamw_step(w, g, m, v, t, *, lr, beta1, beta2, eps, wd):
    g = g + wd * w
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return w - lr * m_hat / (numpy.sqrt(v_hat) + eps), m, v


check("adamw_step", adamw_step)

# %% adamax-task
print(statement(EXERCISES["adamax_step"]))


# %% adamax-step
def adamax_step(w, g, m, u, t, *, lr, beta1, beta2):
    m = beta1 * m + (1 - beta1) * g
    u = numpy.maximum(beta2 * u, g)
    return w - lr / (1 - beta1**t) * m / u, m, u


check("adamax_step", adamax_step)

# %% nadam-task
print(statement(EXERCISES["nadam_step"]))


# %% nadam-step
def nadam_step(w, g, m, v, P, t, *, lr, beta1, beta2, eps, schedule_decay):
    mu = beta1 * (1 - 0.5 * 0.96 ** (t * schedule_decay))
    P = P * mu
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_bar = (1 - mu) * g / (1 - P) + mu * m / (1 - P * mu)
    return w - lr * m_bar / (numpy.sqrt(v / (1 - beta2**t)) + eps), m, v, P


check("nadam_step", nadam_step)

# %% sources [markdown]
# ## Sources
#
# * Adam and Adamax: D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithms 1 and 2; the bound of the step is in section 2.1, the bias correction in section 3, the limit in section 7.1.
# * AdamW: I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019, Algorithm 2.
# * Nadam: T. Dozat, "Incorporating Nesterov momentum into Adam", report for Stanford CS229, 2015, and ICLR workshop 2016.
#
# [The dialects](dialects.md) and [the errata](errata.md) say how papers and libraries differ, and how that is known.
# [What should I use?](what-should-i-use.md) compares them with the other optimizers on three problems.
