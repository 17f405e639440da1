"""How long a training step of convolutions, recurrences and attention takes, float32, beside PyTorch's.

    OPENBLAS_NUM_THREADS=1 python tests/benchmarks/layers.py [--rounds 30] [--networks lenet norm lstm gru attention]

Forward, backward and a step of SGD with momentum; PyTorch runs on one thread too, and the two take turns. The figure
is the median of the rounds' ratios, which a machine whose speed drifts changes little.
"""

import argparse
import statistics
import time

import numpy as np
import torch

import minigrad as mg
from minigrad import autograd, gluon, ops
from minigrad.gluon import nn, rnn

RATE, MOMENTUM = 0.01, 0.9
CLASSES = 10


def lenet():
    """LeCun et al., 1998, with tanh and max-pooling, on 64 digits of 28 x 28 pixels."""
    ours = nn.HybridSequential()
    ours.add(nn.Conv2D(6, 5, padding=2, activation="tanh"), nn.MaxPool2D(2))
    ours.add(nn.Conv2D(16, 5, activation="tanh"), nn.MaxPool2D(2))
    ours.add(nn.Dense(120, activation="tanh"), nn.Dense(84, activation="tanh"), nn.Dense(CLASSES))
    t = torch.nn
    theirs = t.Sequential(
        *(t.Conv2d(1, 6, 5, padding=2), t.Tanh(), t.MaxPool2d(2), t.Conv2d(6, 16, 5), t.Tanh(), t.MaxPool2d(2)),
        *(t.Flatten(), t.Linear(400, 120), t.Tanh(), t.Linear(120, 84), t.Tanh(), t.Linear(84, CLASSES)),
    )
    return (64, 1, 28, 28), ours, theirs


def norm():
    """Two convolutions, each with batch normalization, relu and max-pooling, on 64 pictures of 3 x 32 x 32."""
    ours, theirs, t = nn.HybridSequential(), torch.nn.Sequential(), torch.nn
    for before, channels in ((3, 16), (16, 32)):
        ours.add(nn.Conv2D(channels, 3, padding=1), nn.BatchNorm(), nn.Activation("relu"), nn.MaxPool2D(2))
        theirs.extend([t.Conv2d(before, channels, 3, padding=1), t.BatchNorm2d(channels), t.ReLU(), t.MaxPool2d(2)])
    ours.add(nn.Dense(CLASSES))
    theirs.extend([t.Flatten(), t.Linear(2048, CLASSES)])
    return (64, 3, 32, 32), ours, theirs


def recurrent(mine, peer):
    """A layer of 128 units over 32 sequences of 50 steps of 64 values; the last output is classified."""

    class Ours(gluon.Block):
        def __init__(self):
            super().__init__()
            self.layer, self.out = mine(128, layout="NTC"), nn.Dense(CLASSES)

        def forward(self, x):
            return self.out(self.layer(x)[:, -1])

    class Theirs(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.out = peer(64, 128, batch_first=True), torch.nn.Linear(128, CLASSES)

        def forward(self, x):
            return self.out(self.layer(x)[0][:, -1])

    return (32, 50, 64), Ours(), Theirs()


HEADS, WIDTH = 4, 128


def attention():
    """Self-attention with four heads and layer normalization over 32 sequences of 64 values of width 128."""

    class Ours(gluon.Block):
        def __init__(self):
            super().__init__()
            self.norm, self.all = nn.LayerNorm(), nn.Dense(3 * WIDTH, flatten=False)
            self.mix, self.out = nn.Dense(WIDTH, flatten=False), nn.Dense(CLASSES)

        def forward(self, x):
            n, steps, _ = x.shape
            q, k, v = self.all(self.norm(x)).reshape((n, steps, 3, HEADS, -1)).transpose((2, 0, 3, 1, 4))
            seen = ops.softmax(q @ k.swapaxes(-1, -2) * (WIDTH / HEADS) ** -0.5)
            y = x + self.mix((seen @ v).transpose((0, 2, 1, 3)).reshape((n, steps, -1)))
            return self.out(y.mean(1))

    class Theirs(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.all = torch.nn.LayerNorm(WIDTH), torch.nn.Linear(WIDTH, 3 * WIDTH)
            self.mix, self.out = torch.nn.Linear(WIDTH, WIDTH), torch.nn.Linear(WIDTH, CLASSES)

        def forward(self, x):
            n, steps, _ = x.shape
            q, k, v = self.all(self.norm(x)).reshape(n, steps, 3, HEADS, -1).permute(2, 0, 3, 1, 4)
            seen = torch.softmax(q @ k.transpose(-1, -2) * (WIDTH / HEADS) ** -0.5, -1)
            y = x + self.mix((seen @ v).transpose(1, 2).reshape(n, steps, -1))
            return self.out(y.mean(1))

    return (32, 64, WIDTH), Ours(), Theirs()


NETWORKS = {
    "lenet": lenet,
    "norm": norm,
    "lstm": lambda: recurrent(rnn.LSTM, torch.nn.LSTM),
    "gru": lambda: recurrent(rnn.GRU, torch.nn.GRU),
    "attention": attention,
}


def steps(name):
    """One training step of ours and one of PyTorch's."""
    shape, ours, theirs = NETWORKS[name]()
    rng = np.random.default_rng(0)
    x, labels = rng.standard_normal(shape, dtype=np.float32), rng.integers(0, CLASSES, shape[0])
    data, targets = mg.np.array(x), mg.np.array(labels)
    ours.initialize()
    ours(data)
    trainer = gluon.Trainer(ours.collect_params(), "sgd", {"learning_rate": RATE, "momentum": MOMENTUM})
    loss_of = gluon.loss.SoftmaxCrossEntropyLoss()

    def our_step():
        with autograd.record():
            loss = loss_of(ours(data), targets)
        loss.backward()
        trainer.step(len(x))

    there, answers = torch.tensor(x), torch.tensor(labels)
    rule = torch.optim.SGD(theirs.parameters(), lr=RATE, momentum=MOMENTUM)
    their_loss_of = torch.nn.CrossEntropyLoss()

    def their_step():
        rule.zero_grad()
        their_loss_of(theirs(there), answers).backward()
        rule.step()

    return our_step, their_step


def seconds(step):
    """The time of this process, since others may hold the machine up."""
    start = time.process_time()
    step()
    return time.process_time() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=list(NETWORKS))
    options = parser.parse_args()
    torch.set_num_threads(1)
    print(f"numpy {np.__version__}, torch {torch.__version__}; milliseconds, and how many times faster\n")
    for name in options.networks:
        race = steps(name)
        for step in race * 3:
            step()
        ours, theirs = zip(*[[seconds(step) for step in race] for _ in range(options.rounds)])
        ratio = statistics.median(b / a for a, b in zip(ours, theirs))
        print(f"{name:12}{statistics.median(ours) * 1e3:8.2f}{statistics.median(theirs) * 1e3:8.2f}{ratio:8.2f}")


if __name__ == "__main__":
    main()
