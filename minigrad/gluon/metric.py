"""The metrics under Gluon's newer import path. See `minigrad.metric`."""

from minigrad.metric import *  # noqa: F403
from minigrad.metric import __all__ as __all__
