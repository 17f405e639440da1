"""How long a training step takes: forward, loss, backward and update of a Dense network, float32, beside its peers.

    python tests/benchmarks/train_step.py [--rounds 30] [--networks small medium large] [--peers ...] [--chain]

All contestants take turns within one run, so that a machine whose speed drifts treats them alike; medians are
printed, and their ratio to minigrad's. PyTorch, HIPS autograd and MyGrad take part where they are installed; JAX, whose
threads disturb PyTorch's within one process, if it is asked for: `--peers numpy jax`.
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import minigrad as mg
from minigrad import autograd, gluon

NETWORKS = {
    "small": (32, 64, 64, 64, 10),
    "medium": (256, 784, 256, 256, 10),
    "large": (512, 784, 1024, 1024, 10),
}
RATE = 0.01
Step = Callable[[], Any]


def problem(sizes: tuple[int, ...]) -> tuple[Any, Any, list[Any], list[Any]]:
    """Inputs, labels, weights (out, in) and biases."""
    rng = np.random.default_rng(0)
    batch, *widths = sizes
    x = rng.standard_normal((batch, widths[0]), dtype=np.float32)
    labels = rng.integers(0, widths[-1], batch)
    weights = [rng.standard_normal((b, a), dtype=np.float32) * (2 / a) ** 0.5 for a, b in zip(widths, widths[1:])]
    return x, labels, [w.astype(np.float32) for w in weights], [np.zeros(b, np.float32) for b in widths[1:]]


def with_numpy(sizes: tuple[int, ...], optimizer: str) -> Step:
    """The same step written by hand."""
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
            if optimizer == "sgd":
                w -= (RATE / len(x)) * d
            else:
                d = d / len(x)
                means[k] = 0.9 * means[k] + 0.1 * d
                squares[k] = 0.999 * squares[k] + 0.001 * d**2
                w -= RATE * (means[k] / (1 - 0.9**count)) / (np.sqrt(squares[k] / (1 - 0.999**count)) + 1e-8)

    return step


def with_minigrad(sizes: tuple[int, ...], optimizer: str, hybridized: bool = False) -> Step:
    """The same step through Gluon."""
    x, labels, W, B = problem(sizes)
    net = gluon.nn.HybridSequential()
    for k, (w, b) in enumerate(zip(W, B)):
        activation = "relu" if k < len(W) - 1 else None
        net.add(gluon.nn.Dense(len(b), activation=activation, in_units=w.shape[1]))
    net.initialize()
    for layer, w, b in zip(net, W, B):
        layer.weight.set_data(w)
        layer.bias.set_data(b)
    if hybridized:
        net.hybridize()
    trainer = gluon.Trainer(net.collect_params(), optimizer, {"learning_rate": RATE})
    loss_fn = gluon.loss.SoftmaxCrossEntropyLoss()
    data, targets = mg.np.array(x), mg.np.array(labels)

    def step() -> None:
        with autograd.record():
            loss = loss_fn(net(data), targets)
        loss.backward()
        trainer.step(len(x))

    return step


def with_torch(sizes: tuple[int, ...], optimizer: str) -> Step:
    """PyTorch, eager."""
    import torch

    x, labels, W, B = problem(sizes)
    layers: list[Any] = []
    for k, (w, b) in enumerate(zip(W, B)):
        linear = torch.nn.Linear(w.shape[1], len(b))
        linear.weight.data, linear.bias.data = torch.tensor(w), torch.tensor(b)
        layers += [linear, torch.nn.ReLU()] if k < len(W) - 1 else [linear]
    net = torch.nn.Sequential(*layers)
    rule = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}[optimizer](net.parameters(), lr=RATE)
    loss_fn = torch.nn.CrossEntropyLoss()
    data, targets = torch.tensor(x), torch.tensor(labels)

    def step() -> None:
        rule.zero_grad()
        loss_fn(net(data), targets).backward()
        rule.step()

    return step


def with_autograd(sizes: tuple[int, ...], optimizer: str) -> Step:
    """HIPS autograd, SGD written by hand."""
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
        for w, d in zip(W + B, list(dW) + list(dB)):
            w -= (RATE / len(x)) * d

    return step


def with_mygrad(sizes: tuple[int, ...], optimizer: str) -> Step:
    """MyGrad, SGD written by hand."""
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

    return step


def with_jax(sizes: tuple[int, ...], optimizer: str) -> Step:
    """JAX, compiled, SGD written by hand."""
    import jax
    import jax.numpy as jnp

    x, labels, W, B = problem(sizes)

    def loss(parameters: Any) -> Any:
        w, b = parameters
        h = jax.nn.relu(x @ w[0].T + b[0])
        h = jax.nn.relu(h @ w[1].T + b[1])
        return -jax.nn.log_softmax(h @ w[2].T + b[2])[jnp.arange(len(x)), labels].mean()

    @jax.jit
    def update(parameters: Any) -> Any:
        return jax.tree.map(lambda p, d: p - RATE * d, parameters, jax.grad(loss)(parameters))

    state = [(W, B)]

    def step() -> None:
        state[0] = jax.block_until_ready(update(state[0]))

    return step


PEERS = {
    "numpy": (with_numpy, "NumPy, by hand", ("sgd", "adam")),
    "torch": (with_torch, "PyTorch eager", ("sgd", "adam")),
    "autograd": (with_autograd, "HIPS autograd", ("sgd",)),
    "mygrad": (with_mygrad, "MyGrad", ("sgd",)),
    "jax": (with_jax, "JAX jit", ("sgd",)),
}


def race(steps: dict[str, Step], rounds: int) -> dict[str, float]:
    """Median seconds of one step of each, taking turns."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step(), step()
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            repeat = max(1, min(200, int(0.02 / (time.perf_counter() - start))))
            start = time.perf_counter()
            for _ in range(repeat):
                step()
            times[name].append((time.perf_counter() - start) / repeat)
    return {name: statistics.median(values) for name, values in times.items()}


def chain(lengths: tuple[int, ...] = (1_000, 10_000, 100_000, 1_000_000)) -> None:
    """A chain of additions: time should grow in step with its length."""
    print("\nA chain of n additions, forward and backward")
    gc.collect()
    gc.freeze()  # Python's collector would look through all that the peers have loaded, again and again
    x = mg.np.array([1.0])
    x.attach_grad()
    for n in lengths:
        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            with autograd.record():
                y = x
                for _ in range(n):
                    y = y + 1.0
            y.backward()
            seconds.append(time.perf_counter() - start)
        print(f"{n:>12,} nodes {statistics.median(seconds) / n * 1e6:8.2f} us a node")


def main() -> None:
    """Print a table for each network."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--rounds", type=int, default=30)
    arguments.add_argument("--networks", nargs="*", choices=list(NETWORKS), default=list(NETWORKS))
    others = [package for package in PEERS if package != "jax"]
    arguments.add_argument("--peers", nargs="*", choices=list(PEERS), default=others)
    arguments.add_argument("--chain", action="store_true", help="also time chains of up to a million additions")
    options = arguments.parse_args()
    for name in options.networks:
        sizes = NETWORKS[name]
        for optimizer in ("sgd", "adam") if name == "small" else ("sgd",):
            steps = {"minigrad": with_minigrad(sizes, optimizer)}
            steps["minigrad, hybridized"] = with_minigrad(sizes, optimizer, hybridized=True)
            for package, (make, title, can) in PEERS.items():
                if package in options.peers and optimizer in can and importlib.util.find_spec(package):
                    steps[title] = make(sizes, optimizer)
            medians = race(steps, options.rounds)
            ours = medians["minigrad"]
            print(f"\n{'-'.join(map(str, sizes[1:]))}, batch {sizes[0]}, {optimizer}")
            print(f"{'':22}{'us a step':>12}{'times minigrad':>18}")
            for title, seconds in medians.items():
                print(f"{title:22}{seconds * 1e6:>12.1f}{seconds / ours:>18.2f}")
    if options.chain:
        chain()


if __name__ == "__main__":
    main()
