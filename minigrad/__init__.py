"""minigrad: a small deep-learning framework to read.

Autograd, a Gluon-like Trainer, and every optimizer of MXNet's guide, written once as its equations.
"""

__version__ = "0.1.0"

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
    ndarray,
    np,
    npx,
    optimizer,
    random,
)
from minigrad import kvstore as kv
from minigrad.device import Context, cpu, current_context, gpu, num_gpus
from minigrad.gluon.trainer import Trainer
