# %% title [markdown]
# # Start here
#
# minigrad is a small library for training neural networks, written to be read.
# In this notebook a network learns to read handwritten digits, and you see everything that happens in one step of its training.
#
# Afterwards you will be able to
#
# * train a small network, and tell from two curves whether it has learned,
# * say what a gradient, a layer, a loss and an optimizer are, and what each does in one step,
# * write a function yourself and have it marked: the check says what is wrong with it,
# * choose the notebook to read next.
#
# You need Python and a little NumPy, and you need to know what a derivative is.
# It takes about twelve minutes. Run the cells in order, with Shift+Enter, and then again with other numbers.
# (An `assert` checks what the text says. If you change a number, an `AssertionError` only means that the text no longer fits.)
#
# (No Jupyter yet? In the folder with `README.md`, after its first command: `.venv/bin/pip install -e '.[tutorials]'` and then `.venv/bin/jupyter lab tutorials/00-start-here.ipynb`.)

# %% digits
import matplotlib.pyplot as plt
import numpy

from minigrad import autograd, datasets, gluon, init, np, optimizer, random
from minigrad.plot.style import FRAME, frame, styles

(train_x, train_y), (test_x, test_y) = datasets.digits()


def show(pictures, titles):
    """Digits in a row, each with a title."""
    _, places = plt.subplots(1, len(pictures), figsize=(8.7, 1.3), layout="constrained")
    for place, picture, title in zip(places, pictures.asnumpy(), titles):
        place.imshow(picture.reshape(8, 8), cmap="gray_r", vmin=0, vmax=1)
        place.set_title(title, fontsize=9)
        place.set(xticks=[], yticks=[])
    plt.show()


_, first = numpy.unique(train_y.asnumpy(), return_index=True)  # where each digit first occurs
show(train_x[first], range(10))

# %% digits-text [markdown]
# ## 1. The digits
#
# These are ten of the pictures, one of each digit, and above each is the right answer, its *label*.
# A picture has 8 times 8 pixels. Each is a number from 0 (paper) to 1 (ink), and the 64 numbers of a picture form one row.
# Most of the pictures are for training. The others are set aside, and show at the end what the network does with digits it has never seen.

# %% arrays
print("to train:", train_x.shape, "   to test:", test_x.shape)
print(f"the middle of picture 0, with the label {train_y[0].item()}:", train_x[0, 24:32])

# %% gradient-text [markdown]
# ## 2. Arrays that know their gradient
#
# `np` is minigrad's NumPy. It has NumPy's functions and does one thing more: it records what is computed inside `autograd.record()`, so that derivatives can be found afterwards.
#
# Take $y = w_1^2 + w_2^2$. The derivatives of $y$ are $2 w_1$ and $2 w_2$, and together they are called the *gradient* of $y$.
# `attach_grad` says that we want it, and `y.backward()` goes back through the record and computes it:

# %% gradient
w = np.array([1.0, -3.0])
w.attach_grad()
with autograd.record():
    y = (w**2).sum()
y.backward()
print("y =", y.item(), "  gradient:", w.grad)
assert (w.grad.asnumpy() == [2, -6]).all()

# %% gradient-meaning [markdown]
# The gradient says how fast $y$ grows with each number.
# The second component is $-6$: if $w_2$ grows a little, $y$ falls six times as much.
# That is all we need: training means making an error smaller by moving each number against its derivative.
#
# ## 3. A network
#
# A network is made of *layers*. A `Dense` layer has *units*, and each unit has a *weight* for every input and one more number, its *bias*.
# It multiplies every input by its weight, adds everything up, and adds the bias.
# With `activation="relu"` a negative result then becomes 0.
#
# Ours has two layers. The first has 64 units, which look at the 64 pixels. The second has 10, one for each digit, which look at those 64 units. Each gives a number, the *score* of its digit.
# (A single layer can only weigh the pixels and add them up. Without relu two layers would do no more than that, since sums of sums are sums.)
# A network takes many pictures at once, one in each row, and gives a row of scores for each.
#
# At first the weights are random, and the biases are 0. `Xavier` draws smaller weights for wider layers, so that the sums do not get out of hand.


# %% network
def new_network(seed):
    """Two layers that have not learned anything yet; a different seed gives different random weights."""
    random.seed(seed)
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(64, activation="relu"), gluon.nn.Dense(10))
    net.initialize(init.Xavier())
    return net


net = new_network(0)
scores = net(train_x[:1])  # the ten scores of picture 0
weight, bias = net[0].weight.data(), net[0].bias.data()

sums = [(train_x[0] * weight[unit]).sum().item() + bias[unit].item() for unit in range(5)]
by_hand = numpy.maximum(sums, 0)
layer = net[0](train_x[:1])[0, :5].asnumpy()
print("five units, by hand: ", by_hand.round(3))
print("from the layer:      ", layer.round(3))
print("scores:", scores[0].asnumpy().round(2))
print("numbers to learn:", sum(p.data().size for p in net.collect_params().values()))
assert numpy.allclose(by_hand, layer, atol=1e-6) and 0 == min(by_hand) < max(by_hand)

# %% loss-text [markdown]
# ## 4. How wrong is it?
#
# The network's answer is the digit with the highest score.
# For training we need more than right or wrong: a number that says how wrong, and that changes a little when a weight changes a little. It is called the *loss*.
#
# First the scores are turned into probabilities: $e$ to the power of each score, divided by the sum of all ten. (This is the *softmax*.)
# The loss is then $-\log$ of the probability of the right digit.
# If that is 1, the loss is 0. Giving 1/10 to each digit means a loss of $\log 10 = 2.303$.

# %% loss
loss_of = gluon.loss.SoftmaxCrossEntropyLoss()

probabilities = numpy.exp(scores[0].asnumpy())
probabilities /= probabilities.sum()
by_hand = -numpy.log(probabilities[train_y[0].item()])
by_library = loss_of(scores, train_y[:1]).item()
print(f"picture 0, by hand: {by_hand:.4f}, by the library: {by_library:.4f}")
untrained = loss_of(net(train_x), train_y).mean().item()
print(f"mean over all pictures: {untrained:.3f}")
assert numpy.isclose(by_hand, by_library, rtol=1e-5)
assert abs(untrained - numpy.log(10)) < 0.1

# %% loss-read [markdown]
# As expected, an untrained network does no better than guessing.
#
# ## 5. One step
#
# An *optimizer* is the rule that moves the numbers. The simplest one is gradient descent, called SGD here. An optimizer shows its own equation:

# %% sgd
optimizer.SGD(learning_rate=0.2)

# %% step-text [markdown]
# Here $w$ is any weight or bias, $t$ counts the steps, and $g_t$ is the derivative of the loss with respect to $w$: its part of the gradient.
# So every number moves against its derivative, and the *learning rate* $\eta$ says how far.
#
# To save time the gradient is computed not from all the pictures but from a few of them, a *minibatch*; here it has 32.
# A `Trainer` applies the optimizer to all the numbers of a network. One step is always these four lines:

# %% step
trainer = gluon.Trainer(net.collect_params(), optimizer.SGD(learning_rate=0.2))
pictures, labels = train_x[::45], train_y[::45]  # every 45th, which makes 32
before = net[1].weight.data()[7, 2].item()

with autograd.record():
    loss = loss_of(net(pictures), labels)  # 32 losses
loss.backward()  # the gradient of their sum
trainer.step(batch_size=32)  # divides it by 32, and applies the rule

# %% step-worked-text [markdown]
# What did it do? Let us look at a single number: the weight that unit 7 of the second layer, which gives the score of the digit 7, has for unit 2 of the first.
# `worked` fills in the equation, as you would on paper:

# %% step-worked
summed, after = net[1].weight.grad()[7, 2].item(), net[1].weight.data()[7, 2].item()
print(f"derivative of the sum of 32 losses: {summed:.5f}, divided by 32: {summed / 32:.5f}")
print(f"the weight before the step: {before:.6f}, and after it: {after:.6f}")
optimizer.SGD(learning_rate=0.2).worked(before, [summed / 32])

# %% step-check
lower = loss_of(net(pictures), labels).mean().item()
print(f"mean loss of these 32 pictures: {loss.mean().item():.3f} before the step, {lower:.3f} after it")
assert numpy.isclose(after, before - 0.2 * summed / 32, rtol=1e-5)
assert lower < loss.mean().item() and summed < 0 < after - before

# %% train-text [markdown]
# The derivative is negative: the loss falls when this number grows. So it grew, by a fifth (that is $\eta$) of the derivative.
# The other 4,809 numbers were treated in the same way, and the loss is smaller now.
#
# ## 6. Many steps
#
# Training is the same step again and again, each time with another 32 pictures.
# A `DataLoader` deals them out in a random order. Once every picture has had its turn, one *epoch* is over.
#
# One run proves little, since its initial weights and the order of the pictures are random. So here are three, with different seeds:


# %% train
def read_correctly(net, pictures, labels):
    """The share of the pictures in which the right digit has the highest score."""
    return (net(pictures).asnumpy().argmax(axis=1) == labels.asnumpy()).mean()


def train(seed, epochs=10):
    """A trained network, its loss at each step, and the share of test digits read after each epoch."""
    net = new_network(seed)
    trainer = gluon.Trainer(net.collect_params(), optimizer.SGD(learning_rate=0.2))
    samples = gluon.data.ArrayDataset(train_x, train_y)
    loader = gluon.data.DataLoader(samples, batch_size=32, shuffle=True)
    losses, shares = [], [read_correctly(net, test_x, test_y)]
    for _ in range(epochs):
        for pictures, labels in loader:
            with autograd.record():
                loss = loss_of(net(pictures), labels)
            loss.backward()
            trainer.step(len(pictures))
            losses.append(loss.mean().item())
        shares.append(read_correctly(net, test_x, test_y))
    return net, losses, shares


runs = [train(seed) for seed in range(3)]

# %% train-picture
epochs = len(runs[0][2]) - 1
steps = len(runs[0][1]) // epochs  # in each epoch
figure, (left, right) = plt.subplots(1, 2, figsize=(8.7, 3.2), layout="constrained")
colour = styles(["sgd"])["sgd"].colour
left.plot(range(1, epochs * steps + 1), runs[0][1], color=FRAME, linewidth=0.7, label="seed 0, each step")
for seed, (_, losses, shares) in enumerate(runs):
    look = {"color": colour, "linestyle": ("-", "--", ":")[seed % 3], "marker": "os^"[seed % 3], "markersize": 4}
    by_epoch = numpy.reshape(losses, (epochs, steps)).mean(axis=1)
    left.plot(steps * (numpy.arange(epochs) + 0.5), by_epoch, label=f"seed {seed}, mean of each epoch", **look)
    right.plot(range(1, epochs + 1), 100 * numpy.array(shares[1:]), **look)
for axes in left, right:
    frame(axes)
left.axhline(numpy.log(10), color=FRAME, linewidth=1)
left.text(1, numpy.log(10), "guessing", ha="right", va="bottom", transform=left.get_yaxis_transform())
left.legend(frameon=False, fontsize=8)
left.set(title="The loss falls ...", xlabel="step", ylabel="mean loss", ylim=(0, None))
right.set(title="... and new digits are read", xlabel="epoch", ylim=(None, 100), xticks=range(1, epochs + 1))
right.set_ylabel("% of test digits read correctly")
plt.show()

# %% train-read [markdown]
# On the left the loss falls in every run, quickly at first and then slowly. The grey line jumps because each step is measured on different pictures; the others are means over an epoch.
# On the right is what we wanted: digits that no step has ever seen are read correctly. (Before the first step the networks were guessing, far below the range of this plot.)

# %% train-check
for seed, (net, losses, shares) in enumerate(runs):
    at_first, at_last = losses[0], numpy.mean(losses[-steps:])  # at the first step; in the last epoch
    seen, unseen = 100 * read_correctly(net, train_x, train_y), 100 * shares[-1]
    print(f"seed {seed}: loss {at_first:.2f}, in the last epoch {at_last:.2f};", end=" ")
    print(f"read: {seen:.0f} % of training digits, {unseen:.0f} % of test digits")
    assert at_last < at_first / 10
    assert shares[0] < 0.15 and 90 < unseen < seen

# %% train-check-read [markdown]
# In all three runs, digits seen in training are read somewhat better than new ones. That is why the test digits were set aside.
#
# Which ones does the network get wrong? Here are some, from the first run:

# %% wrong
net = runs[0][0]
answers = net(test_x).asnumpy().argmax(axis=1)
missed = numpy.flatnonzero(answers != test_y.asnumpy())
print(f"{len(missed)} of {len(test_x)} are wrong")
show(test_x[missed[:8]], [f"{test_y[i].item()}, read as {answers[i]}" for i in missed[:8].tolist()])

# %% exercise-text [markdown]
# You have now seen all that training needs: arrays with gradients, layers, a loss, and an optimizer that takes steps.
# The other notebooks take these apart one by one.
#
# ## 7. Your turn
#
# You understand a layer once you have written it.
# The course has exercises for that: functions to write yourself, including nearly everything that happened above.
# Each has a name and a statement that says what to write:

# %% exercise-task
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(len(EXERCISES), "exercises; the first one for you:\n")
print(statement(EXERCISES["dense_forward"]))

# %% exercise-attempt-text [markdown]
# The next cell is an attempt, and it is wrong. Look at what `check` says about it.
# (Inside exercises, arrays are plain NumPy arrays.)


# %% dense-forward
def dense_forward(x, W, b):
    return x @ W + b


check("dense_forward", dense_forward)

# %% exercise-use-text [markdown]
# The check called the function with two dozen inputs and compared the results with the right ones. Then it worked out which mistake gives exactly these wrong numbers. The name of the mistake is in brackets.
#
# This mistake is easily overlooked. If a layer has as many units as inputs, there is no error message, only wrong numbers. Our first layer is such a layer!
# So let us put the attempt into the trained network instead of its first layer:

# %% dense-forward-used
first, second = net[0], net[1]
W, b = first.weight.data().asnumpy(), first.bias.data().asnumpy()
hidden = numpy.maximum(dense_forward(test_x.asnumpy(), W, b), 0)
share = read_correctly(second, np.array(hidden), test_y)
print(f"test digits read with the library's layer: {100 * runs[0][2][-1]:.1f} %")
print(f"test digits read with this dense_forward:  {100 * share:.1f} %")

# %% exercise-how [markdown]
# Now write it yourself: change the body of `dense_forward`, and run the two cells again. Once the check says *right*, both percentages are the same.
#
# * A check says where the mistake is and what it is. `check("dense_forward", dense_forward, hint=1)` only says where, and `hint=3` adds the right line and numbers.
# * If you do not know how to begin, each exercise has three hints of its own. `minigrad exercises show dense_forward --hint 1` prints the first.
# * If you would rather write files, everything works in a terminal too (activate the environment, or put `.venv/bin/` before each command):
#
# ```sh
# minigrad exercises                       # all of them, and how far you are
# minigrad exercises start dense_forward   # write dense_forward.py to start from
# minigrad check dense_forward.py          # mark it
# minigrad exercises progress              # mark all in this folder; say what is next
# ```
#
# The exercises build on one another. Together they are a framework of your own, and `minigrad exercises assemble` writes it into one file, which trains on the digits.
#
# ## Where to go next
#
# If you want to know how it works, read the notebooks in this order. Otherwise take what you need; each says at the beginning what it assumes.
#
# | notebook | afterwards you know | minutes |
# |---|---|---|
# | [Autograd from nothing](02-autograd-from-nothing.ipynb) | what `backward` does, in an engine of eighty lines that is built step by step | 30 |
# | [From gradient descent to AdaDelta](03-gradient-descent.ipynb) | what one learning rate for all weights costs, and what seven rules do about it | 30 |
# | [Look at a rule](04-look-at-a-rule.ipynb) | how to race optimizers fairly, and how to find out why one does what it does | 15 |
# | [Adam, and what it divides](05-adam.ipynb) | how long Adam's steps are and why, what its corrections are for, and what its relatives change | 20 |
# | [A rate that changes](06-schedules.ipynb) | what schedules and a warm-up are good for, and how to find a rate to begin with | 15 |
# | [Many workers](07-many-workers.ipynb) | what it costs if many workers send less, talk less often or do not wait | 20 |
# | [Follow the leader](08-online-learning.ipynb) | learning from a stream: what FTRL and FTML search for, and weights that are exactly 0 | 20 |
# | [Not one answer, but how sure it is](09-sampling.ipynb) | how SGLD draws weights from the posterior, and what it needs for that | 15 |
# | [Your own optimizer](10-your-own-optimizer.ipynb) | how to write a rule and what minigrad makes of it, with Muon and schedule-free SGD as examples | 20 |
# | [Around the optimizer](11-around-the-optimizer.ipynb) | initial weights, losses, stores and metrics: what each adds up and divides, and how to write your own | 20 |
# | [On a GPU](12-on-a-gpu.ipynb) | what sets the pace on a GPU, how to measure it, and how a network becomes a list of calls | 15 |
# | [Failures](13-failures.ipynb) | ten mistakes that do not stop a program, what they cost, and how to find them | 20 |
# | [Optimizers](01-optimizers.ipynb) | all the optimizers of MXNet's guide, for reference | 60 |
#
# To choose an optimizer for your own problem, read [What should I use?](what-should-i-use.md): all of them, measured on three problems.
# To read the code itself, begin with the tables in the [README](../README.md).
#
# Source of the digits: E. Alpaydin, C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository, 1998. The initial weights: X. Glorot, Y. Bengio, "Understanding the difficulty of training deep feedforward neural networks", AISTATS 2010.
