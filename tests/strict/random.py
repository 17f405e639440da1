"""The stand-in's generator: CuPy's methods, which are fewer than NumPy's, each on the device of the generator."""

import numpy

from tests.strict import record
from tests.strict.array import ndarray, operand, wrap

METHODS = """
    beta binomial chisquare dirichlet exponential f gamma geometric hypergeometric integers logseries poisson power
    random standard_exponential standard_gamma standard_normal uniform
"""


class Generator:
    """Made by `default_rng(seed)` on the current device; it cannot be used from another."""

    def __init__(self, seed=None):
        self._rng = numpy.random.default_rng(seed)
        self._place = record.here.device


def _law(name):
    def draw(self, *args, **kwargs):
        if self._place != record.here.device:
            raise RuntimeError("This Generator state is allocated in a different device")
        if name != "integers" and any(isinstance(a, (numpy.ndarray, numpy.generic)) for a in args):
            raise TypeError(f"{name}: a parameter is required to be a cupy.ndarray or a scalar")
        result = getattr(self._rng, name)(*operand(args), **kwargs)
        return wrap(result) if not isinstance(result, ndarray) else result

    draw.__name__ = name
    return draw


for _name in METHODS.split():
    setattr(Generator, _name, _law(_name))
