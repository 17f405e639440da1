"""minigrad: a small deep-learning framework to read.

Autograd, a Gluon-like Trainer, and every optimizer of MXNet's guide, written once as its equations.

`import minigrad` brings the engine. The other rooms (`gluon`, `optimizer`, `nd` ...) open when they are first entered.
"""

__version__ = "0.1.0"

import importlib
import sys
from typing import TYPE_CHECKING, Any

from minigrad import tensor  # isort: skip  first: it closes the circle of the engine
from minigrad import autograd, np, random
from minigrad import np as numpy
from minigrad.device import Context, cpu, current_context, gpu, num_gpus

if TYPE_CHECKING:
    from minigrad import (
        context,
        datasets,
        gluon,
        gradcheck,
        image,
        init,
        initializer,
        io,
        kvstore,
        lr_scheduler,
        metric,
        nd,
        npx,
        optimizer,
        sym,
        test_utils,
    )
    from minigrad import kvstore as kv
    from minigrad import nd as ndarray
    from minigrad import npx as numpy_extension
    from minigrad import sym as symbol
    from minigrad.gluon.trainer import Trainer

ROOMS = (
    "context", "datasets", "gluon", "gradcheck", "image", "init", "initializer", "io", "kvstore", "lr_scheduler",
    "metric", "nd", "npx", "optimizer", "sym", "test_utils",
)  # fmt: skip
SPELLINGS = {"kv": "kvstore", "ndarray": "nd", "numpy_extension": "npx", "symbol": "sym", "Trainer": "gluon.trainer"}

# MXNet's longer name, so that `from minigrad.numpy.random import normal` works too.
sys.modules |= {"minigrad.numpy": np, "minigrad.numpy.linalg": np.linalg, "minigrad.numpy.random": np.random}


def __getattr__(name: str) -> Any:
    """Import a room when its name is first used."""
    if name not in ROOMS and name not in SPELLINGS:
        raise AttributeError(f"module 'minigrad' has no attribute {name!r}")
    found: Any = importlib.import_module(f"minigrad.{SPELLINGS.get(name, name)}")
    if name == "Trainer":
        found = found.Trainer
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *ROOMS, *SPELLINGS})
