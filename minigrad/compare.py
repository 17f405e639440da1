"""The comparison: train one small network to read digits with every optimizer, each at its best rate."""

import json
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from minigrad import autograd, gluon, init, kvstore, metric, np, optimizer, random
from minigrad.datasets.split import Split
from minigrad.device import current_context
from minigrad.optimizer.registry import OPTIMIZERS
from minigrad.plot.tuning import has_rate as has_rate
from minigrad.ties import Curves

BATCH_SIZE = 32


@dataclass
class Run:
    """A network in training and its history, with one entry per epoch in `loss` and `accuracy`."""

    optimizer: optimizer.Optimizer
    net: gluon.Block
    loss: list[float] = field(default_factory=list)
    """Mean training loss, measured on each batch before its step."""
    accuracy: list[float] = field(default_factory=list)
    """Share of the test part that is classified correctly, after the epoch."""
    step_seconds: list[float] = field(default_factory=list)
    """How long each step took: forward, backward and update."""

    @property
    def step_ms(self) -> float:
        """Median milliseconds per step."""
        return 1000 * statistics.median(self.step_seconds)

    @property
    def curves(self) -> Curves:
        """The history, as pictures and comparisons take it."""
        return self.loss, self.accuracy


def network(classes: int) -> gluon.Block:
    """Two hidden layers of 64 and 32 units; the width of the input is taken from the first batch."""
    net = gluon.nn.Sequential()
    net.add(gluon.nn.Dense(64, activation="relu"), gluon.nn.Dense(32, activation="relu"), gluon.nn.Dense(classes))
    net.initialize(init.Xavier())
    return net


def train(
    rule: optimizer.Optimizer,
    train_part: Split,
    test_part: Split,
    epochs: int = 20,
    seed: int = 0,
    store: kvstore.KVStore | None = None,
) -> Iterator[Run]:
    """Train the network with softmax cross-entropy; yields the same `Run` after every epoch.

    `train_part` and `test_part` are (x, y) with x (n, features) float and y (n,) integer classes. The seed decides the
    first weights, the order of the batches and the noise of a sampler, so equal seeds give equal runs. With a `store`
    of several workers each trains on its part of every batch.

    >>> from minigrad import datasets
    >>> runs = [run for run in train(optimizer.Adam(learning_rate=0.005), *datasets.digits(), epochs=2)]
    >>> runs[-1].accuracy[-1] > 0.85
    True
    """
    random.seed(seed)
    train_part, test_part = (_here(part) for part in (train_part, test_part))
    run = Run(rule, network(1 + int(max(train_part[1].max(), test_part[1].max()))))
    trainers = trainers_for(run.net, rule, "device" if store is None else store.type)
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()
    batches = _batches(gluon.data.ArrayDataset(*train_part), seed, store)
    workers = 1
    if store is not None:
        workers = store.num_workers
        store.init("loss", np.zeros(1, dtype="float64"))
    for _ in range(epochs):
        mean_loss = metric.Loss()
        for x, y in batches:
            start = time.perf_counter()
            with autograd.record():
                loss = loss_of(run.net(x), y)
            loss.backward()
            for trainer in trainers:
                trainer.step(len(x) * workers)
            run.step_seconds.append(time.perf_counter() - start)
            mean_loss.update(None, loss)
        hits = metric.Accuracy()
        hits.update(test_part[1], run.net(test_part[0]))
        run.loss.append(_of_all(store, mean_loss.get()[1]))
        run.accuracy.append(hits.get()[1])
        yield run


def measure(
    names: Sequence[str],
    parts: tuple[Split, Split],
    epochs: int,
    seeds: Sequence[int],
    after_epoch: Callable[[Run], None] = lambda run: None,
) -> dict[str, list[Run]]:
    """Train the network with each optimizer at its best known rate, once for each seed.

    `after_epoch` is called with the run whenever an epoch is done.
    """
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for name in names:
        for seed in seeds:
            for run in train(build(name), *parts, epochs, seed):
                after_epoch(run)
            runs[name].append(run)
    return runs


def _here(part: Split) -> Split:
    """The samples and their classes on the current device, where the network is made."""
    x, y = (a.as_in_ctx(current_context()) for a in part)
    return x, y


def _batches(samples: gluon.data.Dataset, seed: int, store: kvstore.KVStore | None) -> gluon.data.DataLoader:
    """Batches in random order, or this worker's part of each."""
    if store is None:
        return gluon.data.DataLoader(samples, BATCH_SIZE, shuffle=True)
    part = gluon.data.SplitSampler(len(samples), store.num_workers, store.rank, seed=seed)
    return gluon.data.DataLoader(samples, max(1, BATCH_SIZE // store.num_workers), sampler=part)


def _of_all(store: kvstore.KVStore | None, mean: float) -> float:
    """The mean over the samples of all workers, which had equally many."""
    if store is None:
        return mean
    total = np.array([mean], dtype="float64")
    store.pushpull("loss", total)
    return float(total.item() / store.num_workers)


def trainers_for(net: gluon.Block, rule: optimizer.Optimizer, store: str = "device") -> list[gluon.Trainer]:
    """One trainer for the whole network; two for GroupAdaGrad, which takes only matrices: AdaGrad updates the biases.

    Parameters are in the order of the network, not of their names: sorted by name, dense9 comes after dense10, and a
    sampler's noise would reach different weights in the tenth network of a process than in the first.
    """

    def some(pattern: str) -> list[gluon.Parameter]:
        return list(net.collect_params(pattern).values())

    if not isinstance(rule, optimizer.GroupAdaGrad):
        return [gluon.Trainer(some(".*"), rule, kvstore=store)]
    biases = gluon.Trainer(some(".*bias"), optimizer.AdaGrad(learning_rate=rule.lr), kvstore=store)
    return [gluon.Trainer(some(".*weight"), rule, kvstore=store), biases]


def optimizers() -> list[str]:
    """The names of all registered optimizers, without aliases."""
    return sorted(name for name, cls in OPTIMIZERS.items() if name == cls.__name__.lower())


def build(name: str, **arguments: Any) -> optimizer.Optimizer:
    """The optimizer with these arguments, else with those that are best for this network, else with its own defaults.

    >>> build("nag", learning_rate=0.25)
    NAG(learning_rate=0.25, momentum=0.9)
    """
    return optimizer.create(name, **(best_arguments().get(name.lower(), {}) | arguments))


@cache
def best_arguments() -> dict[str, dict[str, float]]:
    """Optimizer name -> the rate that trains this network best, and what else it needs to train it.

    tests/benchmarks/tune_rates.py says how they are found and why.
    """
    table: dict[str, dict[str, float]] = json.loads(resources.files("minigrad").joinpath("best_rates.json").read_text())
    return table
