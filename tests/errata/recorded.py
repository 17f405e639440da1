"""Short paths recorded from other libraries, and a path of minigrad on the same gradients.

`tests/data/dialects.json` has, by library and by the call that made the optimizer, the weight after each step. There
are two equal weights with equal gradients, in float64 where the library allows it (some of MXNet's do not). LANS has
paths of two weights that differ, since norms make equal weights blind to most of it. `defaults` are those of the
constructors: `rate` is "required" where there is none.
"""

import json
import re
from pathlib import Path

import numpy

from minigrad import lr_scheduler, np, optimizer

DATA = json.loads((Path(__file__).parents[1] / "data" / "dialects.json").read_text())
W, G = DATA["w"], DATA["g"]
LIBRARIES = {"mxnet1": "MXNet 1.9.1", "mxnet2": "MXNet 2", "keras": "Keras", "optax": "optax"}
PATHS = {
    f"{library}/{call}": numpy.array(path, dtype=object).astype("float64")
    for library in LIBRARIES
    for call, path in DATA[library]["paths"].items()
}


def ours(call):
    """The path of the optimizer that a call such as `Adam(learning_rate=0.1)` makes."""
    halving = lr_scheduler.FactorScheduler(1, 0.5, base_lr=0.1)  # rates 0.1, 0.05, ...
    opt = eval(call, vars(optimizer) | {"halving": halving}) if isinstance(call, str) else call
    return walked(opt, [W, W], [[g, g] for g in G])[:, 0]


def walked(opt, start, gradients):
    """The weights after each step. (A weight of GroupAdaGrad is a row of a matrix.)"""
    rows = isinstance(opt, optimizer.GroupAdaGrad)
    w = np.array([start] if rows else start, dtype="float64")
    state, path = opt.create_state(0, w), []
    for g in gradients:
        opt.update(0, w, np.array([g] if rows else g, dtype="float64"), state)
        path.append(w.asnumpy().ravel())
    return numpy.array(path)


def apart(path, other):
    """The largest difference, in units of the displacement."""
    return numpy.abs(path - other).max() / numpy.abs(path - W).max()


def named(dialect):
    """The name that the library has for the rule, if the row says one, as in optax (`signum`)."""
    found = re.search(r"`(\w+)`", dialect.who)
    return found and found[1]
