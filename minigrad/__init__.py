"""minigrad: a small deep-learning framework to read.

Autograd, a Gluon-like Trainer, and every optimizer of MXNet's guide, written once as its equations.
"""

__version__ = "0.1.0"

import sys

from minigrad import tensor  # isort: skip  first: it closes the circle of the engine
from minigrad import (
    autograd,
    context,
    gluon,
    init,
    initializer,
    kvstore,
    lr_scheduler,
    metric,
    nd,
    np,
    npx,
    optimizer,
    random,
    sym,
    test_utils,
)
from minigrad import kvstore as kv
from minigrad import nd as ndarray
from minigrad import np as numpy
from minigrad import npx as numpy_extension
from minigrad import sym as symbol
from minigrad.device import Context, cpu, current_context, gpu, num_gpus
from minigrad.gluon.trainer import Trainer

# Three modules have a second, longer name in MXNet: `from minigrad.numpy.random import normal` works too.
sys.modules |= {
    "minigrad.ndarray": nd,
    "minigrad.numpy": np,
    "minigrad.numpy.linalg": np.linalg,
    "minigrad.numpy.random": np.random,
    "minigrad.numpy_extension": npx,
}
