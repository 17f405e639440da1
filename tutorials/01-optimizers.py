# %% title [markdown]
# # Optimizers
#
# A reference page: every *rule* (a formula for the next step of training) in plain words, with its equations, a step or two worked by hand, and when to use it.
# **New here?** Read [Start here](00-start-here.ipynb), [Autograd from nothing](02-autograd-from-nothing.ipynb) and [From gradient descent to AdaDelta](03-gradient-descent.ipynb) first.
#
# The page replaces the [Optimizers guide](https://github.com/apache/mxnet/blob/master/docs/python_docs/python/tutorials/packages/optimizer/index.md), a chapter in the manual of MXNet, a retired library. It has the same headings in the same order, and runs every snippet.
# The rules print their own equations and work their own examples, so what you see is what the code computes.
#
# Reading all of it takes about 60 minutes, and you need a little Python and calculus.
# To run it, get the repository, run `pip install -e '.[tutorials]'` in its top folder (the one with `pyproject.toml`), and open this notebook in Jupyter.
#
# *If you come from MXNet:* only the import changes, from `mxnet` to `minigrad`. Argument names of 1.9.1, such as `gamma1`, `eps` and `lazy_update`, are accepted.
# [The errata](errata.md) list where the guide, the papers and MXNet disagree, and [the dialects](dialects.md) say what the same rule means in PyTorch, Keras, optax and MXNet.
#
# Training a network means choosing its weights so that the *loss*, which says how wrong its answers are, becomes small.
# Nobody can solve for the best weights, so we start somewhere and improve them step by step.
# The *gradient* says for each weight how fast the loss grows with it. A step the other way, if it is short enough, makes the loss smaller.
# How long the step is depends on a number called the *learning rate*.
#
# Every rule below answers one question: given the gradients so far, what is the next step?
# Each of them is an `Optimizer`, and a `Trainer` applies it to the parameters of a network:

# %% first-snippet
from minigrad import gluon, optimizer

net = gluon.nn.Dense(1)
net.initialize()
optim = optimizer.SGD(learning_rate=0.1)
trainer = gluon.Trainer(net.collect_params(), optimizer=optim)

# %% loop-text [markdown]
# The training loop has three parts: forward to the loss, back to the gradients, and one step of the optimizer.
# `backward` adds up the gradients of all samples, and `step` is told how many there were so that it can divide.

# %% loop
from minigrad import autograd, np, random

random.seed(0)
x = np.random.normal(size=(64, 3))
y = np.dot(x, np.array([[1.0], [-2.0], [0.5]])) + 0.3
loss_fn = gluon.loss.L2Loss()

for _ in range(100):
    with autograd.record():  # what is computed here is recorded for backward
        loss = loss_fn(net(x), y)
    loss.backward()
    trainer.step(batch_size=64)

print(net.weight.data().asnumpy().round(2), net.bias.data().asnumpy().round(2))
assert loss.mean().item() < 1e-6

# %% by-name-text [markdown]
# The optimizer can also be given by name, with its arguments in a dictionary.
# Name the arguments too: the first one is not always the rate (for SGD it is the momentum).

# %% by-name
trainer = gluon.Trainer(net.collect_params(), optimizer="adam", optimizer_params={"learning_rate": 1})

# %% notation [markdown]
# (The rate of 1 is the guide's. For Adam it is far too large: with it the network below reads 10 to 20 % of the digits, which is guessing.)
#
# For the rest of the page we need three tools.
# An optimizer as the last expression of a cell shows its equations and what each letter in them stands for.
# `worked` takes steps with them, as you would on paper. (With `print` the steps are text, with the names of the code instead of letters: `mean` is $m$, `var` is $v$.)
# `margin` shows the notes on a section of the old guide. They are for readers who come from MXNet; everyone else can skip them. A note is called *wrong* if something printed or computed is not what it claims to be, and a *trap* if it is right but not what a reader expects.
# The last line names what the guide gets right and MXNet 1.9.1 gets wrong, with a link to the details.
#
# In all equations $w$ is a weight, $t$ counts the steps from 1, and $g_t$ is the gradient at the weight $w_{t-1}$ from which step $t$ starts.
# Unless we say otherwise, they hold for each weight separately.
# The letters are those of the literature, which uses some of them twice: $v$ is a velocity in momentum and a mean of squares in Adam.
# So read the legend of each rule.

# %% what-to-use [markdown]
# ### What should I use?
#
# Let us measure.
# The next cell trains a small network on handwritten digits with five rules at ten rates, each time from three different starts, for five passes over the data.
# It takes up to a minute.

# %% experiment
import matplotlib.pyplot as plt
import numpy

from minigrad import datasets, init

train_part, (test_x, test_y) = datasets.digits()
rates = 10.0 ** numpy.arange(-4, 1, 0.5)
rules = {
    "SGD": ("sgd", {}),
    "SGD, momentum 0.9": ("sgd", {"momentum": 0.9}),
    "AdaGrad": ("adagrad", {}),
    "RMSProp": ("rmsprop", {}),
    "Adam": ("adam", {}),
}


def accuracy(name, rate, seed, **arguments):
    """The share of the test digits read correctly after five passes."""
    random.seed(seed)
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(64, activation="relu"), gluon.nn.Dense(10))
    net.initialize(init.Xavier())  # random initial weights, smaller in wider layers
    net.hybridize()  # the same network, faster: its calls are recorded once and then replayed
    trainer = gluon.Trainer(net.collect_params(), name, {"learning_rate": rate, **arguments})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    # Batches of 32 digits, in a new random order for each pass.
    batches = gluon.data.DataLoader(gluon.data.ArrayDataset(*train_part), 32, shuffle=True)
    for _ in range(5):
        for x, y in batches:
            with autograd.record():
                loss = loss_of(net(x), y)
            loss.backward()
            trainer.step(len(x))
    return (net(test_x).asnumpy().argmax(axis=1) == test_y.asnumpy()).mean()


with numpy.errstate(all="ignore"):  # too large a rate ends in infinities
    measured = {
        label: numpy.array([[accuracy(name, rate, seed, **arguments) for seed in range(3)] for rate in rates])
        for label, (name, arguments) in rules.items()
    }

# %% experiment-picture
figure, axes = plt.subplots(figsize=(9, 4), layout="constrained")
for (label, scores), marker in zip(measured.items(), "os^Dv"):
    (line,) = axes.semilogx(rates, 100 * scores.mean(axis=1), marker=marker, label=label)
    axes.fill_between(
        rates, *100 * numpy.array([scores.min(axis=1), scores.max(axis=1)]), color=line.get_color(), alpha=0.15
    )
axes.set(title="Every rule reads the digits, at its own rates (bands: three starts)")
axes.set(xlabel="learning rate", ylabel="% of test digits read correctly")
axes.legend(loc="lower center")
plt.show()

# %% experiment-checks
best_rate = {label: rates[scores.mean(axis=1).argmax()] for label, scores in measured.items()}
at_best = {label: scores[scores.mean(axis=1).argmax()] for label, scores in measured.items()}
default = {label: optimizer.create(name).lr for label, (name, _) in rules.items()}
at_default = {
    label: numpy.array([accuracy(name, default[label], seed, **more) for seed in range(3)])
    for label, (name, more) in rules.items()
}


def percent(scores):
    """The mean of three starts, and the worst and the best of them."""
    low, mean, high = 100 * scores.min(), 100 * scores.mean(), 100 * scores.max()
    return f"{mean:5.1f} % ({low:.1f} to {high:.1f})"


print(f"{'':18} {'best rate':>9}  {'read correctly':24} {'default':>7}  read correctly")
for label in rules:
    there, here = percent(at_best[label]), percent(at_default[label])
    print(f"{label:18} {best_rate[label]:9.2g}  {there:24} {default[label]:7}  {here}")

means = [scores.mean() for scores in at_best.values()]
assert best_rate["SGD"] > 30 * best_rate["RMSProp"] and best_rate["SGD"] > 2 * best_rate["SGD, momentum 0.9"]
assert max(means) - min(means) < 0.03 and max(map(numpy.ptp, at_best.values())) > 0.5 * (max(means) - min(means))
assert at_default["SGD"].max() < 0.8 < 0.9 < min(at_default[label].min() for label in rules if label != "SGD")
good = {label: (scores.min(axis=1) > 0.9).sum() for label, scores in measured.items()}
assert good.pop("Adam") == 5 and {*good.values()} == {3, 4}
assert best_rate["Adam"] == 10 * default["Adam"] and (measured["Adam"][2:7] > 0.9).all()  # from 0.001 to 0.1
assert round(100 * measured["Adam"][0].mean()) == 38
assert measured["Adam"][rates == 1].max() < 0.25

# %% what-to-use-answer [markdown]
# The picture and the table show three things.
#
# * **A rate means nothing without its rule.** The best rate of SGD is a hundred times that of RMSProp. To compare two rules at one rate is to compare nothing.
# * **At their best rates, the rules are alike.** They differ by about as much as one rule does from start to start, so this experiment cannot say which is best.
# * **They differ in how much the rate matters.** At 0.01, its default rate, plain SGD has not learned the digits. SGD with momentum 0.9 has, at the same rate, and reads as many as Adam and RMSProp do at their defaults. And Adam reads more than 90 % from every start at five neighbouring rates, from 0.001 to 0.1. The others do so at three or four; but one start more or less could change such a count.
#
# So begin with Adam: not because it ends up better, but because here it reads more than 90 % at rates from a tenth of its best to ten times its best. (Its default is that tenth. At a tenth of the default it reads only 38 %.) Try its default rate, then three and ten times that.
# If memory is short, take SGD with momentum and search for its rate: Adam stores two extra numbers for each weight, momentum one, plain SGD none.
# Whichever you take, spend your time on the rate first.
#
# That is as far as this evidence goes: one small network, 1,438 small pictures, five passes.
# A study of fifteen optimizers on eight problems, with more than 50,000 runs, came to much the same conclusion: none of them is best everywhere, and trying several at their defaults works about as well as tuning one of them (R. Schmidt, F. Schneider, P. Hennig, "Descending through a crowded valley", ICML 2021).
# `minigrad compare` trains with every rule in the package, and shows the spread too.
#
# Some tasks call for a rule of their own: weights that should be exactly zero ([FTRL](#FTRL)), many machines ([large scale](#SGD-optimized-for-large-scale-distributed-training)), a distribution instead of a single answer ([SGLD](#SGLD)).

# %% sgd-intro [markdown]
# ## Stochastic Gradient Descent
#
# *Gradient descent* takes steps against the gradient of the loss over all the data.
# With a million samples that is a million forward and backward passes for one step.
# *Stochastic* gradient descent takes a handful of samples drawn at random, a *minibatch*, and uses their mean gradient instead of the true one.
# It points roughly the right way, and for the price of one exact step you can take thousands of rough ones.
# The rule itself does not know how many samples a gradient comes from.
#
# ### SGD optimizer
#
# The gradient points uphill, so step the other way, $\eta$ times its length:

# %% sgd-snippet
optim = optimizer.SGD(learning_rate=0.1)
optim

# %% sgd-worked-text [markdown]
# On paper: the weight is 1, the first gradient 0.5, the second -0.25.

# %% sgd-worked
optim.worked(1.0, [0.5, -0.25])

# %% sgd-try [markdown]
# **Try:** `optim.worked(1.0, lambda w: 2 * w, steps=5)`. A function instead of a list computes the gradient at each weight, here that of $w^2$.

# %% sgd-picture-text [markdown]
# The pictures on this page all show the same valley, $0.1 x^2 + 2 y^2$, which is twenty times as steep across as along. The cross marks its lowest point.
# On the left is the path down, on the right a single step taken apart, its parts named as in the equations.
# The step is at right angles to the lines of equal height.

# %% sgd-picture
from minigrad.plot import vectors


def valley(x, y):
    return 0.1 * x**2 + 2 * y**2


vectors(optim, valley, start=(-4, 1.5), minimum=(0, 0))

# %% sgd-watch [markdown]
# **When.** As a baseline for the others, and where memory is short.
#
# **Watch.** The picture shows its weakness: across the valley a few steps are enough, and along it they are tiny.
# A larger rate does not help.
# Where the slope grows by $a$ per unit of distance (the *curvature*), a step multiplies the distance to the lowest point by $1 - \eta a$, which makes it larger once $\eta > 2 / a$.
# The curvature is 4 across this valley and 0.2 along it, so the steepest direction limits the rate in every direction to 0.5:


# %% sgd-too-fast
def walk(rule, start, slope, steps):
    """Where a rule goes, step by step: what a Trainer does for each parameter."""
    w = np.array(start, dtype="float64")
    state = rule.create_state(0, w)  # what the rule remembers of parameter 0: None for plain SGD
    places = [w.asnumpy()]
    for _ in range(steps):
        g = np.array(slope(places[-1]), dtype="float64")
        rule.update(0, w, g, state)  # changes w, the weight of parameter 0, and its state
        places.append(w.asnumpy())
    return numpy.array(places)


def slope(place):
    """The gradient of the valley."""
    return numpy.array([0.2, 4.0]) * place


for rate in (0.49, 0.51):
    way = walk(optimizer.SGD(learning_rate=rate), (-4, 1.5), slope, 50)
    print(f"rate {rate}: after 50 steps at", way[-1].round(3))

# %% weight-decay [markdown]
# ### Weight decay
#
# Weight decay pulls each weight towards zero by a share $\delta$ of itself, which is added to the gradient.
# Of two networks that explain the data equally well it prefers the one with the smaller weights, and that can make it better on unseen data (A. Krogh, J. Hertz, "A simple weight decay can improve generalization", NIPS 1991).

# %% weight-decay-equation
optimizer.SGD(learning_rate=0.1, wd=0.01)

# %% weight-decay-text [markdown]
# $\nabla_t$ is now the gradient as it comes in, and $g_t$ what the rule makes of it.
# For SGD this is the same as adding $\frac{\delta}{2} w^2$ to the loss for each weight, because the gradient of that is $\delta w$.
#
# **Watch.** The first line is the same for nearly all rules on this page: rescale the gradient, limit it if `clip_gradient` is given, add the decay:

# %% weight-decay-clipped
optimizer.SGD(learning_rate=0.1, wd=0.01, clip_gradient=1)

# %% weight-decay-watch [markdown]
# But a rule that divides the gradient by its size, such as Adam, divides the decay as well, and then weights with large gradients hardly decay at all.
# [AdamW](https://arxiv.org/abs/1711.05101) keeps the two apart: `optimizer.AdamW`.
#
# These notes concern all rules; the first is about the order in that line:

# %% margin-all
from errata import margin

margin("all")

# %% momentum [markdown]
# ### Momentum
#
# A ball that rolls down the valley does not stop at each step; it has a velocity.
# Momentum keeps the share $\gamma$ of the last step and adds the new one to it.
# Steps that agree add up, in the end to $1 / (1 - \gamma)$ times a single one, and steps that zigzag cancel.

# %% momentum-snippet
sgd_optimizer = optimizer.SGD(learning_rate=0.1, wd=0.0, momentum=0.8)
sgd_optimizer

# %% momentum-worked-text [markdown]
# The velocity starts at 0, so the first step is that of plain SGD.
# In the second the gradient is reversed, but the weight still moves on:

# %% momentum-worked
sgd_optimizer.worked(1.0, [0.5, -0.25])

# %% momentum-picture
vectors(sgd_optimizer, valley, start=(-4, 1.5), step=5, minimum=(0, 0))

# %% momentum-watch [markdown]
# Green is what is left of the old velocity, orange the step against the gradient, and blue their sum.
# Twelve steps lead three times as far along the valley as before, but they overshoot across it, to -0.94.
#
# **When.** Nearly always, if you use SGD at all; $\gamma = 0.9$ is a common choice.
#
# **Watch.** With this $\gamma$ (the picture has 0.8) steps that agree grow ten times as long, so start with a smaller rate: on the digits the best one fell from 0.3 to 0.1.
# (Across a valley without noise, steps do not agree: each points back, and the velocity opposes it. There $\eta$ may even be larger, up to $2 (1 + \gamma) / a$, here 0.95 instead of 0.5.)

# %% momentum-limit
for rate in (0.94, 0.96):
    w = walk(optimizer.SGD(learning_rate=rate, momentum=0.9), (-4, 1.5), slope, 400)[-1]
    print(f"rate {rate}: after 400 steps {'in the valley' if abs(w).max() < 1 else 'far away'}")

# %% momentum-sources [markdown]
# **Try:** momentum 0.5 and 0.95 in the picture. Which goes farthest along the valley, and which overshoots most?
#
# B. T. Polyak, "Some methods of speeding up the convergence of iteration methods", 1964; for networks D. Rumelhart, G. Hinton, R. Williams, "Learning internal representations by error propagation", 1986.

# %% momentum-margin
margin("sgd")

# %% nag [markdown]
# ### Nesterov Accelerated Stochastic Gradient Descent
#
# Momentum looks at the slope where it stands, and then moves by the velocity as well, as if with its eyes closed.
# Nesterov's method takes the gradient where the velocity is about to lead, and so can brake before it is too far up the other side.
#
# There is a difficulty: an optimizer is handed the gradient at the stored weights, and cannot ask for another.
# So the stored weight $w$ *is* the point ahead, and $p$ is the point that the ball has reached:

# %% nag-snippet
nag_optimizer = optimizer.NAG(learning_rate=0.1, momentum=0.8)
nag_optimizer

# %% nag-lines [markdown]
# The first line goes back to the ball, the second corrects its velocity, and the last moves the ball and looks ahead again.

# %% nag-worked
nag_optimizer.worked(1.0, [0.5, -0.25])

# %% nag-picture
vectors(nag_optimizer, valley, start=(-4, 1.5), step=5, minimum=(0, 0))

# %% nag-same-text [markdown]
# From the ball $p_{t-1}$ the old velocity leads to the stored weight $w_{t-1}$. The gradient is taken *there*. The ball moves by $v_t$ to $p_t$, and the weight is stored one look ahead of it.
# Both paths on one map show what looking ahead is good for. At the same rate it overshoots to -0.49, not to -0.94:

# %% nag-both
across, along = numpy.meshgrid(numpy.linspace(-1.2, 1.7, 100), numpy.linspace(-4.3, 0.3, 100))
figure, axes = plt.subplots(figsize=(9, 3.6), layout="constrained")
axes.contour(along, across, valley(along, across), 12, colors="lightgrey")
both = {"momentum": sgd_optimizer, "Nesterov": nag_optimizer}
ways = {label: walk(rule, (-4, 1.5), slope, 12) for label, rule in both.items()}
for (label, way), marker in zip(ways.items(), "os"):
    axes.plot(*way.T, marker=marker, markersize=4, label=label)
axes.plot(0, 0, "kx")
axes.set(title="Looking ahead, Nesterov brakes earlier (12 steps, rate 0.1, momentum 0.8)", xlabel="x", ylabel="y")
axes.legend()
plt.show()

plain = walk(optim, (-4, 1.5), slope, 12)
assert round((ways["momentum"][-1, 0] + 4) / (plain[-1, 0] + 4)) == 3
assert ways["momentum"][:, 1].min().round(2) == -0.94 and ways["Nesterov"][:, 1].min().round(2) == -0.49

# %% nag-watch [markdown]
# **When.** Wherever you would use momentum; it costs no more.
#
# **Watch.** What you save and evaluate are the weights one look ahead. Near the end, when steps are short, this makes little difference.
# Nothing is approximated: [From gradient descent to AdaDelta](03-gradient-descent.ipynb) follows the ball with the guide's equations, and finds the same points.
#
# Y. Nesterov, 1983; I. Sutskever, J. Martens, G. Dahl, G. Hinton, "On the importance of initialization and momentum in deep learning", ICML 2013, equations (3) and (4); the change of variables: Y. Bengio, N. Boulanger-Lewandowski, R. Pascanu, "Advances in optimizing recurrent networks", ICASSP 2013.

# %% nag-margin
margin("nag")

# %% adaptive [markdown]
# ## Adaptive Learning Rate Methods
#
# The rules so far have one rate for all weights.
# But gradients can be large for some weights and tiny for others, and then no single rate is right for all of them.
# Adaptive rules measure how large the gradients of each weight have been, and divide by that.
#
# ### AdaGrad
#
# AdaGrad adds up the squares of all gradients that a weight has had, and divides by the root of the sum.
# A weight whose gradients are large takes small steps, and one that is rarely touched, such as that of a rare word, keeps taking large ones.

# %% adagrad-snippet
adagrad_optimizer = optimizer.AdaGrad(learning_rate=0.1, epsilon=1e-07)
adagrad_optimizer

# %% adagrad-worked-text [markdown]
# The first line adds up, the second divides. The small $\epsilon$ only prevents a division by zero.
# In the first step the gradient cancels, and what is left is the rate, whatever the size of the gradient.

# %% adagrad-worked
adagrad_optimizer.worked(1.0, [0.5, -0.25])

# %% adagrad-watch [markdown]
# **When.** For sparse data (most entries are zero), such as words and clicks.
#
# **Watch.** The sum only grows. With steady gradients the steps shrink like $1 / \sqrt{t}$: at step 100 they are a tenth of the first, and training may stop before it is done. The [next picture](#RMSProp) shows it.
#
# J. Duchi, E. Hazan, Y. Singer, "Adaptive subgradient methods for online learning and stochastic optimization", JMLR 12, 2011.

# %% adagrad-margin
margin("adagrad")

# %% rmsprop [markdown]
# ### RMSProp
#
# RMSProp replaces the sum with a running *mean* of the squares, which forgets: at each step it keeps the share $\rho$ of the old mean and takes the rest from the new square.
# So the steps do not die out. (The snippet is the guide's. Its `momentum` has no effect: only the centered form below has one.)

# %% rmsprop-snippet
rmsprop_optimizer = optimizer.RMSProp(learning_rate=0.001, rho=0.9, momentum=0.9, epsilon=1e-07, centered=False)
rmsprop_optimizer

# %% rmsprop-worked
rmsprop_optimizer.worked(1.0, [0.5, -0.25])

# %% rmsprop-watch [markdown]
# With steady gradients the mean of the squares tends to $g^2$, and the step to the rate:


# %% rmsprop-picture
def lengths(rule, steps):
    """How long the steps are while the gradient stays 0.5, in units of the rate."""
    return -numpy.diff(walk(rule, 0.0, lambda w: 0.5, steps)) / rule.learning_rate


steady = {"AdaGrad": lengths(adagrad_optimizer, 100), "RMSProp": lengths(rmsprop_optimizer, 100)}
figure, axes = plt.subplots(figsize=(9, 3.2), layout="constrained")
for (label, steps), marker in zip(steady.items(), "^D"):
    axes.loglog(numpy.arange(1, 101), steps, marker=marker, markersize=4, label=label)
axes.set(title="Steady gradients: AdaGrad's steps shrink, RMSProp's settle at the rate")
axes.set(xlabel="step", ylabel="length / rate")
axes.legend()
plt.show()
assert numpy.allclose(steady["AdaGrad"], numpy.arange(1, 101) ** -0.5, rtol=1e-5)
assert abs(steady["RMSProp"][0] - 0.1**-0.5) < 1e-5 and abs(steady["RMSProp"][-1] - 1) < 1e-4

# %% rmsprop-when [markdown]
# **When.** Where AdaGrad would suit but stops too soon.
#
# **Watch.** After the first step the mean holds a tenth of a single square. So the first step is $1 / \sqrt{0.1}$, or about 3.2, times the rate.
#
# T. Tieleman, G. Hinton, Lecture 6e of "Neural networks for machine learning", 2012.

# %% rmsprop-centered [markdown]
# ### RMSProp (Centered)
#
# The mean of the squares can be large for two reasons: the gradient is large, or it varies.
# The centered form subtracts the square of the mean, so that only the variation is left (the *variance*): where the gradient is steady, steps become longer.
# It also has a momentum.

# %% rmsprop-centered-snippet
centered = optimizer.RMSProp(learning_rate=0.001, rho=0.9, momentum=0.9, epsilon=1e-07, centered=True)
centered

# %% rmsprop-centered-worked
centered.worked(1.0, [0.5, -0.25])

# %% rmsprop-centered-watch [markdown]
# **When.** Where you want RMSProp with momentum: in this package, as in MXNet, only the centered form has one.
#
# **Watch.** If the gradient does not change at all, the variance goes to zero, and only $\epsilon$ keeps the steps finite.
# Here are the lengths of the first steps and of some later ones, all with the gradient 0.5, in units of the rate:

# %% rmsprop-centered-steady
longer = lengths(centered, 150)
print([round(float(longer[step - 1]), 1) for step in (1, 2, 10, 50, 100, 150)])

# %% rmsprop-sources [markdown]
# A. Graves, "Generating sequences with recurrent neural networks", arXiv:1308.0850, equations (38) to (45).

# %% rmsprop-margin
margin("rmsprop")

# %% adadelta [markdown]
# ### AdaDelta
#
# AdaDelta tries to do without a rate.
# The argument is about units: if weights are measured in metres, a step must be in metres too, but a gradient divided by its own size has no unit at all.
# So AdaDelta multiplies by the size of its own *steps*: the root of a running mean of their squares.

# %% adadelta-snippet
adadelta_optimizer = optimizer.AdaDelta(rho=0.9, epsilon=1e-07)
adadelta_optimizer

# %% adadelta-worked
adadelta_optimizer.worked(1.0, [0.5, -0.25])

# %% adadelta-watch [markdown]
# $E$ is the mean of the squared gradients, $\Delta$ the step, and $D$ the mean of the squared steps.
#
# **When.** If you cannot search for a rate at all.
#
# **Watch.** There is a rate, in disguise. At first no steps have been taken, so $\epsilon$ decides how long they are: the first is about $\sqrt{\epsilon / (1 - \rho)}$, here 0.001, and they take long to grow. If AdaDelta is slow to start, give it a larger $\epsilon$.
#
# M. Zeiler, "ADADELTA: an adaptive learning rate method", arXiv:1212.5701, Algorithm 1.

# %% adadelta-margin
margin("adadelta")

# %% adam [markdown]
# ### Adam
#
# Adam combines the two ideas: it moves by a running mean of the gradients, as momentum does, and divides by the root of a running mean of their squares, as RMSProp does.

# %% adam-snippet
adam_optimizer = optimizer.Adam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)
adam_optimizer

# %% adam-worked
adam_optimizer.worked(1.0, [0.5, -0.25])

# %% adam-watch [markdown]
# $\beta_1$ and $\beta_2$ are the shares of the old mean that are kept: $m_t$ remembers about the last $1 / (1 - 0.9) = 10$ gradients, $\hat v_t$ about the last 1,000 squares.
# The direction has to follow the slope quickly. The divisor changes slowly, so that it adds no noise.
#
# The two lines with hats are the *bias correction*.
# Both means start at 0, so at first they are too small: after one step $m_1$ is only a tenth of the gradient.
# The factors of the gradients in $m_t$ add up to $1 - \beta_1^t$, and dividing by this puts it right.
# So the first step is as long as the rate, whatever the gradient, and later steps are rarely longer.
# ([The notebook on Adam](05-adam.ipynb) shows the steps without the corrections.)
#
# Adam goes down the valley diagonally: each direction is divided by the size of its own gradients, so the first steps across and along are equally long. Then its momentum carries it across the middle.

# %% adam-picture
vectors(optimizer.Adam(learning_rate=0.3), valley, start=(-4, 1.5), minimum=(0, 0))

# %% adam-when [markdown]
# **Try:** `beta1=0` in the picture. What does the momentum contribute?
#
# **When.** For a first attempt at nearly anything; see [above](#What-should-I-use?).
#
# **Watch.** Decay through `wd` is divided along with the gradient; if you need decay, use `AdamW`.
# And $\epsilon$ is added to the corrected root here; libraries differ in this, and where gradients are as small as $\epsilon$, so do the results.
#
# D. Kingma, J. Ba, "Adam: a method for stochastic optimization", ICLR 2015, Algorithm 1.

# %% adam-margin
margin("adam")

# %% adamax [markdown]
# ### Adamax
#
# Instead of the root of the mean square, Adamax divides by the *largest* gradient of the past, which fades by the factor $\beta_2$ at each step.
# The largest value needs no bias correction: it is right from the first step on.

# %% adamax-snippet
adamax_optimizer = optimizer.Adamax(learning_rate=0.002, beta1=0.9, beta2=0.999)
adamax_optimizer

# %% adamax-worked
adamax_optimizer.worked(1.0, [0.5, -0.25])

# %% adamax-watch [markdown]
# The divisor follows a large gradient at once and forgets it slowly, by a thousandth per step.
#
# **When.** We have found no reason to prefer this rule, or the next, or [FTML](#FTML), to Adam. When `minigrad compare` trains with every rule at a rate that suits it, nearly all of them tie.
#
# **Watch.** Keep the $\epsilon$.
# The paper has none, and then a weight whose gradients have all been 0 becomes 0/0, which is not a number.
#
# D. Kingma, J. Ba, as above, section 7.1, Algorithm 2.

# %% adamax-margin
margin("adamax")

# %% nadam [markdown]
# ### Nadam
#
# Nadam is to Adam what Nesterov's method is to momentum: it looks ahead.
# Adam moves by the mean of the gradients as it is; Nadam moves by the mean as it will be one step later, assuming that the next gradient is like the present one.
# So $\bar m_t$ mixes the present gradient with the mean $m_t$, weighted as it will be in the *next* step: by its momentum, $\mu_{t+1}$.
# The momentum grows from about $\beta_1 / 2$ to $\beta_1$, so slowly (at the pace $\psi$) that it is halfway there after some 4,000 steps. $P_t$, the product of all its values so far, takes the place of the power in Adam's bias correction.

# %% nadam-snippet
nadam_optimizer = optimizer.Nadam(learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-08)
nadam_optimizer

# %% nadam-worked
nadam_optimizer.worked(1.0, [0.5])

# %% nadam-half
half_way = numpy.log(0.5) / (nadam_optimizer.schedule_decay * numpy.log(0.96))
print(f"halfway after {half_way:.0f} steps")

# %% nadam-watch [markdown]
# **When.** As for Adamax.
#
# **Watch.** "Nadam" is the name of several formulas. The lines above are those of MXNet's code, not those of the old guide.
#
# T. Dozat, "Incorporating Nesterov momentum into Adam", report for Stanford CS229, 2015.

# %% nadam-margin
margin("nadam")

# %% distributed [markdown]
# ## SGD optimized for large scale distributed training
#
# If many machines share the work, each computes the gradient of its own samples, and the gradients have to be combined.
# Three things get in the way: the gradients are expensive to send, the common batch becomes very large, and the machines do not finish at the same time.
# Each of the next three rules was invented for one of them.
#
# ### Signum
#
# What if only the *sign* of each gradient were sent, one bit instead of 32?
# SignSGD moves every weight by the same amount, up or down.
# Signum does so with the sign of a running mean, which is less at the mercy of a single batch.

# %% signum-snippet
signum_optimizer = optimizer.Signum(learning_rate=0.01, momentum=0.9, wd_lh=0.0)
signum_optimizer

# %% signum-worked
signum_optimizer.worked(1.0, [0.5, -0.25])

# %% signum-worked-text [markdown]
# Each step is 0.01 long, and only its direction depends on the gradients. The second gradient points the other way, but the mean does not yet.

# %% signsgd-text [markdown]
# Without momentum there is no mean, and this is SignSGD:

# %% signsgd
optimizer.Signum(learning_rate=0.01, momentum=0.0)

# %% signum-watch [markdown]
# **When.** Where some gradients are far too large: a sign knows no size.
#
# **Watch.** The optimizer sends nothing: it takes the sign of a gradient that has already arrived. To send fewer bits, have the gradients compressed in transit: `Trainer(..., compression_params={"type": "2bit", "threshold": 0.5})`.
# And steps do not become shorter near the lowest point, so the rate has to fall. A *schedule* sees to that. This one lowers it from 0.1 to 0 along half a cosine:

# %% signum-schedule
from minigrad.lr_scheduler import CosineScheduler

falling = CosineScheduler(max_update=100, base_lr=0.1, final_lr=0)
for rule in optimizer.Signum(learning_rate=0.1), optimizer.Signum(lr_scheduler=falling):
    last = walk(rule, (-4, 1.5), slope, 100)[-20:]
    print("farthest from the minimum in the last 20 of 100 steps:", abs(last).max(axis=0).round(2))

# %% signum-sources [markdown]
# J. Bernstein, Y.-X. Wang, K. Azizzadenesheli, A. Anandkumar, "signSGD: compressed optimisation for non-convex problems", ICML 2018, Algorithms 1 and 2.

# %% signum-margin
margin("signum")

# %% lbsgd [markdown]
# ### LBSGD
#
# (This section is in the guide of MXNet 1; MXNet 2 dropped it along with the optimizer.)
#
# Large-batch SGD adds up the gradients of `batch_scale` small batches and then takes one step with their mean.
# The mean of $B$ batches is steadier, and one step replaces $B$ small ones, so the rate may be about $B$ times as large; but not at once, since early on the weights still change fast.
# The rate is therefore warmed up from $\eta$ to $B \eta$.

# %% lbsgd-snippet
lbsgd_optimizer = optimizer.LBSGD(
    momentum=0.0,
    multi_precision=False,  # whether weights in float16 keep a copy in float32
    warmup_strategy="linear",  # how the rate grows; also "power2", "sqrt"; for "lars" see the notes
    warmup_epochs=5,  # for how many passes over the data it grows
    batch_scale=1,  # B, how many batches make a step
    updates_per_epoch=32,  # how many batches make a pass
    begin_epoch=0,  # the pass at which training resumes
    num_epochs=60,  # has no effect
)
lbsgd_optimizer

# %% lbsgd-real-text [markdown]
# With the guide's `batch_scale=1` there is nothing to scale, and this is plain SGD.
# With two batches to a step the equations say more.
# $B \mid t$ means that $B$ divides $t$, which counts batches here. *grown* is the sum including the present batch, *total* is what is kept for the next, and $N$, the number of passes times the batches in each, is the length of the warm-up.

# %% lbsgd-real
lbsgd_optimizer = optimizer.LBSGD(learning_rate=0.1, batch_scale=2, warmup_epochs=5, updates_per_epoch=32)
lbsgd_optimizer

# %% lbsgd-worked
lbsgd_optimizer.worked(1.0, [0.5, -0.25])

# %% lbsgd-watch [markdown]
# The first batch only adds to the sum; the second makes a step with the mean of both.
#
# **When.** For batches that do not fit into memory. For very large batches take `optimizer.LARS` or `optimizer.LAMB`, which give each layer a rate of its own.
#
# **Watch.** `batch_scale` counts batches, not samples.
#
# Y. You, I. Gitman, B. Ginsburg, "Large batch training of convolutional networks", arXiv:1708.03888; the warm-up: P. Goyal et al., "Accurate, large minibatch SGD", arXiv:1706.02677.

# %% lbsgd-margin
margin("lbsgd")

# %% dcasgd [markdown]
# ### DCASGD
#
# If machines do not wait for each other, a gradient arrives late: it belongs to weights that have changed since.
# Delay-compensated asynchronous SGD estimates what the gradient would be by now.
# Let $\tilde{w}$ be the older weight. Since then the weight has moved by $w - \tilde{w}$, and the gradient has changed by about the second derivative times this distance. A cheap stand-in for the second derivative is $\lambda g^2$.

# %% dcasgd-snippet
dcasgd_optimizer = optimizer.DCASGD(momentum=0.0, lamda=0.04)
dcasgd_optimizer

# %% dcasgd-lines [markdown]
# The first line corrects the gradient, and the second takes a step with it.
# $\tilde{w}$ starts as a copy of $w$, so the first step is that of SGD:

# %% dcasgd-worked
dcasgd_optimizer.worked(1.0, [0.5, -0.25])

# %% dcasgd-watch [markdown]
# **When.** With several workers that do not wait for each other. In an ordinary loop, where no gradient is late, it only adds a small term to SGD.
#
# **Watch.** In the paper $\tilde{w}$ is the copy of the weights that a worker took away to compute its gradient. An optimizer cannot know this by itself, and uses the weight before its latest step instead. (Its method `pulled` tells it which copy it was.)
#
# S. Zheng et al., "Asynchronous stochastic gradient descent with delay compensation", ICML 2017, arXiv:1609.08326.

# %% dcasgd-margin
margin("dcasgd")

# %% online [markdown]
# ## Online Learning Algorithms
#
# Some models never stop learning.
# One that predicts clicks shows an advertisement, learns a moment later whether it was clicked, and uses that for the next.
# The following two rules come from this field. At each step they ask: which weights *would have been* best for all the gradients so far?
#
# ### FTRL
#
# In this field *the leader* is the weight that would have had the smallest loss over everything seen so far. To follow it blindly is to jump about, so the search is *regularized*: terms are added that hold it back.
# "Follow the regularized leader" takes the weight that minimizes
#
# > $\displaystyle \sum_{j \le t} g_j w + \frac{1}{2} \sum_{j \le t} \sigma_j (w - w_{j-1})^2 + \lambda_1 |w| + \frac{1}{2} \left( \frac{\beta}{\eta} + \delta \right) w^2$
#
# that is, all past gradients times the weight; its squared distances from past weights, each multiplied by a number $\sigma_j$ that says how much that one counts; its size; and its square ($\lambda_1$, $\beta$ and the decay $\delta$ are chosen beforehand). (The paper states the first three parts, and adds the last in its algorithm.)
# This minimum has a closed form, so no search is needed.
#
# The third part makes weights exactly 0. It rises with the slope $\lambda_1$ on both sides of 0, however close. The others together have a slope $z$ there, and unless $|z|$ is larger than $\lambda_1$, every way from 0 leads uphill.
# (A square such as the fourth part is flat at 0. It makes weights small, but not 0.) A model with a billion features then stores only the few that matter.

# %% ftrl-snippet
ftrl_optimizer = optimizer.Ftrl(lamda1=0.01, learning_rate=0.1, beta=1)
ftrl_optimizer

# %% ftrl-lines [markdown]
# $n$ adds up squares as AdaGrad does, and $\sigma_t$ is the growth of its root, divided by the rate. $z$, the evidence, adds up the gradients; $\sigma_t w_{t-1}$ is subtracted for the pull towards past weights.
# While $|z|$ is at most $\lambda_1$, the weight is 0.
# The weight has no memory of its own; it follows from $z$ and $n$:

# %% ftrl-worked
ftrl_optimizer.worked(0.0, [0.5, -0.25])

# %% ftrl-minimum-text [markdown]
# Is $w_2$ really the minimum? Let us search 200,001 weights:

# %% ftrl-minimum
first, second = ftrl_optimizer.worked(0.0, [0.5, -0.25]).steps
w, eta = numpy.linspace(-1, 1, 200_001), ftrl_optimizer.learning_rate
total = 0.5 * w + first["sigma"] / 2 * (w - 0.0) ** 2  # the first gradient, and the first weight
total += -0.25 * w + second["sigma"] / 2 * (w - first["w"]) ** 2
total += ftrl_optimizer.lamda1 * abs(w) + (ftrl_optimizer.beta / eta + ftrl_optimizer.wd) / 2 * w**2
print(w[total.argmin()].round(5), second["w"].round(5))
assert abs(w[total.argmin()] - second["w"]) <= 1e-5

# %% ftrl-watch [markdown]
# **When.** For linear models on a stream of sparse data.
#
# **Watch.** *The snippet above erases a network.*
# For a first gradient $g$, the evidence is $z = g - |g| w_0 / \eta$. Where the gradient is small, so is $z$, and the weight is set to 0.
# Otherwise about $|g| w_0 / (\beta + |g|)$ is left of it, which is also near zero if $g$ is small compared with $\beta$:

# %% ftrl-small
ftrl_optimizer.worked(0.05, [0.01])

# %% ftrl-network-text [markdown]
# A linear model that starts at zero has nothing to lose.
# A network has. If all weights are 0, all hidden units are 0, and so are the gradients of the weights before and after them:

# %% ftrl-erases
import textwrap
import warnings

train_x, train_y = train_part


def with_ftrl(steps, **arguments):
    """The share of a network's weights and biases that are exactly 0 after some steps, and its loss."""
    random.seed(0)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(64, activation="relu"), gluon.nn.Dense(64, activation="relu"), gluon.nn.Dense(10))
    net.initialize()
    trainer = gluon.Trainer(net.collect_params(), optimizer.Ftrl(**arguments))
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    for step in range(steps):
        batch = slice(step * 32 % 1408, step * 32 % 1408 + 32)
        with autograd.record():
            loss = loss_of(net(train_x[batch]), train_y[batch])
        loss.backward()
        trainer.step(32)
    weights = numpy.concatenate([p.data().asnumpy().ravel() for p in net.collect_params().values()])
    return (weights == 0).mean(), loss_of(net(train_x), train_y).mean().item()


with warnings.catch_warnings(record=True) as raised:
    warnings.simplefilter("always")
    zeros, loss = with_ftrl(1, lamda1=0.01, learning_rate=0.1, beta=1)
    print(f"the snippet, after 1 step: {zeros:.2%} zeros; ", end="")
    zeros, loss = with_ftrl(220, lamda1=0.01, learning_rate=0.1, beta=1)
    print(f"after 220: {zeros:.2%} zeros, loss {loss:.3f} (guessing: {numpy.log(10):.3f})")
for warning in raised[:1]:
    print(textwrap.fill(f"minigrad warns: {warning.message}", 100))

# %% ftrl-cure-text [markdown]
# (The length is the root of the sum of all squares. Shares depend on the network and on the batch: this network has two hidden layers, the one in the notes below has one.)
#
# For a network set both $\beta$ and $\lambda_1$ to 0. The factor $|g| / (\beta + |g|)$ is then 1, and a weight takes AdaGrad's steps from its initial value, if its first gradient is not 0.
# If it is, as for pixels that are 0 throughout the batch and hidden units that are silent in it, then $z$ is 0 and the weight is set to 0 all the same, until it gets a nonzero gradient. In this run more than a quarter of all weights never get one:

# %% ftrl-cure
zeros, loss = with_ftrl(220, lamda1=0.0, learning_rate=0.1, beta=0.0)
print(f"beta 0, lamda1 0, after 220 steps: {zeros:.2%} zeros, loss {loss:.3f}")
assert loss < 0.3

# %% ftrl-sources [markdown]
# H. B. McMahan et al., "Ad click prediction: a view from the trenches", KDD 2013, section 3 and Algorithm 1.

# %% ftrl-margin
margin("ftrl")

# %% ftml [markdown]
# ### FTML
#
# FTRL weighs all past gradients alike. In a network the old ones soon say little, because the weights have moved elsewhere.
# "Follow the moving leader" lets them fade by the factor $\beta_1$ in each step, and chooses $\sigma_j$, how much a past weight counts, as Adam chooses its divisor. It takes the weight that minimizes
#
# > $\displaystyle \sum_{j \le t} \beta_1^{t-j} \left( (1 - \beta_1) g_j w + \frac{1}{2} \sigma_j (w - w_{j-1})^2 \right)$

# %% ftml-snippet
ftml_optimizer = optimizer.FTML(beta1=0.6, beta2=0.999, epsilon=1e-08)
ftml_optimizer

# %% ftml-lines [markdown]
# The sum is a parabola in $w$ whose lowest point has a closed form: a mean of the past weights, each counted $\sigma_j$ times, moved against the gradients. $d$ is the sum of the faded $\sigma_j$, $z$ adds up the gradients less those weights, and the new weight is $-z / d$.
# The rule chooses $d$: the root of $v$, the mean of the squared gradients, corrected as in Adam and divided by the rate. $\sigma_t$ is then what the faded old $d$ lacks. So a weight with large gradients is held back more. (The factor $1 - \beta_1^t$ is the sum of the faded factors $1 - \beta_1$ of the gradients.)

# %% ftml-worked
ftml_optimizer.worked(1.0, [0.5, -0.25])

# %% ftml-minimum
first, second = ftml_optimizer.worked(1.0, [0.5, -0.25]).steps
w, beta1 = numpy.linspace(0, 2, 200_001), ftml_optimizer.beta1
total = beta1 * ((1 - beta1) * 0.5 * w + first["sigma"] / 2 * (w - 1.0) ** 2)
total += (1 - beta1) * -0.25 * w + second["sigma"] / 2 * (w - first["w"]) ** 2
print(w[total.argmin()].round(5), second["w"].round(5))
assert abs(w[total.argmin()] - second["w"]) <= 1e-5

# %% ftml-watch [markdown]
# **When.** As for [Adamax](#Adamax).
#
# **Watch.** $\beta_1$ is not Adam's. It says how fast past gradients *and* the places where they were taken fade, and 0.6 is the paper's choice.
#
# S. Zheng, J. Kwok, "Follow the moving leader in deep learning", ICML 2017, Algorithm 1.

# %% ftml-margin
margin("ftml")

# %% bayesian [markdown]
# ## Bayesian SGD
#
# All the rules above end with *one* set of weights, and do not say how sure it is.
# The Bayesian answer is a distribution over weights, the *posterior*: the more the data favour some weights, the more often they occur in it.
# It can seldom be written down, but we can draw samples from it.
#
# ### SGLD
#
# Stochastic gradient Langevin dynamics is SGD with half the step and with noise.
# The noise is just large enough that the weights do not settle at the lowest point but wander around it, as widely as the posterior spreads.

# %% sgld-snippet
sgld_optimizer = optimizer.SGLD()
sgld_optimizer

# %% sgld-worked
random.seed(0)
sgld_optimizer.worked(1.0, [0.5, -0.25])

# %% sgld-watch [markdown]
# **When.** To see how far the answers of a model can be trusted.
#
# **Watch.** The gradient must be that of the *sum* over all $N$ samples, and a `Trainer` divides by the batch size.
# `rescale_grad=N` makes up for that.
# Without it all the data together count as a single sample: the draws spread too widely, and their centre is pulled to 0 by the *prior*, which says what we believe before seeing any data. In SGLD the prior is the decay: `wd=1` stands for a normal distribution with mean 0 and variance 1.
# Here is the slope of a line through 100 points, for which the posterior is known exactly:

# %% sgld-samples
numbers = numpy.random.default_rng(0)
inputs = numbers.normal(size=(100, 1))
outputs = 1.5 * inputs + numbers.normal(size=(100, 1))


def posterior(count):
    """Its centre and spread if the data count as `count` samples; the prior and the noise are N(0, 1)."""
    precision = 1 + count * (inputs**2).mean()
    return count * (inputs * outputs).mean() / precision, precision**-0.5


exact, of_one = posterior(100), posterior(1)


def samples(rescale_grad):
    random.seed(1)
    line = gluon.nn.Dense(1, use_bias=False)
    line.initialize()
    sgld = optimizer.SGLD(learning_rate=0.002, wd=1.0, rescale_grad=rescale_grad)
    trainer = gluon.Trainer(line.collect_params(), sgld)
    drawn = []
    for _ in range(6000):
        with autograd.record():
            loss = loss_fn(line(np.array(inputs)), np.array(outputs))
        loss.backward()
        trainer.step(100)
        drawn.append(line.weight.data().item())
    return numpy.array(drawn[1000:])  # burn-in: the way there is not part of the posterior


with warnings.catch_warnings(record=True) as raised:
    warnings.simplefilter("always")
    by_mean = samples(rescale_grad=1)
by_sum = samples(rescale_grad=100)
for warning in raised[:1]:
    print(textwrap.fill(f"minigrad warns: {warning.message}", 100))
for label, drawn, (centre, spread) in [("the sum", by_sum, exact), ("the mean", by_mean, of_one)]:
    kept = 1 - 0.002 / 2 / spread**2  # the share of its distance from the centre that a draw keeps in a step
    worth = 5000 * (1 - kept) / (1 + kept)
    print(f"{label:8}: drawn {drawn.mean():.2f}, give or take {drawn.std():.2f};", end=" ")
    print(f"posterior {centre:.2f}, give or take {spread:.2f}; worth {worth:.0f} independent draws")
assert abs(by_sum.mean() - exact[0]) < 0.2 * exact[1] and abs(by_sum.std() / exact[1] - 1) < 0.1
assert round(of_one[1] / exact[1]) == 7 and round(worth) == 5
assert by_mean.std() > 3 * exact[1] and abs(by_mean.mean() - of_one[0]) < of_one[1] < 8 * exact[1]

# %% sgld-picture
figure, axes = plt.subplots(figsize=(9, 3), layout="constrained")
grid = numpy.linspace(-1.5, 3, 400)
density = numpy.exp(-0.5 * ((grid - exact[0]) / exact[1]) ** 2) / (exact[1] * numpy.sqrt(2 * numpy.pi))
axes.hist(by_sum, 60, density=True, alpha=0.5, label="SGLD with the sum")
axes.hist(by_mean, 60, density=True, alpha=0.5, label="SGLD with the mean")
axes.plot(grid, density, color="black", label="the posterior")
axes.set(title="SGLD draws from the posterior if it is given the sum", xlabel="slope", xlim=(-1.5, 3), yticks=[])
axes.legend(loc="upper left")
plt.show()

# %% sgld-rate [markdown]
# With the mean the draws follow the posterior of one sample, which is 7 times as wide. (Without the prior it would be $\sqrt{100} = 10$ times.)
# The orange histogram is ragged: each draw starts from the one before and hardly moves, so 5,000 of them are worth about five independent ones.
#
# A constant rate leaves a small error in the spread. If the rate falls, slowly enough, the error goes away; Welling and Teh's schedule is `lr_scheduler.InversePowerScheduler`.
#
# M. Welling, Y. W. Teh, "Bayesian learning via stochastic gradient Langevin dynamics", ICML 2011, equation (4).

# %% sgld-margin
margin("sgld")

# %% custom [markdown]
# ## Custom Optimizer
#
# A rule of your own takes three steps.
# Our example is AMSGrad, which is not in the package: Adam's means without the corrections, divided by the root of the *largest* mean square so far, so that no weight's rate ever grows again (S. Reddi, S. Kale, S. Kumar, "On the convergence of Adam and beyond", ICLR 2018, Algorithm 2; the $\epsilon$ is ours).
#
# **Step 1.** A function that makes the update in place:


# %% custom-function
def amsgrad_update(w, g, mean, var, largest, lr, beta1, beta2, epsilon):
    mean[:] = beta1 * mean + (1 - beta1) * g
    var[:] = beta2 * var + (1 - beta2) * g**2
    largest[:] = np.maximum(largest, var)
    w[:] = w - lr * mean / (np.sqrt(largest) + epsilon)


# %% custom-class-text [markdown]
# **Step 2.** A class with three methods: `__init__` stores the arguments, `create_state` makes what has to be remembered for one weight, and `update` takes a step.
#
# **Step 3.** `@register` gives it a name, so that a Trainer finds it.


# %% custom-class
@optimizer.register
class AMSGrad(optimizer.Optimizer):
    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def create_state(self, index, weight):
        return tuple(np.zeros(weight.shape, dtype=weight.dtype) for _ in range(3))

    def update(self, index, weight, grad, state):
        self._update_count(index)
        g = self.rescale_grad * grad
        amsgrad_update(weight, g, *state, self._get_lr(index), self.beta1, self.beta2, self.epsilon)


net.initialize(force_reinit=True)
trainer = gluon.Trainer(net.collect_params(), "amsgrad", {"learning_rate": 0.1})
for _ in range(200):
    with autograd.record():
        loss = loss_fn(net(x), y)
    loss.backward()
    trainer.step(64)
print(net.weight.data().asnumpy().round(2), net.bias.data().asnumpy().round(2))
assert loss.mean().item() < 1e-4

# %% custom-rule-text [markdown]
# `_update_count` counts the step, and `_get_lr` asks the schedule and the multipliers for the rate. This `update` ignores decay and clipping.
#
# It is shorter as a **rule**: name the states, and write down the equations.
# The rest is done for you: counting, rescaling, clipping, decay, the states.

# %% custom-rule
from minigrad.optimizer.rule import maximum, sqrt


@optimizer.register
class AMSGradRule(optimizer.Optimizer):
    states = ("mean", "var", "largest")

    def __init__(self, learning_rate=0.001, beta1=0.9, beta2=0.999, epsilon=1e-8, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def rule(self, w, g, mean, var, largest, *, lr):
        mean = self.beta1 * mean + (1 - self.beta1) * g
        var = self.beta2 * var + (1 - self.beta2) * g**2
        largest = maximum(largest, var)
        return w - lr * mean / (sqrt(largest) + self.epsilon), mean, var, largest


amsgrad_rule = AMSGradRule(learning_rate=0.01)
amsgrad_rule

# %% custom-tools-text [markdown]
# A rule of your own has everything that the built-in ones have: equations, worked steps, pictures. **Try:** `amsgrad_rule.worked(1.0, [0.5, -0.25])`.
# Defined in a notebook it runs as ordinary Python, so you can print in it. Moved to a file, it becomes a fast program for a CPU or a GPU without a change.

# %% custom-same-text [markdown]
# Do the two forms agree? Here is where each of them is after 1, 10 and 500 steps down the valley:

# %% custom-same
forms = [make(learning_rate=0.1, rescale_grad=0.5) for make in (AMSGrad, AMSGradRule)]
places = [walk(form, (1.0, -2.0), slope, 500) for form in forms]
print(*(place[[1, 10, 500]].round(6).tolist() for place in places), sep="\n")
assert numpy.allclose(*places, rtol=0, atol=1e-12)

# %% custom-more [markdown]
# `minigrad/optimizer/nag.py` is a good file to read next, and CONTRIBUTING.md says how to add a rule to the package.

# %% custom-margin
margin("custom")

# %% summary [markdown]
# ## Summary
#
# * Begin with Adam, or SGD with momentum 0.9, and search for the rate before you try another rule.
# * SGD steps against the gradient. Momentum remembers the last steps, and Nesterov's form looks ahead.
# * AdaGrad, RMSProp, AdaDelta, Adam, Adamax and Nadam divide by the size of each weight's past gradients. They need less of a search for the rate, not none.
# * Signum, LBSGD and DCASGD answer three difficulties of many machines: traffic, large batches, late gradients.
# * FTRL gives weights that are exactly zero; check what it does to yours in the first step. FTML is its form for networks.
# * SGLD draws from the posterior, if it is given the sum over the data.
#
# ## Next Steps
#
# * [Autograd from nothing](02-autograd-from-nothing.ipynb): where the gradients come from.
# * [The errata](errata.md): the notes in full, and those on the rules that the guide does not have.
# * [Around the optimizer](11-around-the-optimizer.ipynb): losses, initial weights, metrics and stores, and how to write your own.
# * [A rate that changes](06-schedules.ipynb): schedules of the learning rate.
