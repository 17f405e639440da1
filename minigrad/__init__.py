"""minigrad: a small deep-learning framework to read: autograd, a Gluon-like Trainer, every optimizer written once as its equations."""

__version__ = "0.1.0"

from minigrad import tensor  # isort: skip  first: it closes the circle of the engine
from minigrad import autograd, np, random
from minigrad.device import Context, cpu, current_context, gpu, num_gpus
