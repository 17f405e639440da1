"""The root of all errors, where code written for MXNet looks for it."""

from minigrad.absent import explain_absent
from minigrad.errors import MXNetError

__all__ = ["MXNetError"]

explain_absent(__name__)
