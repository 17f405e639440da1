"""What people and programs pass by mistake. Each is made anew, so that no call sees what another has changed."""

import math

import numpy

from minigrad import np


class Thing:
    """An object that is nothing in particular; its text is the same in every process."""

    def __repr__(self):
        return "Thing()"


def anything(*args, **kwargs):
    """A function that takes whatever it is given, and answers nothing."""


VALUES = [
    lambda: math.nan,
    lambda: math.inf,
    lambda: -math.inf,
    lambda: -0.0,
    lambda: 0,
    lambda: 1,
    lambda: -1,
    lambda: 3,
    lambda: 1.9,
    lambda: 1e300,
    lambda: 10**13,
    lambda: 10**30,
    lambda: -(10**30),
    lambda: 10**400,
    lambda: True,
    lambda: False,
    lambda: None,
    lambda: "3",
    lambda: "",
    lambda: "nope",
    lambda: b"bytes",
    lambda: 1j,
    list,
    lambda: (),
    dict,
    lambda: {"a": 1},
    lambda: {1, 2},
    lambda: [math.nan],
    lambda: [None],
    lambda: ["a", "b"],
    lambda: [1, 2, 3],
    lambda: (0, 1),
    lambda: (-1, 10**30),
    lambda: [[1, 2], [3]],
    lambda: [[[[[]]]]],
    lambda: [0.5] * 100,
    lambda: Thing(),
    lambda: anything,
    lambda: iter([1, 2]),
    lambda: slice(None),
    lambda: ...,
    lambda: range(3),
    lambda: np.ones((2, 5)),
    lambda: np.ones((0, 3)),
    lambda: np.array(2.5),
    lambda: np.array([math.nan, 1.0]),
    lambda: np.ones((3, 1, 2, 2, 1)),
    lambda: np.array([1, 2], dtype="int32"),
    lambda: numpy.ones((2, 3), "float16"),
    lambda: numpy.ones((2, 2), "complex64"),
    lambda: numpy.array([None, "a"], dtype=object),
    lambda: numpy.array(["a", "b"]),
    lambda: numpy.array(1),
    lambda: numpy.zeros(0, bool),
    lambda: numpy.array(["2020-01-01"], dtype="datetime64[D]"),
    lambda: numpy.float16(0.5),
    lambda: numpy.float64(math.nan),
    lambda: numpy.int64(-1),
    lambda: numpy.uint8(200),
    lambda: numpy.bool_(True),
    lambda: numpy.str_("text"),
    lambda: numpy.dtype("float64"),
]
