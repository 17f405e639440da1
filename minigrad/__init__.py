"""minigrad: a small deep-learning framework to read.

Autograd, a Gluon-like Trainer, and every optimizer of MXNet's guide, written once as its equations.

`import minigrad` loads the engine. The other packages (`gluon`, `optimizer`, `nd` ...) are imported on first use.
"""

__version__ = "0.1.0"

from minigrad import interrupts as _interrupts  # first, for Ctrl-C while all else is imported

# isort: split
import importlib
import sys
from typing import TYPE_CHECKING, Any

from minigrad.compat import paths  # isort: skip  first: it makes old import paths work
from minigrad import methods as _methods, protocols as _protocols  # isort: skip  they complete Tensor
from minigrad import explore as _explore  # isort: skip  it opens a door
from minigrad.compat import door as _door  # isort: skip  another
from minigrad import autograd
from minigrad import np as np
from minigrad import np as numpy
from minigrad import random as random
from minigrad.absent import absent
from minigrad.device import Context, cpu, current_context, gpu, num_gpus
from minigrad.errors import MXNetError as MXNetError
from minigrad.tracebacks import full_tracebacks

# An old import path too; in the table it would replace the function of that name.
sys.modules["minigrad.autograd.backward"] = sys.modules["minigrad.engine.backward"]

if TYPE_CHECKING:
    from minigrad import datasets, gluon, gradcheck, init, initializer, kvstore, lr_scheduler, metric, optimizer
    from minigrad import image as image
    from minigrad import kvstore as kv
    from minigrad import nd as nd
    from minigrad import nd as ndarray
    from minigrad import npx as npx
    from minigrad import npx as numpy_extension
    from minigrad import plot as plot
    from minigrad.compat import base as base
    from minigrad.compat import context as context
    from minigrad.compat import io as io
    from minigrad.compat import sym as sym
    from minigrad.compat import sym as symbol
    from minigrad.compat import test_utils as test_utils
    from minigrad.compat import util as util
    from minigrad.gluon.trainer import Trainer
    from minigrad.npx.switches import is_np_array as is_np_array
    from minigrad.npx.switches import is_np_shape as is_np_shape
    from minigrad.npx.switches import np_shape as np_shape
    from minigrad.npx.switches import use_np as use_np

__all__ = [
    "Context", "Trainer", "autograd", "cpu", "current_context", "datasets", "full_tracebacks", "gluon", "gpu",
    "gradcheck", "init", "initializer", "kv", "kvstore", "lr_scheduler", "metric", "nd", "npx", "num_gpus", "optimizer",
    "plot",
]  # fmt: skip
"""What `from minigrad import *` brings: not `np`, `numpy` and `random`, which would replace a user's own."""


SWITCHES = ("is_np_array", "is_np_shape", "np_shape", "use_np")
ELSEWHERE = {"Trainer": "minigrad.gluon.trainer", **dict.fromkeys(SWITCHES, "minigrad.npx.switches")}
"""Names that are imported from their module when they are first used."""

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name in ELSEWHERE:
            found = getattr(importlib.import_module(ELSEWHERE[name]), name)
        elif name in __all__ or name == "image" or (name != "tensor" and f"minigrad.{name}" in paths.OLD_PATHS):
            # `minigrad.tensor`, an old module, is meant as PyTorch's function unless it is imported
            found = importlib.import_module(f"minigrad.{name}")
        else:
            return absent(sys.modules[__name__], name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*__all__, "__version__", "image", "np", "numpy", "random"})


full_tracebacks(False)
