"""How long a training step of convolutions, recurrences and attention takes, compared with PyTorch's.

Forward, backward and a step of SGD with momentum, from the same weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

import minigrad as mg
from minigrad import gluon, ops
from minigrad.bench.machine import PEERS, here
from minigrad.bench.race import Contestant, Race
from minigrad.bench.training import trained, trained_by_torch
from minigrad.engine.tensor import Tensor
from minigrad.gluon import nn, rnn

RATE, MOMENTUM = 0.01, 0.9
CLASSES = 10
HEADS, WIDTH = 4, 128


def races(every: bool) -> Iterator[Race]:
    """All of them, always."""
    for task, (shape, ours, theirs) in NETWORKS.items():
        peers = {PEERS["torch"]: partial(of_torch, shape, ours, theirs)} if here("torch") else {}
        yield Race("layers", task, {"minigrad": partial(of_minigrad, shape, ours)}, peers)


def problem(shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Inputs and labels."""
    rng = np.random.default_rng(0)
    return rng.standard_normal(shape, dtype=np.float32), rng.integers(0, CLASSES, shape[0])


def initialized(shape: tuple[int, ...], make: Any) -> Any:
    """Our network, with the same initial weights in every run."""
    net = make()
    mg.random.seed(0)
    net.initialize()
    net(mg.np.zeros(shape))
    return net


def learned(net: Any) -> list[Any]:
    """Its parameters in PyTorch's order, without running statistics."""
    return [p for p in net.collect_params().values() if p.grad_req != "null"]


def of_minigrad(shape: tuple[int, ...], make: Any) -> Contestant:
    """One of our networks."""
    x, labels = problem(shape)
    net = initialized(shape, make)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": RATE, "momentum": MOMENTUM})
    return trained(net, learned(net), mg.np.array(x), mg.np.array(labels), trainer)


def of_torch(shape: tuple[int, ...], ours: Any, make: Any) -> Contestant:
    """The same network in PyTorch, with our weights."""
    import torch

    x, labels = problem(shape)
    net = make(torch.nn)
    for mine, other in zip(learned(initialized(shape, ours)), net.parameters(), strict=True):
        other.data = torch.tensor(mine.data().asnumpy())
    opt = torch.optim.SGD(net.parameters(), lr=RATE, momentum=MOMENTUM)
    return trained_by_torch(net, list(net.parameters()), torch.tensor(x), torch.tensor(labels), opt)


def our_lenet() -> Any:
    """LeCun et al., 1998, with tanh and max-pooling."""
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 5, padding=2, activation="tanh"), nn.MaxPool2D(2))
    net.add(nn.Conv2D(16, 5, activation="tanh"), nn.MaxPool2D(2))
    net.add(nn.Dense(120, activation="tanh"), nn.Dense(84, activation="tanh"), nn.Dense(CLASSES))
    return net


def their_lenet(t: Any) -> Any:
    return t.Sequential(
        *(t.Conv2d(1, 6, 5, padding=2), t.Tanh(), t.MaxPool2d(2), t.Conv2d(6, 16, 5), t.Tanh(), t.MaxPool2d(2)),
        *(t.Flatten(), t.Linear(400, 120), t.Tanh(), t.Linear(120, 84), t.Tanh(), t.Linear(84, CLASSES)),
    )


def our_norm() -> Any:
    """Two convolutions, each with batch normalization, relu and max-pooling."""
    net = nn.HybridSequential()
    for channels in (16, 32):
        net.add(nn.Conv2D(channels, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(2))
    net.add(nn.Dense(CLASSES))
    return net


def their_norm(t: Any) -> Any:
    net = t.Sequential()
    for before, channels in ((3, 16), (16, 32)):
        net.extend([t.Conv2d(before, channels, 3, padding=1), t.BatchNorm2d(channels), t.ReLU(), t.MaxPool2d(2)])
    return net.extend([t.Flatten(), t.Linear(2048, CLASSES)])


class Recurrent(gluon.Block):
    """A layer of 128 units; its last output is classified."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer, self.out = layer(128, layout="NTC"), nn.Dense(CLASSES)

    def forward(self, x: Tensor) -> Any:
        return self.out(self.layer(x)[:, -1])


def their_recurrent(layer: str, t: Any) -> Any:
    class Recurrent(t.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layer, self.out = getattr(t, layer)(64, 128, batch_first=True), t.Linear(128, CLASSES)

        def forward(self, x: Any) -> Any:
            return self.out(self.layer(x)[0][:, -1])

    return Recurrent()


class Loop(gluon.Block):
    """A recurrence written as a loop: each time step is a slice of x, which has a gradient too.

    The mean of all outputs is classified. With the last one alone, gradients of early steps would be so small (below
    1e-38) that processors multiply them slowly.
    """

    def __init__(self) -> None:
        super().__init__()
        self.into, self.on, self.out = nn.Dense(WIDTH, flatten=False), nn.Dense(WIDTH), nn.Dense(CLASSES)

    def forward(self, x: Tensor) -> Any:
        x = self.into(x)
        h = total = ops.tanh(x[:, 0])
        for t in range(1, x.shape[1]):
            h = ops.tanh(x[:, t] + self.on(h))
            total = total + h
        return self.out(total / x.shape[1])


def their_loop(t: Any) -> Any:
    class Loop(t.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.into, self.on, self.out = t.Linear(64, WIDTH), t.Linear(WIDTH, WIDTH), t.Linear(WIDTH, CLASSES)

        def forward(self, x: Any) -> Any:
            x = self.into(x)
            h = total = x[:, 0].tanh()
            for k in range(1, x.shape[1]):
                h = (x[:, k] + self.on(h)).tanh()
                total = total + h
            return self.out(total / x.shape[1])

    return Loop()


class Attention(gluon.Block):
    """Self-attention and layer normalization."""

    def __init__(self) -> None:
        super().__init__()
        self.norm, self.all = nn.LayerNorm(), nn.Dense(3 * WIDTH, flatten=False)
        self.mix, self.out = nn.Dense(WIDTH, flatten=False), nn.Dense(CLASSES)

    def forward(self, x: Tensor) -> Any:
        n, steps, _ = x.shape
        q, k, v = self.all(self.norm(x)).reshape((n, steps, 3, HEADS, -1)).transpose((2, 0, 3, 1, 4))
        seen = ops.softmax(q @ k.swapaxes(-1, -2) * (WIDTH / HEADS) ** -0.5)
        y = x + self.mix((seen @ v).transpose((0, 2, 1, 3)).reshape((n, steps, -1)))
        return self.out(y.mean(1))


def their_attention(t: Any) -> Any:
    class Attention(t.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.norm, self.all = t.LayerNorm(WIDTH), t.Linear(WIDTH, 3 * WIDTH)
            self.mix, self.out = t.Linear(WIDTH, WIDTH), t.Linear(WIDTH, CLASSES)

        def forward(self, x: Any) -> Any:
            n, steps, _ = x.shape
            q, k, v = self.all(self.norm(x)).reshape(n, steps, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
            seen = (q @ k.transpose(-1, -2) * (WIDTH / HEADS) ** -0.5).softmax(-1)
            y = x + self.mix((seen @ v).transpose(1, 2).reshape(n, steps, -1))
            return self.out(y.mean(1))

    return Attention()


NETWORKS = {
    "LeNet, 64 x 1 x 28 x 28": ((64, 1, 28, 28), our_lenet, their_lenet),
    "batch norm, 64 x 3 x 32 x 32": ((64, 3, 32, 32), our_norm, their_norm),
    "LSTM, 32 x 50 x 64": ((32, 50, 64), partial(Recurrent, rnn.LSTM), partial(their_recurrent, "LSTM")),
    "GRU, 32 x 50 x 64": ((32, 50, 64), partial(Recurrent, rnn.GRU), partial(their_recurrent, "GRU")),
    "a loop over time, 32 x 200 x 64": ((32, 200, 64), Loop, their_loop),
    "attention, 32 x 64 x 128": ((32, 64, WIDTH), Attention, their_attention),
}
"""Name -> the shape of the inputs, our network, PyTorch's."""
