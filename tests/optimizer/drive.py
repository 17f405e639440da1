"""Drive an optimizer as a training loop does."""

import numpy

from minigrad import np


def drive(opt, start, gradients, dtype="float64", index=0):
    """The weights after each step; a gradient may be an array or a function of the weights."""
    w = np.array(numpy.array(start, dtype))
    state = opt.create_state_multi_precision(index, w)
    path = []
    for g in gradients:
        g = g(w.asnumpy()) if callable(g) else g
        opt.update_multi_precision(index, w, np.array(numpy.array(g, dtype)), state)
        path.append(w.asnumpy())
    return numpy.array(path)
