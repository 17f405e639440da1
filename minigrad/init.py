"""The initializers under their short name."""

from minigrad.initializer import *  # noqa: F403
from minigrad.initializer import __all__ as __all__
