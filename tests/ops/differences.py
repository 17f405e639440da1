"""Central differences, for tests of windows."""

import numpy


def differences(f, x, g, step=1e-6):
    """The gradient of sum(f(x) g) by central differences, one value at a time."""
    out = numpy.zeros_like(x)
    for i in numpy.ndindex(*x.shape):
        here = x[i]
        x[i] = here + step
        above = (f() * g).sum()
        x[i] = here - step
        out[i] = (above - (f() * g).sum()) / (2 * step)
        x[i] = here
    return out
