"""How fast minigrad is on a GPU: its kernels against the memory, its optimizers and training steps against PyTorch.

    python tests/benchmarks/gpu.py                       # all three tables
    python tests/benchmarks/gpu.py --elements 1e7        # smaller arrays
    python tests/benchmarks/gpu.py --only rules steps

Times are by CUDA events, medians of several runs after a warm-up. A rule that reads and writes n bytes cannot be faster
than a copy that moves n bytes; the first table says what share of that it reaches (target: 90 %).
"""

import argparse
import itertools
import math
import statistics
import sys
import time

import numpy

from minigrad import autograd, gluon, gpu, np, num_gpus, optimizer

try:
    import torch
except ImportError:
    torch = None

RULES = {  # ours: arguments, torch's class with a fused form and its arguments
    "sgd": ({}, "SGD", {}),
    "sgd momentum": ({"momentum": 0.9}, "SGD", {"momentum": 0.9}),
    "nag": ({"momentum": 0.9}, "SGD", {"momentum": 0.9, "nesterov": True}),
    "adam": ({}, "Adam", {}),
    "adamw": ({"wd": 0.01}, "AdamW", {"weight_decay": 0.01}),
    "adagrad": ({}, None, {}),
    "rmsprop": ({}, None, {}),
    "adadelta": ({}, None, {}),
    "adamax": ({}, None, {}),
    "nadam": ({}, None, {}),
    "signum": ({"momentum": 0.9}, None, {}),
    "ftrl": ({}, None, {}),
    "ftml": ({}, None, {}),
    "dcasgd": ({}, None, {}),
    "adabelief": ({}, None, {}),
    "lion": ({}, None, {}),
}
NETWORKS = {"small": (32, (64, 64, 10)), "medium": (128, (784, 512, 512, 10)), "large": (512, (2048, 4096, 4096, 1000))}
"""Name: (batch, widths)."""


def clock(work, seconds):
    """Median milliseconds of `work` on the GPU, by CuPy's events."""
    events = gpu().xp.cuda.Event
    times, end = [], time.perf_counter() + seconds
    for _ in range(3):
        work()
    while len(times) < 5 or time.perf_counter() < end:
        start, stop = events(), events()
        start.record()
        work()
        stop.record()
        stop.synchronize()
        times.append(gpu().xp.cuda.get_elapsed_time(start, stop))
    return statistics.median(times)


def torch_clock(work, seconds):
    """The same by PyTorch's events, on PyTorch's stream."""
    times, end = [], time.perf_counter() + seconds
    for _ in range(3):
        work()
    while len(times) < 5 or time.perf_counter() < end:
        start, stop = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        work()
        stop.record()
        stop.synchronize()
        times.append(start.elapsed_time(stop))
    return statistics.median(times)


def copy(elements):
    """A function that copies an array to another."""
    xp = gpu().xp
    source, target = xp.ones(elements, "float32"), xp.zeros(elements, "float32")
    return lambda: xp.copyto(target, source)


def rules(elements, seconds, with_torch):
    """Each rule's share of the bandwidth of a copy, and its time against torch's fused one."""
    xp = gpu().xp
    copied = clock(copy(elements), seconds)
    bandwidth = 8 * elements / copied / 1e6
    xp.get_default_memory_pool().free_all_blocks()
    print(f"{elements:.0e} float32 elements; a copy moves {bandwidth:,.0f} GB/s\n")
    print(f"{'rule':14s}{'ms':>9s}{'GB/s':>9s}{'of copy':>9s}{'torch fused':>14s}{'torch/ours':>12s}")
    for name, (arguments, theirs, their_arguments) in RULES.items():
        opt = optimizer.create(name.split()[0], **arguments)
        w, g = xp.ones(elements, "float32"), xp.full(elements, 0.1, "float32")
        states = [opt.initial_state(state, w) for state in opt.states]
        took = clock(lambda o=opt, a=(w, g, states): o.step_group([0], *a), seconds)
        # read: w, g and the states; written: w and the states
        arrays = 1 + len(states)
        moved = (2 * arrays + 1) * 4 * elements / took / 1e6
        del w, g, states
        xp.get_default_memory_pool().free_all_blocks()
        cells = f"{name:14s}{took:9.3f}{moved:9,.0f}{moved / bandwidth:9.0%}"
        if with_torch and theirs:
            p = torch.nn.Parameter(torch.ones(elements, device="cuda"))
            p.grad = torch.full_like(p, 0.1)
            step = getattr(torch.optim, theirs)([p], lr=0.001, fused=True, **their_arguments).step
            other = torch_clock(step, seconds)
            cells += f"{other:14.3f}{other / took:12.2f}"
            del p, step
            torch.cuda.empty_cache()
        print(cells, flush=True)


def ours(batch, widths):
    """A function that takes one training step."""
    net = gluon.nn.Sequential()
    for i, (n, m) in enumerate(itertools.pairwise(widths)):
        net.add(gluon.nn.Dense(m, activation="relu" if i < len(widths) - 2 else None, in_units=n))
    net.initialize("xavier", ctx=gpu())
    trainer = gluon.Trainer(net.collect_params(), "adam")
    criterion = gluon.loss.SoftmaxCrossEntropyLoss()
    rng = numpy.random.default_rng(0)
    x = np.array(rng.normal(size=(batch, widths[0])).astype("float32"), ctx=gpu())
    y = np.array(rng.integers(0, widths[-1], batch), ctx=gpu())

    def step():
        with autograd.record():
            loss = criterion(net(x), y)
        loss.backward()
        trainer.step(batch)

    return step


def eager(batch, widths):
    """The same step in PyTorch."""
    layers = []
    for i, (n, m) in enumerate(itertools.pairwise(widths)):
        layers += [torch.nn.Linear(n, m)] + ([torch.nn.ReLU()] if i < len(widths) - 2 else [])
    net = torch.nn.Sequential(*layers).cuda()
    opt = torch.optim.Adam(net.parameters())
    criterion = torch.nn.CrossEntropyLoss()
    x, y = torch.randn(batch, widths[0], device="cuda"), torch.randint(0, widths[-1], (batch,), device="cuda")

    def step():
        opt.zero_grad()
        criterion(net(x), y).backward()
        opt.step()

    return step


def steps(seconds, with_torch):
    """Training steps per second, Adam, float32; many steps in a row, then one wait."""
    print(f"{'network':8s}{'batch':>7s}{'weights':>12s}{'steps/s':>10s}{'torch eager':>13s}{'ours/torch':>12s}")
    for name, (batch, widths) in NETWORKS.items():
        weights = sum(n * m + m for n, m in itertools.pairwise(widths))
        found = rate(ours(batch, widths), gpu().xp.cuda.Device().synchronize, seconds)
        cells = f"{name:8s}{batch:7d}{weights:12,d}{found:10,.0f}"
        if with_torch:
            other = rate(eager(batch, widths), torch.cuda.synchronize, seconds)
            cells += f"{other:13,.0f}{found / other:12.2f}"
        print(cells, flush=True)


def rate(step, synchronize, seconds):
    """Steps per second."""
    for _ in range(10):
        step()
    synchronize()
    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        for _ in range(20):
            step()
        synchronize()
        count += 20
    return count / (time.perf_counter() - start)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elements", type=float, default=1e8, help="in the arrays of a rule (default %(default).0e)")
    parser.add_argument("--seconds", type=float, default=1.0, help="for each number (default %(default)s)")
    parser.add_argument("--only", nargs="+", choices=["rules", "steps"], default=["rules", "steps"])
    options = parser.parse_args()
    if num_gpus() == 0:
        sys.exit("There is no GPU here that CuPy can use; nothing was measured.")
    with gpu():
        xp = gpu().xp
        name = xp.cuda.runtime.getDeviceProperties(0)["name"].decode()
        with_torch = torch is not None and torch.cuda.is_available()
        peer = f"torch {torch.__version__}" if with_torch else "no torch with CUDA"
        print(f"{name}, CuPy {xp.__version__}, {peer}, {time.strftime('%Y-%m-%d')}\n")
        free = xp.cuda.runtime.memGetInfo()[0]
        elements = min(int(options.elements), math.floor(free / 4 / 8))  # seven arrays at most, and room
        if "rules" in options.only:
            rules(elements, options.seconds, with_torch)
            print()
        if "steps" in options.only:
            steps(options.seconds, with_torch)


if __name__ == "__main__":
    main()
