"""hybridize(): after its first batch a network is replayed, as a flat list of NumPy calls into arrays that are kept.

The Python of `forward` runs once for each shape of the inputs, and a `Script` is taken down of the operations that it
calls. They are run again on a `Tape`, forward and backward, which notes every NumPy call; a `Program` prints the notes
as Python text and compiles it; a `Plan` puts it in the place of the network. It is first compared, bit by bit, with
what it replaces.

The Python code goes on being run if the two differ or something cannot be noted, if a part of the network is not
`pure`, if the arrays are so large that Python's time is lost in them, on a GPU, and under `detect_anomaly()`. A plan is
made anew for other shapes, dtypes and modes, when something else has a gradient than before, and when a part of the
network was exchanged.
"""

from minigrad.gluon.replay.replay import Replay, exchanged

__all__ = ["Replay", "exchanged"]
