# %% title [markdown]
# # On a GPU
#
# A GPU works asynchronously. Python only hands it a list of things to do, and goes on before they are done.
# So two are at work, Python and the device, and **the slower one sets the pace**.
# What to change in a program, what to measure, what `hybridize()` is good for: all of it follows from that.
#
# Afterwards you can
#
# * train a network on a GPU, and say what does not change,
# * measure how fast it is, without three common mistakes,
# * find what makes Python wait for the device,
# * work out whether Python or the device's memory is the slower one,
# * read the program that `hybridize()` makes from a network, and say which networks have one.
#
# You need a [first network](00-start-here.ipynb) and [Adam](05-adam.ipynb). It takes about fifteen minutes.
# **You need no GPU.** This notebook was built without one: what you see is counted, or comes from a small model of a device. No time below was measured on a GPU.
# Run the cells in order, with Shift+Enter; on a machine with a GPU they use it.

# %% model
import re
import sys
import time

import matplotlib.pyplot as plt

from minigrad import autograd, cpu, datasets, gluon, gpu, init, np, npx, num_gpus, optimizer, random
from minigrad.errors import DeviceError
from minigrad.plot.style import frame


class Device:
    """A model: it does one call after another, in its own time. Making a call takes Python a while, too."""

    def __init__(self, call=10):
        self.call, self.python, self.idle_from = call, 0, 0  # what a call costs Python; the two clocks
        self.own, self.calls, self.work = [], [], []  # who was busy when, and for how long

    def prepare(self, takes):
        """Python does something of its own."""
        self.own.append((self.python, takes))
        self.python += takes

    def run(self, takes):
        """Python makes a call, and the device will do it."""
        self.calls.append((self.python, self.call))
        self.python += self.call
        start = max(self.python, self.idle_from)  # once it has been handed over, and the previous one is done
        self.work.append((start, takes))
        self.idle_from = start + takes

    def wait(self):
        """Python stops until the device has done all that it was handed."""
        self.python = max(self.python, self.idle_from)


def three_steps(takes, waits):
    """Each prepares a batch and makes six calls; Python waits after every step, or only at the end."""
    device = Device()
    for _ in range(3):
        device.prepare(60)
        for _ in range(6):
            device.run(takes)
        if waits:
            device.wait()
    device.wait()
    return device


cases = {
    "short calls: Python sets the pace": three_steps(5, waits=False),
    "long calls: the device sets the pace": three_steps(25, waits=False),
    "long calls, and Python looks at a result after every step": three_steps(25, waits=True),
}
figure, panels = plt.subplots(3, 1, figsize=(8.7, 4.2), layout="constrained", sharex=True)
for (title, device), axes in zip(cases.items(), panels):
    frame(axes)
    for row, spans, colour in ((1, device.own, "C7"), (1, device.calls, "C0"), (0, device.work, "C1")):
        axes.broken_barh(spans, (row - 0.35, 0.7), color=colour, edgecolor="white")
    axes.axvline(device.python, color="C3", linestyle=":")
    axes.set_yticks([0, 1], ["device", "Python"])
    axes.set_title(f"{title}: {device.python} microseconds", fontsize=10, loc="left")
panels[-1].set_xlabel("microseconds, in a model")
plt.show()
assert [device.python for device in cases.values()] == [3 * 120 + 5, 60 + 10 + 18 * 25, 3 * (60 + 10 + 6 * 25)]

# %% model-read [markdown]
# These are three training steps. The upper row of each picture is Python: it prepares a batch (grey), and makes six calls of 10 microseconds each (blue). The lower row is the device.
# The dotted line marks when everything is done.
#
# * Above, the calls are short, as in a small network. The device could work twice as fast and almost nothing would change.
# * In the middle they are long. Now Python could be somewhat slower and almost nothing would change: it is done early, and waits once, at the end.
# * Below, Python looks at a result after every step, to print a loss, say. It cannot look at what is not there yet, so it waits. Only then does it prepare the next batch, and meanwhile the device has nothing to do.
#
# So to get faster, first find out which of these pictures you are in.
# Then make the device's part shorter (section 4), or Python's (section 5), and in any case wait less often (section 3).
#
# ## 1. What changes
#
# Where the arrays are. A device is called `gpu(0)`, and whatever makes arrays takes it as `ctx`, as in MXNet.
# (minigrad's arrays are then CuPy's, which you install as an extra: see [On a GPU](gpu.md).)

# %% ctx
ctx = gpu(0) if num_gpus() else cpu()

(x, y), _ = datasets.digits()
x, y = x.as_in_ctx(ctx), y.as_in_ctx(ctx)


def network(*hidden):
    """Dense layers with ReLU, and ten outputs."""
    net, before = gluon.nn.HybridSequential(), 64
    for units in hidden:
        net.add(gluon.nn.Dense(units, activation="relu", in_units=before))
        before = units
    net.add(gluon.nn.Dense(10, in_units=before))
    net.initialize(init.Xavier(), ctx=ctx)
    return net


random.seed(0)
net = network(64, 64)
loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
trainer = gluon.Trainer(net.collect_params(), "adam")


def step():
    """One training step, with 32 digits."""
    with autograd.record():
        loss = loss_of(net(x[:32]), y[:32])
    loss.backward()
    trainer.step(32)
    return loss


first = step().mean().item()
for _ in range(50):
    loss = step()
print(f"the digits and the network are on {ctx}; the loss falls from {first:.2f} to {loss.mean().item():.2f}")
assert {p.list_ctx()[0] for p in net.collect_params().values()} == {ctx} and loss.mean().item() < first / 5

# %% ctx-read [markdown]
# `as_in_ctx(ctx)` and `initialize(ctx=ctx)`: that is all. Layers, losses and the Trainer stay as they are, and so does your own code if it calls `minigrad.np` and not NumPy.
#
# All arrays in a calculation have to be on the same device. If they are not, you are told so, and nothing is copied behind your back.
# `cpu(0)` and `cpu(1)` are the same processor under two names, so you can try that here:

# %% ctx-mixed
here, there = np.ones(2, ctx=cpu(0)), np.ones(2, ctx=cpu(1))
try:
    here + there
except DeviceError as error:
    print(error)
else:
    raise AssertionError("nothing was refused")
assert here.as_in_ctx(cpu(0)) is here  # there already: no copy
assert (here + there.as_in_ctx(cpu(0))).asnumpy().tolist() == [2, 2]

# %% measure-text [markdown]
# Copying between the computer's memory and the GPU's is slow.
# So copy the data once, before training, as above, and not in every step. If the data do not fit, copy a batch at a time.
#
# ## 2. How to measure
#
# A stopwatch around some calls measures how long it takes to *hand them over*. In the model, with 100 long calls:

# %% measure-model
device = Device()
start = device.python
for _ in range(100):
    device.run(takes=25)
handed_over = device.python - start
device.wait()
done = device.python - start
print(f"without waiting: {handed_over:.0f} microseconds; with waiting: {done:.0f}")
assert (handed_over, done) == (1000, 2510)

# %% measure-rules [markdown]
# Three mistakes are common, and this function makes none of them:
#
# 1. *No waiting*: the clock is stopped before the work is done. Here the queue is emptied before each reading of the clock.
# 2. *No warm-up*: the first call of its kind compiles a kernel, asks for memory, or makes a program. Here some untimed calls go first.
# 3. *Waiting for each call*: then Python and the device take turns, as in the lowest picture. Here there are many calls between two readings.


# %% measure
def seconds(work, repeat=50):
    """The mean time of one call of `work`."""
    for _ in range(5):
        work()
    npx.waitall()  # until the device has done all that it was handed; a CPU has done it already
    start = time.perf_counter()
    for _ in range(repeat):
        work()
    npx.waitall()
    return (time.perf_counter() - start) / repeat


took = seconds(step)
assert 0 < took < 1
if num_gpus():  # where this notebook was built there was none to measure
    print(f"{1e6 * took:.0f} microseconds a step on {ctx}")

# %% waiting-text [markdown]
# Run it more than once. If the results differ, take the median, and say by how much they differ.
#
# ## 3. What waits
#
# A training step in minigrad hands everything over and waits for nothing: not the losses, not the gradients, not the optimizer.
# Python has to wait when *you* look at a value: `x.item()`, `float(x)`, `x.asnumpy()`, `print(x)`, `if x > 0:`.
#
# (Checking labels and indices means looking at them. So minigrad does it on a CPU, but not on a GPU.)
#
# Such looks can be counted on any machine. An `Observer` is notified of every operation, and of every value that is read:

# %% waiting
from minigrad.engine.modes import Observer, observing


class Counter(Observer):
    """Counts operations, and values that were looked at."""

    def __init__(self):
        self.operations = self.reads = 0

    def called(self, op, args, y):
        self.operations += 1

    def read(self, x):
        self.reads += 1


def plain():
    for _ in range(100):
        step()


def every_step():
    total = 0.0
    for _ in range(100):
        total += step().mean().item()
    return total / 100


def at_the_end():
    total = 0.0
    for _ in range(100):
        total = total + step().mean()
    return total.item() / 100


found = {}
for training in (plain, every_step, at_the_end):
    counter = Counter()
    with observing(counter):
        training()
    found[training] = counter.reads
    print(f"100 steps, {training.__name__:11}: {counter.operations} operations, {counter.reads:3} values read")
assert [*found.values()] == [0, 100, 1]

# %% waiting-read [markdown]
# The first loop only trains. The second adds up the losses as Python numbers, and reads one in every step. The third adds them up as an array: one more operation a step, and a single look at the end.
#
# Metrics need numbers, so `metric.update` fetches its arrays, too. Use it after an epoch, on the test data, rather than in every training step.
#
# ## 4. The device's part
#
# Adam does more than a dozen operations with each weight in a step, and yet it hardly computes. What takes time is fetching numbers from memory and writing them back.
# So count what travels. These are Adam's calls to NumPy (names that begin with `_s` are numbers, all others are arrays as large as the weights):

# %% traffic
from minigrad.optimizer.graph import trace
from minigrad.optimizer.readings import numpy as numpy_reading
from minigrad.optimizer.readings.cuda import cuda_source

calls_of_adam = numpy_reading.program(trace(optimizer.Adam())).source
print(calls_of_adam)

# %% traffic-read [markdown]
# Run one after another on a GPU, each of these calls would fetch its arrays, compute, and write one back. (On a CPU they work on blocks small enough to stay in the cache.)
# Therefore minigrad turns the whole rule into one kernel, from the same text. This is what it does with one weight; the weight and its states are fetched once, stay in the processor, and are written back once:

# %% kernel
print(cuda_source(trace(optimizer.Adam()), ["float32"] * 4).operation)

# %% traffic-count-text [markdown]
# The first four lines fetch, the last three write back. How many arrays travel, for several rules?


# %% traffic-count
def separately(rule):
    """How many arrays travel if every call fetches and writes back its own."""
    calls = re.findall(r"^    \w+\((.*)\)$", numpy_reading.program(trace(rule)).source, re.M)
    return sum(not name.startswith("_s") for call in calls for name in call.replace("out=", "").split(", "))


def together(rule):
    """How many travel if the rule is one kernel: what it reads, and what it changes."""
    graph = trace(rule)
    return len(graph.arrays) + len(graph.written)


rules = optimizer.SGD(), optimizer.SGD(momentum=0.9), optimizer.Adam(), optimizer.Ftrl(), optimizer.FTML()
print("                 call by call   one kernel   bytes a weight, float32")
for rule in rules:
    label = type(rule).__name__ + (", momentum" if rule.states and isinstance(rule, optimizer.SGD) else "")
    print(f"{label:17}{separately(rule):12}{together(rule):13}{4 * together(rule):26}")
kernel = cuda_source(trace(optimizer.Adam()), ["float32"] * 4).operation
assert together(optimizer.Adam()) == kernel.count(" in_") + kernel.count("out_") == 7
assert all(separately(rule) > 4 * together(rule) for rule in rules[2:])

# %% bandwidth-text [markdown]
# This gives you a number to compare a measurement with. To find out how many bytes a second the memory of a device moves, copy one array to another, which moves it twice.
# A step that moves $b$ bytes for each of $n$ weights takes at least $b \, n$ divided by that.
# This shortest time, divided by the time that you measure, is the *share of a copy*. It says how good a kernel is, whatever the device. `minigrad bench gpu --all` prints it for many rules.
#
# You can also work out when the memory is slower than Python, which has one call to make for a step of Adam. Put in your own numbers; these are examples:

# %% bandwidth
bytes_a_second, seconds_a_call, bytes_a_weight = 2e12, 10e-6, 4 * together(optimizer.Adam())
for name, n in (("the network above", net), ("a million", 1e6), ("a hundred million", 1e8)):
    count = sum(p.data().size for p in n.collect_params().values()) if n is net else n
    kernel_takes = bytes_a_weight * count / bytes_a_second
    slower = "memory" if kernel_takes > seconds_a_call else "Python"
    print(f"{name:17}: {count:11,.0f} weights, Adam {1e6 * kernel_takes:8.2f} microseconds: {slower} is slower")
enough = seconds_a_call * bytes_a_second / bytes_a_weight
print(f"they are equally slow with {enough:,.0f} weights")
assert 7e5 < enough < 7.2e5

# %% hybrid-text [markdown]
# Most networks that people learn with are far smaller. For them, all that counts is how long Python takes to make the calls.
#
# ## 5. Python's part
#
# To make its calls, Python runs the code of the layers, looks up derivatives, builds a graph, and walks back through it. In every step it arrives at the same calls.
# `hybridize()` keeps the calls and drops the rest: the Python code of a network runs once, and its calls are recorded. From then on this list is run.

# %% hybrid
random.seed(0)
small = network(16)
small.hybridize()
with autograd.record():
    out = small(x[:32])
(program,) = small.programs()
print(program)

# %% hybrid-read [markdown]
# That is all that is left of two layers, forward and backward. You can read it like the derivation on paper:
# a `dot` and an `add` are a layer, and `maximum` with zero is ReLU. On the way back the gradient of a weight is the gradient of the output times the input.
# That of a bias is a sum over the samples, computed on a CPU as a product with ones. And the `sign` of ReLU's output is its derivative: 1 or 0.
#
# The arguments of `make` are arrays that are made once and used again in every step. Results that are no longer needed are overwritten.
# On a GPU the calls are CuPy's, and the first line says so. From the third step on, not even the list is run there:
# CUDA has recorded the calls of each pass as a graph, and Python launches the whole graph at once. Then the first line says that.
#
# How much does Python do in a step? Count the calls to minigrad's own functions for forward, loss and backward, in networks of more and more layers:


# %% hybrid-count
def functions(work):
    """How many calls to minigrad's functions `work()` makes."""
    count, before = 0, sys.getprofile()

    def seen(frame, event, _):
        nonlocal count
        ours = frame.f_globals.get("__name__", "").startswith("minigrad")
        count += event == "call" and ours and not frame.f_code.co_name.startswith("<")  # those that have a name

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def pass_through(depth, hybrid):
    """Forward, loss and backward of a network with `depth` hidden layers."""
    net = network(*[64] * depth)
    if hybrid:
        net.hybridize()

    def work():
        with autograd.record():
            loss = loss_of(net(x[:32]), y[:32])
        loss.backward()

    for _ in range(3):
        work()  # the first run makes the program; on a GPU the third makes graphs of it
    return work


depths = range(1, 11)
counts = {hybrid: [functions(pass_through(depth, hybrid)) for depth in depths] for hybrid in (False, True)}
figure, axes = plt.subplots(figsize=(8.7, 3), layout="constrained")
frame(axes)
axes.plot(depths, counts[False], "C0o-", label="as Python code")
axes.plot(depths, counts[True], "C1s--", label="hybridized")
axes.set(xlabel="hidden layers", xticks=depths, ylabel="calls of Python functions", ylim=(0, None))
axes.set_title("What Python does in a forward and a backward pass", fontsize=11)
axes.legend(frameon=False)
plt.show()
a_layer = {hybrid: (found[-1] - found[0]) / 9 for hybrid, found in counts.items()}
print(f"one more layer costs {a_layer[False]:.0f} calls as Python code, {a_layer[True]:.0f} hybridized")
assert a_layer[False] > 4 * a_layer[True] and all(a > b for a, b in zip(counts[False], counts[True]))

# %% hybrid-cpu [markdown]
# The calls to NumPy are the same in both cases. What disappears is most of the Python between them.
#
# On a GPU this shortens the upper row of the first picture. If that is the slower one, as in a small network, training gets faster by as much.
# On a CPU there is only one row: Python makes each call and does its work, too. So the saving always counts in full, but for a large network it is a small part of the whole.
# ([How fast](speed.md) has times. With more than 8 MB of results in a forward pass no program is made: there Python's time does not matter, but memory does.)
#
# ## 6. What can be a list of calls?
#
# Whatever makes the same calls each time. For each shape of the inputs there is one program with recording and one without.
# Dropout draws random numbers, and batch normalization changes its running means on the way: no list of calls can do that.
# A block of your own is trusted only if its class says `pure = True`, which promises that `forward` reads no values, draws nothing at random and changes nothing:


# %% pure
class Scaled(gluon.HybridBlock):
    """Multiplies by a number."""

    pure = True

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def hybrid_forward(self, F, x):
        return self.factor * x


class Silent(gluon.HybridBlock):
    """Promises nothing."""

    def hybrid_forward(self, F, x):
        return 2 * x


class Liar(gluon.HybridBlock):
    """Promises, and then looks at a value."""

    pure = True

    def hybrid_forward(self, F, x):
        return 2 * x if x.sum() > 0 else x


def with_layer(layer):
    """A hybridized network with this layer in the middle, after two calls."""
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(16, in_units=64), layer, gluon.nn.Dense(10, in_units=16))
    net.initialize(init.Xavier(), ctx=ctx)
    net.hybridize()
    for _ in range(2):
        with autograd.record():
            net(x[:32])
    return net


nn = gluon.nn
layers = nn.LayerNorm(), nn.Dropout(0.5), nn.BatchNorm(), Scaled(2.0), Silent(), Liar()
made = {type(layer).__name__: len(with_layer(layer).programs()) for layer in layers}
for name, count in made.items():
    print(f"{name:10} {'a program' if count else 'Python code, as before'}")
assert made == {"LayerNorm": 1, "Dropout": 0, "BatchNorm": 0, "Scaled": 1, "Silent": 0, "Liar": 0}

# %% pure-read [markdown]
# The promise is checked as far as possible. Looking at a value ends the recording of the calls, so the last block runs as before.
# A new program is also compared with the Python code, bit for bit, before it is used. (On a GPU, Python waits for that, and once more to compare the graphs.)
# And if an attribute of a pure block gets another value, a new program is made:

# %% pure-changed
scaled = Scaled(2.0)
net = with_layer(scaled)
scaled.factor = 6.0
with autograd.record():
    out = net(x[:32])
one_by_one = net[2](6.0 * net[0](x[:32]))
print("largest difference from the layers one by one:", abs(out - one_by_one).max().item())
assert abs(out - one_by_one).max().item() < 1e-5 < abs(out).max().item() and len(net.programs()) == 1

# %% shapes-text [markdown]
# Your part is to give it few shapes. A last batch that is smaller than the others costs one more program, which is nothing.
# At most eight programs are kept. If the shapes change all the time, no more are made and the Python code runs.

# %% shapes
net = network(16)
net.hybridize()
for start in range(0, len(x), 100):  # 14 batches of 100, and a last one of 38
    net(x[start : start + 100])
print(f"{len(x)} digits in batches of 100: {len(net.programs())} programs")
assert len(net.programs()) == 2 and len(x) % 100 == 38

# %% where [markdown]
# ## What has been run where
#
# All of the above was run on a CPU when this notebook was built, and once more on a stand-in for CuPy, which computes on the CPU and refuses what CuPy would refuse. The model is only a model.
# The page [On a GPU](gpu.md) says what minigrad did on a GPU, on which and when, how fast it was compared with PyTorch, and what has not been tried since.
# If you have a GPU, `tests/gpu/check.sh` finds out within six minutes.
#
# ## Exercises
#
# Two parts of the program are for you to write. `check` says whether an answer is right, and if not, where it is wrong.
#
# The backward pass of a layer:

# %% exercise-dense
from minigrad.exercises import EXERCISES, check
from minigrad.exercises.statement import statement

print(statement(EXERCISES["dense_backward"]))

# %% exercise-dense-text [markdown]
# This attempt has a mistake. Run the cell, read what the check says, and mend the function or write your own:


# %% exercise-dense-attempt
def dense_backward(g, x, W):
    return g @ W, g.T @ x, g.mean(axis=0)


check("dense_backward", dense_backward)

# %% exercise-relu-task [markdown]
# And that of ReLU:

# %% exercise-relu
print(statement(EXERCISES["relu_vjp"]))

# %% exercise-relu-text [markdown]
# Here, too, something is wrong:


# %% exercise-relu-attempt
def relu_vjp(g, x):
    return g * (x >= 0)


check("relu_vjp", relu_vjp)

# %% sources [markdown]
# ## Sources
#
# * CuPy's documentation, "Performance best practices": why a stopwatch measures nothing without waiting, and why the first call is slow.
# * S. Williams, A. Waterman, D. Patterson, "Roofline: an insightful visual performance model for multicore architectures", Communications of the ACM, 2009: when memory sets the pace, not arithmetic.
# * The code: `gluon/replay/` (programs), `optimizer/readings/cuda.py` (kernels), `device.py` (where arrays live), all in `minigrad/`.
