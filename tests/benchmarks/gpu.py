"""How fast minigrad is on a GPU: its kernels against the memory, its optimizers and training steps against PyTorch.

    python tests/benchmarks/gpu.py                       # both tables
    python tests/benchmarks/gpu.py --elements 1e7        # smaller arrays
    python tests/benchmarks/gpu.py --only steps --json steps.json

Times are by CUDA events, medians of several runs after a warm-up. A rule that reads and writes n bytes cannot be faster
than a copy that moves n bytes; one table says what share of that it reaches (target: 90 %). Beside each row stands what
PyTorch needs: as it is by default, with its fused optimizer, and captured as one CUDA graph. What cannot be measured is
a dash, and the reason is printed at the end. `--json` writes each row as soon as it is known.
"""

import argparse
import itertools
import json
import math
import statistics
import sys
import time
from pathlib import Path

import numpy

from minigrad import autograd, gluon, gpu, np, num_gpus, optimizer
from minigrad.disk import replacing

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


WAYS = ("eager", "fused", "graph")
"""Of PyTorch."""


class Results:
    """All that was measured so far, printed and written row by row."""

    def __init__(self, path, about):
        self.path, self.found = path, {**about, "rules": [], "steps": [], "failed": []}

    def add(self, table, **row):
        self.found[table].append(row)
        print("".join(f"{cell(value):>{width}}" for value, width in zip(row.values(), WIDTHS[table])), flush=True)
        self.save()

    def head(self, table, *names):
        print("".join(f"{name:>{width}}" for name, width in zip(names, WIDTHS[table])))

    def measured(self, what, measure):
        """What `measure()` gives, or None if it fails; then the reason is kept."""
        try:
            return measure()
        except Exception as error:  # one row less, not all of them
            self.found["failed"].append(f"{what}: {type(error).__name__}: {' '.join(str(error).split()):.200}")
            self.save()
            return None

    def save(self):
        if self.path is not None:
            with replacing(self.path) as file:
                file.write(json.dumps(self.found, indent=1).encode())


WIDTHS = {"rules": (14, 9, 9, 9, 12, 12, 12), "steps": (8, 7, 12, 10, 12, 12, 12, 12)}


def cell(value):
    return (
        "-"
        if value is None
        else value
        if isinstance(value, str)
        else f"{value:,.3g}"
        if value < 100
        else f"{value:,.0f}"
    )


def clock(work, seconds):
    """Median milliseconds of `work` on the GPU, by CuPy's events."""
    cuda = gpu().xp.cuda
    return median(work, seconds, cuda.Event, cuda.get_elapsed_time)


def torch_clock(work, seconds):
    """The same by PyTorch's events, on PyTorch's stream."""
    return median(work, seconds, lambda: torch.cuda.Event(enable_timing=True), lambda a, b: a.elapsed_time(b))


def median(work, seconds, event, elapsed):
    for _ in range(3):
        work()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 5 or time.perf_counter() < end:
        start, stop = event(), event()
        start.record()
        work()
        stop.record()
        stop.synchronize()
        times.append(elapsed(start, stop))
    return statistics.median(times)


def copy(elements):
    """A function that copies an array to another."""
    xp = gpu().xp
    source, target = xp.ones(elements, "float32"), xp.zeros(elements, "float32")
    return lambda: xp.copyto(target, source)


def captured(work):
    """A function that replays `work` of PyTorch as one CUDA graph."""
    aside = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            work()
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        work()
    return graph.replay


def rule_of_torch(way, kind, arguments, elements, seconds):
    """Milliseconds of a step of PyTorch's optimizer."""
    p = torch.nn.Parameter(torch.ones(elements, device="cuda"))
    p.grad = torch.full_like(p, 0.1)
    options = {"fused": True} if way == "fused" else {"capturable": True} if way == "graph" and kind != "SGD" else {}
    step = getattr(torch.optim, kind)([p], lr=0.001, **options, **arguments).step
    took = torch_clock(captured(step) if way == "graph" else step, seconds)
    del p, step
    torch.cuda.empty_cache()
    return took


def rule_of_ours(name, arguments, elements, seconds):
    """Milliseconds of a step of our optimizer, and the bytes that it has to move."""
    xp = gpu().xp
    opt = optimizer.create(name.split()[0], **arguments)
    w, g = xp.ones(elements, "float32"), xp.full(elements, 0.1, "float32")
    states = [opt.initial_state(state, w) for state in opt.states]
    took = clock(lambda: opt.step_group([0], w, g, states), seconds)
    moved = (2 * (1 + len(states)) + 1) * 4 * elements  # read: w, g and the states; written: w and the states
    return took, moved


def rules(results, elements, seconds, with_torch):
    """Each rule's milliseconds and share of the bandwidth of a copy, and PyTorch's milliseconds."""
    copied = clock(copy(elements), seconds)
    bandwidth = 8 * elements / copied / 1e6
    gpu().xp.get_default_memory_pool().free_all_blocks()
    results.found |= {"elements": elements, "copy": bandwidth}
    print(f"{elements:.0e} float32 elements; a copy moves {bandwidth:,.0f} GB/s; milliseconds\n")
    results.head("rules", "rule", "ours", "GB/s", "of copy", *(f"torch {way}" for way in WAYS))
    for name, (arguments, theirs, their_arguments) in RULES.items():
        gpu().xp.get_default_memory_pool().free_all_blocks()  # for PyTorch, and for more states
        took, moved = results.measured(name, lambda n=name, a=arguments: rule_of_ours(n, a, elements, seconds)) or (
            None,
            0,
        )
        others = {
            way: results.measured(
                f"torch {way}, {name}",
                lambda w=way, k=theirs, a=their_arguments: rule_of_torch(w, k, a, elements, seconds),
            )
            if with_torch and theirs
            else None
            for way in WAYS
        }
        speed = took and moved / took / 1e6
        results.add("rules", rule=name, ours=took, speed=speed, share=speed and f"{speed / bandwidth:.0%}", **others)


def ours(batch, widths, hybrid):
    """A function that takes one training step."""
    net = gluon.nn.HybridSequential()
    for i, (n, m) in enumerate(itertools.pairwise(widths)):
        net.add(gluon.nn.Dense(m, activation="relu" if i < len(widths) - 2 else None, in_units=n))
    net.initialize("xavier", ctx=gpu())
    if hybrid:
        net.hybridize()
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


def theirs(batch, widths, way):
    """The same step in PyTorch."""
    layers = []
    for i, (n, m) in enumerate(itertools.pairwise(widths)):
        layers += [torch.nn.Linear(n, m)] + ([torch.nn.ReLU()] if i < len(widths) - 2 else [])
    net = torch.nn.Sequential(*layers).cuda()
    options = {"fused": {"fused": True}, "graph": {"fused": True, "capturable": True}}.get(way, {})
    opt = torch.optim.Adam(net.parameters(), **options)
    criterion = torch.nn.CrossEntropyLoss()
    x, y = torch.randn(batch, widths[0], device="cuda"), torch.randint(0, widths[-1], (batch,), device="cuda")

    def step():
        opt.zero_grad()
        criterion(net(x), y).backward()
        opt.step()

    return captured(step) if way == "graph" else step


def steps(results, seconds, with_torch):
    """Training steps per second, Adam, float32; many steps in a row, then one wait."""
    names = ("network", "batch", "weights", "ours", "hybridized", *(f"torch {way}" for way in WAYS))
    results.head("steps", *names)
    wait = gpu().xp.cuda.Device().synchronize
    for name, (batch, widths) in NETWORKS.items():
        shape = batch, widths
        row = {"network": name, "batch": str(batch), "weights": sum(n * m + m for n, m in itertools.pairwise(widths))}
        for way, hybrid in (("ours", False), ("hybridized", True)):
            row[way] = results.measured(f"{way}, {name}", lambda s=shape, h=hybrid: rate(ours(*s, h), wait, seconds))
        for way in WAYS:
            row[way] = None
            if with_torch:
                row[way] = results.measured(
                    f"torch {way}, {name}",
                    lambda s=shape, w=way: rate(theirs(*s, w), torch.cuda.synchronize, seconds),
                )
        results.add("steps", **row)


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
    parser.add_argument("--json", type=Path, help="a file for the numbers")
    options = parser.parse_args()
    if num_gpus() == 0:
        sys.exit("There is no GPU here that CuPy can use; nothing was measured.")
    with gpu():
        xp = gpu().xp
        name = xp.cuda.runtime.getDeviceProperties(0)["name"].decode()
        with_torch = torch is not None and torch.cuda.is_available()
        peer = f"torch {torch.__version__}" if with_torch else "no torch with CUDA"
        about = {"gpu": name, "cupy": xp.__version__, "torch": peer, "date": time.strftime("%Y-%m-%d")}
        print(", ".join([name, f"CuPy {xp.__version__}", peer, about["date"]]), end="\n\n")
        results = Results(options.json, about)
        free = xp.cuda.runtime.memGetInfo()[0]
        elements = min(int(options.elements), math.floor(free / 4 / 8))  # seven arrays at most, and room
        if "steps" in options.only:
            results.measured("steps", lambda: steps(results, options.seconds, with_torch))
            print()
        if "rules" in options.only:
            results.measured("rules", lambda: rules(results, elements, options.seconds, with_torch))
        for reason in results.found["failed"]:
            print("not measured:", reason)
        sys.exit(bool(results.found["failed"]))


if __name__ == "__main__":
    main()
