"""The metrics under their newer import path in Gluon. See `minigrad.metric`."""

from minigrad.metric import *  # noqa: F403
from minigrad.metric import __all__ as __all__
