"""How fast minigrad is on a GPU: rules compared with plain copies and with PyTorch's, training steps with PyTorch's.

A rule that reads and writes n bytes cannot be much faster than copies that move n bytes: the ratio to them is the share
of the bandwidth that a kernel reaches. PyTorch runs in its default form, with its fused optimizer, and as one CUDA
graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from minigrad.bench import optimizers, training
from minigrad.bench.machine import here
from minigrad.bench.optimizers import FUSED, RULES, Rule
from minigrad.bench.race import Contestant, Race
from minigrad.device import gpu

NETWORKS = {
    "64-64-64-10, batch 32": (32, 64, 64, 64, 10),
    "784-512-512-10, batch 128": (128, 784, 512, 512, 10),
    "2048-4096-4096-1000, batch 512": (512, 2048, 4096, 4096, 1000),
}
OTHERS = {
    **{name: Rule(name, {}) for name in ("ftrl", "ftml", "dcasgd", "adabelief", "lion")},
    "signum": Rule("signum", {"momentum": 0.9}),
}
"""Rules that PyTorch does not have."""
ELEMENTS = 10**8
ARRAYS = 40
"""The most arrays that all contestants together have in memory."""


def races(every: bool) -> Iterator[Race]:
    """Training steps; then the usual rules, or all of them."""
    with_torch, wait = has_torch(), gpu().xp.cuda.Device(0).synchronize
    for name, sizes in NETWORKS.items():
        theirs: dict[str, Any] = {}
        if with_torch:
            make = partial(training.of_torch, sizes, "adam", "cuda")
            theirs["PyTorch"] = make
            theirs["PyTorch, fused"] = partial(make, fused=True)
            theirs["PyTorch, one CUDA graph"] = partial(captured, partial(make, fused=True, capturable=True))
        yield Race("gpu", f"{name}, adam", training.ours(sizes, "adam", gpu()), theirs, wait=wait)
    shapes = [(min(ELEMENTS, gpu().xp.cuda.runtime.memGetInfo()[0] // (4 * ARRAYS)),)]
    for name, rule in (RULES | OTHERS if every else {name: RULES[name] for name in optimizers.USUAL}).items():
        theirs = {"copies of as many bytes": partial(copies, rule, shapes)}
        if with_torch and rule.theirs:
            theirs["PyTorch"] = partial(optimizers.of_torch, rule, shapes, "cuda")
            if rule.theirs in FUSED["cuda"]:
                theirs["PyTorch, fused"] = partial(theirs["PyTorch"], fused=True)
                capturable = {} if rule.theirs == "SGD" else {"capturable": True}
                theirs["PyTorch, one CUDA graph"] = partial(captured, partial(theirs["PyTorch"], **capturable))
        task = f"{name}, {shapes[0][0]:,} elements"
        yield Race("gpu", task, {"minigrad": partial(ours, rule, shapes)}, theirs, wait=wait)


def has_torch() -> bool:
    """Whether there is a PyTorch that can use the GPU."""
    if not here("torch"):
        return False
    import torch

    found: bool = torch.cuda.is_available()
    return found


def ours(rule: Rule, shapes: optimizers.Shapes) -> Contestant:
    """Our rule, after freeing the memory of earlier contestants."""
    gpu().xp.get_default_memory_pool().free_all_blocks()
    if has_torch():
        import torch

        torch.cuda.empty_cache()
    return optimizers.of_minigrad(rule, shapes, gpu())


def copies(rule: Rule, shapes: optimizers.Shapes) -> Contestant:
    """Copies that move as many bytes as the rule, array by array.

    The rule reads w, g and the states, and writes w and the states. So there is one copy for w, one for each state, and
    half a copy for g.
    """
    xp, size = gpu().xp, shapes[0][0]
    sources = [xp.ones(size, "float32") for _ in ("w", *optimizers.made(rule).states)] + [xp.ones(size // 2, "float32")]
    pairs = [(xp.zeros_like(source), source) for source in sources]

    def step() -> None:
        for target, source in pairs:
            xp.copyto(target, source)

    return Contestant(step, list)


def captured(make: Callable[[], Contestant]) -> Contestant:
    """A PyTorch contestant whose step is captured as one CUDA graph and replayed."""
    import torch

    step, weights = make()
    aside: Any = torch.cuda.Stream()
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(aside)
    graph: Any = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    graph.step = step  # a graph knows only addresses: whoever holds it must keep the arrays of the step alive
    return Contestant(graph.replay, weights)
