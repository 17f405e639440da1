"""Networks that are replayed, and what the tests of replay do with them."""

import threading

import numpy

from minigrad import autograd, gluon, np, npx, random
from minigrad.gluon import nn


def dense(*widths, activation="relu", **kwargs):
    """Dense layers in a row, without an activation after the last."""
    net = nn.HybridSequential()
    for a, b in zip(widths, widths[1:]):
        net.add(nn.Dense(b, activation if b != widths[-1] else None, in_units=a, **kwargs))
    return net


def with_shared_weights():
    first = nn.Dense(5, "tanh", in_units=5)
    net = nn.HybridSequential()
    net.add(first, nn.Dense(5, "relu", in_units=5, params=first.params), nn.Dense(3, in_units=5))
    return net


def with_layers(*layers):
    net = nn.HybridSequential()
    net.add(nn.Dense(6, in_units=5), *layers)
    return net


def nested():
    net = nn.HybridSequential()
    net.add(dense(5, 8, 6), nn.Activation("tanh"), dense(6, 4, activation=None))
    return net


class ShiftedTwice(gluon.HybridBlock):
    """Adds two parameters, which have one and the same gradient, but for its axes if the second is transposed."""

    pure = True

    def __init__(self, width=6, transposed=False):
        super().__init__()
        self.transposed = transposed
        self.a = gluon.Parameter("a_weight", shape=(4, width))
        self.b = gluon.Parameter("b_weight", shape=(width, 4) if transposed else (4, width))

    def forward(self, x):
        b = self.b.data()
        return npx.relu(x + self.a.data() + (b.T if self.transposed else b))


class Sliced(gluon.HybridBlock):
    """Reads its input in slices of every kind."""

    pure = True

    def forward(self, x):
        a, b = x[:, :3], x[:, -1:2:-1]
        first, *_ = x
        return a * np.tanh(b) + x[..., 2:5] * x[0, 1] + first[1:4] + x[:, None, 1] * a[1] + x[0, None, :3]


class Loop(gluon.HybridBlock):
    """A recurrence over the rows of its input."""

    pure = True

    def __init__(self):
        super().__init__()
        self.on = nn.Dense(6, in_units=6)

    def forward(self, x):
        h = np.tanh(x[:1])
        for t in range(1, len(x)):
            h = np.tanh(x[t] + self.on(h))
        return h


class Gated(gluon.HybridBlock):
    """tanh of (a parameter times the second input), times the first input."""

    pure = True

    def __init__(self):
        super().__init__()
        self.inner = Scaled()

    def forward(self, a, b):
        return np.tanh(self.inner(b)) * a


class Scaled(gluon.HybridBlock):
    pure = True

    def __init__(self):
        super().__init__()
        self.gamma = gluon.Parameter("gamma", shape=(5,), init="ones")

    def forward(self, b):
        return self.gamma.data() * b


NETWORKS = {
    "relu": lambda: dense(5, 8, 8, 3),
    "tanh": lambda: dense(5, 8, 3, activation="tanh"),
    "sigmoid": lambda: dense(5, 8, 3, activation="sigmoid"),
    "softrelu": lambda: dense(5, 8, 3, activation="softrelu"),
    "softsign": lambda: dense(5, 8, 3, activation="softsign"),
    "an activation at the end": lambda: with_layers(nn.Activation("sigmoid")),
    "no bias": lambda: dense(5, 8, 3, use_bias=False),
    "shared weights": with_shared_weights,
    "nested": nested,
    "layer norm": lambda: with_layers(nn.LayerNorm(in_channels=6), nn.Dense(2, in_units=6)),
    "leaky relu": lambda: with_layers(nn.LeakyReLU(0.1)),
    "prelu": lambda: with_layers(nn.PReLU()),
    "elu": lambda: with_layers(nn.ELU(0.5)),
    "selu": lambda: with_layers(nn.SELU()),
    "swish": lambda: with_layers(nn.Swish()),
    "gelu": lambda: with_layers(nn.GELU("tanh")),
    "flatten": lambda: with_layers(nn.Flatten()),
    "one gradient for two": lambda: with_layers(ShiftedTwice()),
    "slices": lambda: with_layers(Sliced()),
    "a loop over slices": lambda: with_layers(Loop()),
    "identity": lambda: with_layers(nn.Identity(), nn.Dense(2, in_units=6)),
}


def made(make, hybrid, seed=7):
    """The network with the same first weights each time, hybridized or not."""
    random.seed(seed)
    net = make()
    net.initialize("xavier")
    if hybrid:
        net.hybridize()
    return net


def plans(net):
    """The plans of a network that were made."""
    return [plan for plan in net._replay.plans.values() if plan is not None]


def batch(*shape, seed=0, dtype="float32"):
    return np.array(numpy.random.default_rng(seed).standard_normal(shape), dtype=dtype)


def trained(net, batches, optimizer="adam"):
    """Outputs and weights of some steps."""
    trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": 0.1})
    seen = []
    for x in batches:
        with autograd.record():
            y = net(x)
            loss = (y * y).sum() + y.sum()
        loss.backward()
        trainer.step(1)
        seen.append(y.asnumpy())
    return seen + [p.data().asnumpy() for p in net.collect_params().values()]


def at_once(count, work):
    """Run `work` in several threads, to its end."""
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def same(one, other):
    return all(a.tobytes() == b.tobytes() and a.shape == b.shape for a, b in zip(one, other, strict=True))


def replayed(net):
    """The network after its plan has been made and used."""
    for _ in range(3):
        net(batch(4, 5))
    assert len(plans(net)) == 1
    return net


def started(layer):
    layer.initialize("ones")
    return layer


class PureDoubled(nn.HybridBlock):
    pure = True

    def __init__(self):
        super().__init__()
        self.part = dense(5, 4, 3)
        self.factor = 2.0

    def forward(self, x):
        return self.part(x) * self.factor
