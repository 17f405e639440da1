"""The initializers under their short name."""

from minigrad.absent import explain_absent
from minigrad.initializer import *  # noqa: F403
from minigrad.initializer import __all__ as __all__

explain_absent(__name__)
