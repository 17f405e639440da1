"""How long a training step of Dense layers takes: forward, loss, backward, update; in several libraries, and by hand.

All start from the same weights, with the same samples, and have the same weights after equal numbers of steps.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

import minigrad as mg
from minigrad import autograd, gluon
from minigrad.bench.machine import PEERS, here
from minigrad.bench.race import Contestant, Makers, Race
from minigrad.device import Where

NETWORKS = {
    "64-64-64-10, batch 32": (32, 64, 64, 64, 10),
    "784-256-256-10, batch 256": (256, 784, 256, 256, 10),
    "784-1024-1024-10, batch 512": (512, 784, 1024, 1024, 10),
}
"""Name -> batch and widths."""
USUAL = 2
"""How many of them usually run."""
RATE = 0.01
Sizes = tuple[int, ...]


def races(every: bool) -> Iterator[Race]:
    """Networks with SGD, and the smallest also with Adam. JAX has its own races: its threads disturb PyTorch's."""
    for number, (name, sizes) in enumerate(NETWORKS.items()):
        if every or number < USUAL:
            for rule in ("sgd", "adam") if number == 0 else ("sgd",):
                yield Race("training", f"{name}, {rule}", ours(sizes, rule), theirs(sizes, rule))
            if here("jax"):
                jax = {PEERS["jax"]: partial(of_jax, sizes)}
                yield Race("training", f"{name}, sgd", ours(sizes, "sgd"), jax, last=True)


def ours(sizes: Sizes, rule: str, device: Where = None) -> Makers:
    """Our two contestants."""
    make = partial(of_minigrad, sizes, rule, device=device)
    return {"minigrad": make, "hybridized": partial(make, hybridized=True)}


def theirs(sizes: Sizes, rule: str) -> Makers:
    """All others that are installed, except JAX."""
    found: dict[str, Any] = {"NumPy, by hand": partial(of_numpy, sizes, rule)}
    if here("torch"):
        found[PEERS["torch"]] = partial(of_torch, sizes, rule)
    for package, make in (("autograd", of_autograd), ("mygrad", of_mygrad)):
        if rule == "sgd" and here(package):
            found[PEERS[package]] = partial(make, sizes)
    return found


def problem(sizes: Sizes) -> tuple[Any, Any, list[Any], list[Any]]:
    """Inputs, labels, weights (out, in) and biases."""
    rng = np.random.default_rng(0)
    batch, *widths = sizes
    x = rng.standard_normal((batch, widths[0]), dtype=np.float32)
    labels = rng.integers(0, widths[-1], batch)
    pairs = itertools.pairwise(widths)
    weights = [rng.standard_normal((b, a), dtype=np.float32) * np.float32((2 / a) ** 0.5) for a, b in pairs]
    return x, labels, weights, [np.zeros(b, np.float32) for b in widths[1:]]


def of_minigrad(sizes: Sizes, rule: str, device: Where = None, hybridized: bool = False) -> Contestant:
    """Our network, through Gluon."""
    x, labels, W, B = problem(sizes)
    activations = ["relu"] * (len(W) - 1) + [None]
    layers = [gluon.nn.Dense(len(w), activation, in_units=w.shape[1]) for w, activation in zip(W, activations)]
    net = gluon.nn.HybridSequential()
    net.add(*layers)
    net.initialize(ctx=device)
    parameters: list[Any] = [layer.weight for layer in layers] + [layer.bias for layer in layers]
    for parameter, start in zip(parameters, W + B):
        parameter.set_data(start)
    if hybridized:
        net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), rule, {"learning_rate": RATE})
    return trained(net, parameters, mg.np.array(x, ctx=device), mg.np.array(labels, ctx=device), trainer)


def trained(net: Any, parameters: list[Any], data: Any, targets: Any, trainer: gluon.Trainer) -> Contestant:
    """A network of ours, and what a step does with it."""
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()

    def step() -> None:
        with autograd.record():
            loss = loss_of(net(data), targets)
        loss.backward()
        trainer.step(len(data))

    return Contestant(step, lambda: [p.data().asnumpy() for p in parameters])


def of_torch(sizes: Sizes, rule: str, device: str = "cpu", **how: bool) -> Contestant:
    """PyTorch, eager."""
    import torch

    x, labels, W, B = problem(sizes)
    layers: list[Any] = []
    for k, (w, b) in enumerate(zip(W, B)):
        linear = torch.nn.Linear(w.shape[1], len(b))
        linear.weight.data, linear.bias.data = torch.tensor(w), torch.tensor(b)
        layers += [linear, torch.nn.ReLU()] if k < len(W) - 1 else [linear]
    net = torch.nn.Sequential(*layers).to(device)
    opt = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[rule](net.parameters(), lr=RATE, **how)
    parameters = [layer.weight for layer in layers[::2]] + [layer.bias for layer in layers[::2]]
    return trained_by_torch(net, parameters, torch.tensor(x, device=device), torch.tensor(labels, device=device), opt)


def trained_by_torch(net: Any, parameters: list[Any], data: Any, targets: Any, opt: Any) -> Contestant:
    """The same for a network of PyTorch's."""
    import torch

    loss_of = torch.nn.CrossEntropyLoss()

    def step() -> None:
        opt.zero_grad()
        loss_of(net(data), targets).backward()
        opt.step()

    return Contestant(step, lambda: [p.detach().cpu().numpy() for p in parameters])


def of_numpy(sizes: Sizes, rule: str) -> Contestant:
    """Three layers, their backward pass and the rule, written by hand."""
    x, labels, W, B = problem(sizes)
    rows = np.arange(len(x))
    means = [np.zeros_like(p) for p in W + B]
    squares = [np.zeros_like(p) for p in W + B]
    count = 0

    def step() -> None:
        nonlocal count
        h1 = np.maximum(x @ W[0].T + B[0], 0)
        h2 = np.maximum(h1 @ W[1].T + B[1], 0)
        scores = h2 @ W[2].T + B[2]
        scores = scores - scores.max(axis=1, keepdims=True)
        e = np.exp(scores)
        p = e / e.sum(axis=1, keepdims=True)
        -np.log(p[rows, labels])  # the loss
        p[rows, labels] -= 1
        g = p
        dW2, dB2 = g.T @ h2, g.sum(axis=0)
        g = (g @ W[2]) * (h2 > 0)
        dW1, dB1 = g.T @ h1, g.sum(axis=0)
        g = (g @ W[1]) * (h1 > 0)
        dW0, dB0 = g.T @ x, g.sum(axis=0)
        count += 1
        for k, (w, d) in enumerate(zip(W + B, (dW0, dW1, dW2, dB0, dB1, dB2))):
            if rule == "sgd":
                w -= (RATE / len(x)) * d
            else:
                d = d / len(x)
                means[k] = 0.9 * means[k] + 0.1 * d
                squares[k] = 0.999 * squares[k] + 0.001 * d**2
                w -= RATE * (means[k] / (1 - 0.9**count)) / (np.sqrt(squares[k] / (1 - 0.999**count)) + 1e-8)

    return Contestant(step, lambda: W + B)


def of_autograd(sizes: Sizes) -> Contestant:
    """HIPS autograd; SGD by hand."""
    import autograd.numpy as anp
    from autograd import grad

    x, labels, W, B = problem(sizes)
    rows = np.arange(len(x))

    def loss(parameters: Any) -> Any:
        w, b = parameters
        h = anp.maximum(anp.dot(x, w[0].T) + b[0], 0)
        h = anp.maximum(anp.dot(h, w[1].T) + b[1], 0)
        scores = anp.dot(h, w[2].T) + b[2]
        scores = scores - anp.max(scores, axis=1, keepdims=True)
        return anp.sum(anp.log(anp.sum(anp.exp(scores), axis=1)) - scores[rows, labels])

    gradient = grad(loss)

    def step() -> None:
        dW, dB = gradient((W, B))
        for w, d in zip(W + B, [*dW, *dB]):
            w -= (RATE / len(x)) * d

    return Contestant(step, lambda: W + B)


def of_mygrad(sizes: Sizes) -> Contestant:
    """MyGrad; SGD by hand."""
    import mygrad
    from mygrad.nnet.activations import relu
    from mygrad.nnet.losses import softmax_crossentropy

    x, labels, W, B = problem(sizes)
    parameters = [mygrad.tensor(p) for p in W + B]

    def step() -> None:
        w, b = parameters[:3], parameters[3:]
        h = relu(mygrad.matmul(x, w[0].T) + b[0])
        h = relu(mygrad.matmul(h, w[1].T) + b[1])
        softmax_crossentropy(mygrad.matmul(h, w[2].T) + b[2], labels).backward()
        for p in parameters:
            p.data -= RATE * p.grad

    return Contestant(step, lambda: [p.data for p in parameters])


def of_jax(sizes: Sizes) -> Contestant:
    """JAX, compiled; SGD by hand."""
    import jax
    import jax.numpy as jnp

    x, labels, W, B = problem(sizes)

    def loss(parameters: Any) -> Any:
        w, b = parameters
        h = jax.nn.relu(x @ w[0].T + b[0])
        h = jax.nn.relu(h @ w[1].T + b[1])
        return -jax.nn.log_softmax(h @ w[2].T + b[2])[jnp.arange(len(x)), labels].mean()

    def update(parameters: Any) -> Any:
        return jax.tree.map(lambda p, d: p - RATE * d, parameters, jax.grad(loss)(parameters))

    update, state = jax.jit(update), (W, B)

    def step() -> None:
        nonlocal state
        state = jax.block_until_ready(update(state))

    return Contestant(step, lambda: [np.asarray(a) for a in (*state[0], *state[1])])
