# %% title [markdown]
# # Autograd from nothing
#
# A neural network learns by *gradients*: for each of its numbers, how fast the error changes when that number changes.
# A library records the computation and then goes back through the record.
# This is called *reverse-mode automatic differentiation*, or autograd for short.
#
# Here such a library is built step by step, in about eighty lines of Python, and trains a small network.
# Then you open minigrad's engine and find these lines there, under the same names.
# Afterwards you will be able to
#
# * say what is recorded, in which order the walk back visits it, and what goes wrong in another order,
# * add an operation to either engine, and check its derivative.
#
# You need Python, a little NumPy, and the chain rule from school.
# Run the cells in order, with Shift+Enter.
# It takes about thirty minutes.

# %% imports
import inspect
import itertools
import math
import textwrap
from contextlib import contextmanager
from operator import attrgetter
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy

# %% measured [markdown]
# ## 1. A slope can be measured
#
# The derivative of a function is its slope.
# To measure it, move the input a little and see how far the output moves.


# %% slope
def f(x):
    return x * x + 3 * x


def slope(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)


print(slope(f, 2.0))
assert math.isclose(slope(f, 2.0), 2 * 2.0 + 3, rel_tol=1e-6)  # from school: f'(x) = 2x + 3

# %% too-slow [markdown]
# That is fine for one number.
# A network may have millions, and each would need two runs of its own.
# Autograd gives all the slopes at once, for the price of a few runs.
#
# The trick is the chain rule.
# If `c` depends on `b`, and `b` on `a`, the slopes multiply:
#
# $$\frac{dc}{da} = \frac{dc}{db} \cdot \frac{db}{da}$$
#
# Read it from left to right.
# Start at the result, where the slope is 1.
# At each step back, multiply by the derivative of one simple operation.
# The number that you carry along is called the *gradient*: it says how fast the result changes with the value that you have reached.
# The derivatives of simple operations are known, so all you need is a record of the operations.
#
# ## 2. The record
#
# The record is a graph of two kinds of things.
# A `Leaf` is an input whose gradient you want.
# A `Node` is one operation that was carried out.
# It knows its `parents`, the leaves and nodes that its inputs came from, and how to `pull` a gradient back to them.
# Each gets a `number` from a clock, so that you can tell which is newer.

# %% engine-record
clock = itertools.count(1)


class Leaf:
    """The end of the graph: an array that asked for its gradient."""

    def __init__(self, shape):
        self.number = next(clock)
        self.shape = shape
        self.grad = numpy.zeros(shape)

    def receive(self, g):
        self.grad[...] = g


class Node:
    """What was recorded of one output: where it came from, and how to pull its gradient back there."""

    def __init__(self, name, shape, parents, vjps, saved):
        self.number = next(clock)
        self.name, self.shape = name, shape
        self.parents, self.vjps = parents, vjps
        self.saved = saved

    def pull(self, g):
        return [vjp(g, *self.saved) for vjp in self.vjps]


# %% tensor [markdown]
# A `Tensor` is a NumPy array and its place in the graph, `node`.
# A constant has no place in the graph.


# %% engine-tensor
class Tensor:
    """An array, and its place in the recorded graph."""

    def __init__(self, data, node=None):
        self.data = numpy.array(data, dtype=float)
        self.node = node

    def attach_grad(self):
        self.node = Leaf(self.data.shape)

    @property
    def grad(self):
        return self.node.grad


# %% operations [markdown]
# ## 3. Operations
#
# An operation is an ordinary function of arrays, along with one small function for each input.
# The small function takes the gradient `g` of the output and returns the gradient of the input: `g` times the derivative.
# It is called a *vector-Jacobian product*, or VJP. (The *Jacobian* is the table of all derivatives, of each number of the output with respect to each number of the input. `g` is the vector.)
#
# An operation records a node if some of its inputs lead back to a leaf (those are `tracked`), but only inside a `record()` block.
# Outside you just want the numbers.
# The node saves the arrays, since the derivative may depend on them.

# %% engine-operations
state = SimpleNamespace(recording=False)


@contextmanager
def record():
    state.recording = True
    try:
        yield
    finally:
        state.recording = False


def op(name, forward, *vjps):
    """An operation: a function of arrays, and a VJP for each input."""

    def call(*args):
        arrays = [a.data if isinstance(a, Tensor) else a for a in args]
        y = Tensor(forward(*arrays))
        tracked = [i for i, a in enumerate(args) if isinstance(a, Tensor) and a.node is not None]
        if tracked and state.recording:
            parents = [args[i].node for i in tracked]
            y.node = Node(name, y.data.shape, parents, [vjps[i] for i in tracked], arrays)
        return y

    return call


# %% first-operations [markdown]
# Here are the first two operations, as the operators `+` and `*`.
# For `a + b` both derivatives are 1, so the gradient passes through as it is.
# For `a * b` the derivative with respect to `a` is `b`, and vice versa.

# %% engine-arithmetic
Tensor.__add__ = op("add", numpy.add, lambda g, a, b: g, lambda g, a, b: g)
Tensor.__mul__ = op("multiply", numpy.multiply, lambda g, a, b: g * b, lambda g, a, b: g * a)

# %% first-record
x = Tensor(2.0)
x.attach_grad()
with record():
    y = x * 3.0
print(y.data, y.node.name, y.node.pull(1.0))
assert y.node.parents == [x.node]
assert y.node.pull(1.0) == [3.0]

# %% diamond [markdown]
# ## 4. The diamond
#
# Now go back through the graph.
# It looks easy: start with 1 at the result, `pull`, hand each parent its part, and go on from there.
# If several parts arrive at one place, they are added, because every path contributes to the slope.
#
# Here is a small graph on which this can go wrong:

# %% diamond-graph
a = Tensor(1.0)
a.attach_grad()
with record():
    b = a + a
    c = b + b

# %% diamond-why [markdown]
# It looks like two diamonds in a row: two edges lead from `c` back to `b`, and two from `b` to `a`.
# Since `c` is `2 * b`, and `b` is `2 * a`, the gradient of `c` with respect to `a` is 4.
#
# Here are two engines that do not wait.
# The first goes on from a node as soon as the first part of its gradient has arrived, and never comes back.
# The second goes on whenever a part arrives, with the sum so far.


# %% too-early
def add(grads, node, part):
    """Add one part to the gradient of a node."""
    grads[node] = grads[node] + part if node in grads else part


def too_early(node, g, grads):
    first = node not in grads
    add(grads, node, g)
    if first and isinstance(node, Node):
        for parent, part in zip(node.parents, node.pull(g)):
            too_early(parent, part, grads)


def too_often(node, g, grads):
    add(grads, node, g)
    if isinstance(node, Node):
        for parent, part in zip(node.parents, node.pull(grads[node])):
            too_often(parent, part, grads)


for impatient in (too_early, too_often):
    grads = {}
    impatient(c.node, 1.0, grads)
    print(impatient.__name__, grads[a.node])
    assert grads[a.node] != 4

# %% diamond-wrong [markdown]
# They get 2 and 6.
# The first went on from `b` with 1, when only half of its gradient had arrived.
# The second went on with 1 and then with 2, and so counted the first half twice.
#
# **Question.** Suppose the second engine passes on only the part that has just arrived, `node.pull(g)`.
# Is that a good engine?
#
# <details><summary>Answer</summary>
#
# It is right, but much too slow.
# It follows every path from the result to the leaf, and each diamond doubles the number of paths.
# Sixteen diamonds in a row have sixteen nodes and 65,536 paths: the next cell counts them.
# With a hundred diamonds it would never finish.
#
# </details>

# %% every-path
visits = 0


def every_path(node, g, grads):
    global visits
    add(grads, node, g)
    if isinstance(node, Leaf):
        visits += 1
    else:
        for parent, part in zip(node.parents, node.pull(g)):
            every_path(parent, part, grads)


with record():
    y = a
    for _ in range(16):
        y = y + y
grads = {}
every_path(y.node, 1.0, grads)
print(grads[a.node], visits)
assert grads[a.node] == visits == 2**16

# %% newest-first [markdown]
# ## 5. The newest first
#
# A node must wait until *all* parts of its gradient have arrived.
# They come from the nodes that were computed from it, and those are newer.
# So visit the nodes from the newest to the oldest.
# When a node's turn comes, everything that was computed from it has already had its turn.
#
# That is what the numbers are for.
# `toposort`, short for *topological sort*, collects all the nodes behind the result (the *head*) and sorts them:


# %% engine-toposort
def toposort(head):
    """All nodes that the head was computed from; the newest, with the largest number, last."""
    found, waiting = set(), [head.node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Node) and node not in found:
            found.add(node)
            waiting += node.parents
    return sorted(found, key=attrgetter("number"))


# %% walk [markdown]
# `walk` takes one node after another from the end of that list.
# It starts with the `seed`, the gradient of the head itself, which is 1.
# What is left in `grads` at the end are the gradients of the leaves, and `backward` lets each leaf `receive` its own.


# %% engine-walk
def walk(head, seed):
    """The gradients of all leaves behind the head."""
    nodes = toposort(head)
    grads = {}
    add(grads, head.node, seed)
    while nodes:
        node = nodes.pop()
        g = grads.pop(node)
        parts = node.pull(g)
        for parent, part in zip(node.parents, parts):
            add(grads, parent, part)
    return grads


def backward(head):
    for leaf, g in walk(head, numpy.ones_like(head.data)).items():
        leaf.receive(g)


# %% right
backward(c)
print(a.grad)
assert a.grad == 4

# %% twice [markdown]
# An array that is used several times needs no special care: the parts of its gradient meet in `add`.
# The function from the beginning uses `x` three times.
# (It is written with `x * 3.0` here. For `3 * x` Python asks first the number 3, which knows no Tensors, and then `Tensor.__rmul__`, which we left out.)

# %% used-twice
x = Tensor(2.0)
x.attach_grad()
with record():
    y = x * x + x * 3.0
backward(y)
print(x.grad, slope(f, 2.0))
assert x.grad == 7

# %% question-order [markdown]
# **Question.** Could you do without the numbers, and visit the result first, then its parents, then their parents, and so on, level by level?
# Try it on paper with `b = a + a`, `c = b + b`, `d = c + c`, `e = d + b`.
# What does `a` get, and what should it get?
#
# <details><summary>Answer</summary>
#
# Level by level, the order is `e`, then `d` and `b`, then `c`.
# When `b`'s turn comes, only the part from `e` has arrived, which is 1.
# So `a` gets 2.
# It should get 10, since `e` is `5 * b`.
# A short path and a long one meet in `b`, and the levels do not show that the part from the long one is still to come.
# The numbers do: `c` is newer than `b`, so it comes first.
#
# </details>

# %% short-and-long
with record():
    b = a + a
    c = b + b
    d = c + c
    e = d + b
backward(e)
print(a.grad)
assert a.grad == 10

# %% broadcasting [markdown]
# ## 6. Broadcasting
#
# So far all values were single numbers.
# Arrays work as well, with one exception.
# NumPy lets you multiply a table by a row: it *broadcasts* the row, that is, it uses the row again for each row of the table.

# %% broadcast-wrong
table = Tensor(numpy.ones((4, 3)))
row = Tensor([1.0, 2.0, 3.0])
row.attach_grad()
with record():
    y = table * row
(part,) = y.node.pull(numpy.ones((4, 3)))
print("the row:", row.data.shape, "the part of its gradient:", part.shape)

# %% broadcast-sum [markdown]
# The row has 3 numbers, and the part has 12.
# But the row was *used four times*, and you already know what happens then: the parts are added.
# So where a value was broadcast, its gradient is summed over the axes along which it was repeated.
# From a part of shape `(4, 3)` a row `(3,)` gets the sum over the first axis, and a column `(4, 1)` the sum over the second.
#
# It also works the other way: a VJP may return an array smaller than its input, if it can be broadcast to that shape. A single number, `()`, is repeated for nine points, `(9, 1)`.
# `unbroadcast` does both, and `add` calls it each time, so that no operation has to worry about it:


# %% engine-unbroadcast
def unbroadcast(g, shape):
    """A gradient in the shape of its value: summed where the value was broadcast, or repeated."""
    g = numpy.sum(g, axis=tuple(range(numpy.ndim(g) - len(shape))))
    stretched = tuple(i for i, n in enumerate(shape[len(shape) - g.ndim :]) if n == 1 and g.shape[i] != 1)
    return numpy.broadcast_to(numpy.sum(g, axis=stretched, keepdims=True), shape)


def add(grads, node, part):
    """Add one part to the gradient of a node, in the shape of its value."""
    part = unbroadcast(part, node.shape)
    grads[node] = grads[node] + part if node in grads else part


# %% broadcast-right
column = Tensor(numpy.ones((4, 1)))
column.attach_grad()
with record():
    y = table * row + column
backward(y)
print(row.grad, column.grad.shape)
assert row.grad.tolist() == [4, 4, 4]
assert column.grad.tolist() == [[3], [3], [3], [3]]

# %% training [markdown]
# ## 7. Train a network
#
# A network needs four more operations: subtraction, the matrix product, `tanh`, which lets it bend, and the mean.
# The VJP of the mean returns a single number, `g / x.size`, which `unbroadcast` repeats.
#
# For the matrix product look at one entry, $y_{ij} = \sum_k a_{ik} b_{kj}$.
# So $a_{ik}$ contributes to every $y_{ij}$ of its row, with the derivative $b_{kj}$, and its gradient is $\sum_j g_{ij} b_{kj}$.
# That is entry $i, k$ of `g @ b.T`. In the same way, the gradient of $b_{kj}$ is $\sum_i a_{ik} g_{ij}$, an entry of `a.T @ g`.

# %% engine-network
Tensor.__sub__ = op("subtract", numpy.subtract, lambda g, a, b: g, lambda g, a, b: -g)
Tensor.__matmul__ = op("matmul", numpy.matmul, lambda g, a, b: g @ b.T, lambda g, a, b: a.T @ g)
Tensor.tanh = op("tanh", numpy.tanh, lambda g, x: g * (1 - numpy.tanh(x) ** 2))
Tensor.mean = op("mean", numpy.mean, lambda g, x: g / x.size)

# %% points [markdown]
# Here are nine points, and a network that turns each point into four numbers, bends them, and turns the four into one.
# The four are called a *hidden layer*, since they are neither input nor output.
# The network has 13 weights in all, and `error` is the mean of its squared errors.

# %% network
points = numpy.linspace(-2, 2, 9).reshape(9, 1)
wanted = numpy.sin(2 * points)
rng = numpy.random.default_rng(0)
start = [rng.normal(size=(1, 4)), rng.normal(size=4), rng.normal(size=(4, 1)), numpy.zeros(1)]


def network(x, w1, b1, w2, b2):
    return (x @ w1 + b1).tanh() @ w2 + b2


def error(x, y, weights):
    wrong = network(x, *weights) - y
    return (wrong * wrong).mean()


# %% gradient-check [markdown]
# Before you trust your engine, measure.
# Here is one of the 13 slopes, first from your engine, then by moving that weight a little:

# %% check-one
weights = [Tensor(w) for w in start]
for w in weights:
    w.attach_grad()
with record():
    y = error(Tensor(points), Tensor(wanted), weights)
backward(y)


def moved(value):
    w1 = start[0].copy()
    w1[0, 2] = value
    return error(Tensor(points), Tensor(wanted), [Tensor(w1), *map(Tensor, start[1:])]).data


print(weights[0].grad[0, 2], slope(moved, start[0][0, 2]))
assert math.isclose(weights[0].grad[0, 2], slope(moved, start[0][0, 2]), rel_tol=1e-6)

# %% descent [markdown]
# They agree.
# Training means small steps downhill: subtract from each weight a little of its gradient.

# %% train
errors = []
for _ in range(2000):
    with record():
        y = error(Tensor(points), Tensor(wanted), weights)
    backward(y)
    errors.append(float(y.data))
    for w in weights:
        w.data -= 0.1 * w.grad
print(f"{errors[0]:.4f} at first, {errors[-1]:.6f} at the end")
assert errors[-1] < 0.01 * errors[0]

# %% picture
dense = numpy.linspace(-2, 2, 200).reshape(200, 1)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
left.semilogy(errors)
left.set(title="The error falls", xlabel="step", ylabel="mean squared error")
right.plot(points, wanted, "o", label="points")
right.plot(dense, network(Tensor(dense), *map(Tensor, start)).data, "--", label="at first")
right.plot(dense, network(Tensor(dense), *weights).data, label="trained")
right.set(title="The network fits the points", xlabel="x", ylim=(-1.2, 1.7))
right.legend(loc="upper center", ncols=3)
figure.tight_layout()

# %% minigrad [markdown]
# ## 8. The same in minigrad
#
# Your `network` and `error` know nothing about your engine.
# They only use operators and methods, so they work just as well on minigrad's arrays.

# %% minigrad-imports
from minigrad import autograd, np
from minigrad.errors import GraphError

# %% minigrad-train
theirs = [np.array(w, dtype="float64") for w in start]
for w in theirs:
    w.attach_grad()
x, t = np.array(points, dtype="float64"), np.array(wanted, dtype="float64")
their_errors = []
for _ in range(2000):
    with autograd.record():
        y = error(x, t, theirs)
    y.backward()
    their_errors.append(y.item())
    for w in theirs:
        w -= 0.1 * w.grad
print(f"yours {errors[-1]:.12f}, minigrad's {their_errors[-1]:.12f}")
assert numpy.allclose(errors, their_errors, rtol=1e-9, atol=0)

# %% same-numbers [markdown]
# The errors agree, to nine digits, through all two thousand steps.
# Now compare what the two engines record.
# Here is the diamond again, the newest node first: its number, its name, and the numbers of its parents.

# %% both-records
from minigrad.engine import backward as engine


def listing(nodes):
    for node in reversed(nodes):
        print(f"{node.number:>8}  {node.name:10} from {[parent.number for parent in node.parents]}")


a = Tensor(1.0)
a.attach_grad()
with record():
    b = a + a
    c = b + b
print("yours")
listing(toposort(c))

a = np.array(1.0)
a.attach_grad()
with autograd.record():
    b = a + a
    c = b + b
print("minigrad's")
listing(engine.toposort([c], ends=()))

# %% same-graph [markdown]
# The graphs are the same. Only the clocks differ, and only the order matters. (minigrad's also ticks when an array is changed in place.)
#
# `draw` shows the graph, with the names of your variables, and `animate=True` shows the walk back.
# The arrows point in the direction of the computation. The orange numbers give the order of the visits, so they run against the arrows. `()` is the shape of a single number.

# %% draw
autograd.draw(c, animate=True)

# %% the-walk [markdown]
# And here is `walk` from minigrad's engine, in `minigrad/engine/backward.py`.
# A dot marks each line that is one of your own, perhaps with something inserted.


# %% side-by-side
def within(short, long):
    """Whether `long` is `short` with something inserted."""
    letters = iter(long)
    return all(letter in letters for letter in short)


mine = [line.strip() for line in inspect.getsource(walk).splitlines()[2:]]
found = set()
for line in inspect.getsource(engine.walk).splitlines():
    same = [own for own in mine if within(own, line)]
    found.update(same)
    print("●" if same else " ", line)
assert found == set(mine)

# %% what-else [markdown]
# All your lines are there.
# These are the reasons for the others:
#
# * `F` is the namespace in which a VJP finds its functions: see section 10.
# * `dtype`: parts are added up in a wider float type, and the sum is converted back.
# * `own`: a sum that nothing else refers to. The gradient of a slice, such as `x[3]`, is added to it in place.
# * `wanted`: you can ask for the gradient of something in the middle of the graph.
# * `versions`: an array that is still needed may have been changed. See below.
# * `ctx`: arrays may live on a GPU.
# * `observers` are told what happens, for instance to find the operation that produced the first NaN.
# * `add_note`: if a VJP fails, the message names the line of *your* code that recorded the operation.
# * `free`: the graph is freed along the way, so memory does not grow.
# * `gradient`: a graph that is kept remembers the gradients that passed through it, so that `draw` can show them.
#
# The versions deserve an example.
# Here an array is changed between `record` and `backward`.
# Your engine does not notice, and uses the new value:

# %% changed-in-place
w = Tensor(3.0)
w.attach_grad()
with record():
    y = w * w
w.data[...] = 100.0
backward(y)
print("yours:", w.grad)  # the slope of w² at 3 is 6
assert w.grad == 200

w = np.array(3.0)
w.attach_grad()
with autograd.record():
    y = w * w
w[...] = 100.0
try:
    y.backward()
except GraphError as refusal:
    answer = str(refusal)
print(textwrap.fill(f"minigrad: {answer}", 100))

# %% function [markdown]
# ## 9. An operation of your own
#
# *Softplus* is $\log(1 + e^x)$, a ramp with a round corner.
# Computed as written, it fails for large $x$, because $e^x$ overflows:

# %% softplus-overflows
x = np.array([-1.0, 0.0, 1000.0])
x.attach_grad()
with numpy.errstate(over="ignore", invalid="ignore"):
    with autograd.record():
        y = np.log(1 + np.exp(x))
    y.backward()
print(y, x.grad)
assert numpy.isinf(y[2].item()) and numpy.isnan(x.grad[2].item())

# %% softplus-why [markdown]
# But softplus of 1000 is 1000, and its slope is 1.
# Written as $\max(x, 0) + \log(1 + e^{-|x|})$, it never overflows.
# Its derivative is $1 / (1 + e^{-x})$.
# A `Function` states both: the value in `forward`, the VJP in `backward`.


# %% softplus
class Softplus(autograd.Function):
    def forward(self, x):
        self.save_for_backward(x)
        return np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x)))

    def backward(self, g):
        (x,) = self.saved_tensors
        return g * (1 + np.tanh(x / 2)) / 2  # 1 / (1 + exp(-x)), without the overflow


with autograd.record():
    y = Softplus()(x)
y.backward()
print(y, x.grad)
assert y[2].item() == 1000 and x.grad[2].item() == 1

# %% is-it-right [markdown]
# Is the derivative right?
# `gradcheck` measures it, as you did with `slope`, but for any shape.
# Each row of its report moves the inputs in one random direction.
# If the two slopes disagree, the verdict names the kind of mistake, as here for `Doubled`:

# %% gradcheck
from minigrad.gradcheck import gradcheck

print(gradcheck(Softplus, np.array([-1.0, 0.5, 3.0])))


class Doubled(Softplus):
    def backward(self, g):
        return 2 * super().backward(g)


report = gradcheck(Doubled, np.array([-1.0, 0.5, 3.0]), check=False)
print(report)
assert not report

# %% gradients-of-gradients [markdown]
# ## 10. Gradients of gradients
#
# A VJP is itself made of operations, such as `g * b`.
# So the walk back can be recorded too, and then you can walk back through that.
# This is what `F` is for.
# In minigrad the VJP of the sine reads `lambda F, g, x: g * F.cos(x)`.
# In an ordinary backward pass `F` holds functions of raw arrays.
# With `create_graph=True` it holds minigrad's own operations, `g` and `x` are Tensors, and the same text records nodes:

# %% second-derivative
x = np.array(3.0)
x.attach_grad()
with autograd.record():
    y = x * x * x
    first = autograd.grad(y, x, create_graph=True)
print("x³ has the slope", first)
nodes = engine.toposort([first], ends=())
listing(nodes)
first.backward()
print("and the second derivative", x.grad)
assert (first.item(), x.grad.item()) == (3 * 3**2, 6 * 3)
assert nodes[0].number < y.node.number < nodes[1].number

# %% downhill [markdown]
# The node at the bottom is `x * x`. The second multiplication of `x * x * x` is not in the list, because the slope does not depend on its result.
# All the others were recorded by the walk back: four products in VJPs, two `add` where parts of the gradient of `x` meet, and an `astype`, since parts are added up in a wider float type and the sum is converted back.
#
# What are second derivatives good for?
# The gradient says which way is downhill, but not how far to go.
# Rosenbrock's valley is narrow and bent, with its lowest point at (1, 1), and gradient descent is slow in it:


# %% gradient-descent
def valley(p):
    x, y = p
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


p = np.array([-1.2, 1.0], dtype="float64")
p.attach_grad()
for _ in range(2000):
    with autograd.record():
        height = valley(p)
    height.backward()
    p -= 0.001 * p.grad
print("after 2000 steps:", p)
assert p[0].item() < 0.95

# %% newtons-method [markdown]
# Newton's method uses the second derivatives as well.
# It takes the parabola that fits the function where you stand, and jumps to its lowest point.
# For a function of several numbers, the second derivatives form a matrix $H$, the *Hessian*, and the jump is $-H^{-1} g$.

# %% newton
p = np.array([-1.2, 1.0], dtype="float64")
for step in range(8):
    p.attach_grad()
    with autograd.record():
        height = valley(p)
    height.backward()
    print(f"step {step}: height {height.item():.2e} at ({p[0].item():.6f}, {p[1].item():.6f})")
    p = p - np.linalg.solve(autograd.hessian(valley, p), p.grad)
assert numpy.allclose(p.asnumpy(), 1, rtol=0, atol=1e-12)
assert numpy.allclose(autograd.hessian(valley, p).asnumpy(), [[802, -400], [-400, 200]])  # by hand

# %% question-newton [markdown]
# **Question.** At step 2 the height jumps up to more than a thousand.
# Is something wrong?
#
# <details><summary>Answer</summary>
#
# No.
# The parabola fits the valley *where you stand*.
# A long jump may leave the region where it fits, and land on a hillside.
# Near the lowest point the fit is close, and each step about doubles the number of correct digits.
#
# </details>
#
# ## Where to go from here
#
# You can now read `minigrad/engine/`: `graph.py` (`Leaf` and `Node`), `backward.py` (the walk), `operation.py` (what an operation is).
# In `minigrad/ops/elementwise.py` each operation stands next to its derivative.
#
# For practice, give your own engine another operation: division, or the exponential.
# What are its VJPs?
# Check them with `slope`.
