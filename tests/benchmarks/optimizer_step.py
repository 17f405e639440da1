"""How long one optimizer step takes, by way of running the rule, beside torch.optim in the same run.

    python tests/benchmarks/optimizer_step.py                   # Adam, SGD with momentum, AdaGrad
    python tests/benchmarks/optimizer_step.py --rules all       # every rule that torch has too, with geometric means
    python tests/benchmarks/optimizer_step.py --between         # a product of matrices before each step, as in training

Every contestant takes turns of a few steps on its own float32 arrays; the figure is the median of all its steps.
"""

import argparse
import math
import statistics
import time
import tracemalloc
from contextlib import nullcontext

import numpy

from minigrad import optimizer
from minigrad.optimizer.run import reading
from minigrad.optimizer.threads import cores

try:
    import torch
except ImportError:
    torch = None

RULES = {  # name: (ours, torch's class, its arguments, whether torch has a fused one for the CPU)
    "adam": (lambda: optimizer.Adam(), "Adam", {}, True),
    "sgd": (lambda: optimizer.SGD(learning_rate=0.001, momentum=0.9), "SGD", {"momentum": 0.9}, True),
    "adagrad": (lambda: optimizer.AdaGrad(learning_rate=0.001), "Adagrad", {}, True),
    "nag": (
        lambda: optimizer.NAG(learning_rate=0.001, momentum=0.9), "SGD", {"momentum": 0.9, "nesterov": True}, True
    ),
    "rmsprop": (lambda: optimizer.RMSProp(), "RMSprop", {}, False),
    "centered": (lambda: optimizer.RMSProp(centered=True), "RMSprop", {"centered": True, "momentum": 0.9}, False),
    "adadelta": (lambda: optimizer.AdaDelta(), "Adadelta", {}, False),
    "adamw": (lambda: optimizer.AdamW(wd=0.01), "AdamW", {"weight_decay": 0.01}, True),
    "adamax": (lambda: optimizer.Adamax(), "Adamax", {}, False),
    "nadam": (lambda: optimizer.Nadam(), "NAdam", {}, False),
}  # fmt: skip
WAYS = ("numpy", "numba")
NETWORK = [(64, 64), (64,), (64, 64), (64,), (10, 64), (10,)]


def ours(rule, size):
    """A function that takes one step on a flat buffer."""
    opt = RULES[rule][0]()
    rng = numpy.random.default_rng(0)
    w, g = (rng.normal(size=size).astype("float32") for _ in range(2))
    states = [opt.initial_state(name, w) for name in opt.states]

    return lambda: opt.step_group([0], w, g, states)


def theirs(rule, shapes, **how):
    """One step of torch.optim on parameters of these shapes."""
    _, name, arguments, _ = RULES[rule]
    parameters = [torch.nn.Parameter(torch.randn(shape)) for shape in shapes]
    for p in parameters:
        p.grad = torch.randn(p.shape)
    return getattr(torch.optim, name)(parameters, lr=0.001, **arguments, **how).step


def contestants(rule, shapes, ways):
    found = {way: ours(rule, sum(map(math.prod, shapes))) for way in ways}
    if torch:
        found["torch"] = theirs(rule, shapes)
        if RULES[rule][3]:
            found["fused"] = theirs(rule, shapes, fused=True)
    return found


def product():
    """What a backward pass does to the caches, and to threads that wait for work."""
    a = numpy.ones((512, 784), "float32")
    return lambda: a @ a.T


def race(steps, seconds, between=None):
    """Median microseconds of each step, taken in turns; `between` is run before each."""
    times = {name: [] for name in steps}
    start = time.perf_counter()
    while time.perf_counter() - start < seconds * len(steps) or min(map(len, times.values())) < 5:
        for name, step in steps.items():
            with reading(name) if name in WAYS else nullcontext():
                step()  # compiles, or brings its own arrays back into the cache; not counted
                turn = time.perf_counter() + 0.02
                done = []
                while not done or time.perf_counter() < turn:
                    if between:
                        between()
                    before = time.perf_counter()
                    step()
                    done.append((time.perf_counter() - before) * 1e6)
                times[name] += done
    return {name: statistics.median(t) for name, t in times.items()}


def extra_memory(rule, way):
    """Peak MiB that the first step on 1e7 elements allocates beside its states, once the rule is compiled."""
    small, large = ours(rule, 10), ours(rule, 10**7)
    with reading(way):
        small()
        tracemalloc.start()
        large()
    try:
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()


def row(label, size, times, names):
    cells = [f"{times[name]:9.1f}" if name in times else " " * 9 for name in names]
    ratios = []
    for peer, way in (("torch", "numpy"), ("torch", "numba"), ("fused", "numba")):
        ratios.append(f"{times[peer] / times[way]:7.2f}" if peer in times and way in times else " " * 7)
    print(f"{label:9s}{size:9,d}{''.join(cells)}{''.join(ratios)}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", nargs="+", default=["adam", "sgd", "adagrad"], choices=[*RULES, "all"])
    parser.add_argument("--sizes", nargs="+", type=float, default=[1e3, 1e5, 1e6, 1e7])
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS)
    parser.add_argument("--seconds", type=float, default=1.0, help="per contestant and size (default %(default)s)")
    parser.add_argument("--between", action="store_true", help="a product of matrices before each step")
    options = parser.parse_args()
    between = product() if options.between else None
    rules = list(RULES) if "all" in options.rules else options.rules
    names = [*options.ways, "torch", "fused"]

    peer = f"torch {torch.__version__}" if torch else "torch not installed"
    print(f"float32, {cores()} cores, numpy {numpy.__version__}, {peer}")
    print("microseconds, and how many times faster\n")
    print(f"{'':{18 + 9 * len(names)}s}{'torch/':>7s}{'torch/':>7s}{'fused/':>7s}")
    head = "".join(f"{name:>9s}" for name in names)
    print(f"{'rule':9s}{'elements':>9s}{head}{'numpy':>7s}{'numba':>7s}{'numba':>7s}")
    ratios = {way: [] for way in options.ways}
    for rule in rules:
        for size in map(int, options.sizes):
            times = race(contestants(rule, [(size,)], options.ways), options.seconds, between)
            row(rule, size, times, names)
            for way in options.ways:
                ratios[way].append(times["torch"] / times[way] if torch else 1.0)
    if torch:
        means = ", ".join(f"{way} {statistics.geometric_mean(r):.2f}" for way, r in ratios.items())
        print(f"geometric mean of torch default over ours: {means}")

    print("\nsix parameters of a 64-64-64-10 network as one buffer (torch: six tensors)")
    for rule in rules:
        times = race(contestants(rule, NETWORK, options.ways), options.seconds, between)
        row(rule, sum(map(math.prod, NETWORK)), times, names)

    print("\nmemory of a step beside states, MiB, at 1e7 elements")
    for rule in rules:
        used = [f"{way} {extra_memory(rule, way):.2f}" for way in options.ways]
        print(f"{rule:9s} {', '.join(used)}")


if __name__ == "__main__":
    main()
