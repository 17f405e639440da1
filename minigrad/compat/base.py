"""The root of all errors, and the types of arguments, where code written for MXNet looks for them."""

import numpy

from minigrad.absent import explain_absent
from minigrad.errors import MXNetError

__all__ = ["MXNetError", "integer_types", "numeric_types", "string_types"]

explain_absent(__name__)

numeric_types = float, int, numpy.generic
integer_types = int, numpy.int32, numpy.int64
string_types = (str,)
