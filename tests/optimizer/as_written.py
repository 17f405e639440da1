"""The rule of an optimizer as Python and NumPy run it where it stands, and an example to run it on: the oracle of every
other way of running it, none of whose machinery it shares."""

import inspect
import random

import numpy

from minigrad.optimizer import Optimizer
from minigrad.optimizer.rule import cos, exp, log, maximum, minimum, sign, sin, sqrt, where


def example(opt, dtype="float64", shape=(7,), seed=0, rescale_grad=0.5, clip_gradient=0.6, wd=0.1):
    """[w, g, *states] and the scalars of a step."""
    rng = numpy.random.default_rng(seed)
    wide = numpy.float32 if dtype == "float16" else dtype
    w, g = (rng.normal(size=shape).astype(dtype) for _ in range(2))
    states = [rng.uniform(0.1, 2.0, shape).astype(wide) for _ in opt.states]
    scalars = {"lr": 0.05, "t": 3, "rescale_grad": rescale_grad, "clip_gradient": clip_gradient, "wd": wd}
    for name in asked(opt):
        if name in ("noise", "h"):
            scalars[name] = rng.uniform(0.1, 1.0, shape).astype(wide)
        elif name not in scalars:
            scalars[name] = rng.uniform(0.5, 1.5)
    return [w, g, *states], scalars


def asked(opt):
    return [p.name for p in inspect.signature(opt.rule).parameters.values() if p.kind is p.KEYWORD_ONLY]


def as_written(opt, arrays, scalars):
    """The next [w, *states], float16 computed in float32."""
    w, g, *states = (a.astype(numpy.float32) if a.dtype == numpy.float16 else a for a in arrays)
    if scalars["rescale_grad"] != 1:
        g = scalars["rescale_grad"] * g
    if scalars["clip_gradient"]:
        g = numpy.clip(g, -scalars["clip_gradient"], scalars["clip_gradient"])
    if "wd" not in asked(opt) and scalars["wd"]:
        g = g + scalars["wd"] * w
    with numpy.errstate(all="ignore"):
        after = opt.rule(w, g, *states, **{name: scalars[name] for name in asked(opt)})
    after = after if isinstance(after, tuple) else (after,)
    return [numpy.broadcast_to(x, a.shape).astype(a.dtype) for x, a in zip(after, [arrays[0], *arrays[2:]])]


class Curved(Optimizer):
    """A rule of the functions that no rule of minigrad uses."""

    def rule(self, w, g, *, lr):
        return w - lr * sin(3 * g) * cos(g) + exp(-abs(w)) * log(1 + g**2)


FORMS = [
    "{x} + {y}", "{x} - {y}", "{x} * {y}", "{x} / (abs({y}) + 1)", "-{x}", "sqrt(abs({x}))", "({x} - {y}) ** 2",
    "sign({x}) * {y}", "maximum({x}, {y})", "minimum(maximum({x}, {y}), {z})", "where({x} < {y}, {z}, {x})",
    "where({x} < {y}, {y} - {z}, {z})",
]  # fmt: skip
FUNCTIONS = {"sqrt": sqrt, "sign": sign, "maximum": maximum, "minimum": minimum, "where": where}


def drawn(seed, length=12, asks="lr", **attributes):
    """A rule drawn at random: what is read twice, overwritten early, traded between states or never used."""
    draw = random.Random(seed)
    made = ["w", "g", "a", "b", "c", asks, "0.5"]
    lines = [f"def rule(self, w, g, a, b, c, *, {asks}):"]
    for k in range(length):
        x, y, z = (draw.choice(made) for _ in range(3))
        lines.append(f"    x{k} = {draw.choice(FORMS).format(x=x, y=y, z=z)}")
        made.append(f"x{k}")
    lines.append(f"    return {', '.join(draw.choice([*made, *made[7:], *made[7:]]) for _ in range(4))}")
    names = FUNCTIONS | {"__name__": __name__}
    exec("\n".join(lines), names)
    return type("Drawn", (Optimizer,), {"states": ("a", "b", "c"), "rule": names["rule"]} | attributes)()
