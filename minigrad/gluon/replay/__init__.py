"""hybridize(): after the first batch a network is replayed as a flat list of NumPy calls into reused arrays.

The Python code of `forward` runs once for each shape of the inputs, and a `Script` records the operations that it
calls. They are run again, forward and backward, on a `Tape`, which records every NumPy call; a `Program` prints the
tape as Python text and compiles it; a `Plan` runs it instead of the network, after comparing the results bit by bit.

The Python code is still used if the results differ or a call cannot be recorded, if a part of the network is not
`pure`, if the arrays are so large that Python's own time does not matter, and under `detect_anomaly()`. On a GPU the
calls are CuPy's, and once the parameters stay where they are, CUDA repeats the calls (`capture.py`); the plan waits for
the device twice, to compare. A new plan is made for other shapes, dtypes and modes, when different arrays have
gradients, and when a part of the network is replaced.
"""

from minigrad.gluon.replay.replay import Replay

__all__ = ["Replay"]
